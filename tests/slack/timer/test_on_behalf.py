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


def test_time_for_somebody_keeps_its_kind_and_ticket(office: Office) -> None:
    office.kim.command(f"/timer add 1h Acme logo call #ABC-12 nc for <@{office.mia.id}|mia>")

    office.kim.submit()

    (entry,) = office.entries(office.mia)
    assert (entry.text, entry.billable, entry.ticket_ref) == ("call", "no_charge", "ABC-12")


def test_kind_and_ticket_of_somebody_are_filled_in(office: Office) -> None:
    office.kim.command(f"/timer add 1h Acme logo call for <@{office.mia.id}|mia>")

    office.kim.fill("kind", "internal")
    office.kim.fill("ticket", "ABC-13")
    office.kim.submit()

    (entry,) = office.entries(office.mia)
    assert (entry.billable, entry.ticket_ref) == ("internal", "ABC-13")


def test_more_than_a_day_for_somebody_is_asked_back_and_then_added(office: Office) -> None:
    office.kim.command(f"/timer add 30h Acme logo migration nb for <@{office.mia.id}|mia>")

    office.kim.submit()
    asked_back = _modal(office).all_text
    office.kim.submit()

    assert "That would be 30 h in one entry. If that is right, save it again." in asked_back
    (entry,) = office.entries(office.mia)
    assert (entry.seconds(now=office.now()), entry.billable) == (30 * 3600, "internal")


def test_an_unclear_project_is_asked_in_the_form_for_somebody(office: Office) -> None:
    office.kim.command(f"/timer add 1h website copy for <@{office.mia.id}|mia>")

    assert "website copy could be Acme Website or Globex Website." in _modal(office).all_text


def test_the_form_takes_the_project_from_the_channel(office: Office) -> None:
    channel = office.world.local.slack.add_channel("acme", members=[office.kim.id])
    office.kim.command("/timer link Acme logo", channel)

    office.kim.command(f"/timer add 1h call for <@{office.mia.id}|mia>", channel)
    office.kim.submit()

    (entry,) = office.entries(office.mia)
    assert (entry.project_id is not None, entry.text) == (True, "call")


def test_a_name_that_slack_did_not_resolve_is_asked_about(office: Office) -> None:
    refused = office.kim.command("/timer add 1h Acme logo call nc yesterday for @mia")

    assert office.entries(office.kim) == []
    office.kim.click(refused, text="Choose the person")
    office.kim.fill("person", office.mia.id)
    office.kim.submit()

    assert "Slack did not tell me who @mia is, so nothing was added." in refused.text
    (entry,) = office.entries(office.mia)
    assert (entry.text, entry.billable) == ("call", "no_charge")
    assert entry.worked_on.isoformat() == "2031-03-02"


def test_a_name_in_ones_own_text_is_added_once_that_is_said(office: Office) -> None:
    refused = office.mia.command("/timer add 1h Acme logo call for @globex")

    office.mia.click(refused, text="It is my own time")

    assert "Only approvers add time for others" in refused.text
    (entry,) = office.entries(office.mia)
    assert entry.text == "call for @globex"


def test_an_approver_who_chooses_themselves_adds_their_own_time(office: Office) -> None:
    office.kim.command(f"/timer add 1h Acme logo call for <@{office.kim.id}|kim>")

    office.kim.submit()
    office.world.settle()

    assert "I told" not in office.kim.last_message(containing="Added").text
    assert len(office.entries(office.kim)) == 1


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
