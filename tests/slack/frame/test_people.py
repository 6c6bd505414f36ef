"""People: who they are is asked of Slack once in a while, and never at the cost of an answer."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.slack.frame.frames import Frame, does_it, everybody_waits
from timebot.playground.slack import Person
from timebot.slack.answer import Answer
from timebot.slack.desk import Asked
from timebot.slack.speaker import ask_profile, web_client


def profiles_asked(frame: Frame) -> int:
    return [each["title"] for each in frame.slack.exchanges()].count("users.info")


def test_slack_is_asked_about_a_new_person_and_not_again_the_same_day(
    frame: Frame, mia: Person
) -> None:
    frame.commands["/try"] = does_it

    for _ in range(3):
        mia.command("/try")

    assert profiles_asked(frame) == 1
    assert [(one.name, one.zone, one.role) for one in frame.members()] == [
        ("mia", "Europe/Berlin", "owner")
    ]


def test_slack_is_asked_again_after_a_day(frame: Frame, mia: Person) -> None:
    frame.commands["/try"] = does_it
    mia.command("/try")
    frame.clock.advance(timedelta(hours=25))

    mia.command("/try")

    assert profiles_asked(frame) == 2


def test_slack_is_never_asked_inside_a_transaction(frame: Frame, mia: Person) -> None:
    client = web_client(frame.slack.bot_token, frame.slack.api_url, seconds=1)

    with (
        frame.database.transaction(),
        pytest.raises(RuntimeError, match="inside a database transaction"),
    ):
        ask_profile(client, mia.id, frame.slack.team_id)


@pytest.mark.parametrize("body", [None, {"ok": False, "error": "user_not_found"}, {"ok": True}])
def test_a_slack_that_cannot_say_stops_nobody(
    frame: Frame, mia: Person, body: dict[str, Any] | None
) -> None:
    frame.commands["/try"] = does_it
    frame.slack.fail_next("users.info", status=None if body is None else 200, body=body)

    answer = mia.command("/try")

    assert answer.text == "Done with nothing."
    assert [(one.role, one.zone_is_known) for one in frame.members()] == [("member", False)]


@pytest.fixture
def silent_url() -> Iterator[str]:
    """The address of a Slack that takes every call and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken: list[socket.socket] = []
        ended = threading.Event()

        def take() -> None:
            while not ended.is_set():
                try:
                    taken.append(server.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=take)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/api/"
        ended.set()
        with socket.create_connection(server.getsockname()):
            thread.join()
        for each in taken:
            each.close()


def test_a_slack_that_hangs_costs_one_second(frame: Frame, mia: Person, silent_url: str) -> None:
    frame.commands["/try"] = does_it
    hanging = web_client("xoxb-x", silent_url, seconds=1)
    frame.use_client(lambda _team: hanging)

    answer = mia.command("/try")

    assert answer.text == "Done with nothing."
    assert 900 < answer.ms < 2_000


def test_a_slack_that_hangs_still_lets_a_click_be_answered(
    frame: Frame, mia: Person, silent_url: str
) -> None:
    frame.commands["/try"] = lambda _asked: Answer(modal={"type": "modal"})
    hanging = web_client("xoxb-x", silent_url, seconds=1)
    frame.use_client(lambda _team: hanging)

    answer = mia.command("/try")

    assert "did not let me open the form in time" in answer.text
    assert answer.ms < 2_900


def test_a_slack_that_hangs_and_others_who_write_still_leave_time_for_an_answer(
    frame: Frame, mia: Person, silent_url: str
) -> None:
    if not frame.database.is_sqlite:
        pytest.skip("PostgreSQL has no single writer")
    frame.commands["/try"] = does_it
    hanging = web_client("xoxb-x", silent_url, seconds=1)
    frame.use_client(lambda _team: hanging)

    with everybody_waits(frame):
        answer = mia.command("/try")

    assert "I am busy just now" in answer.text
    assert answer.ms < 2_900


@pytest.mark.parametrize(
    ("profile", "kind"),
    [
        ({"is_restricted": True}, "guest"),
        ({"is_ultra_restricted": True}, "guest"),
        ({}, "person"),
    ],
)
def test_the_kind_of_an_account_is_read(frame: Frame, profile: dict[str, Any], kind: str) -> None:
    frame.commands["/try"] = does_it

    frame.person("somebody", **profile).command("/try")

    (member,) = frame.members()
    assert (member.kind, member.role) == (kind, "member" if kind == "person" else "none")


@pytest.mark.parametrize("slack_answers", [True, False])
def test_somebody_of_another_firm_is_external_whatever_slack_says(
    frame: Frame, *, slack_answers: bool
) -> None:
    frame.actions["timer.stop"] = does_it
    if not slack_answers:
        frame.slack.fail_next("users.info", status=None)
    stranger = frame.person("stranger", team_id="T0OTHER")

    frame.interact(a_click(frame, stranger, team_id="T0OTHER"))

    assert [(one.kind, one.role) for one in frame.members()] == [("external", "none")]


def test_a_guest_whose_first_command_is_refused_is_known_as_a_guest(frame: Frame) -> None:
    def refuses(asked: Asked) -> Answer:
        kinds.append(asked.member.kind)
        raise frame.refusal

    kinds: list[str] = []
    frame.commands["/try"] = refuses

    frame.person("guest", is_restricted=True).command("/try")

    assert kinds == ["guest"]
    assert [(one.kind, one.role) for one in frame.members()] == [("guest", "none")]


def a_click(frame: Frame, person: Person, *, team_id: str) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "team": {"id": frame.slack.team_id, "domain": "studio"},
        "user": {"id": person.id, "team_id": team_id},
        "trigger_id": "1.2",
        "actions": [{"type": "button", "action_id": "timer.stop", "value": "{}", "action_ts": "1"}],
    }
