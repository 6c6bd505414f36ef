"""Start now, say later: a timer without a project is asked about where it is seen."""

from sqlalchemy import update

from tests.slack.timer.office import Office
from timebot.playground.slack.seen import View
from timebot.timekeeping.models import TimeEntry


def home(office: Office) -> View:
    office.mia.open_home()
    office.world.settle()
    assert office.mia.home is not None
    return office.mia.home


def start_now_and_stop(office: Office) -> None:
    office.mia.click(office.mia.command("/timer"), text="Start now")
    office.wait(minutes=30)


def test_what_it_was_for_is_chosen_in_the_answer_to_stop(office: Office) -> None:
    start_now_and_stop(office)
    stopped = office.mia.command("/timer stop")
    assert "What was it for?" in stopped.text

    office.mia.click(stopped, action_id="entry.set_project:1", selected="Acme, Logo")
    office.world.settle()

    answer = office.mia.last_message()
    assert "#1 Acme, Logo" in answer.text
    assert "Submit today" in answer.buttons


def test_what_added_time_was_for_is_chosen_in_the_answer_too(office: Office) -> None:
    added = office.mia.command("/timer add 30m")
    assert "What was it for?" in added.text
    assert added.buttons == ["Undo", "Edit"]

    office.mia.click(added, action_id="entry.set_project:1", selected="Acme, Logo")
    office.world.settle()

    assert "#1 Acme, Logo" in office.mia.last_message().text


def test_a_timer_is_started_at_once_from_home_and_given_a_project_there(office: Office) -> None:
    office.mia.click(home(office), text="Start now")
    office.wait(minutes=30)
    office.mia.click(home(office), text="Stop")
    doubtful = home(office)
    assert "Needs your word" in doubtful.all_text

    office.mia.click(doubtful, action_id="entry.set_project:1", selected="Globex, Website")
    after = home(office)

    assert "Needs your word" not in after.all_text
    assert "#1 *Globex, Website*" in after.all_text


def test_hours_without_a_project_are_not_handed_in_and_the_way_out_leads_to_the_project(
    office: Office,
) -> None:
    start_now_and_stop(office)
    office.mia.command("/timer stop")

    blocked = office.mia.command("/timer submit")
    assert "#1 has no project" in blocked.text
    office.mia.click(blocked, text="Fix #1")
    office.mia.fill("project", "Acme, Logo")
    office.mia.submit()
    office.world.settle()
    office.mia.command("/timer submit")

    (entry,) = office.entries(office.mia)
    assert entry.state == "pending_review"


def test_a_choice_in_an_older_message_does_not_replace_a_project(office: Office) -> None:
    start_now_and_stop(office)
    stopped = office.mia.command("/timer stop")
    office.mia.click(stopped, action_id="entry.set_project:1", selected="Acme, Logo")
    office.world.settle()

    office.mia.click(stopped, action_id="entry.set_project:1", selected="Globex, Website")
    office.world.settle()

    assert "#1 is for Acme, Logo by now. Nothing was changed." in office.mia.last_message().text


def test_an_end_that_was_guessed_is_confirmed_on_home(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo sketches")
    with office.session() as session:
        session.execute(update(TimeEntry).values(is_confirmed=False))
    office.mia.command("/timer add 5m Globex copy")

    office.mia.click(home(office), text="That is right")

    assert "Needs your word" not in home(office).all_text
    assert all(entry.is_confirmed for entry in office.entries(office.mia))


def test_home_says_since_when_and_with_whom_own_hours_wait(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo sketches")
    office.mia.command("/timer submit")

    shown = home(office)

    assert "Your hours, waiting for approval" in shown.all_text
    assert "*1 h* in 1 entry, 3 Mar 2031\nWaiting since 9:00 for ana and kim." in (shown.all_text)


def test_a_click_on_an_old_home_is_answered_by_a_new_one(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo sketches")
    with office.session() as session:
        session.execute(update(TimeEntry).values(is_confirmed=False))
    old = home(office)
    office.mia.click(old, text="That is right")
    office.world.settle()
    before = office.mia.home

    office.mia.click(old, text="That is right")
    office.world.settle()

    assert before is not None
    assert office.mia.home is not None
    assert office.mia.home.document["hash"] != before.document["hash"]
