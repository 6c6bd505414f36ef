"""Customers.

Source: https://docs.stripe.com/api/customers
"""

import re

from timebot.playground.store import Document
from timebot.playground.stripe.account import Account, Call
from timebot.playground.stripe.ledger import Ledger, new_id, refuse_unplayed, text_map
from timebot.playground.stripe.lists import matches, page
from timebot.playground.stripe.problems import Problem, no_such

_PLAIN = (
    "address",
    "balance",
    "business_name",
    "description",
    "email",
    "individual_name",
    "invoice_prefix",
    "name",
    "next_invoice_sequence",
    "phone",
    "preferred_locales",
    "shipping",
    "tax_exempt",
)
_UNPLAYED = ("cash_balance", "payment_method", "source", "test_clock", "default_source")
_PREFIX_LENGTH = 8
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def create(account: Account, call: Call) -> Document:
    """Create a customer."""
    customer = account.ledger.new(
        "cus",
        {
            "_deleted": False,
            "balance": 0,
            "delinquent": False,
            "invoice_prefix": new_id("x")[2 : 2 + _PREFIX_LENGTH].upper(),
            "invoice_settings": {
                "custom_fields": None,
                "default_payment_method": None,
                "footer": None,
                "rendering_options": None,
            },
            "metadata": {},
            "next_invoice_sequence": 1,
            "preferred_locales": [],
            "tax_exempt": "none",
        },
        blank="_customer.Customer",
    )
    _change(account.ledger, customer, call.params)
    account.events.tell("customer.created", customer)
    return customer


def retrieve(account: Account, call: Call) -> Document:
    """Return a customer; of a deleted one, only that it is."""
    customer = account.ledger.get("customer", call.id)
    if customer["_deleted"]:
        return {"id": customer["id"], "object": "customer", "deleted": True}
    return customer


def update(account: Account, call: Call) -> Document:
    """Change a customer."""
    customer = _living(account.ledger, call.id)
    _change(account.ledger, customer, call.params)
    account.events.tell("customer.updated", customer)
    return customer


def delete(account: Account, call: Call) -> Document:
    """Delete a customer for good; what was billed stays, their cards are gone.

    Source: https://docs.stripe.com/api/customers/delete: it cannot be undone, removes all card
    details and prevents any further operation. What is done to an invoice alone, such as voiding
    it or noting that it was paid elsewhere, is none on the customer.
    """
    ledger = account.ledger
    customer = _living(ledger, call.id)
    for method in ledger.every("payment_method"):
        if method["customer"] == customer["id"]:
            ledger.save({**method, "customer": None, "_spent": True})
    ledger.save({**customer, "_deleted": True})
    account.events.tell("customer.deleted", customer)
    return {"id": customer["id"], "object": "customer", "deleted": True}


def list_all(account: Account, call: Call) -> Document:
    """Return customers, newest first."""
    found = (each for each in account.ledger.every("customer") if not each["_deleted"])
    return page((c for c in found if matches(c, call.params, "email")), call.params, call.path)


def get_customer(ledger: Ledger, params: Document) -> Document:
    """Return the customer that a request names.

    Raises:
        Problem: if there is none, or it was deleted.
    """
    customer = ledger.get("customer", params.get("customer", ""), param="customer")
    if customer["_deleted"]:
        raise no_such("customer", customer["id"], param="customer")
    return customer


def check_lives(ledger: Ledger, customer_id: str) -> None:
    """Let nothing be done with a customer who was deleted.

    Raises:
        Problem: if the customer was.
    """
    if ledger.get("customer", customer_id)["_deleted"]:
        raise no_such("customer", customer_id, param="customer")


def _living(ledger: Ledger, customer_id: str) -> Document:
    customer = ledger.get("customer", customer_id)
    if customer["_deleted"]:
        raise no_such("customer", customer_id, status=404)
    return customer


def _change(ledger: Ledger, customer: Document, params: Document) -> None:
    refuse_unplayed(params, _UNPLAYED)
    for name in _PLAIN:
        if name in params:
            customer[name] = params[name] if params[name] != "" else None
    if "metadata" in params:
        customer["metadata"] = text_map(customer["metadata"], params["metadata"])
    for name, value in params.get("invoice_settings", {}).items():
        if name == "default_payment_method" and value:
            check_ownership(ledger, customer["id"], value, param=f"invoice_settings[{name}]")
        customer["invoice_settings"][name] = value if value != "" else None
    if customer["email"] is not None and not _ADDRESS.fullmatch(customer["email"]):
        # https://docs.stripe.com/error-codes: email_invalid
        message = f"Invalid email address: {customer['email']}"
        raise Problem(message, code="email_invalid", param="email")
    ledger.save(customer)


def check_ownership(ledger: Ledger, customer_id: str, method_id: str, *, param: str) -> Document:
    """Return a payment method of this customer.

    Raises:
        Problem: if it does not exist, or belongs to nobody or to somebody else.
    """
    method = ledger.get("payment_method", method_id, param=param)
    if method["customer"] != customer_id:
        message = (
            f"The payment method {method_id} is not attached to the customer {customer_id}. "
            "Attach it first."
        )
        raise Problem(message, param=param)
    return method
