"""Stops timers that were left overnight, and lets one run on if its owner says that it still runs.

Nothing that timebot stops by itself counts until its owner has said when it ended.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_
from sqlalchemy.orm import Session

from timebot.errors import Refusal, WayOut
from timebot.journal.audit import WORKER
from timebot.journal.notices import look_up
from timebot.team.days import day_of
from timebot.team.members import needs_profile
from timebot.team.models import Member, Workspace
from timebot.team.rights import has_left
from timebot.team.working_time import working_time_of
from timebot.timekeeping.capture import reopen_entry
from timebot.timekeeping.history import Change, entry_facts, note_change
from timebot.timekeeping.leavers import see_off
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.nags import ask_about, first_nag_at
from timebot.timekeeping.naming import entry_value, entry_words
from timebot.timekeeping.overnight import end_by_rule, left_overnight_at, vouched_at
from timebot.timekeeping.stop_times import signs_of
from timebot.timekeeping.stopping import close_timer
from timebot.timekeeping.turns import entries_of, find_running, lock_member, take_turn
from timebot.timekeeping.unconfirmed import ask_for_ends, get_unconfirmed


class CannotRunOn(Refusal):
    """A timer that cannot run on, because something else was recorded meanwhile."""

    def __init__(self, entry: TimeEntry, other: str, *, other_runs: bool) -> None:
        verb = "is running" if other_runs else "was recorded"
        super().__init__(
            f"#{entry.number} cannot run on, because {other} {verb} since. Nothing was changed."
            f" Say when #{entry.number} ended.",
            ways_out=[WayOut(f"Say when #{entry.number} ended", "end.form", entry_value(entry))],
        )


def attend_to(session: Session, *, entry: TimeEntry, now: datetime) -> bool:
    """Do what a running timer needs by now; return whether that was for us to do.

    The timer of somebody who has left is stopped. One that was left overnight is stopped where the
    workspace's rule says, unconfirmed. About any other one its owner is asked.
    """
    member = lock_member(session, workspace_id=entry.workspace_id, member_id=entry.member_id)
    session.refresh(entry)
    if not _is_due(entry, now):
        # Another worker was faster, or its owner has stopped it at this instant.
        return False
    if needs_profile(member, now):
        # Slack may have reported long ago, and to nobody, that this person left.
        look_up(
            session,
            workspace_id=member.workspace_id,
            slack_user_id=member.slack_user_id,
            now=now,
        )
    if has_left(member):
        return see_off(session, member=member, now=now, surface=WORKER.surface) is not None
    if _was_left_overnight(session, member, entry, now):
        _stop_by_rule(session, member, entry, now)
        return True
    return ask_about(session, entry=entry, now=now)


def let_run_on(
    session: Session, *, member: Member, entry_id: UUID, now: datetime, surface: str
) -> TimeEntry:
    """Let a timer that timebot has stopped run on, as if it had never been stopped.

    Raises:
        NoSuchTime: if the entry is gone, or not theirs.
        EndSettled: if its end is settled already.
        CannotRunOn: if another timer runs, or newer time overlaps what it would be.
    """
    member = take_turn(session, member, to="run timers", now=now)
    entry = get_unconfirmed(session, member=member, entry_id=entry_id)
    running = find_running(session, member=member)
    if running is not None:
        raise CannotRunOn(entry, entry_words(session, running), other_runs=True)
    newer = _recorded_since(session, member, entry)
    if newer is not None:
        raise CannotRunOn(entry, entry_words(session, newer), other_runs=False)
    before = entry_facts(entry)
    workspace = session.get_one(Workspace, member.workspace_id)
    nag = first_nag_at(
        session, workspace=workspace, member=member, started_at=entry.started_at, now=now
    )
    reopen_entry(session, entry, next_nag_at=nag, now=now)
    note_change(
        session, Change(member, surface, now), entry, "started", before=before, note="still runs"
    )
    return entry


def _is_due(entry: TimeEntry, now: datetime) -> bool:
    runs = entry.ended_at is None and entry.deleted_at is None
    return runs and entry.next_nag_at is not None and entry.next_nag_at <= now


def _was_left_overnight(session: Session, member: Member, entry: TimeEntry, now: datetime) -> bool:
    workspace = session.get_one(Workspace, member.workspace_id)
    return workspace.overnight_rule != "keep" and _left_at(session, member, entry) <= now


def _left_at(session: Session, member: Member, entry: TimeEntry) -> datetime:
    since = vouched_at(entry)
    working = working_time_of(session, member=member, since=day_of(since, member.zone))
    return left_overnight_at(working, since=since)


def _stop_by_rule(session: Session, member: Member, entry: TimeEntry, now: datetime) -> None:
    """End the timer where the rule would have ended it in time, however late the worker is."""
    rule = session.get_one(Workspace, member.workspace_id).overnight_rule
    until = _left_at(session, member, entry)
    signs = signs_of(session, member=member, entry=entry, until=until)
    before = entry_facts(entry)
    change = Change(member, WORKER.surface, now)
    close_timer(session, change, entry, end_by_rule(rule, signs), is_confirmed=False)
    note_change(session, change, entry, "stopped", before=before, note=f"left overnight, {rule}")
    ask_for_ends(session, member=member, now=now)


def _recorded_since(session: Session, member: Member, entry: TimeEntry) -> TimeEntry | None:
    """Return an entry that overlaps the time from the guessed end on, or None."""
    return session.scalars(
        entries_of(member)
        .where(
            TimeEntry.id != entry.id,
            or_(TimeEntry.ended_at > entry.ended_at, TimeEntry.ended_at.is_(None)),
        )
        .order_by(TimeEntry.started_at)
        .limit(1)
    ).first()
