"""What somebody wants to start, stop or add, small enough to travel in a button."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from timebot.errors import Refusal
from timebot.timekeeping.limits import Span
from timebot.timekeeping.tickets import Ticket

LONGEST_VALUE = 1_900
"""A button of Slack carries 2,000 characters."""


class WishUnreadable(Refusal):
    """A button carries something that no version of timebot wrote."""

    def __init__(self) -> None:
        super().__init__("This button is too old to be used. Please type the command again.")


@dataclass(frozen=True)
class StartWish:
    """What should be started.

    Attributes:
        project_id: the project, or None for no project yet.
        text: the description.
        started_at: a back-dated start, or None for now.
        billable: the kind, or None for the project's.
        ticket: an outside ticket, or None.
        permalink: the Slack message the work comes from, or None.
        long_is_meant: whether more than 24 hours were asked back already.
    """

    project_id: UUID | None
    text: str = ""
    started_at: datetime | None = None
    billable: str | None = None
    ticket: Ticket | None = None
    permalink: str | None = None
    long_is_meant: bool = False

    def as_value(self) -> str | None:
        """Return the wish as the value of a button, or None if it is too long for one."""
        facts = {
            "project": str(self.project_id) if self.project_id else None,
            "text": self.text,
            "at": self.started_at.isoformat() if self.started_at else None,
            "kind": self.billable,
            "ticket": [self.ticket.ref, self.ticket.url] if self.ticket else None,
            "link": self.permalink,
            "long": self.long_is_meant,
        }
        return _as_value(facts)


@dataclass(frozen=True)
class StopWish:
    """What should be stopped.

    Attributes:
        entry_id: the running timer that the button was made for.
        ended_at: an earlier end, or None for now.
        text: a new description, or None to keep the old one.
        long_is_meant: whether more than 24 hours were asked back already.
    """

    entry_id: UUID
    ended_at: datetime | None = None
    text: str | None = None
    long_is_meant: bool = False

    def as_value(self) -> str | None:
        """Return the wish as the value of a button, or None if it is too long for one."""
        facts = {
            "entry": str(self.entry_id),
            "at": self.ended_at.isoformat() if self.ended_at else None,
            "text": self.text,
            "long": self.long_is_meant,
        }
        return _as_value(facts)


@dataclass(frozen=True)
class AddWish:
    """What should be added although it is longer than 24 hours.

    Attributes:
        project_id: the project, or None for no project yet.
        text: the description.
        span: from when to when.
        billable: the kind, or None for the project's.
        ticket: an outside ticket, or None.
    """

    project_id: UUID | None
    text: str
    span: Span
    billable: str | None = None
    ticket: Ticket | None = None

    def as_value(self) -> str | None:
        """Return the wish as the value of a button, or None if it is too long for one."""
        facts = {
            "project": str(self.project_id) if self.project_id else None,
            "text": self.text,
            "from": self.span.started_at.isoformat(),
            "to": self.span.ended_at.isoformat(),
            "kind": self.billable,
            "ticket": [self.ticket.ref, self.ticket.url] if self.ticket else None,
        }
        return _as_value(facts)


def read_start_wish(value: str) -> StartWish:
    """Return the wish that a button carries.

    Raises:
        WishUnreadable: if it carries none.
    """
    try:
        facts = json.loads(value)
        return StartWish(
            project_id=UUID(facts["project"]) if facts["project"] else None,
            text=str(facts["text"]),
            started_at=_moment(facts["at"]),
            billable=facts["kind"],
            ticket=Ticket(*facts["ticket"]) if facts["ticket"] else None,
            permalink=facts["link"],
            long_is_meant=bool(facts["long"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        raise WishUnreadable from None


def read_add_wish(value: str) -> AddWish:
    """Return the wish that a button carries.

    Raises:
        WishUnreadable: if it carries none.
    """
    try:
        facts = json.loads(value)
        return AddWish(
            project_id=UUID(facts["project"]) if facts["project"] else None,
            text=str(facts["text"]),
            span=Span(_get_moment(facts["from"]), _get_moment(facts["to"])),
            billable=facts["kind"],
            ticket=Ticket(*facts["ticket"]) if facts["ticket"] else None,
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        raise WishUnreadable from None


def read_stop_wish(value: str) -> StopWish:
    """Return the wish that a button carries.

    Raises:
        WishUnreadable: if it carries none.
    """
    try:
        facts = json.loads(value)
        return StopWish(
            entry_id=UUID(facts["entry"]),
            ended_at=_moment(facts["at"]),
            text=facts["text"],
            long_is_meant=bool(facts["long"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        raise WishUnreadable from None


def _as_value(facts: Mapping[str, object]) -> str | None:
    value = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    return value if len(value) <= LONGEST_VALUE else None


def _moment(text: str | None) -> datetime | None:
    return None if text is None else _get_moment(text)


def _get_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise WishUnreadable
    return moment
