"""Unbilled hours: SQL sums them per rounding group, the module that prices invoices prices them."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, case, func, null, select
from sqlalchemy.orm import Session

from timebot.billing.approved_work import Books, billed_groups, open_books
from timebot.billing.pricing import line_amount
from timebot.billing.rounding import NOTHING_BEFORE, BilledBefore, group_key, round_group
from timebot.billing.worked_seconds import WORKED_SECONDS
from timebot.money import Money
from timebot.team.models import Workspace
from timebot.timekeeping.models import TimeEntry


@dataclass(frozen=True)
class UnbilledGroup:
    """One rounding group that is on no invoice, or not all of it.

    Attributes:
        seconds: worked and unbilled.
        minutes: what would be billed of it now.
        amount: what that would come to, without tax; nothing where there is no rate.
    """

    member_id: UUID
    project_id: UUID
    worked_on: date
    seconds: int
    minutes: int
    amount: Money


def list_unbilled(
    session: Session, *, workspace: Workspace, start: date, end: date
) -> list[UnbilledGroup]:
    """Return the unbilled hours of the days [start, end), rounded and priced as a run would.

    Everything that is closed, not internal and on no invoice counts, approved or not; what was
    worked before the go-live date does not.
    """
    books = open_books(session, workspace=workspace)
    rows = _grouped(session, books, start, end)
    keys = [_key(row, books) for row in rows]
    before = billed_groups(session, workspace, sorted(set(keys)))
    return [
        _priced(row, books, before.get(key, NOTHING_BEFORE))
        for row, key in zip(rows, keys, strict=True)
    ]


def _grouped(session: Session, books: Books, start: date, end: date) -> list[Row[*tuple[Any, ...]]]:
    """Sum the seconds of each rounding group; where each entry is one, its id tells them apart."""
    workspace = books.workspace
    first = max(start, workspace.go_live_on) if workspace.go_live_on else start
    entry_id = _id_where_alone(books)
    columns = (
        TimeEntry.member_id,
        TimeEntry.project_id,
        TimeEntry.worked_on,
        TimeEntry.billable,
        TimeEntry.rate_minor,
        TimeEntry.rate_currency,
    )
    query = (
        select(*columns, entry_id.label("entry_id"), func.sum(WORKED_SECONDS).label("seconds"))
        .where(
            TimeEntry.workspace_id == workspace.id,
            TimeEntry.project_id.is_not(None),
            TimeEntry.ended_at.is_not(None),
            TimeEntry.deleted_at.is_(None),
            TimeEntry.state != "applied",
            TimeEntry.billable != "internal",
            TimeEntry.worked_on >= first,
            TimeEntry.worked_on < end,
        )
        .group_by(*columns, entry_id)
    )
    return list(session.execute(query).all())


def _id_where_alone(books: Books) -> ColumnElement[UUID | None]:
    alone = [project_id for project_id, rule in books.rules.items() if rule.scope == "entry"]
    return case((TimeEntry.project_id.in_(alone), TimeEntry.id), else_=null())


def _rate(row: Row[*tuple[Any, ...]], currency: str) -> int:
    is_charged = row.billable == "billable" and row.rate_currency == currency
    return int(row.rate_minor) if is_charged else 0


def _key(row: Row[*tuple[Any, ...]], books: Books) -> str:
    client = books.client_of(row.project_id)
    return group_key(
        member_id=row.member_id,
        project_id=row.project_id,
        worked_on=row.worked_on,
        rate_minor=_rate(row, client.currency),
        currency=client.currency,
        kind=row.billable,
        tax_ppm=books.tax_ppm(client),
        entry_id=row.entry_id,
    )


def _priced(row: Row[*tuple[Any, ...]], books: Books, before: BilledBefore) -> UnbilledGroup:
    currency = books.client_of(row.project_id).currency
    group = round_group([int(row.seconds)], books.rules[row.project_id], before)
    minutes = group.shares[0]
    return UnbilledGroup(
        member_id=row.member_id,
        project_id=row.project_id,
        worked_on=row.worked_on,
        seconds=int(row.seconds),
        minutes=minutes,
        amount=Money(line_amount(minutes, _rate(row, currency), currency), currency),
    )
