"""Lets the changes of one member's time queue, and finds the member's entries."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from timebot.errors import NotFound, WayOut
from timebot.team.models import Member
from timebot.team.rights import require
from timebot.timekeeping.gone import entry_gone
from timebot.timekeeping.models import TimeEntry


class EntryUnknown(NotFound):
    """The member has no entry of that number."""

    is_stale = True

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(
            f"You have no entry #{number}."
            " The list of a day shows the numbers, and the week opens each day.",
            example="/timer edit 12",
            ways_out=[WayOut("Today", "timer.today"), WayOut("This week", "timer.week")],
        )


def lock_member(session: Session, *, workspace_id: UUID, member_id: UUID) -> Member:
    """Lock the member's row and return it as it is now.

    Whoever changes entries of a member locks that member first, so that two changes queue instead
    of colliding, and always lock in the same order.
    """
    # NO KEY UPDATE, because a plain FOR UPDATE would also hold up every row that only refers to
    # the member, such as an approval that the same person gives at this moment.
    return session.scalars(
        select(Member)
        .where(Member.workspace_id == workspace_id, Member.id == member_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def take_turn(session: Session, member: Member, *, to: str, now: datetime) -> Member:
    """Lock the member's row for a change of their own time, and make sure that they may.

    Raises:
        NotAllowed: for guests, bots, people of other firms and people who left.
    """
    locked = lock_member(session, workspace_id=member.workspace_id, member_id=member.id)
    require(session, locked, "member", to=to, now=now)
    return locked


def entries_of(member: Member) -> Select[TimeEntry]:
    """Return the query for the member's entries that are not deleted, read afresh."""
    return _ever_of(member).where(TimeEntry.deleted_at.is_(None))


def find_running(session: Session, *, member: Member) -> TimeEntry | None:
    """Return the member's running timer, or None."""
    return session.scalars(entries_of(member).where(TimeEntry.ended_at.is_(None))).one_or_none()


def find_last_closed(session: Session, *, member: Member) -> TimeEntry | None:
    """Return the member's entry that was started last among those that have ended, or None."""
    closed = entries_of(member).where(TimeEntry.ended_at.is_not(None))
    newest = closed.order_by(TimeEntry.started_at.desc(), TimeEntry.number.desc())
    return session.scalars(newest.limit(1)).first()


def get_own_entry(session: Session, *, member: Member, number: int, now: datetime) -> TimeEntry:
    """Return the member's entry of that short number.

    Raises:
        EntryUnknown: if there is none.
        EntryGone: if it was deleted or undone.
    """
    # SQLite and PostgreSQL both stop at 64 bits.
    if not 0 < number < 2**63:
        raise EntryUnknown(number)
    entry = session.scalars(_ever_of(member).where(TimeEntry.number == number)).one_or_none()
    if entry is None:
        raise EntryUnknown(number)
    if entry.deleted_at is not None:
        raise entry_gone(session, entry, reader=member, now=now)
    return entry


def next_number(session: Session, member: Member) -> int:
    """Return the next short number of a member whose row is locked."""
    highest = session.scalar(
        select(func.max(TimeEntry.number)).where(
            TimeEntry.workspace_id == member.workspace_id, TimeEntry.member_id == member.id
        )
    )
    # Imported entries may have taken numbers without counting.
    member.last_entry_number = max(member.last_entry_number, highest or 0) + 1
    return member.last_entry_number


def _ever_of(member: Member) -> Select[TimeEntry]:
    """Return the query for the member's entries, deleted or not, read afresh."""
    return (
        select(TimeEntry)
        .where(TimeEntry.workspace_id == member.workspace_id, TimeEntry.member_id == member.id)
        .execution_options(populate_existing=True)
    )
