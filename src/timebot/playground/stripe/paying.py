"""Paying an invoice: payment intents, charges, and what a bank answers.

Sources: https://docs.stripe.com/api/invoices/pay, https://docs.stripe.com/declines
"""

from datetime import UTC, datetime

from timebot.playground.store import Document
from timebot.playground.stripe import finalizing
from timebot.playground.stripe.account import Account, Call
from timebot.playground.stripe.cards import Card, find_card
from timebot.playground.stripe.customers import check_lives, check_ownership
from timebot.playground.stripe.declines import DECLINES, Decline
from timebot.playground.stripe.ledger import Ledger, public, refuse_unplayed
from timebot.playground.stripe.lists import matches, page
from timebot.playground.stripe.problems import Problem

_NO_CARD = (
    "There is no `default_payment_method` set on this Customer or Invoice. Please create a "
    "payment method and set it as the default before paying the invoice."
)
_ASKS = (
    "This payment requires additional user action before it can be completed successfully. "
    "Payment can be completed using the PaymentIntent associated with the invoice."
)


def pay(account: Account, call: Call) -> Document:
    """Pay an invoice with a card on file, or note that it was paid elsewhere."""
    refuse_unplayed(call.params, ("forgive", "mandate", "source"))
    invoice = account.ledger.get("invoice", call.id)
    _check_payable(invoice)
    if call.params.get("paid_out_of_band"):
        _note_paid_elsewhere(account, invoice)
        return invoice
    charge(
        account,
        invoice,
        method_id=call.params.get("payment_method"),
        # The SDK's own text: off_session "Defaults to true (off-session)".
        payer_is_present=not call.params.get("off_session", True),
    )
    return invoice


def charge(
    account: Account, invoice: Document, *, method_id: str | None, payer_is_present: bool
) -> None:
    """Charge an open invoice to a payment method on file, or to the default one.

    Raises:
        Problem: 402 when the bank declines or wants to see the payer; the attempt is kept.
    """
    ledger = account.ledger
    method = _choose_method(ledger, invoice, method_id)
    charge_card(account, invoice, method, payer_is_present=payer_is_present)


def charge_card(
    account: Account, invoice: Document, method: Document, *, payer_is_present: bool
) -> None:
    """Charge an open invoice to this card.

    Raises:
        Problem: as `charge`; or if the customer was deleted.
    """
    ledger = account.ledger
    check_lives(ledger, invoice["customer"])
    card = find_card(method["_number"])
    payment = _open_payment(ledger, invoice)
    intent = ledger.get("payment_intent", payment["payment"]["payment_intent"])
    intent["payment_method"] = method["id"]
    # "Any payment attempt counts as the first attempt, and subsequently only automatic retries
    # increment the attempt count" [the SDK's own text].
    invoice |= {"attempted": True, "attempt_count": max(invoice["attempt_count"], 1)}
    decline, asks = account.answers.take(_why_not(ledger, card, method), asks=card.asks)
    if asks and not payer_is_present:
        _ask_for_payer(account, invoice, intent, method)
    if decline is not None:
        _decline(account, invoice, intent, method, decline)
    _succeed(account, invoice, payment, intent, method)


def retrieve_intent(account: Account, call: Call) -> Document:
    """Return a payment intent."""
    return account.ledger.get("payment_intent", call.id)


def list_intents(account: Account, call: Call) -> Document:
    """Return payment intents, newest first."""
    found = account.ledger.every("payment_intent")
    return page((i for i in found if matches(i, call.params, "customer")), call.params, call.path)


def retrieve_charge(account: Account, call: Call) -> Document:
    """Return a charge."""
    return account.ledger.get("charge", call.id)


def list_charges(account: Account, call: Call) -> Document:
    """Return charges, newest first, failed ones too."""
    found = account.ledger.every("charge")
    wanted = (c for c in found if matches(c, call.params, "customer", "payment_intent"))
    return page(wanted, call.params, call.path)


def list_payments(account: Account, call: Call) -> Document:
    """Return the payments of an invoice, or the one a payment intent belongs to."""
    params = call.params
    wanted = params.get("payment", {}).get("payment_intent")
    found = [
        each
        for each in account.ledger.every("invoice_payment")
        if matches(each, params, "invoice", "status")
        and wanted in (None, each["payment"].get("payment_intent"))
    ]
    return page(found, params, call.path)


def retrieve_payment(account: Account, call: Call) -> Document:
    """Return one payment of an invoice."""
    return account.ledger.get("invoice_payment", call.id)


def _check_payable(invoice: Document) -> None:
    if invoice["status"] == "paid":
        message = "Invoice is already paid"
        raise Problem(message)
    if invoice["status"] == "draft":
        # https://support.stripe.com/questions/invoice-states says that a draft cannot be paid. The
        # live API was seen to finalize it on the way; a caller that relies on that would skip the
        # comparison of totals, so this server is the stricter one.
        message = "This invoice is a draft. Finalize it before it is paid."
        raise Problem(message)
    # "uncollectible … can become void or paid": https://docs.stripe.com/invoicing/overview
    if invoice["status"] == "void":
        message = f"You cannot pay an invoice with the status {invoice['status']}."
        raise Problem(message)


def _note_paid_elsewhere(account: Account, invoice: Document) -> None:
    """Settle an invoice with money that Stripe never saw.

    The SDK's texts: no charge is made; `amount_remaining` is "the difference between amount_due
    and amount_paid"; `amount_paid_off_stripe` is what was paid outside.
    """
    amount = invoice["amount_remaining"]
    finalizing.cancel_payment(account, invoice)
    invoice["amount_paid_off_stripe"] = amount
    finalizing.settle(account, invoice, amount=amount)


