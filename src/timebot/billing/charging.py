"""Charging: what billing people decide about an invoice that is not paid.

The buttons only change the database; the worker does what follows.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from timebot.billing.deciding import (
    BeingCharged,
    CardEnded,
    ClosedThere,
    CustomerDeleted,
    NoCardOnFile,
    OutcomeKnown,
    lock_issued,
    lock_unpaid,
    number_of,
)
from timebot.billing.delivery import note_invoice, show_change, want_mail
from timebot.billing.models import Invoice
from timebot.billing.receivable import is_touched
from timebot.billing.steps.claims import new_payment
from timebot.billing.steps.keys import natural_keys
from timebot.billing.steps.plan import CUSTOMER_GONE, open_payment
from timebot.clients.models import Client
from timebot.journal.audit import Actor
from timebot.team.models import Member, Workspace
from timebot.team.rights import require


def charge_again(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    invoice_id: UUID,
    now: datetime,
    surface: str = "slack",
) -> Invoice:
    """Charge the card that is on file now; each press is one attempt of its own.

    Raises:
        NotAllowed: if the actor has no billing role.
        InvoiceUnknown, NotIssued, AlreadyVoid, AlreadyPaid: if there is nothing to charge for.
        BeingCharged, OutcomeOpen: if an attempt is not over.
        NoCardOnFile, CardEnded: if there is nothing to charge with.
        ClosedThere, CustomerDeleted: if it cannot be paid there any more.
    """
    require(session, actor, "billing", to="charge cards", now=now)
    invoice = lock_unpaid(session, workspace=workspace, invoice_id=invoice_id)
    _refuse_closed(session, invoice)
    client = session.get_one(Client, (workspace.id, invoice.client_id), populate_existing=True)
    if client.card_id is None:
        raise NoCardOnFile(client.name)
    if client.card_trouble == "ended":
        raise CardEnded(client.name)
    if _is_under_way(invoice):
        raise BeingCharged(number_of(invoice))
    invoice.charge_mode, invoice.stripe_card_id = "charge", client.card_id
    invoice.stripe_customer_id = invoice.stripe_customer_id or client.stripe_customer_id
    _reopen(invoice, now)
    keys = natural_keys(session, invoice)
    by = Actor(actor.id, surface)
    new_payment(session, invoice, client=client, keys=keys, actor=by, now=now)
    _note(session, invoice, "invoice.charged_again", by, now)
    return invoice


def send_pay_link(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    invoice_id: UUID,
    now: datetime,
    surface: str = "slack",
) -> Invoice:
    """Mail the client a link to the hosted page, and charge no card for this invoice.

    Raises:
        NotAllowed: if the actor has no billing role.
        InvoiceUnknown, NotIssued, AlreadyVoid, AlreadyPaid: if there is nothing to pay.
        BeingCharged, OutcomeOpen: if it may be paid already.
        ClosedThere, CustomerDeleted: if it cannot be paid there any more.
    """
    require(session, actor, "billing", to="send pay links", now=now)
    invoice = lock_unpaid(session, workspace=workspace, invoice_id=invoice_id)
    _refuse_closed(session, invoice)
    invoice.charge_mode = "link"
    _reopen(invoice, now)
    session.flush()
    want_mail(session, invoice, kind="invoice", now=now)
    _note(session, invoice, "invoice.pay_link_sent", Actor(actor.id, surface), now)
    return invoice


def park(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    invoice_id: UUID,
    now: datetime,
    surface: str = "slack",
) -> Invoice:
    """Stop collecting an invoice for now; it stays open, and the buttons stay.

    Raises:
        NotAllowed: if the actor has no billing role.
        InvoiceUnknown, NotIssued, AlreadyVoid, AlreadyPaid: if there is nothing to park.
        BeingCharged, OutcomeOpen: if an attempt is not over.
    """
    require(session, actor, "billing", to="park invoices", now=now)
    invoice = lock_unpaid(session, workspace=workspace, invoice_id=invoice_id)
    invoice.uncollected_at, invoice.attention = now, None
    _note(session, invoice, "invoice.parked", Actor(actor.id, surface), now)
    return invoice


def ask_again(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    invoice_id: UUID,
    now: datetime,
    surface: str = "slack",
) -> Invoice:
    """Have the worker ask now what became of a charge, also where it had given up asking.

    Raises:
        NotAllowed: if the actor has no billing role.
        InvoiceUnknown, NotIssued, AlreadyVoid: if there is no such claim.
        OutcomeKnown: if nothing is open about it.
    """
    require(session, actor, "billing", to="ask about charges", now=now)
    invoice = lock_issued(session, workspace=workspace, invoice_id=invoice_id)
    payment = open_payment(session, invoice)
    if invoice.collection != "unknown" or payment is None:
        raise OutcomeKnown(number_of(invoice))
    invoice.uncollected_at = invoice.attention = None
    payment.next_check_at = invoice.next_step_at = now
    _note(session, invoice, "invoice.asked_again", Actor(actor.id, surface), now)
    return invoice


def resend_invoice_mail(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    invoice_id: UUID,
    now: datetime,
    surface: str = "slack",
) -> Invoice:
    """Mail the invoice once more, or the receipt where it is paid.

    Raises:
        NotAllowed: if the actor has no billing role.
        InvoiceUnknown, NotIssued, AlreadyVoid: if there is nothing to mail.
    """
    require(session, actor, "billing", to="send invoices", now=now)
    invoice = lock_issued(session, workspace=workspace, invoice_id=invoice_id)
    kind = "receipt" if invoice.collection == "paid" else "invoice"
    want_mail(session, invoice, kind=kind, now=now)
    invoice.attention, invoice.next_step_at = None, now
    _note(session, invoice, "invoice.mailed_again", Actor(actor.id, surface), now)
    return invoice


def _is_under_way(invoice: Invoice) -> bool:
    """Tell whether the worker is about to charge the card for the first time."""
    return (
        invoice.charge_mode == "charge"
        and invoice.collection == "open"
        and invoice.uncollected_at is None
    )


def _refuse_closed(session: Session, invoice: Invoice) -> None:
    if invoice.stripe_status == CUSTOMER_GONE:
        raise CustomerDeleted(number_of(invoice), is_touched=is_touched(session, invoice))
    if invoice.stripe_status in {"void", "uncollectible", "unclosed", "paid"}:
        raise ClosedThere(number_of(invoice))


def _reopen(invoice: Invoice, now: datetime) -> None:
    invoice.collection, invoice.uncollected_at, invoice.attention = "open", None, None
    invoice.next_step_at = now


def _note(session: Session, invoice: Invoice, action: str, by: Actor, now: datetime) -> None:
    session.flush()
    note_invoice(session, invoice, action=action, actor=by, at=now)
    show_change(session, invoice, now=now)
