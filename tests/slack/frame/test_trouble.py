"""Trouble: whatever goes wrong is answered in time, told to the person and found in the log."""

import re
import threading
import time

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs

from tests.slack.frame.frames import Frame, does_it, everybody_waits, opens_form, shows_button
from timebot.errors import NotAllowed, Refusal, WayOut
from timebot.playground.slack import Person
from timebot.slack.answer import Answer
from timebot.slack.desk import Asked
from timebot.slack.ids import Act
from timebot.team.models import Member
from timebot.timekeeping.turns import lock_member


def stumbles(asked: Asked) -> Answer:
    does_it(asked)
    raise RuntimeError("something of ours is broken")


def refuses(asked: Asked) -> Answer:
    does_it(asked)
    raise Refusal(
        "Nothing like *that*.",
        example="/try `this_one`",
        ways_out=[WayOut("Do it", Act.TIMER_STOP, "v"), WayOut("No", "unknown.act")],
    )


def forbids(asked: Asked) -> Answer:
    does_it(asked)
    raise NotAllowed("Only owners may.")


def test_a_broken_command_apologizes_with_a_number_that_is_in_the_log(
    frame: Frame, mia: Person
) -> None:
    frame.commands["/try"] = stumbles

    with capture_logs() as logs:
        answer = mia.command("/try")

    found = re.search(r"number ([2-9A-Z]{6})", answer.text)
    assert found is not None
    assert found[1] in {
        entry.get("reference") for entry in logs if entry["event"] == "slack.failed"
    }
    assert answer.ms < 3_000
    assert frame.effects() == 0


def test_a_broken_click_apologizes_and_undoes(frame: Frame, mia: Person) -> None:
    frame.commands["/try"] = shows_button
    frame.actions["timer.stop"] = stumbles
    shown = mia.command("/try")

    clicked = mia.click(shown, text="Do it")
    frame.settle()

    assert clicked.status == 200
    assert "went wrong on my side" in mia.last_message().text
    assert frame.effects() == 0


def test_a_click_about_which_nothing_can_be_left_is_shown_as_failed_by_slack(
    frame: Frame, mia: Person
) -> None:
    frame.commands["/try"] = shows_button
    frame.actions["timer.stop"] = stumbles
    shown = mia.command("/try")
    with frame.database.transaction() as session:
        session.execute(text("ALTER TABLE outbox_message RENAME TO taken_away"))

    with capture_logs():
        clicked = mia.click(shown, text="Do it")

    assert (clicked.status, clicked.error) == (503, "dispatch_failed")
    assert frame.effects() == 0


def test_a_broken_form_apologizes_under_its_field_and_can_be_sent_again(
    frame: Frame, mia: Person
) -> None:
    frame.commands["/try"] = opens_form
    frame.forms["form.try"] = stumbles
    mia.command("/try")
    broken = mia.submit()
    frame.forms["form.try"] = does_it

    mia.submit()

    assert "went wrong on my side" in broken.errors["words"]
    assert frame.effects() == 1


def test_broken_options_offer_nothing(frame: Frame, mia: Person) -> None:
    def breaks(_asked: Asked) -> list[dict[str, object]]:
        raise RuntimeError("no options")

    frame.commands["/try"] = does_it
    frame.options["place.find"] = breaks
    mia.command("/try")

    reply = frame.interact(
        {
            "type": "block_suggestion",
            "action_id": "place.find",
            "block_id": "b",
            "value": "a",
            "team": {"id": frame.slack.team_id},
            "user": {"id": mia.id},
        }
    )

    assert reply.json() == {"options": []}


def test_a_refused_command_is_rolled_back_and_its_answer_is_kept(frame: Frame, mia: Person) -> None:
    frame.commands["/try"] = refuses
    answer = mia.command("/try")
    frame.commands["/try"] = does_it

    again = frame.slack.resend_last_delivery()[0]

    assert "Nothing like" in answer.text
    assert answer.buttons == ["Do it"]
    assert again.json() == frame.slack.deliveries[0].reply.json()
    assert frame.effects() == 0


def test_a_refusal_is_escaped_and_its_example_can_be_copied(frame: Frame, mia: Person) -> None:
    frame.commands["/try"] = refuses

    answer = mia.command("/try")

    assert "*that*" not in answer.text
    assert "/try 'this_one'" in answer.all_text


def test_a_refused_click_is_told_beside_its_message(frame: Frame, mia: Person) -> None:
    frame.commands["/try"] = shows_button
    frame.actions["timer.stop"] = refuses
    shown = mia.command("/try")

    mia.click(shown, text="Do it")
    frame.settle()

    assert mia.last_message().buttons == ["Do it"]
    assert len(mia.messages()) == 2


