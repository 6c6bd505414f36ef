"""Entries whose end was guessed: their owner says when they ended, and is asked until they do."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from timebot.errors import Refusal, WayOut
from timebot.journal.notices import show_card
from timebot.journal.posted import forget_posted
from timebot.team.days import day_of
from timebot.team.models import Member
from timebot.team.rights import may
from timebot.team.working_time import working_time_of
from timebot.timekeeping.editing import EntryChanges, confirm_entry, edit_entry
from timebot.timekeeping.models import UNCONFIRMED, TimeEntry
from timebot.timekeeping.overnight import ask_again_at
from timebot.timekeeping.turns import entries_of, lock_member, take_turn

PURPOSE = "unconfirmed"
"""The card that asks a member for every end that was guessed; its subject is the member."""


class EndSettled(Refusal):
    """A button for an end that is not in question any more."""

    is_stale = True

    def __init__(self, number: int) -> None:
        super().__init__(
            f"The end of #{number} is settled already. Nothing was changed.",
            ways_out=[WayOut(f"Open #{number}", "entry.edit", str(number))],
        )


class NoSuchTime(Refusal):
    """A button for an entry that is gone, or somebody else's."""

    is_stale = True

    def __init__(self) -> None:
        super().__init__(
            "This entry is not there any more. Nothing was changed.",
            ways_out=[WayOut("Today", "timer.today")],
        )


def list_unconfirmed(session: Session, *, member: Member) -> Sequence[TimeEntry]:
    """List the member's entries whose end was guessed, the longest ago first."""
    return session.scalars(
        entries_of(member).where(text(UNCONFIRMED)).order_by(TimeEntry.started_at, TimeEntry.number)
    ).all()


def get_unconfirmed(session: Session, *, member: Member, entry_id: UUID) -> TimeEntry:
    """Return the member's entry whose end is in question.

    Raises:
        NoSuchTime: if it is gone, or not theirs.
        EndSettled: if its end is settled, or it runs.
    """
    entry = session.scalars(entries_of(member).where(TimeEntry.id == entry_id)).one_or_none()
    if entry is None:
        raise NoSuchTime
    if entry.is_confirmed or entry.ended_at is None:
        raise EndSettled(entry.number)
    return entry


def settle_end(
    session: Session,
    *,
    member: Member,
    entry_id: UUID,
    ended_at: datetime,
    now: datetime,
    surface: str,
    long_is_meant: bool = False,
) -> TimeEntry:
    """Take the owner's word for when an entry ended.

    Args:
        session: the open transaction.
        member: whose entry it is.
        entry_id: the entry.
        ended_at: when it ended; the guess itself if that was right.
        now: the present instant.
        surface: where the word comes from.
        long_is_meant: whether more than 24 hours were asked back already.

    Raises:
        NoSuchTime: if the entry is gone, or not theirs.
        EndSettled: if its end is settled already.
        EndsBeforeStart: if the end is not after the start.
        TimeInFuture: if it has not come yet.
        LongTime: if it would be longer than 24 hours; ask again with `long_is_meant`.
    """
    member = take_turn(session, member, to="confirm time", now=now)
    entry = get_unconfirmed(session, member=member, entry_id=entry_id)
    if entry.ended_at == ended_at:
        return confirm_entry(session, actor=member, entry=entry, now=now, surface=surface)
    changes = EntryChanges(ended_at=ended_at, long_is_meant=long_is_meant)
    return edit_entry(session, actor=member, entry=entry, changes=changes, now=now, surface=surface)


def ask_for_ends(session: Session, *, member: Member, now: datetime) -> None:
    """Ask a member for every end that was guessed, in one new message."""
    # A question is a new message: repainting an old one would make no sound.
    forget_posted(session, workspace_id=member.workspace_id, purpose=PURPOSE, subject_id=member.id)
    show_card(
        session,
        workspace_id=member.workspace_id,
        purpose=PURPOSE,
        subject_id=member.id,
        recipients=[member.slack_user_id],
        now=now,
    )


def due_askings(session: Session, *, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """List the workspace and id of members who are to be asked again by now, of all workspaces."""
    found = session.execute(
        select(TimeEntry.workspace_id, TimeEntry.member_id)
        .where(text(UNCONFIRMED), TimeEntry.next_nag_at <= now)
        .distinct()
        .limit(limit)
    )
    return [(workspace_id, member_id) for workspace_id, member_id in found]


def ask_again(session: Session, *, workspace_id: UUID, member_id: UUID, now: datetime) -> bool:
    """Ask a member again for every end that was guessed; return whether they were asked.

    That happens once on each of their working days, as it begins, and counts as the reminder of
    the day. However late, it is one message; on a day off there is none.
    """
    member = lock_member(session, workspace_id=workspace_id, member_id=member_id)
    today = day_of(now, member.zone)
    working = working_time_of(session, member=member, since=today)
    # Two workers may find the same person; the one that still sees the old instant asks.
    asked = session.scalars(
        update(TimeEntry)
        .where(
            TimeEntry.workspace_id == workspace_id,
            TimeEntry.member_id == member_id,
            text(UNCONFIRMED),
            TimeEntry.next_nag_at <= now,
        )
        .values(next_nag_at=ask_again_at(working, now=now) if may(member, "member") else None)
        .returning(TimeEntry.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not asked or not may(member, "member") or not working.is_working_day(today):
        return False
    member.reminded_on = today
    ask_for_ends(session, member=member, now=now)
    return True
