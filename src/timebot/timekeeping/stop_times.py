"""Proposes when a forgotten timer may have ended: end of the working day, last thing done."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from timebot.journal.inbox import last_heard
from timebot.team.days import day_of
from timebot.team.models import Member, Workspace
from timebot.team.working_time import working_time_of
from timebot.timekeeping.models import MemberAction, TimeEntry
from timebot.timekeeping.overnight import Signs, end_by_rule, left_overnight_at, vouched_at

_APART = timedelta(minutes=5)
"""Two proposals closer than this are one."""


@dataclass(frozen=True)
class StopTime:
    """A moment at which a timer may have ended.

    Attributes:
        at: the moment.
        why: where it comes from, in words: end of your working day, last thing you did here.
    """

    at: datetime
    why: str


def stop_times(
    session: Session, *, member: Member, entry: TimeEntry, now: datetime
) -> list[StopTime]:
    """List the likely ends of a timer, all between its start and now, earliest first.

    Of a timer that timebot has stopped, only what was known by then counts: what its owner did the
    next morning says nothing about the evening before.
    """
    until = now if entry.ended_at is None else min(now, _night_after(session, member, entry))
    # Whoever looks at the question acts just now; what they did before is the sign.
    signs = signs_of(session, member=member, entry=entry, until=until - _APART)
    last = signs.last_action or signs.vouched_at
    found = [
        StopTime(at, why)
        for at, why in (
            (signs.day_end, "end of your working day"),
            (last, "last thing you did here"),
        )
        if at is not None and entry.started_at + _APART <= at <= until - _APART
    ]
    found.sort(key=lambda one: one.at)
    return found[:1] if len(found) == 2 and found[1].at - found[0].at < _APART else found


def best_stop_time(
    session: Session, *, member: Member, entry: TimeEntry, now: datetime
) -> datetime:
    """Return the likeliest end of a running timer: what the workspace's rule says, else now."""
    proposed = stop_times(session, member=member, entry=entry, now=now)
    rule = session.get_one(Workspace, member.workspace_id).overnight_rule
    signs = signs_of(session, member=member, entry=entry, until=now - _APART)
    by_rule = end_by_rule(rule, signs)
    known = [one.at for one in proposed]
    return by_rule if by_rule in known else next(iter(known), now)


def signs_of(session: Session, *, member: Member, entry: TimeEntry, until: datetime) -> Signs:
    """Return what is known, by an instant, about when a timer may have ended."""
    since = vouched_at(entry)
    working = working_time_of(session, member=member, since=day_of(since, member.zone))
    day = working.day_at(since)
    day_end = working.hours(day).end_at if working.is_working_day(day) else None
    return Signs(
        vouched_at=since,
        day_end=day_end if day_end is not None and since < day_end <= until else None,
        last_action=_last_action(session, member, since, until),
    )


def _night_after(session: Session, member: Member, entry: TimeEntry) -> datetime:
    since = vouched_at(entry)
    working = working_time_of(session, member=member, since=day_of(since, member.zone))
    return left_overnight_at(working, since=since)


def _last_action(
    session: Session, member: Member, since: datetime, until: datetime
) -> datetime | None:
    """Return when the member last changed, asked or opened something here."""
    workspace = session.get_one(Workspace, member.workspace_id)
    heard = last_heard(
        session,
        scope=workspace.slack_team_id,
        sender=member.slack_user_id,
        after=since,
        until=until,
    )
    changed = session.scalar(
        select(func.max(MemberAction.at)).where(
            MemberAction.workspace_id == member.workspace_id,
            MemberAction.member_id == member.id,
            MemberAction.at > since,
            MemberAction.at <= until,
        )
    )
    return max((each for each in (heard, changed) if each is not None), default=None)
