"""Who is off in the coming days, for those who wait for the hours of others."""

from datetime import date, datetime, timedelta
from itertools import pairwise

from sqlalchemy.orm import Session

from timebot.slack.blocks import escape
from timebot.slack.words import days_words, listed
from timebot.team.days import day_of
from timebot.team.days_off import list_away
from timebot.team.models import Member, Workspace

_AHEAD = timedelta(days=7)
_MOST_NAMED = 10
_ONE_DAY = timedelta(days=1)


def away_words(session: Session, *, workspace: Workspace, viewer: Member, now: datetime) -> str:
    """Say who is off within a week, on which days; empty where nobody is."""
    today = day_of(now, viewer.zone)
    away = list_away(session, workspace=workspace, since=today, until=today + _AHEAD)
    named = [f"{escape(member.name)} ({_days_words(days)})" for member, days in away]
    return f"Off within a week: {listed(named, most=_MOST_NAMED)}." if named else ""


def _days_words(days: list[date]) -> str:
    """Return days in order, neighbours as a range."""
    breaks = [0, *(at for at, (one, other) in enumerate(pairwise(days), 1)
                   if other - one > _ONE_DAY), len(days)]  # fmt: skip
    ranges = [days[start:end] for start, end in pairwise(breaks)]
    return listed([days_words(each[0], each[-1] + _ONE_DAY) for each in ranges])
