"""Deciding: what every button of an issued invoice begins with, and why it may say no."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.models import Invoice
from timebot.billing.steps.plan import open_payment
from timebot.errors import NotFound, Refusal
from timebot.team.models import Workspace


class InvoiceUnknown(NotFound):
    """There is no such invoice here."""

    def __init__(self) -> None:
        super().__init__("There is no such invoice.", example="/billing invoices")


class NotIssued(Refusal):
    """It is still a draft."""

    def __init__(self) -> None:
        super().__init__("This is still a draft. Release it first.")


class AlreadyVoid(Refusal):
    """It was cancelled."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"{number} was cancelled already. Nothing was changed.",
            example=f"/billing invoice {number}",
        )


class AlreadyPaid(Refusal):
    """Its money is there."""

    def __init__(self, number: str, how: str | None) -> None:
        by = f" ({how})" if how else ""
        super().__init__(
            f"{number} is paid already{by}. Nothing was changed.",
            example=f"/billing invoice {number}",
        )


class AlreadyCredited(Refusal):
    """Credit notes took all of it back."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"{number} was credited in full already. Nothing was changed.",
            example=f"/billing invoice {number}",
        )


class BeingCharged(Refusal):
    """The card is being charged at this moment."""

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} is being charged just now. Please look again in a minute.")


class OutcomeOpen(Refusal):
    """Nobody knows yet whether the card was charged."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"I do not know yet whether the card was charged for {number}, and keep asking Stripe."
            " Nothing was changed, so that nobody pays twice. Please wait; I tell you what I hear."
        )


class OutcomeKnown(Refusal):
    """There is nothing to ask about."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"What became of {number} is known by now. Nothing was changed.",
            example=f"/billing invoice {number}",
        )


class NoCardOnFile(Refusal):
    """There is nothing to charge."""

    def __init__(self, client: str) -> None:
        super().__init__(
            f"{client} has no card on file. Send the pay link, or ask for a card.",
            example=f"/billing card {client}",
        )


class CardEnded(Refusal):
    """The bank said of the card on file that it never pays again."""

    def __init__(self, client: str) -> None:
        super().__init__(
            f"The bank does not take the card of {client} any more, so trying it again does not"
            " help. Nothing was charged. Ask for another card, or send the pay link.",
            example=f"/billing card {client}",
        )


class ClosedThere(Refusal):
    """The processor's invoice cannot be paid any more."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"{number} was closed at Stripe, so it cannot be paid there."
            " Mark it as paid, or cancel it."
        )


class CustomerDeleted(Refusal):
    """The processor lets nobody pay an invoice whose customer is there no more."""

    def __init__(self, number: str, *, is_touched: bool) -> None:
        anew = (
            "Write a credit note over what is left"
            if is_touched
            else "Cancel it and bill its hours again"
        )
        super().__init__(
            f"The customer of {number} was deleted at Stripe, so it cannot be paid there any more."
            f" {anew}, or mark it as paid once the money comes another way.",
            example=f"/billing invoice {number}",
        )


def lock_issued(session: Session, *, workspace: Workspace, invoice_id: UUID) -> Invoice:
    """Lock an issued invoice that counts.

    Raises:
        InvoiceUnknown, NotIssued, AlreadyVoid: if there is none.
    """
    invoice = session.scalar(
        select(Invoice)
        .where(Invoice.workspace_id == workspace.id, Invoice.id == invoice_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if invoice is None:
        raise InvoiceUnknown
    if invoice.document == "draft":
        raise NotIssued
    if invoice.document == "void":
        raise AlreadyVoid(number_of(invoice))
    return invoice


def lock_unpaid(session: Session, *, workspace: Workspace, invoice_id: UUID) -> Invoice:
    """Lock an issued invoice whose money is neither there nor on its way.

    Raises:
        InvoiceUnknown, NotIssued, AlreadyVoid: if there is none.
        AlreadyPaid, AlreadyCredited, BeingCharged, OutcomeOpen: if it is not up for a decision.
    """
    invoice = lock_issued(session, workspace=workspace, invoice_id=invoice_id)
    if invoice.collection == "credited":
        raise AlreadyCredited(number_of(invoice))
    if invoice.collection not in {"open", "failed", "unknown"}:
        raise AlreadyPaid(number_of(invoice), invoice.paid_how)
    payment = open_payment(session, invoice)
    if invoice.collection == "unknown" or (payment is not None and payment.state == "unknown"):
        raise OutcomeOpen(number_of(invoice))
    if payment is not None:
        raise BeingCharged(number_of(invoice))
    return invoice


def number_of(invoice: Invoice) -> str:
    """Return the invoice's number, for people."""
    return invoice.number or "The draft"
