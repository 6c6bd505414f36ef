from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.builders import a_rate
from tests.timekeeping.firm import Firm, at
from timebot.clients.models import Project
from timebot.money import Money
from timebot.timekeeping.durations import ClockSpan
from timebot.timekeeping.limits import EndsBeforeStart, LongTime, ProjectClosed, TimeInFuture
from timebot.timekeeping.manual import Added, DoesNotFit, Span, add_as_wished, add_entry, place
from timebot.timekeeping.moments import DayInFuture
from timebot.timekeeping.wishes import read_add_wish

MONDAY = date(2026, 3, 2)
SUNDAY = date(2026, 3, 1)
HOUR = timedelta(hours=1)


def add(
    firm: Firm,
    span: Span,
    now: datetime,
    project: Project | None = None,
    **how: Any,  # noqa: ANN401 - as add_entry takes them
) -> Added:
    return add_entry(
        firm.session,
        workspace=firm.workspace,
        member=firm.robin,
        project=project or firm.logo,
        span=span,
        text="Sketches",
        now=now,
        surface="slack",
        **how,
    )


def placed(
    firm: Firm, spoken: timedelta | ClockSpan, *, now: datetime, day: date | None = None
) -> Span:
    return place(
        firm.session, spoken, workspace=firm.workspace, member=firm.robin, day=day, now=now
    )


def test_added_time_is_a_confirmed_draft_with_a_rate(firm: Firm) -> None:
    entry = add(firm, Span(at(9), at(10, 30)), at(12)).entry

    assert (entry.state, entry.source, entry.is_confirmed) == ("draft", "manual", True)
    assert (entry.started_at, entry.ended_at) == (at(9), at(10, 30))
    assert (entry.worked_on, entry.rate) == (MONDAY, Money(9_500, "EUR"))
    assert firm.audited(entry) == ["time_entry.added"]


def test_a_duration_of_today_ends_now(firm: Firm) -> None:
    assert placed(firm, HOUR, now=at(12)) == Span(at(11), at(12))


def test_a_duration_that_just_fits_into_today_begins_at_midnight(firm: Firm) -> None:
    assert placed(firm, 3 * HOUR, now=at(3)) == Span(at(0), at(3))


def test_a_duration_longer_than_what_passed_of_today_is_refused(firm: Firm) -> None:
    with pytest.raises(DoesNotFit, match="no room for 3 h in what has passed of 2 Mar 2026"):
        placed(firm, 3 * HOUR, now=at(2, 59))


def test_a_duration_of_another_day_begins_with_the_working_day(firm: Firm) -> None:
    span = placed(firm, HOUR, now=at(12), day=SUNDAY)

    assert span == Span(at(9, day=-1), at(10, day=-1))


def test_a_members_own_day_begins_when_they_say(firm: Firm) -> None:
    firm.robin.day_start_minute = 7 * 60

    assert placed(firm, HOUR, now=at(12), day=SUNDAY).started_at == at(7, day=-1)


def test_a_long_duration_of_another_day_stays_within_that_day(firm: Firm) -> None:
    assert placed(firm, 20 * HOUR, now=at(12), day=SUNDAY) == Span(at(4, day=-1), at(0))


def test_a_duration_longer_than_any_day_ends_with_it(firm: Firm) -> None:
    assert placed(firm, 30 * HOUR, now=at(12), day=SUNDAY).ended_at == at(0)


def test_a_span_lies_on_its_day_in_the_members_zone(firm: Firm) -> None:
    assert placed(firm, ClockSpan(540, 630), now=at(12)) == Span(at(9), at(10, 30))


def test_a_span_over_midnight_ends_on_the_day_after(firm: Firm) -> None:
    span = placed(firm, ClockSpan(22 * 60, 60), now=at(12), day=SUNDAY)

    assert span == Span(at(22, day=-1), at(1))


def test_a_span_over_midnight_without_a_day_is_last_nights(firm: Firm) -> None:
    assert placed(firm, ClockSpan(22 * 60, 60), now=at(2)) == Span(at(22, day=-1), at(1))


def test_a_span_that_has_not_ended_is_refused(firm: Firm) -> None:
    span = placed(firm, ClockSpan(540, 780), now=at(12))

    with pytest.raises(TimeInFuture):
        add(firm, span, at(12))


