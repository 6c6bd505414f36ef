"""Brings deleted entries back, for some weeks and while their period is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.errors import Refusal, WayOut
from timebot.team.models import Member
from timebot.timekeeping.gone import RESTORED_FOR, deleted_by_somebody
from timebot.timekeeping.history import Change, entry_facts, note_change, remember_action
from timebot.timekeeping.locks import ensure_unlocked
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.turns import EntryUnknown, take_turn

MOST_LISTED = 20


class TooLateToRestore(Refusal):
    """An entry that was deleted long ago."""

    is_stale = True

    def __init__(self, number: int) -> None:
        super().__init__(
            f"#{number} was deleted more than {RESTORED_FOR.days} days ago and cannot be restored."
            " Add the time again.",
            example="/timer add 9:00-10:30 Acme logo",
        )


class NotDeleted(Refusal):
    """An entry that is there."""

    is_stale = True

    def __init__(self, number: int) -> None:
        super().__init__(
            f"#{number} is not deleted. Nothing was changed.",
            ways_out=[WayOut(f"Open #{number}", "entry.edit", str(number))],
        )


@dataclass(frozen=True)
class Restored:
    """An entry that is there again, as a draft.

    Attributes:
        entry: the entry.
        action_id: what Undo must name.
    """

    entry: TimeEntry
    action_id: UUID


def list_deleted(session: Session, *, member: Member, now: datetime) -> Sequence[TimeEntry]:
    """List the member's entries that can be restored, last deleted first.

    What an undo took away is not among them: it was never meant to be there. Nor is a timer that
    still ran when it was deleted, because nobody said when it ended.
    """
    return session.scalars(
        select(TimeEntry)
        .where(
            TimeEntry.workspace_id == member.workspace_id,
            TimeEntry.member_id == member.id,
            TimeEntry.deleted_at > now - RESTORED_FOR,
            TimeEntry.ended_at.is_not(None),
            deleted_by_somebody(),
        )
        .order_by(TimeEntry.deleted_at.desc(), TimeEntry.number.desc())
        .limit(MOST_LISTED)
    ).all()


def restore_entry(
    session: Session, *, member: Member, entry_id: UUID, now: datetime, surface: str
) -> Restored:
    """Bring one of the member's deleted entries back, as a draft.

    Raises:
        EntryUnknown: if it is not theirs, or still ran when it was deleted.
        NotDeleted: if it is there.
        TooLateToRestore: if it was deleted more than 30 days ago.
        PeriodLocked: if its period is locked.
        NotAllowed: if the person may not track time.
    """
    member = take_turn(session, member, to="change time", now=now)
    entry = session.get(TimeEntry, (member.workspace_id, entry_id), populate_existing=True)
    if entry is None or entry.member_id != member.id or entry.ended_at is None:
        raise EntryUnknown(entry.number if entry is not None else 0)
    if entry.deleted_at is None:
        raise NotDeleted(entry.number)
    if entry.deleted_at <= now - RESTORED_FOR:
        raise TooLateToRestore(entry.number)
    ensure_unlocked(session, actor=member, days=[entry.worked_on], now=now)
    change, before = Change(member, surface, now), entry_facts(entry)
    entry.deleted_at = None
    entry.version += 1
    note_change(session, change, entry, "restored", before=before)
    action = remember_action(session, change, "restored", entry, before=before)
    return Restored(entry, action.id)
