"""Trims one of two entries that share time, so that they share none any more."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from timebot.team.days import day_of
from timebot.team.models import Member
from timebot.timekeeping.capture import capture_rate, rate_depends_on
from timebot.timekeeping.changing import open_day, open_entry, settle_change
from timebot.timekeeping.editing import may_confirm
from timebot.timekeeping.history import Change, entry_facts
from timebot.timekeeping.limits import place_on_day
from timebot.timekeeping.locks import ensure_unlocked
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.overlaps import Overlap, OverlapGone, get_overlap
from timebot.timekeeping.stopping import close_timer

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Trimmed:
    """What a trim did.

    Attributes:
        entry: the entry that was trimmed, or deleted where nothing would have been left of it.
        other: the entry that stayed as it is.
        lost: the whole seconds that it lost.
        action_id: what Undo must name.
    """

    entry: TimeEntry
    other: TimeEntry
    lost: int
    action_id: UUID


def end_of_earlier(overlap: Overlap) -> datetime | None:
    """Return where the earlier entry would end, or None if nothing would be left of it."""
    end = overlap.later.started_at
    return end if end - overlap.earlier.started_at >= _SECOND else None


def start_of_later(overlap: Overlap, *, now: datetime) -> datetime | None:
    """Return where the later entry would start, or None if nothing would be left of it."""
    start = overlap.earlier.ended_at or now
    if overlap.later.ended_at is None:
        return start
    return start if overlap.later.ended_at - start >= _SECOND else None


def trim_earlier(
    session: Session,
    *,
    actor: Member,
    earlier_id: UUID,
    later_id: UUID,
    end: datetime | None,
    now: datetime,
    surface: str,
) -> Trimmed:
    """End the earlier entry where the later one starts, or delete it if nothing would be left.

    What lies behind the later entry is cut off too. A running timer is stopped there. What was
    submitted or approved becomes a draft, visibly.

    Args:
        session: the open transaction.
        actor: the author, or an approver on their behalf.
        earlier_id: the entry that begins first.
        later_id: the other one.
        end: the new end that the person was shown, None where they were shown a removal.
        now: the present instant.
        surface: where the wish comes from.

    Raises:
        OverlapGone: if the two do not overlap any more as they were shown.
        AlreadyBilled: if the earlier one is on an invoice.
        PeriodLocked: if it lies in a locked period.
        NotAllowed: if the actor may not change it.
    """
    overlap = get_overlap(session, actor=actor, earlier_id=earlier_id, later_id=later_id, now=now)
    if end_of_earlier(overlap) != end:
        raise OverlapGone
    entry = overlap.earlier
    change = _open(session, actor, entry, now, surface)
    if end is None:
        return _deleted(session, change, overlap, entry)
    before, lost = entry_facts(entry), (entry.ended_at or now) - end
    confirmed = entry.is_confirmed or may_confirm(session, change.member, entry)
    if entry.ended_at is None:
        close_timer(session, change, entry, end, is_confirmed=confirmed)
    else:
        entry.ended_at, entry.is_confirmed = end, confirmed
    action = settle_change(session, change, entry, "trimmed", before=before)
    return Trimmed(entry, overlap.later, int(lost.total_seconds()), action.id)


def trim_later(
    session: Session,
    *,
    actor: Member,
    earlier_id: UUID,
    later_id: UUID,
    start: datetime | None,
    now: datetime,
    surface: str,
) -> Trimmed:
    """Start the later entry where the earlier one ends, or delete it if nothing would be left.

    Args:
        session: the open transaction.
        actor: the author, or an approver on their behalf.
        earlier_id: the entry that begins first.
        later_id: the other one.
        start: the new start that the person was shown, None where they were shown a removal.
        now: the present instant.
        surface: where the wish comes from.

    Raises:
        Refusal: as `trim_earlier`.
    """
    overlap = get_overlap(session, actor=actor, earlier_id=earlier_id, later_id=later_id, now=now)
    if start_of_later(overlap, now=now) != start:
        raise OverlapGone
    entry = overlap.later
    change = _open(session, actor, entry, now, surface)
    if start is None:
        return _deleted(session, change, overlap, entry)
    ensure_unlocked(
        session,
        actor=change.member,
        days=[day_of(start, entry.zone)],
        now=now,
        kept_open=open_day(entry),
    )
    before, rated_by, lost = entry_facts(entry), rate_depends_on(entry), start - entry.started_at
    place_on_day(entry, start)
    if rate_depends_on(entry) != rated_by:
        capture_rate(session, entry)
    action = settle_change(session, change, entry, "trimmed", before=before)
    return Trimmed(entry, overlap.earlier, int(lost.total_seconds()), action.id)


def _open(session: Session, actor: Member, entry: TimeEntry, now: datetime, surface: str) -> Change:
    return open_entry(
        session,
        actor=actor,
        entry=entry,
        version=None,
        to="change time",
        now=now,
        surface=surface,
    )


def _deleted(session: Session, change: Change, overlap: Overlap, entry: TimeEntry) -> Trimmed:
    seconds = entry.seconds(now=change.now)
    action = settle_change(session, change, entry, "deleted", before=entry_facts(entry))
    other = overlap.later if entry is overlap.earlier else overlap.earlier
    return Trimmed(entry, other, seconds, action.id)
