"""Outside: money that came another way, such as a bank transfer."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from timebot.billing.deciding import lock_unpaid, number_of
from timebot.billing.models import Invoice
from timebot.billing.receivable import owed
from timebot.billing.steps.settling import settle_part
from timebot.errors import Refusal
from timebot.journal.audit import Actor
from timebot.locales import money_words
from timebot.money import Money
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


class MoreThanOwed(Refusal):
    """More came, or less than nothing, than is still open."""

    def __init__(self, number: str, left: str) -> None:
        super().__init__(
            f"{left} of {number} is still open. Please give that or less; what came beyond it is"
            " not this invoice's."
        )


def mark_paid_outside(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    invoice_id: UUID,
    how: str,
    paid_on: date,
    amount: Money | None = None,
    now: datetime,
    surface: str = "slack",
) -> Invoice:
    """Note that money for an invoice came in another way; the last part brings the receipt.

    Where Stripe holds an invoice that could still be paid, the worker lowers or closes it.

    Args:
        session: an open transaction.
        workspace: whose invoice.
        actor: who says so.
        invoice_id: the invoice.
        how: such as `bank transfer`; it is printed on the receipt.
        paid_on: the day on which the money came.
        amount: how much came; all that is owed unless it is given.
        now: the present instant.
        surface: where it came from, for the audit.

    Raises:
        NotAllowed: if the actor has no billing role.
        HowMissing, PaidInFuture, MoreThanOwed: if the words, the day or the amount make no sense.
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
    left = owed(session, invoice)
    came = left if amount is None else amount
    if came.currency != left.currency or not 0 < came.minor <= left.minor:
        raise MoreThanOwed(number_of(invoice), money_words(left, workspace.locale))
    invoice.next_step_at = now
    settle_part(
        session,
        invoice,
        amount=came,
        words=words,
        paid_on=paid_on,
        paid_at=local_instant(paid_on, 0, workspace.zone),
        actor=Actor(actor.id, surface),
        now=now,
    )
    return invoice
