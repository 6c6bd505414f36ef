"""Finalizing an invoice: the draft becomes a claim that can be paid.

Source: https://docs.stripe.com/invoicing/overview#invoice-statuses
"""

from timebot.playground.store import Document
from timebot.playground.stripe import balance, lines
from timebot.playground.stripe.account import Account
from timebot.playground.stripe.customers import check_lives
from timebot.playground.stripe.ledger import Ledger
from timebot.playground.stripe.problems import Problem


def finalize(account: Account, invoice: Document) -> Document:
    """Fix the figures, take a number, open the invoice.

    Nothing is charged. Where nothing is due, the invoice is paid at once, and what is left goes to
    the customer's balance.

    Raises:
        Problem: if it is no draft, or has no lines, or its customer was deleted.
    """
    ledger = account.ledger
    if invoice["status"] != "draft":
        message = "This invoice is already finalized, you can't re-finalize a non-draft invoice."
        raise Problem(message, code="invoice_not_editable")
    if not invoice["_lines"]:
        message = "This invoice has no line items."
        raise Problem(message, code="invoice_no_customer_line_items")
    check_lives(ledger, invoice["customer"])
    lines.sum_up(ledger, invoice)
    _open(ledger, invoice)
    # What the customer's balance took in, or gave.
    moved = invoice["ending_balance"] - invoice["starting_balance"]
    why = "invoice_too_small" if invoice["ending_balance"] > 0 else "applied_to_invoice"
    balance.move(account, invoice["customer"], moved, type=why, invoice=invoice["id"])
    if invoice["amount_due"] > 0:
        _expect_payment(ledger, invoice)
    ledger.save(invoice)
    account.events.tell("invoice.finalized", invoice)
    if invoice["amount_due"] == 0:
        # Nothing to collect: Stripe marks it paid at once, also below the least chargeable amount.
        invoice["attempted"] = True
        settle(account, invoice, amount=0)
    return invoice


def settle(account: Account, invoice: Document, *, amount: int) -> None:
    """Mark an invoice paid, with this amount collected."""
    now = account.ledger.now()
    invoice |= {"status": "paid", "amount_remaining": 0, "next_payment_attempt": None}
    invoice["amount_paid"] += amount
    invoice["status_transitions"]["paid_at"] = now
    account.ledger.save(invoice)
    account.events.tell("invoice.paid", invoice)
    account.events.tell("invoice.payment_succeeded", invoice)


def cancel_payment(account: Account, invoice: Document) -> None:
    """Cancel the payment that an invoice was waiting for."""
    ledger = account.ledger
    for payment in ledger.every("invoice_payment"):
        if payment["invoice"] == invoice["id"] and payment["status"] == "open":
            payment["status"] = "canceled"
            payment["status_transitions"]["canceled_at"] = ledger.now()
            ledger.save(payment)
            intent = ledger.get("payment_intent", payment["payment"]["payment_intent"])
            intent |= {
                "status": "canceled",
                "canceled_at": ledger.now(),
                "cancellation_reason": "void_invoice",
            }
            ledger.save(intent)
            account.events.tell("payment_intent.canceled", intent)


def give_balance_back(account: Account, invoice: Document) -> None:
    """Take back what finalizing moved on the customer's balance.

    The type of such a movement is documented: `unapplied_from_invoice`
    [https://docs.stripe.com/billing/customer/balance#types].
    """
    moved = invoice["starting_balance"] - (invoice["ending_balance"] or 0)
    balance.move(
        account, invoice["customer"], moved, type="unapplied_from_invoice", invoice=invoice["id"]
    )


def _open(ledger: Ledger, invoice: Document) -> None:
    now = ledger.now()
    page = f"{ledger.url}/invoice/{invoice['id']}"
    invoice |= {
        "status": "open",
        "number": invoice["number"] or _next_number(ledger, invoice["customer"]),
        "effective_at": invoice["effective_at"] or now,
        "ending_balance": invoice["_ending_balance"],
        "hosted_invoice_url": page,
        "invoice_pdf": f"{page}/pdf",
        "automatically_finalizes_at": None,
        "next_payment_attempt": None,
        "webhooks_delivered_at": now,
    }
    invoice["status_transitions"]["finalized_at"] = now


def _next_number(ledger: Ledger, customer_id: str) -> str:
    customer = ledger.get("customer", customer_id)
    number = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04}"
    customer["next_invoice_sequence"] += 1
    ledger.save(customer)
    return number


def _expect_payment(ledger: Ledger, invoice: Document) -> None:
    intent = ledger.new(
        "pi",
        {
            "_invoice": invoice["id"],
            "amount": invoice["amount_due"],
            "amount_capturable": 0,
            "amount_received": 0,
            "capture_method": "automatic",
            "confirmation_method": "automatic",
            "currency": invoice["currency"],
            "customer": invoice["customer"],
            "description": "Payment for Invoice",
            "metadata": {},
            "payment_method_types": ["card"],
            "status": "requires_payment_method",
        },
        blank="_payment_intent.PaymentIntent",
    )
    intent["client_secret"] = f"{intent['id']}_secret_local"
    ledger.save(intent)
    invoice["confirmation_secret"] = {
        "client_secret": intent["client_secret"],
        "type": "payment_intent",
    }
    ledger.new(
        "inpay",
        {
            "amount_paid": None,
            "amount_requested": invoice["amount_due"],
            "currency": invoice["currency"],
            "invoice": invoice["id"],
            "is_default": True,
            "payment": {"type": "payment_intent", "payment_intent": intent["id"]},
            "status": "open",
            "status_transitions": {"canceled_at": None, "paid_at": None},
        },
    )


def expect_remaining(ledger: Ledger, invoice: Document) -> None:
    """Ask for exactly what remains, after a credit note or one that was taken back."""
    for payment in ledger.every("invoice_payment"):
        if payment["invoice"] == invoice["id"] and payment["status"] == "open":
            remaining = invoice["amount_remaining"]
            ledger.save({**payment, "amount_requested": remaining})
            intent = ledger.get("payment_intent", payment["payment"]["payment_intent"])
            ledger.save({**intent, "amount": remaining})
