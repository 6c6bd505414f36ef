"""Approved work: reads the time entries that drafts hold, or that the next ones would take."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Text, exists, func, null, select, type_coerce
from sqlalchemy.orm import Session

from timebot.billing.models import BillingEntry, DraftEntry, EntryHold, InvoiceRun
from timebot.billing.pricing import Priced, Work, key_of, price
from timebot.billing.rounding import BilledBefore
from timebot.billing.worked_seconds import WORKED_SECONDS
from timebot.clients.models import Client, Project
from timebot.clients.rounding import rule_for
from timebot.team.models import Member, Workspace
from timebot.team.rounding_rule import RoundingRule
from timebot.timekeeping.models import TimeEntry

_KEYS_AT_ONCE = 500


@dataclass(frozen=True)
class Books:
    """The small tables of a workspace that pricing looks things up in.

    Attributes:
        members: names by id.
        clients, projects: rows by id.
        rules: the rounding rule that counts, by project id.
    """

    workspace: Workspace
    members: Mapping[UUID, str]
    clients: Mapping[UUID, Client]
    projects: Mapping[UUID, Project]
    rules: Mapping[UUID, RoundingRule]

    def client_of(self, project_id: UUID) -> Client:
        """Return who pays for a project."""
        return self.clients[self.projects[project_id].client_id]

    def tax_ppm(self, client: Client) -> int:
        """Return the client's tax rate in parts per million."""
        return self.workspace.tax_ppm if client.tax_ppm is None else client.tax_ppm


def open_books(session: Session, *, workspace: Workspace) -> Books:
    """Read the members, clients and projects of a workspace."""
    here = workspace.id
    members = session.execute(select(Member.id, Member.name).where(Member.workspace_id == here))
    clients = {
        row.id: row for row in session.scalars(select(Client).where(Client.workspace_id == here))
    }
    projects = {
        row.id: row for row in session.scalars(select(Project).where(Project.workspace_id == here))
    }
    return Books(
        workspace=workspace,
        members={row.id: row.name for row in members},
        clients=clients,
        projects=projects,
        rules={
            project.id: rule_for(workspace, clients[project.client_id], project)
            for project in projects.values()
        },
    )


def is_held() -> ColumnElement[bool]:
    """Return SQL that is true for a time entry somebody holds back."""
    return exists().where(
        EntryHold.workspace_id == TimeEntry.workspace_id,
        EntryHold.time_entry_id == TimeEntry.id,
        EntryHold.lifted_at.is_(None),
    )


def is_drafted() -> ColumnElement[bool]:
    """Return SQL that is true for a time entry in an open draft."""
    return exists().where(
        DraftEntry.workspace_id == TimeEntry.workspace_id,
        DraftEntry.time_entry_id == TimeEntry.id,
    )


def may_be_billed(
    workspace: Workspace, *, cut_off: date, approved_until: datetime | None
) -> list[ColumnElement[bool]]:
    """Return the conditions under which a time entry goes on an invoice.

    Args:
        workspace: its go-live date keeps out what was worked before.
        cut_off: work of this day and later waits for the next run.
        approved_until: later approvals wait for the next run; None for no limit.
    """
    conditions = [
        TimeEntry.workspace_id == workspace.id,
        TimeEntry.state == "approved",
        TimeEntry.deleted_at.is_(None),
        TimeEntry.billable != "internal",
        TimeEntry.worked_on < cut_off,
        ~is_held(),
    ]
    if workspace.go_live_on is not None:
        conditions.append(TimeEntry.worked_on >= workspace.go_live_on)
    if approved_until is not None:
        conditions.append(TimeEntry.approved_at <= approved_until)
    return conditions


def free_work(
    session: Session,
    books: Books,
    *,
    cut_off: date,
    approved_until: datetime | None = None,
    client_id: UUID | None = None,
) -> dict[UUID, list[Work]]:
    """Return by client what a run with that cut-off would take: in no draft, not held."""
    workspace = books.workspace
    query = _entries(null()).where(
        *may_be_billed(workspace, cut_off=cut_off, approved_until=approved_until), ~is_drafted()
    )
    if client_id is not None:
        projects = [one.id for one in books.projects.values() if one.client_id == client_id]
        query = query.where(TimeEntry.project_id.in_(projects))
    found: dict[UUID, list[Work]] = defaultdict(list)
    rows = session.connection().execute(query).all()
    for work in _works(rows, books, _Keys()):
        found[books.projects[work.project_id].client_id].append(work)
    return dict(found)


def drafted_work(
    session: Session, books: Books, *, invoice_ids: Collection[UUID], run: InvoiceRun
) -> dict[UUID, list[Work]]:
    """Return by draft of a run the work that it holds and that may still be billed there."""
    query = _in_drafts(books.workspace, invoice_ids, run)
    return _by_draft(session, query, books)


def lock_drafted_work(
    session: Session, books: Books, *, invoice_ids: Collection[UUID], run: InvoiceRun
) -> dict[UUID, list[Work]]:
    """Return the same as `drafted_work`, and let nobody change these entries until the end."""
    query = _in_drafts(books.workspace, invoice_ids, run)
    # In the order of their ids, so that two releases queue and never wait for each other.
    locked = query.order_by(TimeEntry.id).with_for_update(of=TimeEntry)
    return _by_draft(session, locked, books)


def price_client(
    session: Session, books: Books, *, client_id: UUID, works: Sequence[Work]
) -> Priced:
    """Price the work of one client, less what earlier invoices billed of the same days."""
    client = books.clients[client_id]
    return price(
        works,
        currency=client.currency,
        grouping=client.line_grouping,
        before=billed_before(session, books.workspace, works),
    )


