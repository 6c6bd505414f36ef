"""Entries that are there no more: somebody deleted them, or an undo took them away."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from timebot.errors import WayOut
from timebot.team.days import day_in_words, day_of
from timebot.team.models import Member
from timebot.timekeeping.models import MemberAction, TimeEntry
from timebot.timekeeping.naming import entry_value
from timebot.timekeeping.unchanged import StaysAsItIs

RESTORED_FOR = timedelta(days=30)
"""For how long a deleted entry can be brought back."""

_BY_HAND = "Add the time by hand."


class EntryGone(StaysAsItIs):
    """An entry that is there no more.

    Attributes:
        was_deleted: whether somebody deleted it; else an undo took it away.
    """

    is_stale = True

    def __init__(self, entry: TimeEntry, *, was_deleted: bool, is_own: bool, now: datetime) -> None:
        self.was_deleted = was_deleted
        history = WayOut("History", "entry.history", entry_value(entry))
        its_day = WayOut("Its day", "timer.day", f'{{"day":"{entry.worked_on}"}}')
        # A day and a list of deleted entries are always the reader's own.
        ways_out = [its_day, history] if is_own else [history]
        if not was_deleted or entry.deleted_at is None:
            so, helps = "was undone, so it is there no more.", "You can look at what it was."
        elif entry.ended_at is None:
            so, helps = "was deleted while it ran and cannot be restored.", _BY_HAND
        elif now >= entry.deleted_at + RESTORED_FOR:
            over = f"could be restored {_last_day(entry.deleted_at, entry.zone)}"
            so, helps = f"was deleted, and {over}.", _BY_HAND
        elif is_own:
            so = "was deleted."
            helps = f"You can restore it {_last_day(entry.deleted_at, entry.zone)}."
            ways_out = [WayOut("Deleted entries", "entry.deleted"), history]
        else:
            until = _last_day(entry.deleted_at, entry.zone)
            so, helps = "was deleted.", f"Whoever recorded it can restore it {until}."
        super().__init__(f"#{entry.number} {so}", helps, ways_out=ways_out)


def entry_gone(session: Session, entry: TimeEntry, *, reader: Member, now: datetime) -> EntryGone:
    """Return the refusal for an entry that is there no more, with what its reader can do."""
    was_deleted = session.scalar(
        select(TimeEntry.id).where(
            TimeEntry.workspace_id == entry.workspace_id,
            TimeEntry.id == entry.id,
            deleted_by_somebody(),
        )
    )
    is_own = entry.member_id == reader.id
    return EntryGone(entry, was_deleted=was_deleted is not None, is_own=is_own, now=now)


def deleted_by_somebody() -> ColumnElement[bool]:
    """Return the condition on entries that somebody deleted; what an undo took away was not."""
    return exists().where(
        MemberAction.workspace_id == TimeEntry.workspace_id,
        MemberAction.entry_id == TimeEntry.id,
        MemberAction.kind == "deleted",
        MemberAction.undone_at.is_(None),
    )


def _last_day(deleted_at: datetime, zone: str) -> str:
    """Say until when an entry can be brought back; a day stays right however late it is read."""
    return f"until {day_in_words(day_of(deleted_at + RESTORED_FOR, zone))}"
