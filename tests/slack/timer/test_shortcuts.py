"""Shortcuts: a message's own menu, and the one that works from anywhere."""

import pytest

from tests.slack.timer.office import Office
from timebot.playground.slack.seen import Message
from timebot.slack.delivery import Delivery
from timebot.slack.shortcuts import permalink_of

LOG_TIME, START_TIMER = "shortcut.log_time", "shortcut.start_timer"


def written(office: Office, text: str) -> Message:
    everybody = [office.kim.id, office.mia.id]
    channel = office.world.local.slack.add_channel("acme", members=everybody)
    office.kim.say(text, channel)
    return office.mia.last_message(channel)


def test_time_is_logged_for_a_message_and_keeps_its_link(office: Office) -> None:
    message = written(office, "Please fix the header &amp; footer, see #ABC-12")

    office.mia.shortcut(LOG_TIME, message)
    assert office.mia.modal is not None
    assert "from a message" in office.mia.modal.all_text
    office.mia.fill("project", "Acme, Website")
    office.mia.fill("spent", "30m")
    office.mia.submit()
    office.world.settle()

    (entry,) = office.entries(office.mia)
    ts = message.ts.replace(".", "")
    assert (entry.text, entry.ticket_ref) == (
        "Please fix the header & footer, see #ABC-12",
        "ABC-12",
    )
    assert entry.permalink is not None
    assert entry.permalink.endswith(f".slack.com/archives/{message.channel}/p{ts}")
    answer = office.mia.last_message(message.channel, containing="Added")
    assert f"<{entry.permalink}|from a message>" in answer.all_text


def test_the_form_of_a_message_in_a_linked_channel_knows_the_project(office: Office) -> None:
    message = written(office, "Please fix the header")
    office.kim.command("/timer link Acme website", message.channel)

    office.mia.shortcut(LOG_TIME, message)
    office.mia.fill("spent", "30m")
    office.mia.submit()
    office.world.settle()

    assert "*Acme, Website* · Please fix the header" in (
        office.mia.last_message(message.channel).all_text
    )


def test_a_fault_keeps_what_was_typed_and_the_link(office: Office) -> None:
    message = written(office, "Please fix the header")
    office.mia.shortcut(LOG_TIME, message)
    office.mia.fill("spent", "soon")

    faults = office.mia.submit()
    office.mia.fill("spent", "30m")
    office.mia.submit()

    (entry,) = office.entries(office.mia)
    assert list(faults.errors) == ["spent"]
    assert entry.text == "Please fix the header"
    assert entry.permalink is not None


def test_a_timer_is_started_from_anywhere_and_the_answer_comes_by_dm(office: Office) -> None:
    office.mia.shortcut(START_TIMER)
    office.mia.fill("project", "Acme, Logo")
    office.mia.fill("text", "sketches")
    office.mia.submit()
    office.world.settle()

    answer = office.mia.last_message()
    assert "Started at 9:00." in answer.text
    assert not answer.is_ephemeral


@pytest.mark.parametrize(
    ("thread", "tail"),
    [
        ({}, ""),
        ({"thread_ts": "1700000000.000100"}, ""),
        (
            {"thread_ts": "1699999999.000900"},
            "?thread_ts=1699999999.000900&cid=C1",
        ),
    ],
)
def test_a_reply_in_a_thread_is_linked_through_its_thread(
    thread: dict[str, str], tail: str
) -> None:
    message = {"ts": "1700000000.000100", **thread}
    delivery = Delivery(
        kind="shortcut",
        key="k",
        team_id="T1",
        team_name="north",
        user_id="U1",
        name=LOG_TIME,
        channel_id="C1",
        message=message,
    )

    address = permalink_of(delivery)

    assert address == f"https://north.slack.com/archives/C1/p1700000000000100{tail}"


def test_a_long_message_is_shortened_at_a_word_and_a_link_reads_as_it_was_seen(
    office: Office,
) -> None:
    message = written(office, "See <https://example.com|the brief> and " + "words " * 60)

    office.mia.shortcut(LOG_TIME, message)

    assert office.mia.modal is not None
    proposed = str(office.mia.modal.values["text"]["value"]["value"])
    assert proposed.startswith("See the brief and words")
    assert proposed.endswith("words…")
    assert len(proposed) <= 120
