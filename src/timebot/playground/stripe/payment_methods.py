"""Payment methods: cards, by their test numbers.

Source: https://docs.stripe.com/api/payment_methods
"""

import hashlib

from timebot.playground.store import Document
from timebot.playground.stripe.account import Account, Call
from timebot.playground.stripe.cards import SHORTHANDS, find_card
from timebot.playground.stripe.customers import get_customer
from timebot.playground.stripe.ledger import Ledger, refuse_unplayed, text_map
from timebot.playground.stripe.lists import matches, page
from timebot.playground.stripe.problems import Problem, not_played

FAR_EXPIRY = (12, 2034)
_USED = (
    "This PaymentMethod was previously used without being attached to a Customer or was detached "
    "from a Customer, and may not be used again."
)


def create(account: Account, call: Call) -> Document:
    """Create a payment method from a card number."""
    if call.params.get("type", "card") != "card":
        raise not_played("payment methods other than cards")
    card = call.params.get("card", {})
    if "number" not in card:
        message = "Missing required param: card[number]."
        raise Problem(message, code="parameter_missing", param="card[number]")
    method = new_card(account.ledger, card["number"])
    method["card"] |= _expiry_of(card)
    method["metadata"] = text_map({}, call.params.get("metadata", {}))
    account.ledger.save(method)
    return method


def retrieve(account: Account, call: Call) -> Document:
    """Return a payment method."""
    return account.ledger.get("payment_method", call.id)


def update(account: Account, call: Call) -> Document:
    """Change a card's expiry, or what is written beside it."""
    params = call.params
    refuse_unplayed(params, ("us_bank_account",))
    method = account.ledger.get("payment_method", call.id)
    if method["customer"] is None:
        message = "You must save this PaymentMethod to a customer before you can update it."
        raise Problem(message)
    if "metadata" in params:
        method["metadata"] = text_map(method["metadata"], params["metadata"])
    method["billing_details"] |= {
        name: value or None for name, value in params.get("billing_details", {}).items()
    }
    if "allow_redisplay" in params:
        method["allow_redisplay"] = params["allow_redisplay"]
    method["card"] |= _expiry_of(params.get("card", {}))
    account.ledger.save(method)
    account.events.tell("payment_method.updated", method)
    return method


def renew(
    account: Account, method_id: str, expiry: tuple[int, int], number: str | None
) -> Document:
    """Do what a card network does: give the card on file a new expiry, and perhaps a new number.

    Source: https://docs.stripe.com/payments/cards/overview#automatic-card-updates

    Raises:
        Problem: if there is no such payment method, or nobody has it.
    """
    method = account.ledger.get("payment_method", method_id)
    if method["customer"] is None:
        message = "Only a card on file is updated."
        raise Problem(message)
    if number is not None:
        card = find_card(number)
        method |= {"_number": card.number}
        method["card"] |= {"last4": card.last4, "brand": card.brand, "display_brand": card.brand}
    method["card"] |= dict(zip(("exp_month", "exp_year"), expiry, strict=True))
    account.ledger.save(method)
    account.events.tell("payment_method.automatically_updated", method)
    return method


def attach(account: Account, call: Call) -> Document:
    """Attach a payment method to a customer."""
    customer = get_customer(account.ledger, call.params)
    if call.id in SHORTHANDS:
        method = new_card(account.ledger, SHORTHANDS[call.id])
    else:
        method = account.ledger.get("payment_method", call.id)
    attach_to(account, method, customer["id"])
    return method


def detach(account: Account, call: Call) -> Document:
    """Take a payment method away from its customer, for good."""
    method = account.ledger.get("payment_method", call.id)
    if method["customer"] is None:
        message = "The payment method you provided is not attached to a customer."
        raise Problem(message)
    _forget_default(account.ledger, method)
    # A detached method can never be used again, says the API's own text.
    method |= {"customer": None, "_spent": True}
    account.ledger.save(method)
    account.events.tell("payment_method.detached", method)
    return method


def list_all(account: Account, call: Call) -> Document:
    """Return the payment methods of a customer, newest first."""
    owner = call.ids.get("id") or call.params.get("customer")
    found = [m for m in account.ledger.every("payment_method") if m["customer"] == owner and owner]
    return page((m for m in found if matches(m, call.params, "type")), call.params, call.path)


def new_card(ledger: Ledger, number: str, expiry: tuple[int, int] = FAR_EXPIRY) -> Document:
    """Make a payment method from a test card's number; the expiry is a month and a year."""
    card = find_card(number)
    month, year = expiry
    return ledger.new(
        "pm",
        {
            "_number": card.number,
            "_spent": False,
            "allow_redisplay": "unspecified",
            "billing_details": {"address": None, "email": None, "name": None, "phone": None},
            "card": {
                "brand": card.brand,
                "checks": {"cvc_check": "pass"},
                "country": "US",
                "display_brand": card.brand,
                "exp_month": month,
                "exp_year": year,
                # The same number gives the same fingerprint, on Stripe as well.
                "fingerprint": hashlib.sha256(card.number.encode()).hexdigest()[:16],
                "funding": "credit",
                "generated_from": None,
                "last4": card.last4,
                "networks": {"available": [card.brand], "preferred": None},
                "three_d_secure_usage": {"supported": True},
                "wallet": None,
            },
            "customer": None,
            "metadata": {},
            "type": "card",
        },
    )


def attach_to(account: Account, method: Document, customer_id: str) -> None:
    """Attach a payment method to a customer.

    Raises:
        Problem: if it has an owner, was used before, or the bank refuses to save it.
    """
    if method["customer"] not in (None, customer_id):
        message = "The payment method you provided has already been attached to a customer."
        raise Problem(message)
    if method["_spent"]:
        raise Problem(_USED)
    card = find_card(method["_number"])
    if card.declines_at_once and card.decline is not None:
        raise Problem(
            card.decline.message,
            status=402,
            type="card_error",
            code=card.decline.code,
            more={"decline_code": card.decline.decline_code},
        )
    method["customer"] = customer_id
    account.ledger.save(method)
    account.events.tell("payment_method.attached", method)


def _expiry_of(card: Document) -> Document:
    month = card.get("exp_month", 1)
    if not 1 <= month <= 12:
        # https://docs.stripe.com/error-codes: invalid_expiry_month
        message = "Your card's expiration month is invalid."
        raise Problem(
            message,
            status=402,
            type="card_error",
            code="invalid_expiry_month",
            param="exp_month",
        )
    return {name: card[name] for name in ("exp_month", "exp_year") if name in card}


def _forget_default(ledger: Ledger, method: Document) -> None:
    customer = ledger.get("customer", method["customer"])
    if customer["invoice_settings"]["default_payment_method"] == method["id"]:
        customer["invoice_settings"]["default_payment_method"] = None
        ledger.save(customer)
