"""Billed work: reads the time behind issued invoices, so that it can be rounded again."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from timebot.billing.credit_models import CreditNote
from timebot.billing.models import BillingEntry, Invoice
from timebot.billing.pricing import Work
from timebot.billing.simulating import BilledWork, Outcome, day_key
from timebot.billing.uplift import Uplift
from timebot.team.rounding_rule import RoundingRule
from timebot.timekeeping.models import TimeEntry

_Rows = Sequence[Row[*tuple[Any, ...]]]


def billed_work(session: Session, *, invoices: Sequence[Invoice]) -> list[BilledWork]:
    """Return the billable time of issued invoices of one client, in the order given."""
    if not invoices:
        return []
    rows = session.execute(_of_the_same_days(invoices)).all()
    works = {row.id: _work(row) for row in rows}
    return [_of_invoice(invoice, rows, works) for invoice in invoices]


def _of_the_same_days(invoices: Sequence[Invoice]) -> Select[*tuple[Any, ...]]:
    """Select what was billed of the projects and days of these invoices, by whatever invoice."""
    here = invoices[0].workspace_id
    mine = (
        BillingEntry.workspace_id == here,
        BillingEntry.invoice_id.in_([invoice.id for invoice in invoices]),
        BillingEntry.kind == "billable",
    )
    first, last = (
        select(edge(BillingEntry.worked_on)).where(*mine) for edge in (func.min, func.max)
    )
    return (
        select(
            BillingEntry.id,
            BillingEntry.invoice_id,
            BillingEntry.line_id,
            BillingEntry.time_entry_id,
            BillingEntry.member_id,
            BillingEntry.project_id,
            BillingEntry.worked_on,
            BillingEntry.kind,
            BillingEntry.seconds_worked,
            BillingEntry.minutes_billed,
            BillingEntry.rate_minor,
            BillingEntry.rate_source,
            BillingEntry.currency,
            BillingEntry.amount_minor,
            BillingEntry.tax_ppm,
            BillingEntry.rounding,
            TimeEntry.started_at,
            Invoice.released_at,
            func.coalesce(Invoice.voided_at, CreditNote.created_at).label("freed_at"),
        )
        .join(
            TimeEntry,
            (TimeEntry.workspace_id == BillingEntry.workspace_id)
            & (TimeEntry.id == BillingEntry.time_entry_id),
        )
        .join(
            Invoice,
            (Invoice.workspace_id == BillingEntry.workspace_id)
            & (Invoice.id == BillingEntry.invoice_id),
        )
        .outerjoin(
            CreditNote,
            (CreditNote.workspace_id == BillingEntry.workspace_id)
            & (CreditNote.id == BillingEntry.reversed_by),
        )
        .where(
            BillingEntry.workspace_id == here,
            BillingEntry.kind == "billable",
            BillingEntry.project_id.in_(select(BillingEntry.project_id).where(*mine)),
            BillingEntry.worked_on.between(first.scalar_subquery(), last.scalar_subquery()),
        )
    )


def _of_invoice(invoice: Invoice, rows: _Rows, works: dict[UUID, Work]) -> BilledWork:
    own = [row for row in rows if row.invoice_id == invoice.id]
    earlier: dict[str, int] = defaultdict(int)
    for row in rows:
        if _counted_before(row, invoice):
            earlier[day_key(works[row.id])] += row.seconds_worked
    return BilledWork(
        works=[works[row.id] for row in own],
        lines={row.time_entry_id: row.line_id for row in own},
        earlier=earlier,
        issued=Outcome(
            Uplift(sum(row.seconds_worked for row in own), sum(row.minutes_billed for row in own)),
            sum(row.amount_minor for row in own),
        ),
    )


def _counted_before(row: Row[*tuple[Any, ...]], invoice: Invoice) -> bool:
    """Return whether the entry was billed, and not freed again, when the invoice was released."""
    released = invoice.released_at
    if row.released_at is None or released is None or row.released_at >= released:
        return False
    return row.freed_at is None or row.freed_at > released


def _work(row: Row[*tuple[Any, ...]]) -> Work:
    """Return the billing entry as pricing knows work; what is only printed is left empty."""
    return Work(
        entry_id=row.time_entry_id,
        member_id=row.member_id,
        project_id=row.project_id,
        worked_on=row.worked_on,
        started_at=row.started_at,
        seconds=row.seconds_worked,
        kind=row.kind,
        rate_minor=row.rate_minor,
        rate_source=row.rate_source,
        currency=row.currency,
        tax_ppm=row.tax_ppm,
        rule=RoundingRule(**row.rounding),
        member_name="",
        project_name="",
        text="",
        ticket_ref=None,
        ticket_url=None,
        version=0,
    )
