"""Corrects and deletes entries; what was submitted or approved goes back to draft, visibly."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from timebot.clients.models import Project
from timebot.team.days import local_instant
from timebot.team.models import Member
from timebot.team.rights import has_left, require
from timebot.timekeeping.capture import capture_rate, rate_depends_on
from timebot.timekeeping.changing import (
    AlreadyBilled,
    EntryChanged,
    NotYours,
    StillRunning,
    open_day,
    open_entry,
    settle_change,
)
from timebot.timekeeping.gone import EntryGone, entry_gone
from timebot.timekeeping.history import Change, entry_facts, note_change
from timebot.timekeeping.limits import (
    ASKED_BACK_AFTER,
    LongTime,
    Span,
    ensure_open,
    ensure_past,
    ensure_span,
    kind_for,
    place_on_day,
)
from timebot.timekeeping.locks import ensure_unlocked
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.moments import DayInFuture
from timebot.timekeeping.tickets import Ticket
from timebot.timekeeping.turns import get_own_entry, lock_member
from timebot.timekeeping.wording import description

__all__ = [
    "AlreadyBilled",
    "EntryChanged",
    "EntryChanges",
    "EntryGone",
    "NotYours",
    "StillRunning",
    "confirm_entry",
    "delete_entry",
    "edit_entry",
    "get_own_entry",
    "may_confirm",
    "move_to_project",
]


@dataclass(frozen=True)
class EntryChanges:
    """What should become of an entry; None leaves a part as it is.

    Attributes:
        text: the description.
        project: what it is for.
        billable: billable, no_charge or internal.
        started_at: when it began.
        ended_at: when it ended; not for a running timer.
        worked_on: another day: same time of day, same length.
        ticket: an outside ticket.
        drops_ticket: True to have no ticket any more.
        version: the version the person saw; another one is refused.
        long_is_meant: whether more than 24 hours were asked back already.
    """

    text: str | None = None
    project: Project | None = None
    billable: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    worked_on: date | None = None
    ticket: Ticket | None = None
    drops_ticket: bool = False
    version: int | None = None
    long_is_meant: bool = False


def edit_entry(
    session: Session,
    *,
    actor: Member,
    entry: TimeEntry,
    changes: EntryChanges,
    now: datetime,
    surface: str,
) -> TimeEntry:
    """Change an entry; a submitted or approved one becomes a draft again, visibly.

    Its author does it, or an approver on their behalf, who is named in the audit; the author is
    told. The rate is captured again when project, day or kind changed, never for a change of text.
    Who corrects the times of their own unconfirmed entry confirms it. Nothing new changes nothing.

    Raises:
        NotAllowed: if the entry is somebody else's and the actor is no approver.
        AlreadyBilled: if it is on an invoice.
        EntryGone: if it was deleted meanwhile.
        EntryChanged: if it is not the version that the person saw.
        PeriodLocked: if it is, or would be, in a locked period.
        StillRunning: if an end or a day is given for a running timer.
        EndsBeforeStart: if no time would be left.
        TimeInFuture, DayInFuture: if a moment has not come yet.
        LongTime: if it would be longer than 24 hours; ask again with `long_is_meant`.
        ProjectClosed: if another project takes no new time.
        KindUnknown: if the kind is none.
        TextTooLong: if the description is too long.
    """
    change = open_entry(
        session,
        actor=actor,
        entry=entry,
        version=changes.version,
        to="change time",
        now=now,
        surface=surface,
    )
    before, rated_by, kept_open = entry_facts(entry), rate_depends_on(entry), open_day(entry)
    _apply_words(session, entry, changes)
    if _apply_times(entry, changes, now):
        entry.is_confirmed = entry.is_confirmed or may_confirm(session, change.member, entry)
    ensure_unlocked(
        session, actor=change.member, days=[entry.worked_on], now=now, kept_open=kept_open
    )
    if entry_facts(entry) == before:
        return entry
    if rate_depends_on(entry) != rated_by:
        capture_rate(session, entry)
    settle_change(session, change, entry, "edited", before=before)
    return entry


def delete_entry(
    session: Session,
    *,
    actor: Member,
    entry: TimeEntry,
    now: datetime,
    surface: str,
    version: int | None = None,
) -> TimeEntry:
    """Delete an entry; it stays in the database and can be restored.

    Raises:
        NotAllowed: if the entry is somebody else's and the actor is no approver.
        AlreadyBilled: if it is on an invoice.
        EntryGone: if it was deleted already.
        EntryChanged: if it is not the version that the person saw.
        PeriodLocked: if its period is locked.
    """
    change = open_entry(
        session,
        actor=actor,
        entry=entry,
        version=version,
        to="delete time",
        now=now,
        surface=surface,
    )
    settle_change(session, change, entry, "deleted", before=entry_facts(entry))
    return entry


def confirm_entry(
    session: Session, *, actor: Member, entry: TimeEntry, now: datetime, surface: str
) -> TimeEntry:
    """Confirm the end of an entry that timebot had to guess, in a locked period too.

    Its author does it; for a member who has left, an approver does (rules.md, Time).

    Raises:
        NotYours: if the entry is that of another active member.
        NotAllowed: if the actor is no approver.
        StillRunning: if it has not ended.
        EntryGone: if it was deleted.
    """
    author = lock_member(session, workspace_id=entry.workspace_id, member_id=entry.member_id)
    session.refresh(entry)
    if actor.id == author.id:
        require(session, author, "member", to="confirm time", now=now)
    elif not has_left(author):
        raise NotYours
    else:
        require(session, actor, "approver", to="confirm time of others", now=now)
    if entry.deleted_at is not None:
        raise entry_gone(session, entry, reader=actor, now=now)
    if entry.ended_at is None:
        raise StillRunning(entry.number)
    if entry.is_confirmed:
        return entry
    before = entry_facts(entry)
    entry.is_confirmed = True
    entry.version += 1
    note_change(session, Change(actor, surface, now), entry, "confirmed", before=before)
    return entry


def may_confirm(session: Session, actor: Member, entry: TimeEntry) -> bool:
    """Tell whether the actor's word about the end counts: the author's, while there is one."""
    author = session.get_one(Member, (entry.workspace_id, entry.member_id))
    return actor.id == author.id or has_left(author)


def move_to_project(session: Session, entry: TimeEntry, project: Project) -> None:
    """Put an entry on another project, with that project's kind unless another one was said.

    Raises:
        ProjectClosed: if the project takes no new time.
    """
    if project.id == entry.project_id:
        return
    ensure_open(session, project)
    old = session.get(Project, (entry.workspace_id, entry.project_id or project.id))
    if entry.project_id is None or (old is not None and entry.billable == old.billable):
        entry.billable = kind_for(project, None)
    entry.project_id = project.id


def _apply_words(session: Session, entry: TimeEntry, changes: EntryChanges) -> None:
    if changes.text is not None:
        entry.text = description(changes.text)
    if changes.project is not None:
        move_to_project(session, entry, changes.project)
    if changes.billable is not None:
        entry.billable = kind_for(None, changes.billable)
    if changes.ticket is not None:
        entry.ticket_ref, entry.ticket_url = changes.ticket.ref, changes.ticket.url
    elif changes.drops_ticket:
        entry.ticket_ref = entry.ticket_url = None


def _apply_times(entry: TimeEntry, changes: EntryChanges, now: datetime) -> bool:
    """Set the new times, and return whether a closed entry got any."""
    started_at, ended_at = changes.started_at or entry.started_at, changes.ended_at
    moves = changes.worked_on is not None and changes.worked_on != entry.worked_on
    if entry.ended_at is None:
        if ended_at is not None or moves:
            raise StillRunning(entry.number)
        ensure_past(started_at, zone=entry.zone, now=now)
        _ensure_short(now - started_at, changes, started_at != entry.started_at)
        place_on_day(entry, started_at)
        return False
    span = Span(started_at, ended_at or entry.ended_at)
    if moves and changes.worked_on is not None:
        span = _on_other_day(span, changes.worked_on, entry.zone, now)
    if span == Span(entry.started_at, entry.ended_at):
        return False
    ensure_span(span, zone=entry.zone, now=now)
    _ensure_short(span.length, changes, span.length != entry.ended_at - entry.started_at)
    place_on_day(entry, span.started_at)
    entry.ended_at = span.ended_at
    return True


def _ensure_short(length: timedelta, changes: EntryChanges, is_new: bool) -> None:  # noqa: FBT001 - a fact, not a switch
    if is_new and length > ASKED_BACK_AFTER and not changes.long_is_meant:
        raise LongTime(length, [])


def _on_other_day(span: Span, day: date, zone: str, now: datetime) -> Span:
    """Move a span to another day: it begins at the same time of day and lasts as long."""
    local = span.started_at.astimezone(ZoneInfo(zone))
    if day > now.astimezone(ZoneInfo(zone)).date():
        raise DayInFuture(day)
    within = timedelta(seconds=local.second, microseconds=local.microsecond)
    start = local_instant(day, local.hour * 60 + local.minute, zone) + within
    return Span(start, start + span.length)
