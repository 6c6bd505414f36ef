"""Names and texts that mean mischief are shown literally, within Slack's limits, everywhere."""

from typing import Any

import pytest

from tests.builders import a_client, a_project
from tests.slack.timer.office import Office
from timebot.playground.slack.blockkit import visible_words

MISCHIEF = (
    "<!channel> <@U0LOCAL001> *bold* `code` &amp; https://evil.example",
    "\u202eright to left \u05e9\u05dc\u05d5\u05dd \U0001f469\u200d\U0001f4bb end",
    "x" * 1_000,
    "> quoted ~gone~ _it_ @everyone #general",
)


def interpreted(node: Any) -> list[str]:  # noqa: ANN401 - JSON of any depth
    """List the texts in which Slack reads marks; plain ones are literal by themselves."""
    if isinstance(node, list):
        return [text for each in node for text in interpreted(each)]
    if not isinstance(node, dict):
        return []
    own = [node["text"]] if node.get("type") == "mrkdwn" else []
    return own + [text for each in node.values() for text in interpreted(each)]


def furnish(office: Office, name: str) -> None:
    with office.session() as session:
        client = a_client(session, office.workspace(session), name=f"Evil {name}"[:120])
        a_project(session, client, name=f"Plan {name}"[:120])


@pytest.mark.parametrize("mischief", MISCHIEF)
def test_every_message_of_the_timer_shows_it_literally(office: Office, mischief: str) -> None:
    furnish(office, mischief)
    office.mia.command("/timer add")
    office.mia.fill("project", office.mia.options("project", "Evil")[0])
    office.mia.fill("spent", "1h")
    office.mia.fill("text", mischief)
    office.mia.submit()
    office.world.settle()
    answers = [
        office.mia.command(f"/timer {verb}")
        for verb in (
            "",
            "today",
            "week",
            "status",
            "delete 1",
            "resume",
            "stop",
            "edit 1",
            "submit",
        )
    ]
    office.world.settle()
    office.mia.open_home()
    office.kim.command("/timer approve")
    office.kim.click(office.kim.last_message(containing="Hours of"), text="Reject")
    office.kim.fill("reason", mischief)
    office.kim.submit()
    office.world.settle()

    assert [answer.error for answer in answers] == [None] * len(answers)
    assert office.mia.home is not None
    messages = [*office.mia.messages(), *office.kim.messages()]
    drawn = [text for one in messages for text in (one.text, *interpreted(one.blocks))]
    drawn += interpreted(office.mia.home.blocks)
    assert [text for text in drawn if "<!" in text or "<@" in text or "<http" in text] == []
    assert any("kim rejected" in message.text for message in messages)


def test_a_description_that_is_too_long_is_refused_and_nothing_is_kept(office: Office) -> None:
    answer = office.mia.command("/timer start Acme logo " + "y" * 2_000)

    assert "can have 1,000" in answer.text
    assert office.entries(office.mia) == []


@pytest.mark.parametrize("text", ["   ", "\u00a0", "\n", "\u200b"])
def test_nothing_visible_opens_the_panel(office: Office, text: str) -> None:
    answer = office.mia.command(f"/timer {text}")

    assert "No timer is running." in answer.text
    assert list(visible_words(answer.blocks))


def test_the_name_of_a_person_calls_nobody(office: Office) -> None:
    office.world.local.slack.change_user(office.mia.id, real_name="<!channel> *Mia*")
    office.mia.command("/timer add 1h Acme logo")
    office.mia.command("/timer submit")
    office.world.settle()

    card = office.kim.last_message(containing="Hours of")

    drawn = [card.text, *interpreted(card.blocks)]
    assert "channel" in card.text
    assert [text for text in drawn if "<!" in text] == []
