"""What was typed and cannot be taken is answered with an example of its own verb, and a way on."""

import pytest

from tests.slack.timer.office import Office


@pytest.mark.parametrize(
    ("typed", "example", "button"),
    [
        ("start Acme logo @1h", "/timer start Acme logo @9:15", "Start 1 h ago"),
        ("start Acme logo @25:00", "/timer start Acme logo @9:15", "Open the form"),
        ("stop @25:00", "/timer stop at 17:30", "Choose the time"),
        ("add 9:00-9:30 website", "/timer add 1h30m Acme Website", "Acme Website"),
        ("add soon Acme logo", "/timer add 1h30m Acme logo", "Open the form"),
        ("add 9:00-23:00 Acme logo", "/timer add 1h30m Acme logo yesterday", "Open the form"),
        ("switch website", "/timer switch Acme Website", "Acme Website"),
        ("submit 2031-04-01", "/timer submit week", "Submit everything up to today"),
        ("submit someday", "/timer submit week", "Submit everything up to today"),
        ("edit 77", "/timer edit 1", "Today"),
        ("delete 77", "/timer delete 1", "Today"),
        ("split 77 10:30", "/timer split 1 10:30", "Today"),
        ("why INV-1", "/timer why INV-2026-0001 1", "Show how"),
    ],
)
def test_a_refusal_shows_an_example_of_the_verb_that_was_typed(
    office: Office, typed: str, example: str, button: str
) -> None:
    office.mia.command("/timer add 1h Acme logo call")

    refused = office.mia.command(f"/timer {typed}")

    assert f"Example: `{example}`" in refused.all_text
    assert button in refused.buttons


def test_a_length_behind_the_at_is_taken_for_a_while_ago_once_that_is_said(office: Office) -> None:
    refused = office.mia.command("/timer start Acme logo sketches @1h")

    office.mia.click(refused, text="Start 1 h ago")

    (entry,) = office.entries(office.mia)
    assert int((office.now() - entry.started_at).total_seconds()) // 60 == 60
    assert entry.text == "sketches"


def test_opening_a_period_of_the_future_asks_for_the_day(office: Office) -> None:
    refused = office.ana.command("/billing open 2031-04-01 typo")

    assert "2031-04-01 has not come yet. Name today or a day before it." in refused.text
    assert refused.buttons == ["Choose the day"]


def test_the_step_that_comes_first_is_still_the_example(office: Office) -> None:
    refused = office.mia.command("/timer stop")

    assert "/timer start Acme logo" in refused.all_text
    assert refused.buttons == ["Resume the last one"]
