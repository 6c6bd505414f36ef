"""Home is published with its hash: of two changes at the same instant none is overwritten."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.slack.frame.frames import Frame, does_it
from timebot.clock import real_now
from timebot.journal.outcomes import LEASE
from timebot.playground.slack import Person
from timebot.slack.blocks import Block, section
from timebot.slack.desk import Viewer
from timebot.slack.speaker import web_client


@pytest.fixture
def known(frame: Frame, mia: Person) -> Person:
    frame.commands["/try"] = does_it
    mia.command("/try")
    return mia


def says(words: str) -> Block:
    return {"type": "home", "blocks": [section(words)]}


def publishes(frame: Frame) -> list[dict[str, object]]:
    """Return the calls that published a Home, oldest first."""
    found = [one for one in frame.slack.exchanges() if one["title"] == "views.publish"]
    return [one["request"] for one in found]


def publish(frame: Frame) -> None:
    (member,) = frame.members()
    frame.publish(member.id)
    frame.settle()


def shown(person: Person) -> str:
    assert person.home is not None
    return person.home.all_text


def test_a_home_replaces_just_the_one_before(frame: Frame, known: Person) -> None:
    frame.homes = lambda _viewer: says("First")
    publish(frame)
    assert known.home is not None
    first = known.home.document["hash"]
    frame.homes = lambda _viewer: says("Second")

    publish(frame)

    assert first in str(publishes(frame)[-1])
    assert "Second" in shown(known)


def test_a_home_drawn_before_a_change_does_not_overwrite_one_drawn_after_it(
    frame: Frame, known: Person
) -> None:
    frame.homes = lambda _viewer: says("At first")
    publish(frame)
    states = iter(["Old", "New", "New"])
    turns = iter([True])

    def draw(_viewer: Viewer) -> Block:
        view = says(next(states))
        if next(turns, False):
            # This worker is so slow that another one has taken its place, after a change.
            with ThreadPoolExecutor(1) as another:
                another.submit(works_later).result()
        return view

    def works_later() -> None:
        later = real_now() + 2 * LEASE
        frame.outbox.run_once(now=frame.clock.now(), real_now=later)

    frame.homes = draw
    publish(frame)

    assert "New" in shown(known)
    assert {each.state for each in frame.messages() if each.kind == "slack.home"} == {"done"}


def test_a_home_whose_hash_was_never_heard_is_replaced_all_the_same(
    frame: Frame, known: Person
) -> None:
    frame.homes = lambda _viewer: says("First")
    publish(frame)
    client = web_client(frame.slack.bot_token, frame.slack.api_url)
    client.views_publish(user_id=known.id, view=says("Unheard of"))
    frame.homes = lambda _viewer: says("Second")

    publish(frame)

    assert "Second" in shown(known)


def test_a_conflict_without_end_is_left_for_later(frame: Frame, known: Person) -> None:
    publish(frame)
    calls = len(publishes(frame))
    conflict = {"ok": False, "error": "hash_conflict"}
    frame.slack.fail_next("views.publish", status=200, body=conflict, times=50)

    publish(frame)

    assert len(publishes(frame)) == calls + 2
    assert [each.last_error for each in frame.messages() if each.state == "waiting"] == [
        "hash_conflict"
    ]
    assert known.home is not None
