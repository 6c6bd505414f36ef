"""A locked period: the refusal, asking for it to be opened, and opening it again."""

from datetime import date

import pytest

from tests.slack.timer.office import Office
from timebot.playground.slack.seen import Answer


def an_old_entry(office: Office) -> None:
    office.change_workspace(anchor_on=date(2031, 3, 3), lock_after_days=14)
    office.mia.command("/timer start Acme logo sketches")
    office.wait(hours=1)
    office.mia.command("/timer stop")
    office.wait(days=28)


def test_a_locked_entry_is_refused_and_billing_is_asked_with_one_click(office: Office) -> None:
    an_old_entry(office)

    refused = office.mia.command("/timer split 1 9:30")
    office.mia.click(refused, text="Ask billing to open it")
    office.world.settle()

    assert "was locked on 31 Mar 2031" in refused.text
    assert "I asked ana to open 3 to 16 Mar 2031 again." in office.mia.last_message().text
    card = office.ana.last_message()
    assert "mia asks to open 3 to 16 Mar 2031 again, to correct time in it." in card.text


def test_whoever_asks_twice_hears_whom_they_asked_before(office: Office) -> None:
    an_old_entry(office)
    refused = office.mia.command("/timer split 1 9:30")
    office.mia.click(refused, text="Ask billing to open it")

    office.mia.click(refused, text="Ask billing to open it")
    office.world.settle()

    said = "You asked ana before to open 3 to 16 Mar 2031 again. I tell you when it is open."
    assert said in office.mia.last_message().text


def test_what_is_withdrawn_into_a_locked_period_is_not_said_to_be_changeable(
    office: Office,
) -> None:
    an_old_entry(office)
    office.mia.command("/timer submit 2031-03-03")

    withdrawn = office.mia.command("/timer withdraw")

    assert "It is a draft again. The period 3 to 16 Mar 2031 is locked" in withdrawn.text
    assert "can be changed" not in withdrawn.text
    assert withdrawn.buttons == ["Ask billing to open it", "Today"]


def test_opening_it_needs_a_reason_tells_who_asked_and_repaints_the_request(
    office: Office,
) -> None:
    an_old_entry(office)
    office.mia.click(office.mia.command("/timer split 1 9:30"), text="Ask billing to open it")
    office.world.settle()
    office.ana.click(office.ana.last_message(), text="Open it again")

    office.ana.fill("reason", "*Acme* was late")
    office.ana.submit()
    office.world.settle()

    assert "3 to 16 Mar 2031 can be corrected again." in office.mia.last_message().text
    assert "Reason: \u2060*Acme\u2060* was late" in office.mia.last_message().text
    card = office.ana.last_message(containing="asks to open")
    assert "ana opened it until the end of Thu 3 Apr 2031." in card.text
    assert "Open it again" not in card.all_text
    assert "Split at 9:30:" in office.mia.command("/timer split 1 9:30").text


def test_an_empty_reason_is_a_fault_under_its_field(office: Office) -> None:
    an_old_entry(office)
    office.ana.command("/billing open")

    office.ana.fill("reason", " ")
    answer = office.ana.submit()

    assert "Please say why" in answer.errors["reason"]


def test_a_period_is_opened_from_the_command(office: Office) -> None:
    an_old_entry(office)

    said = office.ana.command("/billing open 2031-03-05 Acme was late")
    refused = office.kim.command("/billing open 2031-03-05 why not")

    assert "3 to 16 Mar 2031 can be corrected until the end of Thu 3 Apr 2031." in said.text
    assert "Only billing people and owners may open a period again." in refused.text


def test_a_locked_entry_says_so_as_it_is_opened_and_asks_with_one_click(office: Office) -> None:
    an_old_entry(office)

    office.mia.command("/timer edit 1")
    shown = office.mia.modal
    assert shown is not None
    office.mia.click(shown, text="Ask billing to open it")
    office.world.settle()

    assert shown.document["callback_id"] == "form.closed"
    assert "was locked on 31 Mar 2031" in shown.all_text
    assert "Nothing was changed" not in shown.all_text
    assert "I asked ana to open 3 to 16 Mar 2031 again." in office.mia.last_message().text


