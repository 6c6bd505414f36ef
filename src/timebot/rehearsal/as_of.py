"""As of: the instant at which a run is rehearsed, where that is to be a day to come."""

from datetime import date, datetime, timedelta

from timebot.errors import Refusal
from timebot.team.days import day_in_words, day_of, local_instant
from timebot.team.models import Workspace

MOST_DAYS_AHEAD = 28
"""Two billing periods: what people do until then changes more than a rehearsal can know."""


class DayIsOver(Refusal):
    """A past day cannot be played: nobody knows what was approved by then and edited since."""

    def __init__(self, day: date, today: date) -> None:
        super().__init__(
            f"{day_in_words(day)} is over, and a rehearsal plays with the hours as they are now."
            f" Give today or a day to come, such as --as-of {today}."
        )


class DayTooFar(Refusal):
    """People work on until then."""

    def __init__(self, last: date) -> None:
        super().__init__(
            f"A rehearsal looks {MOST_DAYS_AHEAD} days ahead, because people work on until then."
            f" Give --as-of {last} or an earlier day."
        )


def instant_on(workspace: Workspace, day: date, *, now: datetime) -> datetime:
    """Return when on that day a rehearsal plays: as runs open, and never before now.

    Raises:
        DayIsOver, DayTooFar: if it cannot be rehearsed.
    """
    today = day_of(now, workspace.zone)
    if day < today:
        raise DayIsOver(day, today)
    last = today + timedelta(days=MOST_DAYS_AHEAD)
    if day > last:
        raise DayTooFar(last)
    return max(now, local_instant(day, workspace.send_minute, workspace.zone))
