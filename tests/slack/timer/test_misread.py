"""What was typed and cannot be taken is answered with an example of its own verb, and a way on."""

from datetime import timedelta

import pytest

from tests.slack.timer.office import MONDAY_NINE, Office


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


@pytest.mark.parametrize("verb", ["edit", "delete", "split"])
def test_who_deleted_everything_is_led_to_what_was_deleted(office: Office, verb: str) -> None:
    office.mia.command("/timer add 1h Acme logo call")
    office.mia.click(office.mia.command("/timer delete"), text="Delete #1")

    refused = office.mia.command(f"/timer {verb}")

    assert "You have no entry any more." in refused.text
    assert refused.buttons == ["Deleted entries", "Start a timer"]


def test_the_number_of_a_deleted_entry_leads_to_restore(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo call")
    office.mia.click(office.mia.command("/timer delete 1"), text="Delete #1")

    refused = office.mia.command("/timer edit 1")

    assert (
        "#1 was deleted. Nothing was changed. You can restore it until 2 Apr 2031." in refused.text
    )
    assert refused.buttons == ["Deleted entries", "History"]


def test_a_start_before_the_running_one_offers_to_add_the_time_in_between(office: Office) -> None:
    office.mia.command("/timer start Acme logo call")
    office.wait(minutes=30)

    refused = office.mia.command("/timer start Acme website copy @8:15")
    office.mia.click(refused, text="Add the time")

    assert refused.buttons == ["Add the time", "Stop it earlier"]
    assert office.mia.modal is not None
    office.mia.submit()
    _, added = office.entries(office.mia)
    assert (added.text, added.started_at, added.ended_at) == (
        "copy",
        MONDAY_NINE - timedelta(minutes=45),
        MONDAY_NINE,
    )


def test_the_form_of_a_start_keeps_what_was_typed_beside_the_way_out(office: Office) -> None:
    office.mia.command("/timer start Acme logo call")
    office.wait(minutes=30)
    office.mia.shortcut("shortcut.start_timer")
    office.mia.fill("at", "8:15")
    office.mia.fill("text", "copy")
    office.mia.submit()

    form = office.mia.modal
    assert form is not None
    office.mia.click(form, text="Stop it earlier")

    assert "so a timer cannot start at 8:15" in form.all_text
    kept = [form.values[name]["value"]["value"] for name in ("at", "text")]
    assert kept == ["8:15", "copy"]
    assert office.mia.modal is not None
    assert office.mia.modal.title == "When did it end?"
