"""Discounts that people give a customer in the Dashboard, and that invoices inherit.

Source: the SDK's text on `discounts` of an invoice: "If not specified, inherits the discount from
the invoice's customer. Pass an empty string to avoid inheriting any discounts."
"""

from fractions import Fraction

from timebot.playground.store import Document
from timebot.playground.stripe.account import Account
from timebot.playground.stripe.ledger import Ledger, new_id, refuse_unplayed


def give(account: Account, customer_id: str, percent_off: int) -> Document:
    """Give a customer a discount on every invoice to come; return the customer.

    Raises:
        Problem: if there is no such customer.
    """
    ledger = account.ledger
    customer = ledger.get("customer", customer_id)
    customer["_percent_off"] = percent_off
    customer["discount"] = _discount(ledger, customer_id)
    ledger.save(customer)
    account.events.tell("customer.discount.created", customer["discount"])
    return customer


def inherit(ledger: Ledger, invoice: Document, params: Document) -> None:
    """Let a new invoice take its customer's discount over, unless it was told not to."""
    refuse_unplayed(params, ("discounts",))
    customer = ledger.get("customer", invoice["customer"])
    if params.get("discounts") == "" or customer["discount"] is None:
        return
    invoice["_percent_off"] = customer["_percent_off"]
    invoice["discounts"] = [customer["discount"]["id"]]


def take_off(invoice: Document) -> int:
    """Write down and return what the invoice's discount takes off its lines."""
    base = sum(line["amount"] for line in invoice["_lines"] if line["discountable"])
    amount = round(Fraction(base * invoice.get("_percent_off", 0), 100))
    if amount:
        part = {"amount": amount, "discount": invoice["discounts"][0]}
        invoice["total_discount_amounts"] = [part]
    return amount


def _discount(ledger: Ledger, customer_id: str) -> Document:
    return {
        "id": new_id("di"),
        "object": "discount",
        "checkout_session": None,
        "customer": customer_id,
        "customer_account": None,
        "end": None,
        "invoice": None,
        "invoice_item": None,
        "promotion_code": None,
        "source": {"coupon": new_id("coupon"), "type": "coupon"},
        "start": ledger.now(),
        "subscription": None,
        "subscription_item": None,
    }
