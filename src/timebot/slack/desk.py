"""The desk: what every listener needs, and what one delivery looks like once it is let in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from timebot.clock import Clock
from timebot.db import Database
from timebot.journal.audit import Actor
from timebot.slack.answer import Answer
from timebot.slack.blocks import Block
from timebot.slack.delivery import Delivery
from timebot.team.models import Member, Workspace

SURFACE = "slack"


@dataclass(frozen=True)
class Desk:
    """What the Slack room was given by the composition root.

    Attributes:
        database, clock: as everywhere.
        command, billing_command: the names of the two commands.
        owner_hint: the Slack user made owner at first contact, or None.
        public_url: our own address, for links.
        can_charge, can_mail: whether Stripe and Resend are set up.
        wake: tells a worker in this process that there is something to do.
    """

    database: Database
    clock: Clock
    command: str
    billing_command: str
    owner_hint: str | None
    public_url: str
    can_charge: bool
    can_mail: bool
    wake: Callable[[], None]


@dataclass(frozen=True)
class Asked:
    """One delivery, inside its transaction, with the people it concerns.

    Attributes:
        session: the open transaction.
        workspace, member: who asks; the member's rights are checked by the feature.
        now: the business instant, read once.
    """

    session: Session
    desk: Desk
    workspace: Workspace
    member: Member
    delivery: Delivery
    now: datetime

    @property
    def actor(self) -> Actor:
        """Who is written into the audit."""
        return Actor(self.member.id, SURFACE)


@dataclass(frozen=True)
class Reported:
    """Something that Slack reports by itself, inside its transaction: nobody asked."""

    session: Session
    desk: Desk
    workspace: Workspace
    delivery: Delivery
    now: datetime


News = Callable[[Reported], None]
"""Takes note of something that Slack reports."""

Feature = Callable[[Asked], Answer]
"""A feature decides one delivery: it calls the business and draws the answer."""

Options = Callable[[Asked], list[Block]]
"""A type-ahead field's options."""


@dataclass(frozen=True)
class Drawn:
    """A message as it stands in Slack: the whole content in words, and drawn."""

    text: str
    blocks: list[Block]


@dataclass(frozen=True)
class Viewer:
    """Who will see a drawn message; money is drawn only for billing roles."""

    session: Session
    desk: Desk
    workspace: Workspace
    recipient: str
    member: Member | None
    now: datetime


def viewer_of(asked: Asked) -> Viewer:
    """Return the person who asked as the one who will see what is drawn."""
    return Viewer(
        asked.session,
        asked.desk,
        asked.workspace,
        asked.member.slack_user_id,
        asked.member,
        asked.now,
    )


Card = Callable[[Viewer, str], Drawn | None]
"""Draws a card for its subject's id; None where nothing is left to show."""

Notice = Callable[[Viewer, dict[str, str]], Drawn | None]
"""Draws a one-off message from its facts; None where it has become pointless."""