def _choose_method(ledger: Ledger, invoice: Document, method_id: str | None) -> Document:
    check_lives(ledger, invoice["customer"])
    customer = ledger.get("customer", invoice["customer"])
    chosen = (
        method_id
        or invoice["default_payment_method"]
        or customer["invoice_settings"]["default_payment_method"]
    )
    if chosen is None:
        raise Problem(_NO_CARD)
    return check_ownership(ledger, customer["id"], chosen, param="payment_method")


def _open_payment(ledger: Ledger, invoice: Document) -> Document:
    (found,) = (
        each
        for each in ledger.every("invoice_payment")
        if each["invoice"] == invoice["id"] and each["status"] == "open"
    )
    return found


def _why_not(ledger: Ledger, card: Card, method: Document) -> Decline | None:
    today = datetime.fromtimestamp(ledger.now(), UTC)
    # A card is good to the end of its month.
    if (method["card"]["exp_year"], method["card"]["exp_month"]) < (today.year, today.month):
        return DECLINES["expired_card"]
    return card.decline


def _ask_for_payer(account: Account, invoice: Document, intent: Document, method: Document) -> None:
    ledger = account.ledger
    url = f"{ledger.url}/invoice/{invoice['id']}"
    intent |= {
        "status": "requires_action",
        "next_action": {
            "type": "redirect_to_url",
            "redirect_to_url": {"return_url": None, "url": url},
        },
    }
    ledger.save(intent)
    ledger.save(invoice)
    account.events.tell("payment_intent.requires_action", intent)
    account.events.tell("invoice.payment_action_required", invoice)
    # Reports disagree about status and type, so callers have to branch on the code.
    raise Problem(
        _ASKS,
        status=402,
        type="card_error",
        code="invoice_payment_intent_requires_action",
        more={"payment_intent": public(intent), "payment_method": public(method)},
    )


def _decline(
    account: Account, invoice: Document, intent: Document, method: Document, why: Decline
) -> None:
    ledger = account.ledger
    failed = _new_charge(ledger, invoice, intent, method, why)
    details = {
        "advice_code": why.advice_code,
        "charge": failed["id"],
        "decline_code": why.decline_code,
        "payment_method": public(method),
    }
    error = {"type": "card_error", "code": why.code, "message": why.message, **details}
    intent |= {
        "status": "requires_payment_method",
        "latest_charge": failed["id"],
        "last_payment_error": error,
        "next_action": None,
        "payment_method": None,
    }
    ledger.save(intent)
    ledger.save(invoice)
    account.events.tell("charge.failed", failed)
    account.events.tell("payment_intent.payment_failed", intent)
    account.events.tell("invoice.payment_failed", invoice)
    raise Problem(
        why.message,
        status=402,
        type="card_error",
        code=why.code,
        more={**details, "payment_intent": public(intent)},
    )


def _succeed(
    account: Account, invoice: Document, payment: Document, intent: Document, method: Document
) -> None:
    ledger = account.ledger
    amount = intent["amount"]
    paid = _new_charge(ledger, invoice, intent, method, None)
    intent |= {
        "status": "succeeded",
        "amount_received": amount,
        "latest_charge": paid["id"],
        "last_payment_error": None,
        "next_action": None,
    }
    ledger.save(intent)
    payment |= {"status": "paid", "amount_paid": amount}
    payment["status_transitions"]["paid_at"] = ledger.now()
    ledger.save(payment)
    account.events.tell("charge.succeeded", paid)
    account.events.tell("payment_intent.succeeded", intent)
    account.events.tell("invoice_payment.paid", payment)
    finalizing.settle(account, invoice, amount=amount)


def _new_charge(
    ledger: Ledger,
    invoice: Document,
    intent: Document,
    method: Document,
    why: Decline | None,
) -> Document:
    paid = why is None
    card = method["card"]
    return ledger.new(
        "ch",
        {
            "_charged_back": False,
            "_invoice": invoice["id"],
            "amount": intent["amount"],
            "amount_captured": intent["amount"] if paid else 0,
            "amount_refunded": 0,
            "billing_details": method["billing_details"],
            "captured": paid,
            "currency": intent["currency"],
            "customer": intent["customer"],
            "description": intent["description"],
            "disputed": False,
            "failure_code": why.code if why else None,
            "failure_message": why.message if why else None,
            "metadata": {},
            "outcome": _outcome(why),
            "paid": paid,
            "payment_intent": intent["id"],
            "payment_method": method["id"],
            "payment_method_details": {
                "type": "card",
                "card": {
                    name: card[name]
                    for name in ("brand", "country", "exp_month", "exp_year", "funding", "last4")
                },
            },
            "refunded": False,
            "status": "succeeded" if paid else "failed",
        },
        blank="_charge.Charge",
    )


def _outcome(why: Decline | None) -> Document:
    outcome: Document = {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network",
        "reason": None,
        "risk_level": "normal",
        "seller_message": "Payment complete.",
        "type": "authorized",
    }
    if why is not None:
        outcome |= {
            "advice_code": why.advice_code,
            "network_status": "declined_by_network",
            "reason": why.decline_code,
            "seller_message": "The bank did not return any further details with this decline.",
            "type": "issuer_declined",
        }
    return outcome
