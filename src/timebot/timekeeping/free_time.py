"""Finds free time on a day for a duration, so that hours said without a time share none."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from timebot.team.models import Member
from timebot.timekeeping.limits import Span
from timebot.timekeeping.models import TimeEntry


def beside_others(
    session: Session, *, member: Member, wanted: Span, within: Span, now: datetime
) -> Span:
    """Return the wanted span, moved on to where the member has no other entry.

    Who says one hour and then half an hour means an hour and a half, although both would end now.
    The next free time after it is taken, else the nearest one before. Where there is no room it
    stays as it is, and the overlap is shown.

    Args:
        session: the open transaction.
        member: whose entries they are.
        wanted: where it would lie on an empty day.
        within: the day, as far as it has passed.
        now: the present instant; a running timer lasts until then.
    """
    gaps = _gaps(_taken(session, member, within, now), within)
    fitting = [moved for gap in gaps if (moved := _moved_into(gap, wanted)) is not None]
    return min(fitting, key=lambda one: _distance(one, wanted), default=wanted)


def _taken(session: Session, member: Member, within: Span, now: datetime) -> list[Span]:
    rows = session.execute(
        select(TimeEntry.started_at, TimeEntry.ended_at)
        .where(
            TimeEntry.workspace_id == member.workspace_id,
            TimeEntry.member_id == member.id,
            TimeEntry.deleted_at.is_(None),
            TimeEntry.started_at < within.ended_at,
            or_(TimeEntry.ended_at > within.started_at, TimeEntry.ended_at.is_(None)),
        )
        .order_by(TimeEntry.started_at)
    )
    return [Span(start, end or now) for start, end in rows]


def _gaps(taken: Sequence[Span], within: Span) -> list[Span]:
    gaps = []
    free_from = within.started_at
    for span in taken:
        if span.started_at > free_from:
            gaps.append(Span(free_from, span.started_at))
        free_from = max(free_from, span.ended_at)
    if within.ended_at > free_from:
        gaps.append(Span(free_from, within.ended_at))
    return gaps


def _moved_into(gap: Span, wanted: Span) -> Span | None:
    """Return the wanted span, moved as little as it must be to lie in the gap; None if too long."""
    if gap.length < wanted.length:
        return None
    start = min(max(wanted.started_at, gap.started_at), gap.ended_at - wanted.length)
    return Span(start, start + wanted.length)


def _distance(one: Span, wanted: Span) -> tuple[bool, timedelta]:
    """Return what orders the free times: later ones first, then the nearest."""
    return one.started_at < wanted.started_at, abs(one.started_at - wanted.started_at)
