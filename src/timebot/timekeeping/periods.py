"""Billing periods, as the days of work see them: 14 days from the workspace's anchor date."""

from datetime import date, timedelta

from timebot.team.models import Workspace
from timebot.timekeeping.moments import DayRange

PERIOD = timedelta(days=14)
"""How long a billing period is (rules.md, Runs and invoices)."""


def billing_period(workspace: Workspace, day: date) -> DayRange | None:
    """Return the workspace's billing period that holds the day, or None without an anchor."""
    if workspace.anchor_on is None:
        return None
    start = workspace.anchor_on + PERIOD * ((day - workspace.anchor_on) // PERIOD)
    return DayRange(start, start + PERIOD)
