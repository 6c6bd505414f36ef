"""Nothing that waits for a decision is lost in Slack: in doubt it is said once more."""

from datetime import timedelta

import pytest

from tests.slack.frame.frames import Frame, draws
from tests.slack.frame.test_sending import show, states, texts
from timebot.clock import real_now
from timebot.playground.slack import Person


@pytest.mark.parametrize("is_decided", [False, True])
def test_what_waits_for_a_decision_and_may_not_have_arrived_is_said_once_more(
    frame: Frame, known: Person, *, is_decided: bool
) -> None:
    frame.cards["run"] = draws("Please decide", with_button=True)
    frame.slack.fail_next("chat.postMessage", status=503)
    show(frame, known.id)
    frame.settle()
    frame.cards["run"] = draws("Please decide", with_button=not is_decided)

    frame.clock.advance(timedelta(minutes=16))
    frame.settle()
    frame.settle()

    assert texts(known) == ([] if is_decided else ["Please decide"])
    assert [state for state, _ in states(frame)] == ["unknown", "done"]


def test_what_was_repainted_meanwhile_is_not_posted_beside_it(frame: Frame, known: Person) -> None:
    frame.cards["run"] = draws("First", with_button=True)
    frame.slack.fail_next("chat.postMessage", status=503)
    show(frame, known.id)
    frame.settle()
    frame.cards["run"] = draws("Second", with_button=True)
    show(frame, known.id)
    frame.settle()

    frame.clock.advance(timedelta(minutes=16))
    frame.settle()

    assert texts(known) == ["Second"]


def test_while_slack_refuses_the_token_messages_wait_and_then_arrive(
    frame: Frame, known: Person
) -> None:
    frame.cards["run"] = draws("After the new token")
    refusal: dict[str, object] = {"ok": False, "error": "token_revoked"}
    for _ in range(30):
        frame.slack.fail_next("chat.postMessage", status=200, body=refusal)
    show(frame, known.id)

    began = real_now()
    for tries in range(31):
        later = began + timedelta(minutes=11 * tries)
        frame.outbox.run_once(now=frame.clock.now(), real_now=later)

    assert texts(known) == ["After the new token"]
    assert [state for state, _ in states(frame)] == ["done"]
