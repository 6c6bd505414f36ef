"""Refunding again: a refund that the bank sent back, or that was refused, is tried once more."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from timebot.billing.credit_models import CreditNote
from timebot.billing.deciding import InvoiceUnknown
from timebot.billing.delivery import note_invoice, show_change
from timebot.billing.models import Invoice
from timebot.errors import Refusal
from timebot.journal.audit import Actor
from timebot.team.models import Member, Workspace
from timebot.team.rights import require


class RefundNotFailed(Refusal):
    """The money is on its way, or there already."""

    def __init__(self, number: str | None) -> None:
        super().__init__(
            f"The refund for {number} is on its way or done already. Nothing was changed.",
            example=f"/billing invoice {number}",
        )


def refund_again(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    note_id: UUID,
    now: datetime,
    surface: str = "slack",
) -> CreditNote:
    """Let the worker send the money of a credit note back once more; each press is one try.

    Raises:
        NotAllowed: if the actor has no billing role.
        InvoiceUnknown: if there is no such credit note.
        RefundNotFailed: if its last refund did not fail.
    """
    require(session, actor, "billing", to="send money back", now=now)
    note = session.get(CreditNote, (workspace.id, note_id))
    if note is None:
        raise InvoiceUnknown
    invoice = session.get_one(Invoice, (workspace.id, note.invoice_id), with_for_update=True)
    moved = session.execute(
        update(CreditNote)
        .where(
            CreditNote.workspace_id == workspace.id,
            CreditNote.id == note.id,
            CreditNote.refund_state == "failed",
        )
        .values(refund_state="wanted", refund_attempt=CreditNote.refund_attempt + 1)
        .returning(CreditNote.id)
    ).first()
    if moved is None:
        raise RefundNotFailed(note.number)
    session.refresh(note)
    invoice.attention, invoice.next_step_at = None, now
    session.flush()
    facts = {"credit_note": note.number, "attempt": note.refund_attempt}
    by = Actor(actor.id, surface)
    note_invoice(session, invoice, action="invoice.refund_again", actor=by, at=now, after=facts)
    show_change(session, invoice, now=now)
    return note
