"""Budgets of projects: how much is used, and who is told when 80 and 100 percent are passed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from timebot.billing.credit_rows import credited_entries
from timebot.billing.models import BillingEntry
from timebot.billing.recipients import tell_billing
from timebot.billing.worked_seconds import WORKED_SECONDS
from timebot.clients.models import Client, Project
from timebot.money import Money, round_half_up
from timebot.team.models import Workspace
from timebot.timekeeping.models import TimeEntry

THRESHOLDS = (80, 100)
"""Percent of a budget at which the billing people are told, once each."""


@dataclass(frozen=True)
class BudgetUse:
    """How much of a project's budget is used.

    Attributes:
        seconds: worked and closed, whatever was billed of it; internal work does not count.
        money: billed amounts, and unbilled time at its rate; None for a budget in hours.
        percent: rounded down, so that 100 means all of it.
    """

    project_id: UUID
    seconds: int
    money: Money | None
    percent: int


def budget_uses(
    session: Session, *, workspace: Workspace, project_ids: Iterable[UUID] | None = None
) -> dict[UUID, BudgetUse]:
    """Return the use of every budget of the workspace, or of these projects, by project."""
    query = (
        select(Project, Client.currency)
        .join(
            Client, (Client.workspace_id == Project.workspace_id) & (Client.id == Project.client_id)
        )
        .where(
            Project.workspace_id == workspace.id,
            Project.budget_minutes.is_not(None) | Project.budget_minor.is_not(None),
        )
    )
    if project_ids is not None:
        query = query.where(Project.id.in_(list(project_ids)))
    projects = [(project, currency) for project, currency in session.execute(query)]
    ids = [project.id for project, _ in projects]
    if not ids:
        return {}
    seconds, unbilled = _worked(session, workspace, ids)
    billed = _billed(session, workspace, ids)
    return {
        project.id: _use(
            project, currency, seconds[project.id], billed[project.id] + unbilled[project.id]
        )
        for project, currency in projects
    }


def tell_crossings(session: Session, *, workspace: Workspace, now: datetime) -> list[BudgetUse]:
    """Tell the billing people of budgets that passed a threshold since the last look.

    Each threshold is told once per project; the project's row remembers the highest, and moves by
    compare-and-set, so that two workers do not tell twice.
    """
    crossed = []
    for use in budget_uses(session, workspace=workspace).values():
        passed = max((mark for mark in THRESHOLDS if use.percent >= mark), default=0)
        if passed and _remember(session, workspace, use.project_id, passed):
            crossed.append(use)
            _tell(session, workspace, use.project_id, passed, now)
    return crossed


def _remember(session: Session, workspace: Workspace, project_id: UUID, passed: int) -> bool:
    moved = session.execute(
        update(Project)
        .where(
            Project.workspace_id == workspace.id,
            Project.id == project_id,
            Project.budget_alerted_percent < passed,
        )
        .values(budget_alerted_percent=passed)
        .returning(Project.id)
    )
    return moved.first() is not None


def _tell(
    session: Session, workspace: Workspace, project_id: UUID, percent: int, now: datetime
) -> None:
    facts = {"project_id": str(project_id), "percent": percent}
    tell_billing(session, workspace=workspace, notice="budget_crossed", facts=facts, now=now)


def _use(project: Project, currency: str, seconds: int, minor: Fraction) -> BudgetUse:
    if project.budget_minutes is not None:
        part = _percent(Fraction(seconds, 60), project.budget_minutes)
        return BudgetUse(project.id, seconds, None, part)
    money = Money(round_half_up(minor), currency)
    return BudgetUse(project.id, seconds, money, _percent(minor, project.budget_minor or 0))


def _percent(used: Fraction, budget: int) -> int:
    """A budget of nothing is used up by the first bit of work."""
    if budget <= 0:
        return 100 if used > 0 else 0
    return int(used * 100 // budget)


def _worked(
    session: Session, workspace: Workspace, project_ids: list[UUID]
) -> tuple[dict[UUID, int], dict[UUID, Fraction]]:
    """Return all worked seconds, and the exact money of those not billed yet, by project."""
    columns = (TimeEntry.project_id, TimeEntry.state, TimeEntry.billable, TimeEntry.rate_minor)
    rows = session.execute(
        select(*columns, func.sum(WORKED_SECONDS))
        .where(
            TimeEntry.workspace_id == workspace.id,
            TimeEntry.project_id.in_(project_ids),
            TimeEntry.ended_at.is_not(None),
            TimeEntry.deleted_at.is_(None),
            TimeEntry.billable != "internal",
        )
        .group_by(*columns)
    )
    seconds: dict[UUID, int] = defaultdict(int)
    money: dict[UUID, Fraction] = defaultdict(Fraction)
    for project_id, state, billable, rate_minor, summed in rows:
        if project_id is None:
            continue
        seconds[project_id] += int(summed)
        if state != "applied" and billable == "billable" and rate_minor is not None:
            money[project_id] += Fraction(int(summed) * rate_minor, 3600)
    return seconds, money


def _billed(session: Session, workspace: Workspace, project_ids: list[UUID]) -> dict[UUID, int]:
    credited = credited_entries(workspace)
    rows = session.execute(
        select(
            BillingEntry.project_id,
            func.sum(BillingEntry.amount_minor - func.coalesce(credited.c.minor, 0)),
        )
        .outerjoin(credited, credited.c.billing_entry_id == BillingEntry.id)
        .where(
            BillingEntry.workspace_id == workspace.id,
            BillingEntry.project_id.in_(project_ids),
            BillingEntry.reversed_by.is_(None),
        )
        .group_by(BillingEntry.project_id)
    )
    found: dict[UUID, int] = defaultdict(int)
    return found | {project_id: int(minor) for project_id, minor in rows}
