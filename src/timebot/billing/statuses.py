"""The one status of an invoice that people read, and lists of invoices by it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.models import Invoice
from timebot.clients.models import Client
from timebot.team.models import Workspace

STATUSES = ("draft", "sent", "paid", "overdue", "cancelled")
"""What people read; three columns of the invoice say more."""

MOST_LISTED = 50


@dataclass(frozen=True)
class ListedInvoice:
    """An invoice in a list, with its client and its status."""

    invoice: Invoice
    client: Client
    status: str


def status_of(invoice: Invoice, *, today: date) -> str:
    """Return draft, sent, paid, overdue or cancelled.

    Args:
        invoice: the invoice.
        today: the date in the workspace's zone; an open invoice is overdue after its due date.
    """
    if invoice.document == "draft":
        return "draft"
    if invoice.document == "void" or invoice.collection == "credited":
        return "cancelled"
    if invoice.collection == "paid":
        return "paid"
    if invoice.due_on is not None and invoice.due_on < today:
        return "overdue"
    return "sent"


def list_invoices(
    session: Session,
    *,
    workspace: Workspace,
    client: Client | None = None,
    status: str | None = None,
    today: date,
    limit: int = MOST_LISTED,
) -> list[ListedInvoice]:
    """List invoices, drafts first, then the newest number first.

    Args:
        session: the open session.
        workspace: whose invoices.
        client: only theirs.
        status: only one of `STATUSES`.
        today: the date in the workspace's zone.
        limit: at most so many.
    """
    query = (
        select(Invoice, Client)
        .join(
            Client, (Client.workspace_id == Invoice.workspace_id) & (Client.id == Invoice.client_id)
        )
        .where(Invoice.workspace_id == workspace.id)
        .order_by(
            Invoice.number.is_not(None),
            Invoice.issued_on.desc(),
            Invoice.sequence.desc(),
            Client.name_key,
        )
    )
    if client is not None:
        query = query.where(Invoice.client_id == client.id)
    found: list[ListedInvoice] = []
    for invoice, who in session.execute(query):
        one = ListedInvoice(invoice, who, status_of(invoice, today=today))
        if status in {None, one.status}:
            found.append(one)
        if len(found) == limit:
            break
    return found
