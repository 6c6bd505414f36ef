"""The same delivery has one effect and one answer; what is not Slack's has none."""

from typing import Any

import pytest

from tests.slack.frame.frames import Frame, does_it, quiet, shows_button
from timebot.clock import real_now
from timebot.playground.slack import Person
from timebot.slack.desk import Reported


def test_a_command_sent_twice_takes_effect_once_and_hears_the_same(
    frame: Frame, mia: Person
) -> None:
    frame.commands["/try"] = does_it
    mia.command("/try a")

    again = frame.slack.resend_last_delivery(times=2)

    first = frame.slack.deliveries[0].reply
    assert frame.effects() == 1
    assert [reply.body for reply in again] == [first.body] * 2
    assert b"Done with a." in first.body


def test_copies_of_a_command_at_the_same_instant_take_effect_once(
    frame: Frame, mia: Person
) -> None:
    frame.commands["/try"] = quiet
    mia.command("/try a")
    # The first delivery said nothing; a fresh one is copied before it was ever decided.
    body = frame.slack.deliveries[-1].body.replace(b"trigger_id=", b"trigger_id=9")
    frame.commands["/try"] = does_it
    frame.post(body)

    replies = frame.slack.resend_last_delivery(times=8, parallel=True)

    assert frame.effects() == 1
    assert {(reply.status, reply.json()["text"]) for reply in replies} == {(200, "Done with a.")}


def test_eight_first_copies_in_parallel_take_effect_once(frame: Frame, mia: Person) -> None:
    frame.slack.connect("http://127.0.0.1:9/slack/events")
    mia.command("/try a")  # nobody hears it
    lost = frame.slack.deliveries[-1]
    frame.commands["/try"] = does_it
    frame.reconnect()

    replies = frame.post_at_once(lost.body, 8)

    assert frame.effects() == 1
    assert {reply.body for reply in replies} == {replies[0].body}


def test_a_click_sent_again_takes_effect_once_and_is_answered_once(
    frame: Frame, mia: Person
) -> None:
    frame.commands["/try"] = shows_button
    frame.actions["timer.stop"] = does_it
    shown = mia.command("/try")
    mia.click(shown, text="Do it")

    replies = frame.slack.resend_last_delivery(times=3, parallel=True)
    frame.settle()

    assert frame.effects() == 1
    assert [reply.status for reply in replies] == [200] * 3
    assert [each.text for each in mia.messages()].count("Done with nothing.") == 1


def test_an_event_sent_again_takes_effect_once(frame: Frame, mia: Person) -> None:
    frame.events["app_home_opened"] = does_it
    mia.open_home()

    replies = frame.slack.resend_last_delivery(times=3, headers={"X-Slack-Retry-Num": "1"})

    assert frame.effects() == 1
    assert [reply.status for reply in replies] == [200] * 3


def test_an_event_that_failed_is_sent_again_and_then_taken(frame: Frame, mia: Person) -> None:
    frame.commands["/try"] = quiet
    mia.command("/try")
    calls: list[str] = []

    def stumbles(reported: Reported) -> None:
        calls.append(reported.delivery.name)
        if len(calls) == 1:
            raise RuntimeError("not yet")

    frame.news["user_change"] = stumbles
    frame.slack.change_user(mia.id, real_name="Mia Berg")

    first = frame.slack.deliveries[-1].reply
    again = frame.slack.resend_last_delivery(times=2)

    assert first.status == 503
    assert [reply.status for reply in again] == [200, 200]
    assert calls == ["user_change"] * 2


def test_an_event_about_nobody_makes_nobody_known(frame: Frame, mia: Person) -> None:
    frame.slack.uninstall()
    frame.slack.change_user(mia.id, real_name="Mia Berg")

    assert [each.reply.status for each in frame.slack.deliveries] == [200, 200]
    assert frame.members() == []


@pytest.mark.parametrize(
    ("seconds", "signed"), [(-301, None), (301, None), (0, "v0=" + "0" * 64), (0, "v1=x"), (0, "é")]
)
def test_what_is_old_or_forged_is_refused_and_leaves_nothing(
    frame: Frame, mia: Person, seconds: int, signed: str | None
) -> None:
    frame.commands["/try"] = does_it
    body = _a_command_body(frame, mia)
    at = str(int(real_now().timestamp()) + seconds)

    reply = frame.post(body, at=at, signed=signed)

    assert reply.status == 401
    assert (frame.effects(), frame.heard(), frame.members()) == (0, 0, [])


@pytest.mark.parametrize("at", ["yesterday", "1e9", "-1", "٣", "9" * 5_000])
def test_a_timestamp_that_is_no_number_is_refused(frame: Frame, mia: Person, at: str) -> None:
    frame.commands["/try"] = does_it

    reply = frame.post(_a_command_body(frame, mia), at=at.encode().decode("latin-1"))

    assert reply.status == 401
    assert frame.heard() == 0


def test_a_request_without_signature_is_refused(frame: Frame, mia: Person) -> None:
    frame.commands["/try"] = does_it

    reply = frame.post(_a_command_body(frame, mia), signed="")

    assert reply.status == 401
    assert frame.heard() == 0


@pytest.mark.parametrize(
    "body", [b"payload=%7Bnot+json", b"payload=%5B1%5D", b"\xff\xfe", b"{", b"", b"[]", b"{}"]
)
def test_a_body_that_nobody_can_read_is_refused_without_a_crash(frame: Frame, body: bytes) -> None:
    reply = frame.post(body)

    assert reply.status in {200, 400}
    assert frame.heard() == 0


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "block_actions", "actions": []},
        {"type": "block_actions", "actions": [{"action_id": "a", "type": "button"}]},
        {"type": "block_actions", "actions": [5], "team": {"id": "T1"}, "user": {"id": "U1"}},
        {"type": "view_submission", "view": {"callback_id": "x", "type": "modal"}},
        {"type": "dialog_submission", "callback_id": "x"},
        {"type": "something_new"},
    ],
)
def test_a_payload_of_an_unknown_shape_harms_nothing(frame: Frame, payload: dict[str, Any]) -> None:
    reply = frame.interact(payload)

    assert reply.status in {200, 400}
    assert frame.members() == []


def test_a_command_whose_text_names_a_payload_is_understood(frame: Frame, mia: Person) -> None:
    frame.commands["/try"] = does_it

    answer = mia.command("/try the payload service")

    assert answer.text == "Done with the payload service."


def test_what_no_database_can_store_is_left_out(frame: Frame, mia: Person) -> None:
    frame.commands["/try"] = does_it

    answer = mia.command("/try a\0b")

    assert answer.text == "Done with ab."


def _a_command_body(frame: Frame, person: Person) -> bytes:
    """Return the body of a command that reached nobody."""
    frame.slack.connect("http://127.0.0.1:9/slack/events")
    person.command("/try a")
    frame.reconnect()
    return frame.slack.deliveries[-1].body
