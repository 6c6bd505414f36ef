"""Refunds: money that goes back to the card it came from.

Sources: https://docs.stripe.com/api/refunds, https://docs.stripe.com/refunds#failed-refunds
"""

from timebot.playground.store import Document
from timebot.playground.stripe.account import Account, Call
from timebot.playground.stripe.currencies import check_amount
from timebot.playground.stripe.ledger import Ledger, refuse_unplayed, text_map
from timebot.playground.stripe.lists import matches, page
from timebot.playground.stripe.problems import Problem

_UNPLAYED = (
    "customer",
    "instructions_email",
    "origin",
    "refund_application_fee",
    "reverse_transfer",
)


def create(account: Account, call: Call) -> Document:
    """Give money back to the card it came from."""
    params, ledger = call.params, account.ledger
    refuse_unplayed(params, _UNPLAYED)
    charge = _charge_of(ledger, params)
    _check_currency(params, charge)
    refund = give_back(account, charge, params.get("amount"), params.get("reason"))
    refund["metadata"] = text_map({}, params.get("metadata", {}))
    ledger.save(refund)
    return refund


def list_all(account: Account, call: Call) -> Document:
    """Return refunds, newest first."""
    found = account.ledger.every("refund")
    wanted = (r for r in found if matches(r, call.params, "charge", "payment_intent"))
    return page(wanted, call.params, call.path)


def retrieve(account: Account, call: Call) -> Document:
    """Return a refund."""
    return account.ledger.get("refund", call.id)


def update(account: Account, call: Call) -> Document:
    """Change a refund's metadata; nothing else of it changes."""
    refund = account.ledger.get("refund", call.id)
    if "metadata" in call.params:
        refund["metadata"] = text_map(refund["metadata"], call.params["metadata"])
    account.ledger.save(refund)
    account.events.tell("refund.updated", refund)
    return refund


def cancel(account: Account, call: Call) -> Document:
    """Refuse: "You can't cancel refunds in other states" than one that cards never have."""
    refund = account.ledger.get("refund", call.id)
    message = f"You cannot cancel a refund with the status {refund['status']}."
    raise Problem(message)


def give_back(
    account: Account, charge: Document, amount: int | None, reason: str | None
) -> Document:
    """Refund a charge, or a part of it; None means all that is left.

    Raises:
        Problem: if so much is not left, or the charge was lost in a dispute.
    """
    ledger = account.ledger
    wanted = _check(charge, amount)
    refund = ledger.new(
        "re",
        {
            "amount": wanted,
            "charge": charge["id"],
            "currency": charge["currency"],
            "customer": charge["customer"],
            "metadata": {},
            "payment_intent": charge["payment_intent"],
            "payment_method": charge["payment_method"],
            "reason": reason,
            "status": "succeeded",
        },
        blank="_refund.Refund",
    )
    _add_to_refunded(ledger, charge, wanted)
    account.events.tell("refund.created", refund)
    account.events.tell("charge.refunded", charge)
    return refund


def fail(account: Account, refund_id: str, *, reason: str = "expired_or_canceled_card") -> Document:
    """Let a refund fail afterwards, as a bank does that cannot book it; the money comes back.

    Raises:
        Problem: if there is no such refund, or it failed already.
    """
    ledger = account.ledger
    refund = ledger.get("refund", refund_id)
    if refund["status"] != "succeeded":
        message = f"The refund {refund_id} is {refund['status']}."
        raise Problem(message)
    refund |= {"status": "failed", "failure_reason": reason}
    ledger.save(refund)
    charge = ledger.get("charge", refund["charge"])
    _add_to_refunded(ledger, charge, -refund["amount"])
    account.events.tell("charge.refund.updated", refund)
    account.events.tell("refund.updated", refund)
    account.events.tell("refund.failed", refund)
    return refund


def _charge_of(ledger: Ledger, params: Document) -> Document:
    if "charge" in params:
        charge = ledger.get("charge", params["charge"], param="charge")
        _check_same_payment(charge, params)
        return charge
    if "payment_intent" not in params:
        message = "One of these params should be provided: payment_intent or charge."
        raise Problem(message, code="parameter_missing")
    intent = ledger.get("payment_intent", params["payment_intent"], param="payment_intent")
    if intent["status"] != "succeeded":
        message = (
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
        )
        raise Problem(message, param="payment_intent")
    return ledger.get("charge", intent["latest_charge"])


def _check_same_payment(charge: Document, params: Document) -> None:
    if params.get("payment_intent", charge["payment_intent"]) != charge["payment_intent"]:
        message = "The charge does not belong to the payment_intent."
        raise Problem(message, param="payment_intent")


def _check_currency(params: Document, charge: Document) -> None:
    if str(params.get("currency", charge["currency"])).lower() != charge["currency"]:
        message = f"A refund is made in the currency of its charge ({charge['currency']})."
        raise Problem(message, param="currency")


def _check(charge: Document, amount: int | None) -> int:
    if not charge["paid"]:
        message = f"Charge {charge['id']} is not paid, so there is nothing to refund."
        raise Problem(message)
    if charge["_charged_back"]:
        # https://docs.stripe.com/error-codes: charge_disputed, "has been charged back".
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise Problem(message, code="charge_disputed")
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise Problem(message, code="charge_already_refunded")
    wanted = left if amount is None else amount
    if wanted <= 0:
        # https://docs.stripe.com/error-codes: parameter_invalid_integer
        message = "Invalid positive integer"
        raise Problem(message, code="parameter_invalid_integer", param="amount")
    if wanted > left:
        message = f"Refund amount ({wanted}) is greater than unrefunded amount on charge ({left})"
        raise Problem(message, param="amount")
    check_amount(wanted, charge["currency"], param="amount")
    return wanted


def _add_to_refunded(ledger: Ledger, charge: Document, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    ledger.save(charge)
