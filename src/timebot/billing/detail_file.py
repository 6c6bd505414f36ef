"""The detail beside an invoice: every billed time entry as one row of a CSV."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.models import BillingEntry, Invoice, InvoiceLine
from timebot.billing.spreadsheet import csv_text
from timebot.clients.models import Project
from timebot.money import Money
from timebot.team.models import Member
from timebot.timekeeping.models import TimeEntry

HEADER = (
    *("line", "day", "person", "project", "text", "ticket", "ticket_link", "kind"),
    *("seconds_worked", "minutes_billed", "rate", "amount", "currency"),
)


def detail_csv(session: Session, invoice: Invoice) -> str:
    """Return the time entries behind an issued invoice; their amounts sum to its subtotal."""
    rows = session.execute(
        select(
            InvoiceLine.position,
            BillingEntry,
            Member.name,
            Project.name,
            TimeEntry.text,
            TimeEntry.ticket_ref,
            TimeEntry.ticket_url,
        )
        .join(
            InvoiceLine,
            (InvoiceLine.workspace_id == BillingEntry.workspace_id)
            & (InvoiceLine.id == BillingEntry.line_id),
        )
        .join(
            TimeEntry,
            (TimeEntry.workspace_id == BillingEntry.workspace_id)
            & (TimeEntry.id == BillingEntry.time_entry_id),
        )
        .join(
            Member,
            (Member.workspace_id == BillingEntry.workspace_id)
            & (Member.id == BillingEntry.member_id),
        )
        .join(
            Project,
            (Project.workspace_id == BillingEntry.workspace_id)
            & (Project.id == BillingEntry.project_id),
        )
        .where(
            BillingEntry.workspace_id == invoice.workspace_id,
            BillingEntry.invoice_id == invoice.id,
        )
        .order_by(InvoiceLine.position, BillingEntry.worked_on, TimeEntry.started_at, TimeEntry.id)
    )
    return csv_text(
        HEADER,
        (
            (
                position,
                billed.worked_on.isoformat(),
                person,
                project,
                text,
                ticket,
                ticket_link,
                billed.kind,
                billed.seconds_worked,
                billed.minutes_billed,
                Money(billed.rate_minor, billed.currency).decimal,
                Money(billed.amount_minor, billed.currency).decimal,
                billed.currency,
            )
            for position, billed, person, project, text, ticket, ticket_link in rows
        ),
    )
