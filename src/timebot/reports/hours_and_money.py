"""Hours and money of a period by project, client or member, as the invoices have them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from timebot.billing.credit_rows import credited_entries
from timebot.billing.models import BillingEntry
from timebot.billing.worked_seconds import WORKED_SECONDS
from timebot.clients.models import Client, Project
from timebot.money import Money
from timebot.reports.unbilled import UnbilledGroup, list_unbilled
from timebot.team.models import Member, Workspace
from timebot.team.rights import may
from timebot.timekeeping.models import TimeEntry

GROUPINGS = ("client", "project", "member")

Cell = tuple[UUID | None, UUID | None, UUID]
"""Client, project and member: what every figure is known by."""


@dataclass(frozen=True)
class ReportRow:
    """Hours and money of one client, project or member.

    Attributes:
        label: the name; with the client in front for a project.
        seconds_worked: closed entries, internal ones included.
        seconds_approved: of them approved, billed ones included.
        minutes_billed: after rounding, of issued invoices that count.
        seconds_unbilled: worked, not internal, on no invoice.
        minutes_unbilled: the same after rounding.
        billed, unbilled: money without tax, one per currency; empty for people who see none.
    """

    key: UUID | None
    label: str
    seconds_worked: int
    seconds_approved: int
    minutes_billed: int
    seconds_unbilled: int
    minutes_unbilled: int
    billed: tuple[Money, ...]
    unbilled: tuple[Money, ...]


@dataclass(frozen=True)
class Report:
    """A report over the days [start, end) of work.

    Attributes:
        grouped_by: client, project or member.
        shows_money: whether amounts are in it.
        total: all rows together.
    """

    start: date
    end: date
    grouped_by: str
    shows_money: bool
    rows: tuple[ReportRow, ...]
    total: ReportRow


@dataclass
class _Sums:
    worked: int = 0
    approved: int = 0
    billed_minutes: int = 0
    unbilled_seconds: int = 0
    unbilled_minutes: int = 0
    billed: dict[str, int] = field(default_factory=dict)
    unbilled: dict[str, int] = field(default_factory=dict)

    def add(self, other: "_Sums") -> None:
        self.worked += other.worked
        self.approved += other.approved
        self.billed_minutes += other.billed_minutes
        self.unbilled_seconds += other.unbilled_seconds
        self.unbilled_minutes += other.unbilled_minutes
        for mine, theirs in ((self.billed, other.billed), (self.unbilled, other.unbilled)):
            for currency, minor in theirs.items():
                mine[currency] = mine.get(currency, 0) + minor


def make_report(
    session: Session,
    *,
    workspace: Workspace,
    member: Member,
    grouped_by: str,
    start: date,
    end: date,
    client: Client | None = None,
    project: Project | None = None,
) -> Report:
    """Return hours and money of the days [start, end), as far as the member may see them.

    Billing people see everybody with money; others see their own hours without. Billed money is
    what the invoices hold, to the cent. Unbilled money is each day's hours as they would be
    rounded and priced; rows sum to the total.

    Args:
        session: the open session.
        workspace: whose hours; days are counted as they were worked.
        member: who asks.
        grouped_by: client, project or member.
        start: the first day.
        end: the day after the last.
        client: only theirs.
        project: only on it.
    """
    shows_money = may(member, "billing")
    only = None if shows_money else member.id
    names = _Names(session, workspace)
    wanted = names.projects_of(client, project)
    cells: dict[Cell, _Sums] = defaultdict(_Sums)
    _add_worked(session, workspace, start, end, cells, names)
    _add_billed(session, workspace, start, end, cells, names)
    groups = list_unbilled(session, workspace=workspace, start=start, end=end)
    _add_unbilled(groups, cells, names)
    rows: dict[UUID | None, _Sums] = defaultdict(_Sums)
    total = _Sums()
    for (client_id, project_id, member_id), sums in cells.items():
        if only not in {None, member_id} or (wanted is not None and project_id not in wanted):
            continue
        keys = {"client": client_id, "project": project_id, "member": member_id}
        rows[keys[grouped_by]].add(sums)
        total.add(sums)
    labels = names.labels(grouped_by)
    drawn = [
        _row(key, labels.get(key, "without a project"), sums, shows_money=shows_money)
        for key, sums in rows.items()
    ]
    return Report(
        start=start,
        end=end,
        grouped_by=grouped_by,
        shows_money=shows_money,
        rows=tuple(sorted(drawn, key=lambda row: (row.label.casefold(), str(row.key)))),
        total=_row(None, "Total", total, shows_money=shows_money),
    )


class _Names:
    """Names of clients, projects and members of a workspace."""

    def __init__(self, session: Session, workspace: Workspace) -> None:
        here = workspace.id
        clients = session.execute(select(Client.id, Client.name).where(Client.workspace_id == here))
        members = session.execute(select(Member.id, Member.name).where(Member.workspace_id == here))
        projects = session.execute(
            select(Project.id, Project.client_id, Project.name).where(Project.workspace_id == here)
        ).all()
        self._clients: dict[UUID | None, str] = {row.id: row.name for row in clients}
        self._members: dict[UUID | None, str] = {row.id: row.name for row in members}
        self._projects: dict[UUID, str] = {row.id: row.name for row in projects}
        self.client_of: dict[UUID, UUID] = {row.id: row.client_id for row in projects}

    def projects_of(self, client: Client | None, project: Project | None) -> set[UUID] | None:
        """Return the projects that are wanted, or None for all."""
        if project is not None:
            return {project.id}
        if client is not None:
            return {one for one, owner in self.client_of.items() if owner == client.id}
        return None

    def labels(self, grouped_by: str) -> Mapping[UUID | None, str]:
        """Return what each row is called."""
        if grouped_by == "client":
            return self._clients
        if grouped_by == "member":
            return self._members
        return {
            one: f"{self._clients[self.client_of[one]]} {name}"
            for one, name in self._projects.items()
        }

    def cell(self, project_id: UUID | None, member_id: UUID) -> Cell:
        """Return what a figure is known by."""
        client_id = None if project_id is None else self.client_of[project_id]
        return (client_id, project_id, member_id)


def _add_worked(
    session: Session,
    workspace: Workspace,
    start: date,
    end: date,
    cells: dict[Cell, _Sums],
    names: _Names,
) -> None:
    is_approved = TimeEntry.state.in_(("approved", "applied"))
    rows = session.execute(
        select(
            TimeEntry.project_id,
            TimeEntry.member_id,
            func.sum(WORKED_SECONDS),
            func.sum(case((is_approved, WORKED_SECONDS), else_=0)),
        )
        .where(
            TimeEntry.workspace_id == workspace.id,
            TimeEntry.ended_at.is_not(None),
            TimeEntry.deleted_at.is_(None),
            TimeEntry.worked_on >= start,
            TimeEntry.worked_on < end,
        )
        .group_by(TimeEntry.project_id, TimeEntry.member_id)
    )
    for project_id, member_id, worked, approved in rows:
        sums = cells[names.cell(project_id, member_id)]
        sums.worked += int(worked)
        sums.approved += int(approved)


def _add_billed(
    session: Session,
    workspace: Workspace,
    start: date,
    end: date,
    cells: dict[Cell, _Sums],
    names: _Names,
) -> None:
    """Add what the invoices hold, less credit notes: SQL sums of stored amounts."""
    credited = credited_entries(workspace)
    rows = session.execute(
        select(
            BillingEntry.project_id,
            BillingEntry.member_id,
            BillingEntry.currency,
            func.sum(BillingEntry.minutes_billed - func.coalesce(credited.c.minutes, 0)),
            func.sum(BillingEntry.amount_minor - func.coalesce(credited.c.minor, 0)),
        )
        .outerjoin(credited, credited.c.billing_entry_id == BillingEntry.id)
        .where(
            BillingEntry.workspace_id == workspace.id,
            BillingEntry.reversed_by.is_(None),
            BillingEntry.worked_on >= start,
            BillingEntry.worked_on < end,
        )
        .group_by(BillingEntry.project_id, BillingEntry.member_id, BillingEntry.currency)
    )
    for project_id, member_id, currency, minutes, minor in rows:
        sums = cells[names.cell(project_id, member_id)]
        sums.billed_minutes += int(minutes)
        sums.billed[currency] = sums.billed.get(currency, 0) + int(minor)


def _add_unbilled(groups: Iterable[UnbilledGroup], cells: dict[Cell, _Sums], names: _Names) -> None:
    for group in groups:
        sums = cells[names.cell(group.project_id, group.member_id)]
        sums.unbilled_seconds += group.seconds
        sums.unbilled_minutes += group.minutes
        amount = group.amount
        sums.unbilled[amount.currency] = sums.unbilled.get(amount.currency, 0) + amount.minor


def _row(key: UUID | None, label: str, sums: _Sums, *, shows_money: bool) -> ReportRow:
    return ReportRow(
        key=key,
        label=label,
        seconds_worked=sums.worked,
        seconds_approved=sums.approved,
        minutes_billed=sums.billed_minutes,
        seconds_unbilled=sums.unbilled_seconds,
        minutes_unbilled=sums.unbilled_minutes,
        billed=_money(sums.billed) if shows_money else (),
        unbilled=_money(sums.unbilled) if shows_money else (),
    )


def _money(sums: Mapping[str, int]) -> tuple[Money, ...]:
    return tuple(Money(sums[currency], currency) for currency in sorted(sums))