def billed_before(
    session: Session, workspace: Workspace, works: Sequence[Work]
) -> dict[str, BilledBefore]:
    """Return by rounding group what issued invoices have billed of the days of this work."""
    counted = [work for work in works if work.rule.scope == "day"]
    touched = _billed_days(session, workspace, counted) if counted else set()
    if not touched:
        return {}
    wanted = {
        key_of(work)
        for work in counted
        if (work.member_id, work.project_id, work.worked_on) in touched
    }
    return billed_groups(session, workspace, sorted(wanted))


def _billed_days(
    session: Session, workspace: Workspace, works: Sequence[Work]
) -> set[tuple[UUID, UUID, date]]:
    """Return which days of a member on a project hold applied entries; usually none."""
    days = [work.worked_on for work in works]
    rows = session.execute(
        select(TimeEntry.member_id, TimeEntry.project_id, TimeEntry.worked_on)
        .where(
            TimeEntry.workspace_id == workspace.id,
            TimeEntry.state == "applied",
            TimeEntry.project_id.in_({work.project_id for work in works}),
            TimeEntry.worked_on.between(min(days), max(days)),
        )
        .distinct()
    )
    return {
        (row.member_id, row.project_id, row.worked_on) for row in rows if row.project_id is not None
    }


def billed_groups(
    session: Session, workspace: Workspace, keys: Sequence[str]
) -> dict[str, BilledBefore]:
    """Return by name what issued invoices have billed of these rounding groups."""
    found: dict[str, BilledBefore] = {}
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        rows = session.execute(
            select(
                BillingEntry.group_key,
                func.sum(BillingEntry.seconds_worked),
                func.sum(BillingEntry.minutes_billed),
            )
            .where(
                BillingEntry.workspace_id == workspace.id,
                BillingEntry.group_key.in_(keys[start : start + _KEYS_AT_ONCE]),
                BillingEntry.reversed_by.is_(None),
            )
            .group_by(BillingEntry.group_key)
        )
        found |= {key: BilledBefore(int(seconds), int(minutes)) for key, seconds, minutes in rows}
    return found


def _entries(*more: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    return select(
        TimeEntry.id,
        type_coerce(TimeEntry.member_id, Text).label("member"),
        type_coerce(TimeEntry.project_id, Text).label("project"),
        TimeEntry.worked_on,
        TimeEntry.started_at,
        WORKED_SECONDS.label("seconds"),
        TimeEntry.billable,
        TimeEntry.rate_minor,
        TimeEntry.rate_currency,
        TimeEntry.rate_source,
        TimeEntry.text,
        TimeEntry.ticket_ref,
        TimeEntry.ticket_url,
        TimeEntry.version,
        *more,
    )


def _in_drafts(
    workspace: Workspace, invoice_ids: Collection[UUID], run: InvoiceRun
) -> Select[*tuple[Any, ...]]:
    return (
        _entries(type_coerce(DraftEntry.invoice_id, Text))
        .join(
            DraftEntry,
            (DraftEntry.workspace_id == TimeEntry.workspace_id)
            & (DraftEntry.time_entry_id == TimeEntry.id),
        )
        .where(
            DraftEntry.workspace_id == workspace.id,
            DraftEntry.invoice_id.in_(invoice_ids),
            # Approved again since, it may even be another client's by now: the next run takes it.
            *may_be_billed(workspace, cut_off=run.period_end, approved_until=run.opened_at),
        )
    )


def _by_draft(
    session: Session, query: Select[*tuple[Any, ...]], books: Books
) -> dict[UUID, list[Work]]:
    rows = session.connection().execute(query).all()
    keys = _Keys()
    found: dict[UUID, list[Work]] = defaultdict(list)
    for row, work in zip(rows, _works(rows, books, keys), strict=True):
        found[keys[row[-1]]].append(work)
    return dict(found)


class _Keys(dict[object, UUID]):
    """Ids as the database gives them, and as UUIDs; thousands of rows share a few of them."""

    def __missing__(self, raw: object) -> UUID:
        self[raw] = key = raw if isinstance(raw, UUID) else UUID(str(raw))
        return key


@dataclass(frozen=True)
class _OfProject:
    """What all work of a project shares."""

    id: UUID
    name: str
    currency: str
    tax_ppm: int
    rule: RoundingRule


def _works(rows: Sequence[Row[*tuple[Any, ...]]], books: Books, keys: _Keys) -> Iterator[Work]:
    """Turn rows into work; a rate counts only where something is charged in its currency."""
    shared: dict[object, _OfProject] = {}
    # By position, because there are thousands of rows and a look-up by name costs each time.
    for row in rows:
        (entry_id, member, project_key, day, start, seconds, kind, *captured) = row[:10]
        project = shared.get(project_key)
        if project is None:
            project = shared[project_key] = _of_project(keys[project_key], books)
        member_id = keys[member]
        rate_minor, source = _charged(kind, project.currency, *captured)
        yield Work(
            entry_id,
            member_id,
            project.id,
            day,
            start,
            seconds,
            kind,
            rate_minor,
            source,
            project.currency,
            project.tax_ppm,
            project.rule,
            books.members[member_id],
            project.name,
            *row[10:14],
        )


def _charged(
    kind: str, currency: str, rate_minor: int | None, rate_currency: str | None, source: str | None
) -> tuple[int, str | None]:
    """Return the rate that counts and its source: none where it is in another currency."""
    if kind == "no_charge":
        return 0, "no charge"
    if rate_minor is None or rate_currency != currency:
        return 0, None
    return rate_minor, source


def _of_project(project_id: UUID, books: Books) -> _OfProject:
    client = books.client_of(project_id)
    return _OfProject(
        id=project_id,
        name=books.projects[project_id].name,
        currency=client.currency,
        tax_ppm=books.tax_ppm(client),
        rule=books.rules[project_id],
    )
