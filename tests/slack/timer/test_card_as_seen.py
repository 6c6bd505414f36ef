"""The approver's card: one Approve per group, and the time that counts twice."""

import pytest

from tests.slack.timer.office import Office
from timebot.playground.slack.seen import Message


def hand_in(office: Office, *lines: str) -> Message:
    for line in lines:
        office.mia.command(f"/timer add {line}")
    asked = office.mia.command("/timer submit")
    if "Submit as they are" in asked.buttons:
        office.mia.click(asked, text="Submit as they are")
    office.world.settle()
    return office.kim.last_message(containing="Hours of mia")


def test_a_group_has_one_approve_and_its_entries_none(office: Office) -> None:
    card = hand_in(
        office,
        "1h Acme logo sketches yesterday",
        "30m Acme logo call yesterday",
        "20m Acme website copy yesterday",
        "10m Acme website tests yesterday",
    )

    assert [one for one in card.buttons if one.startswith("Approve ")] == [
        "Approve all 4",
        "Approve with exceptions",
        "Approve 2",
        "Approve 2",
    ]
    assert "Approve" not in card.buttons


def test_a_group_is_approved_alone(office: Office) -> None:
    card = hand_in(
        office,
        "1h Acme logo sketches yesterday",
        "30m Acme logo call yesterday",
        "20m Acme website copy yesterday",
    )

    office.kim.click(card, text="Approve 2")

    states = {one.text: one.state for one in office.entries(office.mia)}
    assert states == {"sketches": "approved", "call": "approved", "copy": "pending_review"}


def test_a_group_that_was_withdrawn_gives_way_to_what_still_waits(office: Office) -> None:
    card = hand_in(
        office,
        "1h Acme logo sketches yesterday",
        "30m Acme logo call yesterday",
        "20m Acme website copy yesterday",
    )
    office.mia.command("/timer withdraw 1")
    office.mia.command("/timer withdraw 2")

    office.kim.click(card, text="Approve 2")
    office.world.settle()

    shown = [one for one in office.kim.messages() if one.is_ephemeral][-1]
    assert "These hours no longer wait here" in shown.text
    assert "Hours of mia: 20 min" in shown.all_text
    assert "Approve all 1" in shown.buttons or "Approve" in shown.buttons
    assert office.entries(office.mia)[2].state == "pending_review"


@pytest.mark.parametrize("how", ["approved", "rejected"])
def test_a_group_that_somebody_else_settled_says_who_when_and_how(office: Office, how: str) -> None:
    card = hand_in(
        office,
        "1h Acme logo sketches yesterday",
        "30m Acme logo call yesterday",
        "20m Acme website copy yesterday",
    )
    anas = office.ana.last_message(containing="Hours of mia")
    if how == "rejected":
        office.ana.click(anas, text="Reject")
        office.ana.fill("which", [str(one.id) for one in office.entries(office.mia)[:2]])
        office.ana.fill("reason", "Too long")
        office.ana.submit()
    else:
        office.ana.click(anas, text="Approve 2")

    office.kim.click(card, text="Approve 2")
    office.world.settle()

    said = [one for one in office.kim.messages() if one.is_ephemeral][-1].text
    assert f"ana {how} this at 9:00. Nothing was changed by your click." in said
    repainted = office.kim.last_message(containing="Hours of mia: 20 min")
    assert f"{how.capitalize()} by ana, 3 Mar 2031, 9:00: 1 h 30 min" in repainted.all_text


def test_a_group_that_has_changed_is_not_approved(office: Office) -> None:
    card = hand_in(
        office,
        "1h Acme logo sketches yesterday",
        "30m Acme logo call yesterday",
        "20m Acme website copy yesterday",
    )
    value = next(
        one["accessory"]["value"] for one in card.blocks if '"day"' in str(one.get("accessory"))
    )
    office.mia.command("/timer edit 2")
    office.mia.fill("text", "long call")
    office.mia.submit()

    office.kim.click(card, value=value)

    assert not any(one.state == "approved" for one in office.entries(office.mia))


def test_the_card_says_which_time_counts_twice(office: Office) -> None:
    card = hand_in(
        office,
        "9:00-11:00 Acme logo sketches yesterday",
        "10:30-12:00 Acme website copy yesterday",
    )

    expected = (
        "30 min counts twice: #1 (Acme, Logo) and #2 (Acme, Website) overlap on Sun 2 Mar 2031."
    )
    assert expected in card.text
    assert expected in card.all_text


def test_home_says_that_the_week_leaves_out_the_running_timer(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo sketches")
    office.mia.command("/timer start Acme website")
    office.world.settle()

    office.mia.open_home()
    office.world.settle()

    assert office.mia.home is not None
    assert "Without the timer that runs." in office.mia.home.all_text


def test_hours_that_were_handed_in_again_lead_to_what_waits_now(office: Office) -> None:
    old = hand_in(office, "1h Acme logo sketches yesterday")
    office.mia.command("/timer withdraw")
    hand_in(office, "10m Acme website copy yesterday")

    office.kim.click(old, text="Approve")
    office.world.settle()

    said = [one for one in office.kim.messages() if one.is_ephemeral][-1]
    assert "they were withdrawn, changed or handed in again" in said.text
    assert "Handed in again: 1 h Acme, Logo" in said.text
    assert said.buttons == ["What waits"]
