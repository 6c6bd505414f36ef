"""Outside: money that came another way, such as a bank transfer."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from timebot.billing.deciding import lock_unpaid
from timebot.billing.models import Invoice
from timebot.billing.steps.settling import settle_paid
from timebot.errors import Refusal
from timebot.journal.audit import Actor
from timebot.team.days import day_of, local_instant
from timebot.team.models import Member, Workspace
from timebot.team.rights import require

LONGEST_WORDS = 100


class HowMissing(Refusal):
    """Nobody can check a payment of which is not said how it came."""

    def __init__(self) -> None:
        super().__init__(
            f"Please say in up to {LONGEST_WORDS} characters how it was paid,"
            " for example: bank transfer."
        )


class PaidInFuture(Refusal):
    """Money that is still to come is not there."""

    def __init__(self) -> None:
        super().__init__("The day of the payment is in the future. Please give today or earlier.")


def mark_paid_outside(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    invoice_id: UUID,
    how: str,
    paid_on: date,
    now: datetime,
    surface: str = "slack",
) -> Invoice:
    """Note that an invoice was paid in another way; the receipt follows.

    Where Stripe holds an invoice that could still be paid, the worker closes it.

    Args:
        session: an open transaction.
        workspace: whose invoice.
        actor: who says so.
        invoice_id: the invoice.
        how: such as `bank transfer`; it is printed on the receipt.
        paid_on: the day on which the money came.
        now: the present instant.
        surface: where it came from, for the audit.

    Raises:
        NotAllowed: if the actor has no billing role.
        HowMissing, PaidInFuture: if the words or the day make no sense.
        InvoiceUnknown, NotIssued, AlreadyVoid, AlreadyPaid: if there is nothing to pay.
        BeingCharged, OutcomeOpen: if a card may have been charged.
    """
    require(session, actor, "billing", to="mark invoices as paid", now=now)
    words = " ".join(how.split())
    if not 0 < len(words) <= LONGEST_WORDS:
        raise HowMissing
    if paid_on > day_of(now, workspace.zone):
        raise PaidInFuture
    invoice = lock_unpaid(session, workspace=workspace, invoice_id=invoice_id)
    invoice.next_step_at = now
    settle_paid(
        session,
        invoice,
        how="outside",
        words=words,
        paid_at=local_instant(paid_on, 0, workspace.zone),
        payment_intent=None,
        actor=Actor(actor.id, surface),
        now=now,
    )
    return invoice
