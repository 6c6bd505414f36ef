"""Opens one entry for a change, and settles what became of it: one way for every correction."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from timebot.errors import NotAllowed, Refusal, WayOut
from timebot.team.models import Member
from timebot.timekeeping.gone import entry_gone
from timebot.timekeeping.history import Change, note_change, remember_action, remove_entry
from timebot.timekeeping.locks import ensure_unlocked, stays_open
from timebot.timekeeping.models import MemberAction, TimeEntry
from timebot.timekeeping.on_behalf import take_turn_at, tell_author
from timebot.timekeeping.submitted import void_submitted
from timebot.timekeeping.taken_out import note_taken_out
from timebot.timekeeping.unchanged import StaysAsItIs


class NotYours(NotAllowed):
    """An entry of somebody else."""

    def __init__(self) -> None:
        super().__init__("That entry is not yours. You can change your own entries only.")


class AlreadyBilled(StaysAsItIs):
    """An entry that is on an invoice."""

    is_stale = True

    def __init__(self, number: int) -> None:
        super().__init__(
            f"#{number} is on an invoice already and cannot be changed.",
            "Ask a billing person for a credit note.",
        )


class EntryChanged(Refusal):
    """An entry that was changed since the person saw it."""

    is_stale = True

    def __init__(self, number: int, *, is_own: bool = True) -> None:
        # The button opens one's own entry of that number.
        ways_out = [WayOut(f"Open #{number}", "entry.edit", str(number))] if is_own else []
        super().__init__(
            f"#{number} was changed since you opened it, so nothing was saved."
            " Please open it again.",
            ways_out=ways_out,
        )


class StillRunning(Refusal):
    """An end or another day for a timer that still runs."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"#{number} is still running. Stop it first.",
            example="/timer stop at 17:30",
            ways_out=[WayOut("Stop it now", "timer.stop")],
        )


def open_entry(
    session: Session,
    *,
    actor: Member,
    entry: TimeEntry,
    version: int | None,
    to: str,
    now: datetime,
    surface: str,
) -> Change:
    """Lock the author and the entry, and make sure that the actor may change it now.

    Args:
        session: the open transaction.
        actor: who wants to change it: its author, or an approver on their behalf.
        entry: the entry.
        version: the version that the person saw, or None where they saw none.
        to: what they want to do, such as `change time`.
        now: the present instant.
        surface: where the wish comes from.

    Raises:
        NotYours: if it is of another workspace.
        NotAllowed: if the actor may not change time of others.
        EntryChanged: if it is not the version that the person saw.
        Refusal: as `ensure_changeable`.
    """
    if entry.workspace_id != actor.workspace_id:
        raise NotYours
    author = take_turn_at(session, actor=actor, author_id=entry.member_id, to=to, now=now)
    by = author if actor.id == author.id else actor
    # Read again under the lock; billing may have taken the entry meanwhile, so lock it too.
    session.refresh(entry, with_for_update=True)
    ensure_changeable(session, actor=by, entry=entry, now=now)
    if version is not None and version != entry.version:
        raise EntryChanged(entry.number, is_own=by is author)
    return Change(by, surface, now)


def ensure_changeable(session: Session, *, actor: Member, entry: TimeEntry, now: datetime) -> None:
    """Make sure that an entry can be changed as things stand.

    Every change asks under its locks; whoever only opens a form asks too, so that nobody fills in
    what cannot be saved.

    Raises:
        EntryGone: if it was deleted meanwhile.
        AlreadyBilled: if it is on an invoice.
        PeriodLocked: if its period is locked and the entry does not stay open in it.
    """
    if entry.deleted_at is not None:
        raise entry_gone(session, entry, reader=actor, now=now)
    if entry.state == "applied":
        raise AlreadyBilled(entry.number)
    days = [entry.worked_on]
    ensure_unlocked(session, actor=actor, days=days, now=now, kept_open=open_day(entry))


def open_day(entry: TimeEntry) -> date | None:
    """Return the day whose period is open to the entry even if it is locked, or None."""
    return entry.worked_on if stays_open(entry) else None


def settle_change(
    session: Session,
    change: Change,
    entry: TimeEntry,
    verb: str,
    *,
    before: dict[str, Any],
    other: TimeEntry | None = None,
    kept: dict[str, Any] | None = None,
) -> MemberAction:
    """Settle a change of an entry: it is a draft again, audited, can be undone, its author knows.

    Args:
        session: the open transaction.
        change: who changed it.
        entry: the entry as it is now; if it is deleted, it is marked so here.
        verb: edited, split, trimmed or deleted.
        before: what it was.
        other: another entry that the same action made or changed.
        kept: what Undo needs to know beside what it was.
    """
    entry.version += 1
    submission_id = entry.submission_id
    void_submitted(session, change, entry)
    if submission_id is not None and before["state"] in {"pending_review", "approved"}:
        note_taken_out(session, change, entry, submission_id, verb, before=before)
    if verb == "deleted":
        remove_entry(session, change, entry, before=before)
    else:
        note_change(session, change, entry, verb, before=before)
    tell_author(session, change, entry, verb, before=before)
    return remember_action(
        session, change, verb, entry, other=other, before={**before, **(kept or {})}
    )
