"""Takes back what a member did last, for a while and as long as nothing was built on it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from timebot.errors import Refusal
from timebot.team.models import Member, Workspace
from timebot.timekeeping.capture import capture_rate, rate_depends_on, reopen_entry
from timebot.timekeeping.history import (
    Change,
    entry_facts,
    find_last_action,
    note_change,
    remove_entry,
)
from timebot.timekeeping.models import MemberAction, TimeEntry
from timebot.timekeeping.nags import first_nag_at
from timebot.timekeeping.turns import find_running, take_turn

UNDO_FOR = timedelta(minutes=15)
"""How long one's own last action can be undone (rules.md, Time)."""


class NothingToUndo(Refusal):
    """The member did nothing that can be undone."""

    def __init__(self) -> None:
        super().__init__("There is nothing to undo.", example="/timer edit 12")


class TooLateToUndo(Refusal):
    """The last action is too long ago."""

    def __init__(self) -> None:
        minutes = int(UNDO_FOR.total_seconds() // 60)
        super().__init__(
            f"Your last change is more than {minutes} minutes ago and can no longer be undone."
            " You can edit or delete the entry.",
            example="/timer edit 12",
        )


class AlreadyUndone(Refusal):
    """The last action was undone already."""

    def __init__(self) -> None:
        super().__init__("That was undone already. Only the last change can be undone.")


class NotTheLast(Refusal):
    """A button for an action that is no longer the last."""

    def __init__(self) -> None:
        super().__init__("You have done something else since, so this can no longer be undone.")


class BuiltUpon(Refusal):
    """Something was built on the action since."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"#{number} {why} since, so this can no longer be undone.")


@dataclass(frozen=True)
class Undone:
    """What an undo did.

    Attributes:
        kind: what was undone: started, switched, stopped, added, edited or deleted.
        entry: the entry it was about.
        running: the timer that runs again because of it, or None.
    """

    kind: str
    entry: TimeEntry
    running: TimeEntry | None = None


def undo_last(
    session: Session,
    *,
    member: Member,
    now: datetime,
    surface: str,
    action_id: UUID | None = None,
) -> Undone:
    """Undo the member's last action, within 15 minutes.

    Undoing a switch removes the new timer and lets the old one run again, only while the new one
    still runs.

    Args:
        session: the open transaction.
        member: who takes it back.
        now: the present instant.
        surface: where the wish comes from.
        action_id: the action that a button was made for; another one is left alone.

    Raises:
        NothingToUndo: if the member did nothing yet.
        NotTheLast: if the button's action is not the last one.
        AlreadyUndone: if it was undone.
        TooLateToUndo: if it is more than 15 minutes ago.
        BuiltUpon: if its entry was changed, submitted, approved or billed since, or another timer
            runs now.
    """
    member = take_turn(session, member, to="change time", now=now)
    action = _get_action(session, member, now, action_id)
    entry = _get_entry(session, action.workspace_id, action.entry_id)
    _ensure_untouched(entry, action.entry_version)
    change = Change(member, surface, now)
    undone = _UNDO[action.kind](session, change, action, entry)
    action.undone_at = now
    session.flush()
    return undone


def _get_action(
    session: Session, member: Member, now: datetime, action_id: UUID | None
) -> MemberAction:
    action = find_last_action(session, member=member)
    if action is None:
        raise NothingToUndo
    if action_id is not None and action.id != action_id:
        raise NotTheLast
    if action.undone_at is not None:
        raise AlreadyUndone
    if now - action.at > UNDO_FOR:
        raise TooLateToUndo
    return action


def _get_entry(session: Session, workspace_id: UUID, entry_id: UUID) -> TimeEntry:
    # Locked, because billing takes approved entries without locking the member.
    entry = session.get_one(TimeEntry, (workspace_id, entry_id))
    session.refresh(entry, with_for_update=True)
    return entry


def _ensure_untouched(entry: TimeEntry, version: int) -> None:
    done = {
        "pending_review": "was submitted",
        "approved": "was approved",
        "applied": "was billed",
    }
    if entry.state in done:
        raise BuiltUpon(entry.number, done[entry.state])
    if entry.version != version:
        raise BuiltUpon(entry.number, "was changed")


def _undo_start(session: Session, change: Change, action: MemberAction, entry: TimeEntry) -> Undone:
    _remove(session, change, entry)
    return Undone(action.kind, entry)


def _undo_switch(
    session: Session, change: Change, action: MemberAction, entry: TimeEntry
) -> Undone:
    if action.other_entry_id is None or action.before is None:
        raise NothingToUndo
    old = _get_entry(session, action.workspace_id, action.other_entry_id)
    _ensure_untouched(old, action.before["other_version"])
    _remove(session, change, entry)
    _run_again(session, change, old)
    return Undone(action.kind, entry, running=old)


def _undo_stop(session: Session, change: Change, action: MemberAction, entry: TimeEntry) -> Undone:
    _ensure_none_runs(session, change.member)
    if action.before is not None:
        entry.text = action.before["text"]
    _run_again(session, change, entry)
    return Undone(action.kind, entry, running=entry)


def _undo_edit(session: Session, change: Change, action: MemberAction, entry: TimeEntry) -> Undone:
    before, rated_by = entry_facts(entry), rate_depends_on(entry)
    _restore(entry, action.before or {})
    entry.version += 1
    if rate_depends_on(entry) != rated_by:
        capture_rate(session, entry)
    note_change(session, change, entry, "edited", before=before, note="undo")
    return Undone(action.kind, entry)


def _undo_delete(
    session: Session, change: Change, action: MemberAction, entry: TimeEntry
) -> Undone:
    if entry.ended_at is None:
        _ensure_none_runs(session, change.member)
    entry.deleted_at = None
    entry.version += 1
    note_change(session, change, entry, "restored", note="undo")
    return Undone(action.kind, entry, running=entry if entry.ended_at is None else None)


_UNDO = {
    "started": _undo_start,
    "switched": _undo_switch,
    "stopped": _undo_stop,
    "added": _undo_start,
    "edited": _undo_edit,
    "deleted": _undo_delete,
}


def _remove(session: Session, change: Change, entry: TimeEntry) -> None:
    before = entry_facts(entry)
    entry.version += 1
    remove_entry(session, change, entry, before=before, note="undo")


def _run_again(session: Session, change: Change, entry: TimeEntry) -> None:
    before = entry_facts(entry)
    workspace = session.get_one(Workspace, entry.workspace_id)
    nag = first_nag_at(
        workspace=workspace, member=change.member, started_at=entry.started_at, now=change.now
    )
    reopen_entry(session, entry, next_nag_at=nag)
    note_change(session, change, entry, "started", before=before, note="undo")


def _ensure_none_runs(session: Session, member: Member) -> None:
    running = find_running(session, member=member)
    if running is not None:
        raise BuiltUpon(running.number, "was started")


def _restore(entry: TimeEntry, facts: dict[str, Any]) -> None:
    """Give an entry back what an edit replaced; its state stays: an edit leaves a draft."""
    ended_at = facts["ended_at"]
    entry.project_id = UUID(facts["project_id"]) if facts["project_id"] else None
    entry.text = facts["text"]
    entry.started_at = datetime.fromisoformat(facts["started_at"])
    entry.ended_at = datetime.fromisoformat(ended_at) if ended_at else None
    entry.worked_on = date.fromisoformat(facts["worked_on"])
    entry.billable = facts["billable"]
    entry.is_confirmed = facts["is_confirmed"]
    entry.ticket_ref = facts["ticket_ref"]
    entry.ticket_url = facts["ticket_url"]
