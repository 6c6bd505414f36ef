"""Finds time that two entries of one member share, and repairs it: trim one, or keep both."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from timebot.errors import Refusal, WayOut
from timebot.team.models import Member
from timebot.timekeeping.models import OverlapKept, TimeEntry
from timebot.timekeeping.naming import numbers_words
from timebot.timekeeping.on_behalf import take_turn_at
from timebot.timekeeping.turns import entries_of

_MINUTE = timedelta(minutes=1)


class HoursOverlap(Refusal):
    """Hours to be handed in share time, and nobody said yet that it is right.

    Attributes:
        overlaps: each pair.
    """

    def __init__(self, overlaps: Sequence["Overlap"]) -> None:
        self.overlaps = overlaps
        entries = {one.id: one for pair in overlaps for one in (pair.earlier, pair.later)}
        numbers = numbers_words(sorted(entries.values(), key=lambda entry: entry.number))
        super().__init__(
            f"Nothing was submitted yet, because {numbers} share some time."
            " Trim one of each pair, or keep both."
        )


class OverlapGone(Refusal):
    """Two entries that no longer overlap in the way that was shown."""

    def __init__(self) -> None:
        super().__init__(
            "These entries have changed since, so this does not fit any more. Nothing was changed."
            " Look at them again.",
            ways_out=[WayOut("Today", "timer.today")],
        )


@dataclass(frozen=True)
class Overlap:
    """Time that two entries of one member share.

    Attributes:
        earlier: the entry that begins first.
        later: the other one; a running timer ends now.
        shared_from, shared_until: the instants they share, half-open.
    """

    earlier: TimeEntry
    later: TimeEntry
    shared_from: datetime
    shared_until: datetime

    @property
    def seconds(self) -> int:
        """The whole seconds that both count."""
        return int((self.shared_until - self.shared_from).total_seconds())


def overlaps_of(session: Session, *, entries: Iterable[TimeEntry], now: datetime) -> list[Overlap]:
    """List what some entries of one member share with any other of theirs, earliest first.

    What the member said is right is left out, for as long as just that time is shared. A running
    timer counts up to now.
    """
    mine = {entry.id: entry for entry in entries if entry.deleted_at is None}
    found = [
        one
        for one in _find(session, list(mine.values()), now)
        if one.earlier.id in mine or one.later.id in mine
    ]
    kept = _kept(session, found)
    return [one for one in found if _key(one) not in kept]


def list_shared(session: Session, *, entries: Iterable[TimeEntry], now: datetime) -> list[Overlap]:
    """List what some entries of one member share with any other of theirs, kept or not."""
    mine = {entry.id: entry for entry in entries}
    found = _find(session, list(mine.values()), now)
    return [one for one in found if one.earlier.id in mine or one.later.id in mine]


def ensure_no_overlaps(session: Session, *, entries: Iterable[TimeEntry], now: datetime) -> None:
    """Make sure that every overlap of the entries was repaired or kept before they go out.

    Raises:
        HoursOverlap: if one was not; it lists each pair.
    """
    overlaps = overlaps_of(session, entries=entries, now=now)
    if overlaps:
        raise HoursOverlap(overlaps)


def get_overlap(
    session: Session, *, actor: Member, earlier_id: UUID, later_id: UUID, now: datetime
) -> Overlap:
    """Return the overlap of two entries as it is now, with their author's row locked.

    Raises:
        OverlapGone: if they do not overlap any more, or in another order.
        NotAllowed: if the actor may not change them.
    """
    earlier = session.get(TimeEntry, (actor.workspace_id, earlier_id))
    if earlier is None:
        raise OverlapGone
    take_turn_at(session, actor=actor, author_id=earlier.member_id, to="change time", now=now)
    session.refresh(earlier)
    if earlier.deleted_at is None:
        for one in _find(session, [earlier], now):
            if (one.earlier.id, one.later.id) == (earlier_id, later_id):
                return one
    raise OverlapGone


def keep_both(
    session: Session, *, actor: Member, earlier_id: UUID, later_id: UUID, now: datetime
) -> Overlap:
    """Remember that two entries share time rightly; they are asked about again if it changes.

    Raises:
        OverlapGone: if they do not overlap any more.
        NotAllowed: if the actor may not change them.
    """
    overlap = get_overlap(session, actor=actor, earlier_id=earlier_id, later_id=later_id, now=now)
    _keep(session, overlap, now)
    return overlap


def keep_all(session: Session, *, overlaps: Iterable[Overlap], now: datetime) -> None:
    """Remember that every one of these overlaps is right; the author's row is locked already."""
    for overlap in overlaps:
        _keep(session, overlap, now)


