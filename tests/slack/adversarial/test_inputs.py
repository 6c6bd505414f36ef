"""What people, clients and networks do to an app, where no other test stands against it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from tests.slack.timer.office import Office
from tests.slack.timer.test_approval import card_of, hand_in
from timebot.timekeeping.models import TimeEntry


def test_a_button_about_hours_on_an_invoice_says_so_and_changes_nothing(office: Office) -> None:
    hand_in(office)
    card = card_of(office.kim)
    office.kim.click(card, text="Approve all 2")
    with office.session() as session:
        session.execute(update(TimeEntry).values(state="applied"))
    office.wait(days=240)

    answer = office.kim.click(card, text="Approve all 2")
    office.world.settle()

    assert answer.error is None
    assert "approved this" in office.kim.messages()[-1].all_text
    assert {entry.state for entry in office.entries(office.mia)} == {"applied"}


def test_starts_from_phone_and_laptop_leave_one_timer(office_anywhere: Office) -> None:
    office = office_anywhere
    commands = [f"/timer start Acme logo Sketch {number}" for number in range(4)]

    with ThreadPoolExecutor(max_workers=4) as pool:
        answers = list(pool.map(office.mia.command, commands))

    running = [entry for entry in office.entries(office.mia) if entry.ended_at is None]
    assert len(running) == 1
    assert all(answer.status == 200 and answer.error is None for answer in answers)
    assert sum("Started at" in answer.text for answer in answers) >= 1


def test_a_second_stop_says_that_nothing_runs(office: Office) -> None:
    office.mia.command("/timer start Acme logo")
    office.wait(minutes=30)
    office.mia.command("/timer stop")

    answer = office.mia.command("/timer stop")

    assert "You have no timer running." in answer.text
    assert [entry.seconds(now=office.now()) for entry in office.entries(office.mia)] == [1_800]


@pytest.mark.parametrize("typed", ["help", "HELP", "  Help  ", "?", "hElP add"])
def test_help_in_any_case_is_help(office: Office, typed: str) -> None:
    assert "/timer add" in office.mia.command(f"/timer {typed}").text


@pytest.mark.parametrize("named", ["@mia", "mia", "<#C123|general>", "<!subteam^S1|@team>"])
def test_a_name_that_is_no_mention_is_never_guessed(office: Office, named: str) -> None:
    answer = office.ana.command(f"/billing role {named} approver")

    assert answer.error is None
    with office.session() as session:
        assert office.member(session, office.mia).role == "member"
    assert "approver" not in answer.text or "Nothing" in answer.text or "Example" in answer.text


def test_a_form_whose_fields_never_came_is_answered(office: Office) -> None:
    office.mia.command("/timer add")
    world = office.world.local.slack.world
    world.surfaces.stack(office.mia.id)[-1]["state"] = {"values": {}}

    answer = office.mia.submit()

    assert answer.error is None
    assert office.entries(office.mia) == []
