"""Which days people mean when they ask for a report."""

from datetime import date

import pytest

from timebot.reports.report_days import DaysUnclear, take_days

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("typed", "start", "end", "rest"),
    [
        ("", date(2026, 3, 1), date(2026, 4, 1), ""),
        ("client last month", date(2026, 2, 1), date(2026, 3, 1), "client"),
        ("Last  Month Acme Logo", date(2026, 2, 1), date(2026, 3, 1), "Acme Logo"),
        ("this week", date(2026, 2, 23), date(2026, 3, 2), ""),
        ("last week", date(2026, 2, 16), date(2026, 2, 23), ""),
        ("last year", date(2025, 1, 1), date(2026, 1, 1), ""),
        ("yesterday", date(2026, 2, 28), date(2026, 3, 1), ""),
        ("2025-12", date(2025, 12, 1), date(2026, 1, 1), ""),
        ("member 2026-02-05", date(2026, 2, 5), date(2026, 2, 6), "member"),
        ("2026-02-05..2026-02-28 project", date(2026, 2, 5), date(2026, 3, 1), "project"),
        ("2026-02-05 to 2026-02-05", date(2026, 2, 5), date(2026, 2, 6), ""),
    ],
)
def test_days_are_split_from_the_rest(typed: str, start: date, end: date, rest: str) -> None:
    days, left = take_days(typed, today=TODAY)

    assert (days.start, days.end, left) == (start, end, rest)


@pytest.mark.parametrize("typed", ["2026-13", "2026-02-30", "2026-03-05..2026-03-01", "0001-01"])
def test_days_that_make_no_sense_are_refused(typed: str) -> None:
    with pytest.raises(DaysUnclear):
        take_days(typed, today=TODAY)


@pytest.mark.parametrize("typed", ["last month", "2026-02-05..2026-02-28", "2025-12", "this week"])
def test_the_words_of_some_days_name_the_same_days_again(typed: str) -> None:
    days, _ = take_days(typed, today=TODAY)

    assert take_days(days.words, today=TODAY)[0] == days
