"""A button that comes too late gives way to what is so by now, with buttons that work."""

from tests.slack.timer.office import Office
from timebot.playground.slack.seen import Answer, Message


def now_in_place_of(office: Office, answer: Answer) -> Message:
    """Return what stands by now where an answer stood."""
    assert answer.message is not None
    (shown,) = [one for one in office.mia.messages() if one.ts == answer.message.ts]
    return shown


def test_a_late_stop_shows_how_the_timer_ended_in_the_place_of_the_old_message(
    office: Office,
) -> None:
    started = office.mia.command("/timer start Acme logo sketches")
    office.wait(hours=1)
    office.mia.command("/timer stop")

    office.mia.click(started, text="Stop")
    office.world.settle()

    shown = now_in_place_of(office, started)
    assert "This timer is not running any more." in shown.text
    assert "1 h (9:00–10:00 on Mon 3 Mar 2031, Europe/Berlin)" in shown.text  # noqa: RUF001 - as it is shown
    assert shown.buttons == ["Today", "Resume", "Edit", "Submit today"]


def test_a_late_undo_shows_the_entry_as_it_is(office: Office) -> None:
    added = office.mia.command("/timer add 1h Acme logo call")
    office.wait(minutes=20)

    office.mia.click(added, text="Undo")
    office.world.settle()

    shown = now_in_place_of(office, added)
    assert "more than 15 minutes ago" in shown.text
    assert "#1 Acme, Logo · call" in shown.text
    assert "Edit" in shown.buttons


def test_a_late_edit_of_a_deleted_entry_offers_the_deleted_ones(office: Office) -> None:
    added = office.mia.command("/timer add 1h Acme logo call")
    office.mia.click(office.mia.command("/timer delete 1"), text="Delete #1")

    office.mia.click(added, text="Edit")
    office.world.settle()

    shown = now_in_place_of(office, added)
    assert "deleted." in shown.text
    assert "Deleted entries" in shown.buttons


def test_a_late_delete_shows_what_was_changed_since(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo call")
    asked = office.mia.command("/timer delete 1")
    office.mia.command("/timer edit 1")
    office.mia.fill("text", "long call")
    office.mia.submit()

    office.mia.click(asked, text="Delete #1")
    office.world.settle()

    shown = now_in_place_of(office, asked)
    assert "#1 Acme, Logo · long call" in shown.text
    assert len(office.entries(office.mia)) == 1


def test_a_late_submit_shows_what_waits_with_withdraw(office: Office) -> None:
    added = office.mia.command("/timer add 1h Acme logo call")
    office.mia.command("/timer submit")

    office.mia.click(added, text="Submit today")
    office.world.settle()

    shown = now_in_place_of(office, added)
    assert "nothing to submit" in shown.text
    assert "Waiting since 9:00 for ana and kim" in shown.text
    assert "Withdraw" in shown.buttons


def test_a_late_withdraw_says_that_nothing_waits(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo call")
    submitted = office.mia.command("/timer submit")
    office.mia.command("/timer withdraw")

    office.mia.click(submitted, text="Withdraw")
    office.world.settle()

    shown = now_in_place_of(office, submitted)
    assert "Nothing of yours is waiting for approval." in shown.text
    assert shown.buttons == ["Today", "This week"]


def test_a_late_choice_in_a_list_draws_the_list_anew(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo call")
    office.mia.command("/timer add 30m Acme website copy")
    listed = office.mia.command("/timer today")
    office.mia.click(office.mia.command("/timer delete 1"), text="Delete #1")

    office.mia.click(listed, selected="Edit", action_id="entry.menu:1")
    office.world.settle()

    shown = now_in_place_of(office, listed)
    assert "#1 was deleted." in shown.text
    assert {"Deleted entries", "History"} <= set(shown.buttons)
    assert "copy" in shown.text
    assert "call" not in shown.text


def test_a_late_choice_for_what_was_undone_opens_its_history(office: Office) -> None:
    office.mia.command("/timer add 30m Acme website copy")
    added = office.mia.command("/timer add 1h Acme logo call")
    listed = office.mia.command("/timer today")
    office.mia.click(added, text="Undo")

    office.mia.click(listed, selected="Split", action_id="entry.menu:2")
    office.world.settle()

    shown = now_in_place_of(office, listed)
    assert "#2 was undone, so it is there no more." in shown.text
    office.mia.click(shown, text="History")
    assert office.mia.modal is not None
    assert office.mia.modal.title == "History of #2"


def test_a_late_edit_of_what_was_undone_offers_its_day_and_history(office: Office) -> None:
    added = office.mia.command("/timer add 1h Acme logo call")
    office.mia.command("/timer undo")

    office.mia.click(added, text="Edit")
    office.world.settle()

    shown = now_in_place_of(office, added)
    assert "(8:00–9:00 on Mon 3 Mar 2031, Europe/Berlin), undone." in shown.text  # noqa: RUF001 - as it is shown
    assert shown.buttons == ["Its day", "History"]


def test_a_late_choice_at_home_shows_the_entry_that_is_gone(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo call")
    office.mia.open_home()
    office.world.settle()
    home = office.mia.home
    assert home is not None
    office.mia.command("/timer undo")

    office.mia.click(home, selected="Edit", action_id="entry.menu:1")
    office.world.settle()

    said = office.mia.last_message()
    assert "#1 Acme, Logo · call" in said.text
    assert said.buttons == ["Its day", "History"]
