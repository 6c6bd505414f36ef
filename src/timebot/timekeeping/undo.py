"""Takes back what a member did last, for a while and as long as nothing was built on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from timebot.errors import Refusal, WayOut
from timebot.team.models import Member, Workspace
from timebot.timekeeping.capture import capture_rate, rate_depends_on, reopen_entry
from timebot.timekeeping.changing import open_day
from timebot.timekeeping.history import (
    Change,
    entry_facts,
    find_last_action,
    note_change,
    remove_entry,
)
from timebot.timekeeping.locks import ensure_unlocked
from timebot.timekeeping.models import MemberAction, TimeEntry
from timebot.timekeeping.nags import first_nag_at
from timebot.timekeeping.naming import entry_value
from timebot.timekeeping.on_behalf import take_turn_at, tell_author
from timebot.timekeeping.turns import find_running

UNDO_FOR = timedelta(minutes=15)
"""How long one's own last action can be undone (rules.md, Time)."""


_DELETED = WayOut("Deleted entries", "entry.deleted")


class NothingToUndo(Refusal):
    """The member did nothing that can be undone."""

    is_stale = True

    def __init__(self) -> None:
        super().__init__(
            "There is nothing to undo. You can edit any entry.",
            ways_out=[WayOut("Today", "timer.today"), _DELETED],
        )


