"""Proposes when a forgotten timer may have ended: end of the working day, last thing done."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from timebot.team.days import day_of
from timebot.team.models import Member
from timebot.team.working_time import working_time_of
from timebot.timekeeping.models import MemberAction, TimeEntry

_APART = timedelta(minutes=5)
"""Two proposals closer than this are one."""


@dataclass(frozen=True)
class StopTime:
    """A moment at which a timer may have ended.

    Attributes:
        at: the moment.
        why: where it comes from, in words: end of the working day, last thing you did here.
    """

    at: datetime
    why: str


def stop_times(
    session: Session, *, member: Member, entry: TimeEntry, now: datetime
) -> list[StopTime]:
    """List the likely ends of a running timer, all between its start and now, earliest first."""
    found: list[StopTime] = []
    day_end = _day_end(session, member, entry.started_at)
    last_action = _last_action_at(session, member, now)
    for at, why in ((day_end, "end of your working day"), (last_action, "last thing you did here")):
        if at is not None and entry.started_at + _APART <= at <= now - _APART:
            found.append(StopTime(at, why))
    found.sort(key=lambda one: one.at)
    return found[:1] if len(found) == 2 and found[1].at - found[0].at < _APART else found


def _day_end(session: Session, member: Member, started_at: datetime) -> datetime | None:
    """Return the end of the working day on which a timer began, None where it was a day off."""
    working = working_time_of(session, member=member, since=day_of(started_at, member.zone))
    day = working.day_at(started_at)
    return working.hours(day).end_at if working.is_working_day(day) else None


def _last_action_at(session: Session, member: Member, now: datetime) -> datetime | None:
    return session.scalar(
        select(func.max(MemberAction.at)).where(
            MemberAction.workspace_id == member.workspace_id,
            MemberAction.member_id == member.id,
            MemberAction.at <= now,
        )
    )