def test_a_span_over_the_skipped_hour_counts_the_time_that_passed(firm: Firm) -> None:
    now = datetime(2026, 3, 30, 9, 0, tzinfo=UTC)

    span = placed(firm, ClockSpan(60, 4 * 60), now=now, day=date(2026, 3, 29))

    assert span.length == 2 * HOUR


def test_a_span_over_the_repeated_hour_counts_it_twice(firm: Firm) -> None:
    now = datetime(2026, 10, 26, 9, 0, tzinfo=UTC)

    span = placed(firm, ClockSpan(60, 4 * 60), now=now, day=date(2026, 10, 25))

    assert span.length == 4 * HOUR


def test_a_day_of_25_hours_takes_25_hours(firm: Firm) -> None:
    now = datetime(2026, 10, 26, 9, 0, tzinfo=UTC)

    span = placed(firm, 25 * HOUR, now=now, day=date(2026, 10, 25))

    assert span.started_at == datetime(2026, 10, 24, 22, 0, tzinfo=UTC)


def test_a_day_in_kathmandu_begins_there(firm: Firm) -> None:
    firm.robin.zone = "Asia/Kathmandu"

    span = placed(firm, ClockSpan(540, 600), now=at(12), day=SUNDAY)

    assert span.started_at == datetime(2026, 3, 1, 3, 15, tzinfo=UTC)


def test_a_future_day_is_refused(firm: Firm) -> None:
    with pytest.raises(DayInFuture):
        placed(firm, HOUR, now=at(12), day=date(2026, 3, 3))


def test_a_span_that_leaves_no_time_is_refused(firm: Firm) -> None:
    with pytest.raises(EndsBeforeStart):
        add(firm, Span(at(10), at(10)), at(12))


def test_more_than_24_hours_are_asked_back_and_then_taken(firm: Firm) -> None:
    with pytest.raises(LongTime, match="25 h in one entry") as asked:
        add(firm, Span(at(9, day=-2), at(10, day=-1)), at(12))

    (way_out,) = asked.value.ways_out
    added = add_as_wished(
        firm.session,
        workspace=firm.workspace,
        member=firm.robin,
        wish=read_add_wish(way_out.value),
        now=at(12),
        surface="slack",
    )
    assert added.entry.seconds(now=at(12)) == 25 * 3_600


def test_overlapping_time_is_taken_and_reported(firm: Firm) -> None:
    first = add(firm, Span(at(9), at(10)), at(12)).entry
    add(firm, Span(at(7), at(8)), at(12))

    (overlap,) = add(firm, Span(at(9, 30), at(11)), at(12)).overlaps
    assert overlap.earlier is first


def test_time_that_only_touches_does_not_overlap(firm: Firm) -> None:
    add(firm, Span(at(9), at(10)), at(12))

    assert add(firm, Span(at(10), at(11)), at(12)).overlaps == []


def test_time_beside_a_running_timer_overlaps_it(firm: Firm) -> None:
    running = firm.start(at(9)).entry

    (overlap,) = add(firm, Span(at(10), at(11)), at(12)).overlaps
    assert overlap.earlier is running


def test_a_closed_project_takes_no_added_time(firm: Firm) -> None:
    firm.site.state = "paused"

    with pytest.raises(ProjectClosed):
        add(firm, Span(at(9), at(10)), at(12), firm.site)


def test_the_rate_is_that_of_the_day_of_work(firm: Firm) -> None:
    a_rate(firm.session, Money(20_000, "EUR"), project=firm.logo, valid_from=MONDAY)

    entry = add(firm, Span(at(9, day=-1), at(10, day=-1)), at(12)).entry

    assert entry.rate == Money(9_500, "EUR")


def test_durations_of_one_day_lie_beside_each_other(firm: Firm) -> None:
    add(firm, placed(firm, timedelta(hours=1), now=at(12)), at(12))
    add(firm, placed(firm, timedelta(minutes=30), now=at(12)), at(12))

    third = placed(firm, timedelta(hours=2), now=at(12))

    assert third == Span(at(8, 30), at(10, 30))


def test_a_duration_of_an_earlier_day_takes_the_next_free_time(firm: Firm) -> None:
    add(firm, Span(at(9), at(12)), at(20, day=1))

    found = placed(firm, timedelta(hours=2), now=at(20, day=1), day=MONDAY)

    assert found == Span(at(12), at(14))


def test_a_day_without_room_takes_it_all_the_same(firm: Firm) -> None:
    add(firm, Span(at(1), at(11)), at(12))

    assert placed(firm, timedelta(hours=2), now=at(12)) == Span(at(10), at(12))
