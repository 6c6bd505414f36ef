"""Somebody leaves with hours that were not handed in: others see them, mend them, hand them in."""

import pytest

from tests.slack.timer.office import Office
from timebot.playground.slack.seen import Message


def works(office: Office, what: str = "Acme logo sketches") -> None:
    office.mia.command(f"/timer start {what}")
    office.wait(hours=2)
    office.mia.command("/timer stop")


def leaves(office: Office, **how: object) -> None:
    office.world.local.slack.change_user(office.mia.id, **(how or {"deleted": True}))
    office.world.settle()


def card(office: Office) -> Message:
    return office.kim.last_message(containing="Not handed in: hours of mia")


@pytest.mark.parametrize(
    ("how", "said"),
    [({"deleted": True}, "mia has left."), ({"is_restricted": True}, "mia is no member here")],
)
def test_hours_without_a_timer_are_handed_in_with_one_click(
    office: Office, how: dict[str, object], said: str
) -> None:
    works(office)

    leaves(office, **how)
    asked = card(office)
    office.kim.click(asked, text="Hand in 2 h")
    office.world.settle()

    assert said in asked.all_text
    assert "Acme, Logo: 2 h" in asked.all_text
    (entry,) = office.entries(office.mia)
    assert entry.state == "pending_review"
    answer = office.kim.last_message(containing="Handed in")
    assert "Handed in 2 h of mia in 1 entry" in answer.text
    assert "I asked ana to approve." in answer.text
    for person in (office.kim, office.ana):
        assert person.last_message(containing="Nothing of theirs is left").buttons == []
    office.ana.click(office.ana.last_message(containing="Hours of mia: 2 h"), text="Approve")
    office.world.settle()
    assert office.entries(office.mia)[0].state == "approved"


def test_an_end_that_was_guessed_is_confirmed_first_and_every_copy_follows(office: Office) -> None:
    works(office)
    office.mia.command("/timer start Globex website")
    office.wait(hours=1)
    leaves(office)

    assert "Hand in 3 h" not in card(office).all_text
    office.kim.click(card(office), text="Confirm the end")
    office.world.settle()

    for person in (office.kim, office.ana):
        copy = person.last_message(containing="Not handed in: hours of mia")
        assert "Confirm the end" not in copy.all_text
    office.kim.click(office.kim.last_message(containing="Confirmed: 1 h"), text="Hand in 3 h")
    office.world.settle()
    assert {one.state for one in office.entries(office.mia)} == {"pending_review"}


def test_who_saves_the_form_vouches_for_the_end_of_somebody_who_left(office: Office) -> None:
    office.mia.command("/timer start Globex website")
    office.wait(hours=1)
    leaves(office)

    office.kim.click(card(office), text="Correct")
    form = office.kim.modal
    office.kim.submit()
    office.world.settle()

    assert form is not None
    assert "Saving confirms it." in form.all_text
    assert "Hand in 1 h" in card(office).all_text


def test_an_entry_without_a_project_is_corrected_first(office: Office) -> None:
    office.mia.command("/timer start")
    office.wait(hours=2)
    office.mia.command("/timer stop")
    leaves(office)

    asked = office.ana.last_message(containing="It has no project.")
    office.ana.click(asked, text="Correct")
    office.ana.fill("project", "Acme, Logo")
    office.ana.submit()
    office.world.settle()

    copy = office.ana.last_message(containing="Not handed in: hours of mia")
    assert "Acme, Logo: 2 h" in copy.all_text
    assert "Hand in 2 h" in copy.all_text


def test_entries_are_corrected_from_the_card(office: Office) -> None:
    works(office)
    leaves(office)

    office.kim.click(card(office), text="Correct an entry")
    assert office.kim.modal is not None
    (entry,) = office.entries(office.mia)
    office.kim.click(office.kim.modal, selected="Delete", action_id=f"entries.menu:{entry.id}")
    office.kim.submit()
    office.world.settle()

    assert office.entries(office.mia) == []
    assert office.kim.last_message(containing="Nothing of theirs is left").buttons == []


def test_the_hours_are_on_home_and_in_the_list_of_approvals(office: Office) -> None:
    works(office)
    leaves(office)

    office.kim.open_home()
    office.world.settle()
    home = office.kim.home
    assert home is not None
    assert "Hours of people who left" in home.all_text
    office.kim.click(home, text="Show")
    office.world.settle()
    office.kim.click(office.kim.last_message(), text="Hand in 2 h")
    office.world.settle()

    assert "Hours of people who left" not in (office.kim.home or home).all_text
    assert "Hours of people who left" not in office.kim.command("/timer approve").all_text
    assert office.entries(office.mia)[0].state == "pending_review"


def test_a_late_click_says_that_somebody_was_quicker(office: Office) -> None:
    works(office)
    leaves(office)
    office.kim.click(office.kim.command("/timer approve"), text="Show")
    office.world.settle()
    old = office.kim.last_message()

    office.ana.click(office.ana.last_message(containing="Not handed in"), text="Hand in 2 h")
    office.kim.click(old, text="Hand in 2 h")
    office.world.settle()

    assert "Nothing of mia is left to hand in" in office.kim.last_message().text