def test_an_approver_sees_the_lock_before_splitting_or_deleting_for_somebody(
    office: Office,
) -> None:
    an_old_entry(office)
    (entry,) = office.entries(office.mia)

    for what in ("Edit", "Split", "Delete"):
        office.kim.command(f"/timer edit <@{office.mia.id}|mia> 2031-03-03")
        listed = office.kim.modal
        assert listed is not None
        office.kim.click(listed, selected=what, action_id=f"entries.menu:{entry.id}")
        assert office.kim.modal is not None
        assert office.kim.modal.document["callback_id"] == "form.closed"


def test_what_was_locked_meanwhile_stays_typed_with_the_button_above(office: Office) -> None:
    an_old_entry(office)
    office.change_workspace(lock_after_days=60)
    office.mia.command("/timer edit 1")
    office.mia.fill("text", "call")
    office.change_workspace(lock_after_days=14)

    answer = office.mia.submit()

    assert answer.errors == {}
    assert answer.view is not None
    assert "call" in str(answer.view.values["text"])
    assert "was locked on 31 Mar 2031" in answer.view.all_text
    assert "Ask billing to open it" in answer.view.buttons


def test_a_split_that_was_locked_meanwhile_gives_way_to_the_button(office: Office) -> None:
    an_old_entry(office)
    office.change_workspace(lock_after_days=60)
    office.mia.command("/timer split 1")
    office.change_workspace(lock_after_days=14)

    answer = office.mia.submit()

    assert answer.errors == {}
    assert answer.view is not None
    assert "Ask billing to open it" in answer.view.buttons


@pytest.mark.parametrize("who", ["mia", "kim"])
def test_time_added_into_a_locked_period_stays_typed_with_the_button_above(
    office: Office, who: str
) -> None:
    an_old_entry(office)
    person = office.world.person(who)
    if who == "mia":
        office.mia.command("/timer add")
    else:
        office.kim.command(f"/timer add 1h Acme logo for <@{office.mia.id}|mia>")
    person.fill("spent", "9:00-10:00")
    person.fill("day", "2031-03-05")

    answer = person.submit()

    assert answer.errors == {}
    assert answer.view is not None
    assert "9:00-10:00" in str(answer.view.values["spent"])
    assert "Ask billing to open it" in answer.view.buttons
    assert len(office.entries(office.mia)) == 1


def an_old_entry_without_a_project(office: Office) -> Answer:
    office.change_workspace(anchor_on=date(2031, 3, 3), lock_after_days=14)
    office.mia.command("/timer start")
    office.wait(hours=1)
    stopped = office.mia.command("/timer stop")
    office.wait(days=28)
    return stopped


def test_what_locked_time_was_for_can_still_be_chosen_and_is_handed_in(office: Office) -> None:
    stopped = an_old_entry_without_a_project(office)

    office.mia.click(stopped, action_id="entry.set_project:1", selected="Acme, Logo")
    office.world.settle()
    submitted = office.mia.command("/timer submit 2031-03-03")

    (entry,) = office.entries(office.mia)
    assert "#1 Acme, Logo" in office.mia.last_message(containing="#1").text
    assert "locked" not in submitted.text
    assert (entry.state, entry.project_id is None) == ("pending_review", False)


def test_locked_time_without_a_project_is_put_right_from_home_and_from_the_refusal(
    office: Office,
) -> None:
    an_old_entry_without_a_project(office)
    office.mia.command("/timer add 1h Acme logo call 2031-03-31")
    office.mia.open_home()
    office.world.settle()
    assert office.mia.home is not None
    assert "Needs your word" in office.mia.home.all_text

    blocked = office.mia.command("/timer submit")
    office.mia.click(blocked, text="Fix #1")
    office.mia.fill("project", "Acme, Logo")
    saved = office.mia.submit()
    office.mia.command("/timer submit")

    assert saved.errors == {}
    assert [one.state for one in office.entries(office.mia)] == ["pending_review"] * 2


def test_locked_time_that_has_its_project_is_closed_again(office: Office) -> None:
    stopped = an_old_entry_without_a_project(office)
    office.mia.click(stopped, action_id="entry.set_project:1", selected="Acme, Logo")

    office.mia.click(stopped, action_id="entry.set_project:1", selected="Globex, Website")
    office.world.settle()
    office.mia.command("/timer edit 1")

    assert office.mia.modal is not None
    assert office.mia.modal.document["callback_id"] == "form.closed"
    assert "Logo" in office.mia.modal.all_text