class TooLateToUndo(Refusal):
    """The last action is too long ago."""

    is_stale = True

    def __init__(self) -> None:
        minutes = int(UNDO_FOR.total_seconds() // 60)
        super().__init__(
            f"Your last change is more than {minutes} minutes ago and can no longer be undone."
            " You can edit or delete the entry, or restore a deleted one.",
            ways_out=[WayOut("Today", "timer.today"), _DELETED],
        )


class AlreadyUndone(Refusal):
    """The last action was undone already."""

    is_stale = True

    def __init__(self) -> None:
        super().__init__(
            "That was undone already. Only the last change can be undone.",
            ways_out=[WayOut("Today", "timer.today"), _DELETED],
        )


class NotTheLast(Refusal):
    """A button for an action that is no longer the last."""

    is_stale = True

    def __init__(self) -> None:
        super().__init__(
            "You have done something else since, so this can no longer be undone. You can edit or"
            " delete the entry.",
            ways_out=[WayOut("Today", "timer.today")],
        )


class BuiltUpon(Refusal):
    """Something was built on the action since."""

    is_stale = True

    def __init__(self, entry: TimeEntry, why: str) -> None:
        is_billed = entry.state == "applied"
        opened = WayOut(f"Open #{entry.number}", "entry.edit", entry_value(entry))
        super().__init__(
            f"#{entry.number} {why} since, so this can no longer be undone."
            f" {'Ask for a credit note' if is_billed else 'You can edit or delete it'}.",
            ways_out=[] if is_billed else [opened],
        )


@dataclass(frozen=True)
class Undone:
    """What an undo did.

    Attributes:
        kind: what was undone: started, switched, stopped, added, edited, split, trimmed, deleted
            or restored.
        entry: the entry it was about.
        running: the timer that runs again because of it, or None.
        was_submitted: whether the entry had been handed in before what was undone; it stays a
            draft, because what an approver saw was taken from them.
    """

    kind: str
    entry: TimeEntry
    running: TimeEntry | None = None
    was_submitted: bool = False


@dataclass(frozen=True)
class _Reverse:
    """One action about to be taken back, with the author's row locked."""

    session: Session
    change: Change
    author: Member
    action: MemberAction
    entry: TimeEntry

    @property
    def facts(self) -> dict[str, Any]:
        """What the action replaced."""
        return self.action.before or {}


def undo_last(
    session: Session,
    *,
    member: Member,
    now: datetime,
    surface: str,
    action_id: UUID | None = None,
) -> Undone:
    """Undo the member's last action, within 15 minutes; it is one more change in the history.

    Undoing a switch removes the new timer and lets the old one run again, only while the new one
    still runs. Undoing a split joins both parts again. What somebody did to the time of another
    person is undone in the same way, and that person is told.

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
        PeriodLocked: if its period has been locked since.
        NotAllowed: if it was done for somebody else and the member is no approver any more.
    """
    author = _take_turn(session, member, now)
    action = _get_action(session, member, now, action_id)
    entry = _get_entry(session, action.workspace_id, action.entry_id)
    if entry.member_id != author.id:
        raise NotTheLast
    _ensure_untouched(entry, action.entry_version)
    change = Change(author if member.id == author.id else member, surface, now)
    reverse = _Reverse(session, change, author, action, entry)
    _ensure_unlocked(reverse)
    before = entry_facts(entry)
    undone = _UNDO[action.kind](reverse)
    tell_author(session, change, entry, "undone", before=before)
    action.undone_at = now
    session.flush()
    return undone


def _take_turn(session: Session, member: Member, now: datetime) -> Member:
    """Lock whose time the member's last action was about; that is nearly always their own."""
    last = find_last_action(session, member=member)
    author_id = member.id
    if last is not None:
        author_id = session.get_one(TimeEntry, (last.workspace_id, last.entry_id)).member_id
    return take_turn_at(session, actor=member, author_id=author_id, to="change time", now=now)


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
        raise BuiltUpon(entry, done[entry.state])
    if entry.version != version:
        raise BuiltUpon(entry, "was changed")


def _ensure_unlocked(reverse: _Reverse) -> None:
    """Make sure that neither the day that is left nor the day that comes back is locked."""
    days = [reverse.entry.worked_on]
    if "worked_on" in reverse.facts:
        days.append(date.fromisoformat(reverse.facts["worked_on"]))
    ensure_unlocked(
        reverse.session,
        actor=reverse.change.member,
        days=days,
        now=reverse.change.now,
        kept_open=open_day(reverse.entry),
    )


def _undo_start(reverse: _Reverse) -> Undone:
    _remove(reverse, reverse.entry)
    return Undone(reverse.action.kind, reverse.entry)


def _undo_switch(reverse: _Reverse) -> Undone:
    old = _get_other(reverse)
    _remove(reverse, reverse.entry)
    _run_again(reverse, old)
    return Undone(reverse.action.kind, reverse.entry, running=old)


def _undo_stop(reverse: _Reverse) -> Undone:
    _ensure_none_runs(reverse)
    if reverse.facts:
        reverse.entry.text = reverse.facts["text"]
    _run_again(reverse, reverse.entry)
    return Undone(reverse.action.kind, reverse.entry, running=reverse.entry)


def _undo_edit(reverse: _Reverse) -> Undone:
    return _put_back(reverse, "edited")


def _undo_split(reverse: _Reverse) -> Undone:
    second = _get_other(reverse)
    _remove(reverse, second)
    return _put_back(reverse, "joined")


def _undo_delete(reverse: _Reverse) -> Undone:
    entry = reverse.entry
    if entry.ended_at is None:
        _ensure_none_runs(reverse)
    entry.deleted_at = None
    entry.version += 1
    note_change(reverse.session, reverse.change, entry, "restored", note="undo")
    running = entry if entry.ended_at is None else None
    return Undone(reverse.action.kind, entry, running, _was_submitted(reverse))


_UNDO: Mapping[str, Callable[[_Reverse], Undone]] = {
    "started": _undo_start,
    "switched": _undo_switch,
    "stopped": _undo_stop,
    "added": _undo_start,
    "edited": _undo_edit,
    "split": _undo_split,
    "trimmed": _undo_edit,
    "deleted": _undo_delete,
    "restored": _undo_start,
}


def _get_other(reverse: _Reverse) -> TimeEntry:
    """Return the other entry of an action, which nobody has touched since."""
    action = reverse.action
    if action.other_entry_id is None:
        raise NothingToUndo
    other = _get_entry(reverse.session, action.workspace_id, action.other_entry_id)
    _ensure_untouched(other, reverse.facts["other_version"])
    return other


def _remove(reverse: _Reverse, entry: TimeEntry) -> None:
    before = entry_facts(entry)
    entry.version += 1
    remove_entry(reverse.session, reverse.change, entry, before=before, note="undo")


def _run_again(reverse: _Reverse, entry: TimeEntry, verb: str = "started") -> None:
    before = entry_facts(entry)
    workspace = reverse.session.get_one(Workspace, entry.workspace_id)
    nag = first_nag_at(
        reverse.session,
        workspace=workspace,
        member=reverse.author,
        started_at=entry.started_at,
        now=reverse.change.now,
    )
    reopen_entry(reverse.session, entry, next_nag_at=nag, now=reverse.change.now)
    note_change(reverse.session, reverse.change, entry, verb, before=before, note="undo")


def _put_back(reverse: _Reverse, verb: str) -> Undone:
    """Give an entry back what the action replaced; a timer that it stopped runs again."""
    entry, session, was_submitted = reverse.entry, reverse.session, _was_submitted(reverse)
    runs_again = reverse.facts["ended_at"] is None and entry.ended_at is not None
    if runs_again:
        _ensure_none_runs(reverse)
    before, rated_by = entry_facts(entry), rate_depends_on(entry)
    _restore(entry, reverse.facts)
    if runs_again:
        _run_again(reverse, entry, verb)
        return Undone(reverse.action.kind, entry, running=entry)
    entry.version += 1
    if rate_depends_on(entry) != rated_by:
        capture_rate(session, entry)
    note_change(session, reverse.change, entry, verb, before=before, note="undo")
    return Undone(reverse.action.kind, entry, was_submitted=was_submitted)


def _was_submitted(reverse: _Reverse) -> bool:
    return reverse.facts.get("state") in {"pending_review", "approved"}


def _ensure_none_runs(reverse: _Reverse) -> None:
    running = find_running(reverse.session, member=reverse.author)
    if running is not None:
        raise BuiltUpon(running, "was started")


def _restore(entry: TimeEntry, facts: dict[str, Any]) -> None:
    """Give an entry back what an edit replaced; its state stays: an edit leaves a draft."""
    ended_at = facts["ended_at"]
    entry.project_id = UUID(facts["project_id"]) if facts["project_id"] else None
    entry.text = facts["text"]
    entry.started_at = datetime.fromisoformat(facts["started_at"])
    if ended_at:
        entry.ended_at = datetime.fromisoformat(ended_at)
    entry.worked_on = date.fromisoformat(facts["worked_on"])
    entry.billable = facts["billable"]
    entry.is_confirmed = facts["is_confirmed"]
    entry.ticket_ref = facts["ticket_ref"]
    entry.ticket_url = facts["ticket_url"]
