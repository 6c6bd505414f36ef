"""Deserted invoices: what becomes of a client's, when their customer is deleted at Stripe.

Those that are not there yet go there under a new customer. Of the others Stripe keeps the invoice
and lets nobody pay it [https://docs.stripe.com/api/customers/delete]; people decide about them.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.models import Invoice
from timebot.billing.steps.settling import desert
from timebot.clients.models import Client

_UNSETTLED = ("open", "failed", "unknown")


def lock_deserted(session: Session, client: Client, customer: str) -> Sequence[Invoice]:
    """Lock the client's invoices that wait for their money under this customer."""
    found = select(Invoice).where(
        Invoice.workspace_id == client.workspace_id,
        Invoice.client_id == client.id,
        Invoice.stripe_customer_id == customer,
        Invoice.document.in_(("issued", "rendered")),
        Invoice.collection.in_(_UNSETTLED),
        Invoice.charge_mode != "bank",
    )
    return session.scalars(found.order_by(Invoice.id).with_for_update()).all()


def find_new_ways(session: Session, invoices: Sequence[Invoice], *, now: datetime) -> None:
    """Let each invoice be paid under a new customer by link, or people decide about it.

    Args:
        session: the transaction.
        invoices: locked, all of the customer who was deleted.
        now: the present instant.
    """
    for invoice in invoices:
        if invoice.stripe_invoice_id is None:
            _begin_anew(invoice, now)
        else:
            desert(session, invoice, now=now)
    session.flush()


def _begin_anew(invoice: Invoice, now: datetime) -> None:
    invoice.stripe_customer_id, invoice.stripe_card_id, invoice.charge_mode = None, None, "link"
    if invoice.uncollected_at is not None and invoice.attention is not None:
        # Not parked by a person: the worker came to the deleted customer before we heard of it.
        invoice.uncollected_at = invoice.attention = None
        invoice.next_step_at = now
