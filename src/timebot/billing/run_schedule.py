"""When invoice runs are due: which periods have closed, and when the next one will."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.models import InvoiceRun
from timebot.billing.periods import FORECAST_BEFORE, Period, due_at, ended_periods, period_of
from timebot.team.days import day_of, local_instant
from timebot.team.models import Workspace
from timebot.team.working_time import firm_working_time

MOST_MISSED = 2
"""So many missed periods are caught up without asking."""


@dataclass(frozen=True)
class ComingRun:
    """The scheduled run that comes next.

    Attributes:
        period: what it bills.
        due_at: when it is opened.
    """

    period: Period
    due_at: datetime


def due_periods(session: Session, *, workspace: Workspace, now: datetime) -> list[Period]:
    """Return the periods whose run is due and not opened yet, oldest first.

    Periods that ended before the workspace was set up, or before its go-live date, never are.
    """
    if workspace.anchor_on is None:
        return []
    since = day_of(workspace.created_at, workspace.zone)
    if workspace.go_live_on is not None:
        since = max(since, workspace.go_live_on)
    today = day_of(now, workspace.zone)
    ended = list(ended_periods(workspace.anchor_on, since=since, today=today))
    claimed = _claimed_starts(session, workspace, ended)
    open_ones = [period for period in ended if period.start not in claimed]
    return [period for period, due in _with_dues(session, workspace, open_ones) if due <= now]


def coming_run(session: Session, *, workspace: Workspace, now: datetime) -> ComingRun | None:
    """Return the next run that is not due yet; None without an anchor date."""
    if workspace.anchor_on is None:
        return None
    today = day_of(now, workspace.zone)
    before = period_of(workspace.anchor_on, max(today, workspace.anchor_on) - timedelta(days=14))
    candidates = [before, period_of(workspace.anchor_on, max(today, workspace.anchor_on))]
    counted = [one for one in candidates if one.start >= workspace.anchor_on]
    dues = _with_dues(session, workspace, counted)
    return next((ComingRun(period, due) for period, due in dues if due > now), None)


def next_run_at(session: Session, *, workspace: Workspace, now: datetime) -> datetime | None:
    """Return when the next run is due; None without an anchor date."""
    run = coming_run(session, workspace=workspace, now=now)
    return None if run is None else run.due_at


def needs_go_ahead(session: Session, *, workspace: Workspace, now: datetime) -> list[Period]:
    """Return the missed periods if they are so many that a person has to say go; else nothing."""
    missed = due_periods(session, workspace=workspace, now=now)
    return missed if len(missed) > MOST_MISSED else []


def forecast_due(workspace: Workspace, *, now: datetime) -> Period | None:
    """Return the present period if it ends within 48 hours, so that a forecast goes out."""
    if workspace.anchor_on is None:
        return None
    period = period_of(workspace.anchor_on, day_of(now, workspace.zone))
    ends_at = local_instant(period.end, 0, workspace.zone)
    is_near = ends_at - FORECAST_BEFORE <= now < ends_at
    return period if is_near and period.start >= workspace.anchor_on else None


def _with_dues(
    session: Session, workspace: Workspace, periods: Sequence[Period]
) -> list[tuple[Period, datetime]]:
    """Return the periods, oldest first, each with the instant at which its run is due."""
    if not periods:
        return []
    working = firm_working_time(session, workspace=workspace, since=periods[0].end)
    return [
        (
            period,
            due_at(
                period,
                working=working,
                send_minute=workspace.send_minute,
                grace_days=workspace.grace_days,
            ),
        )
        for period in periods
    ]


def _claimed_starts(session: Session, workspace: Workspace, periods: Sequence[Period]) -> set[date]:
    if not periods:
        return set()
    return set(
        session.scalars(
            select(InvoiceRun.period_start).where(
                InvoiceRun.workspace_id == workspace.id,
                InvoiceRun.kind == "scheduled",
                InvoiceRun.period_start >= periods[0].start,
            )
        )
    )
