"""The messages of a rehearsal, read off its local Slack: to whom by role, and how they begin."""

from collections.abc import Iterator
from html import unescape
from textwrap import shorten
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.playground.slack import LocalSlack
from timebot.rehearsal.account import SlackMessage, SlackMessages
from timebot.team.models import Member

_CHANNEL = "billing channel"
_LONGEST = 100


def read_messages(session: Session, slack: LocalSlack, *, workspace_id: UUID) -> SlackMessages:
    """Return what people of the workspace would see, and what Slack would not take."""
    roles = {
        one.slack_user_id: one.role
        for one in session.scalars(select(Member).where(Member.workspace_id == workspace_id))
    }
    return SlackMessages(tuple(_shown(slack, roles)), tuple(slack.faults()))


def _shown(slack: LocalSlack, roles: dict[str, str]) -> Iterator[SlackMessage]:
    world = slack.world
    for place in world.directory.conversations():
        for message in world.messages.seen_by(slack.bot_user_id, place["id"]):
            # The only conversations besides direct ones are the channels of the billing people.
            to = roles[place["with_user"]] if place["kind"] == "dm" else _CHANNEL
            yield SlackMessage(to, _beginning(message["text"]))


def _beginning(text: str) -> str:
    """Return the first line; one that carries the whole message is cut between words."""
    return shorten(unescape(text.partition("\n")[0]), _LONGEST, placeholder=" …")
