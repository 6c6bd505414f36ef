"""An approver enters and corrects time for somebody, who is told at once."""

from tests.slack.timer.office import Office
from timebot.playground.slack.seen import Message, View


def handed_in(office: Office) -> Message:
    office.mia.command("/timer start Acme logo sketches")
    office.wait(hours=2)
    office.mia.command("/timer stop")
    office.mia.command("/timer submit today")
    office.world.settle()
    return office.kim.last_message(containing="Hours of mia")


def test_an_approver_corrects_an_entry_from_the_card(office: Office) -> None:
    card = handed_in(office)
    office.kim.click(card, text="Correct an entry")
    office.kim.click(_modal(office), selected="Edit", action_id=_menu(office))

    office.kim.fill("text", "first sketches")
    office.kim.submit()
    office.world.settle()

    assert "I told mia." in office.kim.last_message(containing="Changed").text
    told = office.mia.last_message()
    assert "kim changed an entry of yours:" in told.text
    assert "Text: first sketches instead of sketches" in told.text
    assert "please submit it again" in told.text
    (entry,) = office.entries(office.mia)
    assert (entry.text, entry.state) == ("first sketches", "draft")
    repainted = office.kim.last_message(containing="waits here any more")
    assert "kim changed #1 (Acme, Logo, 2 h) on 3 Mar 2031, 11:00" in repainted.text


def test_the_person_sees_the_history_from_the_notice(office: Office) -> None:
    card = handed_in(office)
    office.kim.click(card, text="Correct an entry")
    office.kim.click(_modal(office), selected="Delete", action_id=_menu(office))
    office.kim.submit()
    office.world.settle()

    told = office.mia.last_message()
    office.mia.click(told, text="History")

    assert "kim deleted an entry of yours:" in told.text
    assert office.mia.modal is not None
    assert "*kim*, 3 Mar 2031, 11:00: deleted it." in office.mia.modal.all_text


def test_an_approver_reads_the_history_and_sees_no_money(office: Office) -> None:
    card = handed_in(office)
    office.kim.click(card, text="Correct an entry")

    office.kim.click(_modal(office), selected="History", action_id=_menu(office))

    assert office.kim.modal is not None
    assert "submitted it" in office.kim.modal.all_text
    assert "95" not in office.kim.modal.all_text


def test_time_is_added_for_somebody(office: Office) -> None:
    office.wait(hours=4)
    office.kim.command(f"/timer add 9:00-10:30 Acme logo call for <@{office.mia.id}|mia>")

    office.kim.submit()
    office.world.settle()

    assert "kim added time for you:" in office.mia.last_message().text
    (entry,) = office.entries(office.mia)
    assert (entry.text, entry.seconds(now=office.now())) == ("call", 5400)
    assert office.entries(office.kim) == []


def test_time_is_added_for_somebody_on_the_day_that_was_said(office: Office) -> None:
    office.kim.command(f"/timer add 1h 30m Acme logo call yesterday for <@{office.mia.id}|mia>")

    office.kim.submit()
    office.world.settle()

    (entry,) = office.entries(office.mia)
    assert (entry.text, entry.seconds(now=office.now())) == ("call", 5400)
    assert entry.worked_on.isoformat() == "2031-03-02"


def test_a_member_adds_time_for_nobody_else(office: Office) -> None:
    refused = office.leo.command(f"/timer add 1h Acme logo for <@{office.mia.id}|mia>")

    assert "Only approvers, billing people and owners may add time for others." in refused.text


def test_a_deleted_entry_is_found_and_restored(office: Office) -> None:
    office.mia.command("/timer start Acme logo sketches")
    office.wait(hours=2)
    office.mia.command("/timer stop")
    office.mia.click(office.mia.command("/timer delete 1"), text="Delete #1")
    office.wait(hours=1)

    late = office.mia.command("/timer undo")
    office.mia.click(late, text="Deleted entries")
    office.world.settle()
    office.mia.click(office.mia.last_message(), text="Restore")
    office.world.settle()

    assert "Restored: 2 h" in office.mia.last_message().text
    assert len(office.entries(office.mia)) == 1


def _menu(office: Office) -> str:
    (entry,) = office.entries(office.mia)
    return f"entries.menu:{entry.id}"


def _modal(office: Office) -> View:
    view = office.kim.modal
    assert view is not None
    return view
