"""Stripe's invoice and refund, read as billing's values."""

from collections.abc import Iterable

from stripe import Invoice, PaymentIntent
from stripe import Refund as StripeRefund

from timebot.billing.ports import (
    Declined,
    ListedInvoice,
    NeedsAction,
    Processing,
    ProcessorInvoice,
    Refund,
)
from timebot.gateways.cleaning import clean
from timebot.gateways.stripe_errors import ASKS_FOR_THE_CLIENT, CONFIRM
from timebot.money import from_stripe_amount

WORKSPACE, INVOICE, CLIENT, LINE, CREDIT = (
    "timebot_workspace",
    "timebot_invoice",
    "timebot_client",
    "timebot_line",
    "timebot_credit",
)
"""The keys of our metadata at Stripe."""

WITH_PAYMENTS = ["payments.data.payment.payment_intent"]
"""What is expanded, so that one call tells how the last payment went."""


def read_invoice(
    invoice: Invoice, line_keys: Iterable[str] = (), *, charges: int = 0
) -> ProcessorInvoice:
    """Return the invoice; it must have been asked for `WITH_PAYMENTS`.

    Args:
        invoice: Stripe's.
        line_keys: which of our lines it holds.
        charges: how often a bank was asked for money. Stripe's own `attempt_count` does not tell:
            attempts by hand after the first one do not count.
    """
    intents = _intents(invoice)
    paid = [intent.id for intent in intents if intent.status == "succeeded"]
    waiting = [intent for intent in intents if intent.status not in {"succeeded", "canceled"}]
    return ProcessorInvoice(
        id=invoice.id,
        status=invoice.status or "draft",
        total=from_stripe_amount(invoice.total, invoice.currency),
        amount_due=from_stripe_amount(invoice.amount_due, invoice.currency),
        amount_paid=from_stripe_amount(invoice.amount_paid, invoice.currency),
        line_keys=frozenset(line_keys),
        pay_url=invoice.hosted_invoice_url,
        workspace_key=tag(invoice, WORKSPACE),
        invoice_key=tag(invoice, INVOICE),
        attempts=charges,
        trouble=_trouble(waiting[-1]) if waiting and invoice.status == "open" else None,
        payment_intent=paid[0] if paid else None,
    )


def read_listed(invoice: Invoice) -> ListedInvoice:
    """Return the invoice as a list shows it, without its payments."""
    return ListedInvoice(
        id=invoice.id,
        status=invoice.status or "draft",
        number=invoice.number,
        total=from_stripe_amount(invoice.total, invoice.currency),
        workspace_key=tag(invoice, WORKSPACE),
        invoice_key=tag(invoice, INVOICE),
    )


def read_refund(refund: StripeRefund) -> Refund:
    """Return the refund."""
    intent = refund.payment_intent
    states = {"succeeded": "done", "failed": "failed", "canceled": "failed"}
    return Refund(
        id=refund.id,
        state=states.get(refund.status or "", "pending"),
        amount=from_stripe_amount(refund.amount, refund.currency),
        payment_intent=intent if isinstance(intent, str) or intent is None else intent.id,
        credit_key=tag(refund, CREDIT),
    )


def tag(found: object, name: str) -> str | None:
    """Return a value of an object's metadata, or None."""
    metadata = getattr(found, "metadata", None)
    return str(metadata[name]) if metadata is not None and name in metadata else None


def was_replayed(made: Invoice) -> bool:
    """Tell whether an idempotency key brought back an earlier answer.

    Source: https://docs.stripe.com/error-low-level#sending-idempotency-keys
    """
    answer = made.last_response
    return answer is not None and answer.headers.get("Idempotent-Replayed") == "true"


def open_intent(invoice: Invoice) -> str | None:
    """Return the id of the payment that an open invoice has tried and waits for, or None."""
    if invoice.status != "open" or not invoice.attempted:
        return None
    waiting = [each.id for each in _intents(invoice) if each.status != "canceled"]
    return waiting[-1] if waiting else None


def _intents(invoice: Invoice) -> list[PaymentIntent]:
    if invoice.payments is None:
        return []
    found = (each.payment.payment_intent for each in invoice.payments.data)
    return [intent for intent in found if isinstance(intent, PaymentIntent)]


def _trouble(intent: PaymentIntent) -> Declined | NeedsAction | Processing | None:
    if intent.status == "processing":
        return Processing()
    if intent.status == "requires_action":
        return NeedsAction(CONFIRM, intent.id)
    error = intent.last_payment_error
    if error is None:
        return None
    if error.code in ASKS_FOR_THE_CLIENT or error.decline_code in ASKS_FOR_THE_CLIENT:
        return NeedsAction(CONFIRM, intent.id)
    code = error.decline_code or error.code or "card_declined"
    return Declined(code, clean(error.message), intent.id)