def test_a_missing_right_is_written_into_the_audit(frame: Frame, mia: Person) -> None:
    frame.commands["/try"] = forbids
    mia.command("/try")
    frame.slack.resend_last_delivery(times=2)

    assert frame.count_audit("right.refused") == 1
    assert frame.effects() == 0


def test_other_refusals_are_not_in_the_audit(frame: Frame, mia: Person) -> None:
    frame.commands["/try"] = refuses

    mia.command("/try")

    assert frame.count_audit("right.refused") == 0


@pytest.fixture
def sqlite_frame(frame: Frame) -> Frame:
    """Only SQLite has one writer at a time."""
    if not frame.database.is_sqlite:
        pytest.skip("PostgreSQL has no single writer")
    return frame


def test_a_command_is_answered_in_time_while_others_write(sqlite_frame: Frame) -> None:
    sqlite_frame.commands["/try"] = does_it
    tom = sqlite_frame.person("tom")

    with everybody_waits(sqlite_frame):
        answer = tom.command("/try")

    assert "I am busy just now" in answer.text
    assert answer.ms < 2_900
    assert sqlite_frame.effects() == 0


def takes_a_turn(asked: Asked) -> Answer:
    lock_member(asked.session, workspace_id=asked.workspace.id, member_id=asked.member.id)
    return does_it(asked)


def test_a_command_is_answered_in_time_while_somebody_else_holds_the_row(frame: Frame) -> None:
    if frame.database.is_sqlite:
        return  # there all writers wait in one queue, as above
    frame.commands["/try"] = takes_a_turn
    tom = frame.person("tom")
    tom.command("/try")

    with frame.database.transaction() as session:
        session.execute(select(Member).with_for_update(key_share=True))
        answer = tom.command("/try")

    assert "I am busy just now" in answer.text
    assert answer.ms < 2_900
    assert frame.effects() == 1


def test_a_form_is_answered_in_time_while_others_write(sqlite_frame: Frame, mia: Person) -> None:
    sqlite_frame.commands["/try"] = opens_form
    sqlite_frame.forms["form.try"] = does_it
    mia.command("/try")

    with everybody_waits(sqlite_frame):
        answer = mia.submit()

    assert "I am busy just now" in answer.errors["words"]
    assert answer.ms < 2_900
    mia.submit()
    assert sqlite_frame.effects() == 1


def test_a_click_that_waits_too_long_for_others_is_shown_as_failed_in_time(
    sqlite_frame: Frame, mia: Person
) -> None:
    sqlite_frame.commands["/try"] = shows_button
    sqlite_frame.actions["timer.stop"] = does_it
    shown = mia.command("/try")

    with everybody_waits(sqlite_frame), capture_logs() as logs:
        clicked = mia.click(shown, text="Do it")

    assert (clicked.status, clicked.error) == (503, "dispatch_failed")
    assert clicked.ms < 2_900
    assert "slack.unrecorded" in {entry["event"] for entry in logs}


def test_a_click_is_told_when_the_others_end_just_after(sqlite_frame: Frame, mia: Person) -> None:
    sqlite_frame.commands["/try"] = shows_button
    sqlite_frame.actions["timer.stop"] = does_it
    shown = mia.command("/try")
    clicks: list[int | None] = []
    pressing = threading.Thread(target=lambda: clicks.append(mia.click(shown, text="Do it").status))

    with everybody_waits(sqlite_frame):
        pressing.start()
        time.sleep(2.1)
    pressing.join()
    sqlite_frame.settle()

    assert clicks == [200]
    assert "I am busy just now" in mia.last_message().text


def test_a_refusal_is_told_even_where_it_cannot_be_recorded(
    sqlite_frame: Frame, mia: Person
) -> None:
    begun, finish = threading.Event(), threading.Event()

    def forbids_slowly(_asked: Asked) -> Answer:
        begun.set()
        finish.wait(5)
        raise NotAllowed("Only owners may.")

    sqlite_frame.commands["/try"] = forbids_slowly
    answers: list[str] = []
    typing = threading.Thread(target=lambda: answers.append(mia.command("/try").text))
    typing.start()
    begun.wait(5)
    waiting = threading.Thread(target=_hold_for, args=(sqlite_frame, 3.0))
    waiting.start()
    time.sleep(0.2)

    finish.set()
    typing.join()
    waiting.join()

    assert answers == ["Only owners may."]


def test_an_event_is_put_off_while_others_write(sqlite_frame: Frame, mia: Person) -> None:
    sqlite_frame.events["app_home_opened"] = does_it

    with everybody_waits(sqlite_frame):
        mia.open_home()
        status = sqlite_frame.slack.deliveries[-1].reply.status

    assert status == 503


def _hold_for(frame: Frame, seconds: float) -> None:
    with frame.database.transaction(wait_seconds=5):
        time.sleep(seconds)