def _keep(session: Session, overlap: Overlap, now: datetime) -> None:
    ids = (overlap.earlier.id, overlap.later.id)
    workspace_id = overlap.earlier.workspace_id
    # Which of the two is the earlier one may have been the other way round the last time.
    session.execute(
        delete(OverlapKept).where(
            OverlapKept.workspace_id == workspace_id,
            OverlapKept.earlier_id.in_(ids),
            OverlapKept.later_id.in_(ids),
        )
    )
    session.add(
        OverlapKept(
            workspace_id=workspace_id,
            id=uuid4(),
            member_id=overlap.earlier.member_id,
            earlier_id=overlap.earlier.id,
            later_id=overlap.later.id,
            shared_from=overlap.shared_from,
            shared_until=overlap.shared_until,
            kept_at=now,
        )
    )
    session.flush()


def _find(session: Session, entries: Sequence[TimeEntry], now: datetime) -> list[Overlap]:
    """Return every overlap among all entries of the member around the given ones."""
    if not entries:
        return []
    member = session.get_one(Member, (entries[0].workspace_id, entries[0].member_id))
    start = min(entry.started_at for entry in entries)
    end = max(entry.ended_at or now for entry in entries)
    around = entries_of(member).where(
        TimeEntry.started_at < end,
        or_(TimeEntry.ended_at > start, TimeEntry.ended_at.is_(None)),
    )
    ordered = session.scalars(around.order_by(TimeEntry.started_at, TimeEntry.number)).all()
    found: list[Overlap] = []
    # Entries that have not ended yet at the start of the one that is looked at.
    going_on: list[TimeEntry] = []
    for later in ordered:
        going_on = [one for one in going_on if (one.ended_at or now) > later.started_at]
        for earlier in going_on:
            until = min(earlier.ended_at or now, later.ended_at or now)
            if not _is_within_a_minute(later.started_at, until):
                found.append(Overlap(earlier, later, later.started_at, until))
        going_on.append(later)
    return found


def _is_within_a_minute(start: datetime, end: datetime) -> bool:
    """Tell whether shared time lies within one minute of the clock, which nobody means.

    People see and say times by the minute. Who stops at 9:30 and starts at 9:30 shares no time,
    whatever the seconds of a timer and of a typed time say about each other.
    """
    return end <= start.replace(second=0, microsecond=0) + _MINUTE


_Key = tuple[frozenset[UUID], datetime, datetime]


def _key(overlap: Overlap) -> _Key:
    ids = frozenset((overlap.earlier.id, overlap.later.id))
    return (ids, overlap.shared_from, overlap.shared_until)


def _kept(session: Session, overlaps: Sequence[Overlap]) -> set[_Key]:
    """Return which overlaps of these entries the member said are right."""
    if not overlaps:
        return set()
    ids = {one.earlier.id for one in overlaps} | {one.later.id for one in overlaps}
    rows = session.scalars(
        select(OverlapKept).where(
            OverlapKept.workspace_id == overlaps[0].earlier.workspace_id,
            OverlapKept.earlier_id.in_(ids),
            OverlapKept.later_id.in_(ids),
        )
    )
    return {
        (frozenset((row.earlier_id, row.later_id)), row.shared_from, row.shared_until)
        for row in rows
    }
