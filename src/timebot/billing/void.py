"""Voiding: an issued invoice is cancelled, never deleted; its number stays spent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from timebot.billing.client_credit import return_credit
from timebot.billing.deciding import lock_unpaid, number_of
from timebot.billing.delivery import note_invoice, show_change, write_off_unwritten
from timebot.billing.models import BillingEntry, Invoice
from timebot.billing.receivable import is_touched
from timebot.errors import Refusal
from timebot.journal.audit import Actor
from timebot.team.models import Member, Workspace
from timebot.team.rights import require
from timebot.timekeeping.models import TimeEntry


class ReasonMissing(Refusal):
    """A cancelled number must stay explainable."""

    def __init__(self) -> None:
        super().__init__("Please say why, for example: wrong address.")


class PartlySettled(Refusal):
    """Money came, or a credit note was written: cancelling would undo neither."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"A part of {number} is paid or credited already, so it cannot be cancelled."
            " Write a credit note over what is left instead."
        )


def void_invoice(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    invoice_id: UUID,
    reason: str,
    now: datetime,
    surface: str = "slack",
) -> Invoice:
    """Cancel an unpaid invoice and free its entries, so that they can be billed again.

    Where Stripe holds an invoice, the worker closes it there.

    Raises:
        NotAllowed: if the actor has no billing role.
        ReasonMissing: without a reason.
        InvoiceUnknown, NotIssued, AlreadyVoid, AlreadyPaid: if there is nothing to cancel.
        BeingCharged, OutcomeOpen: if a card may have been charged.
        PartlySettled: if money came or a credit note was written.
    """
    require(session, actor, "billing", to="cancel invoices", now=now)
    words = " ".join(reason.split())
    if not words:
        raise ReasonMissing
    invoice = lock_unpaid(session, workspace=workspace, invoice_id=invoice_id)
    if is_touched(session, invoice):
        raise PartlySettled(number_of(invoice))
    invoice.document, invoice.voided_at, invoice.void_reason = "void", now, words
    invoice.collection, invoice.attention, invoice.uncollected_at = "none", None, None
    invoice.next_step_at = now
    write_off_unwritten(session, invoice)
    session.flush()
    return_credit(session, invoice, by=Actor(actor.id, surface), now=now)
    freed = _free_entries(session, invoice)
    note_invoice(
        session,
        invoice,
        action="invoice.voided",
        actor=Actor(actor.id, surface),
        at=now,
        after={"number": invoice.number, "entries_freed": freed},
        note=words,
    )
    show_change(session, invoice, now=now)
    return invoice


def _free_entries(session: Session, invoice: Invoice) -> int:
    """Reverse the billing entries, and make their time entries approved again."""
    billed = select(BillingEntry.time_entry_id).where(
        BillingEntry.workspace_id == invoice.workspace_id,
        BillingEntry.invoice_id == invoice.id,
        BillingEntry.reversed_by.is_(None),
    )
    freed = session.execute(
        update(TimeEntry)
        .where(
            TimeEntry.workspace_id == invoice.workspace_id,
            TimeEntry.id.in_(billed),
            TimeEntry.state == "applied",
        )
        .values(state="approved", version=TimeEntry.version + 1)
        .returning(TimeEntry.id)
        .execution_options(synchronize_session=False)
    ).all()
    session.execute(
        update(BillingEntry)
        .where(
            BillingEntry.workspace_id == invoice.workspace_id,
            BillingEntry.invoice_id == invoice.id,
            BillingEntry.reversed_by.is_(None),
        )
        .values(reversed_by=invoice.id)
        .execution_options(synchronize_session=False)
    )
    return len(freed)
