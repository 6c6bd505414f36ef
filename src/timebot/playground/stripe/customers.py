"""Customers.

Source: https://docs.stripe.com/api/customers
"""

from timebot.playground.store import Document
from timebot.playground.stripe.account import Account, Call
from timebot.playground.stripe.ledger import Ledger, new_id, refuse_unplayed, text_map
from timebot.playground.stripe.lists import matches, page
from timebot.playground.stripe.problems import Problem

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


def create(account: Account, call: Call) -> Document:
    """Create a customer."""
    customer = account.ledger.new(
        "cus",
        {
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
    """Return a customer."""
    return account.ledger.get("customer", call.id)


def update(account: Account, call: Call) -> Document:
    """Change a customer."""
    customer = account.ledger.get("customer", call.id)
    _change(account.ledger, customer, call.params)
    account.events.tell("customer.updated", customer)
    return customer


def list_all(account: Account, call: Call) -> Document:
    """Return customers, newest first."""
    found = account.ledger.every("customer")
    return page((c for c in found if matches(c, call.params, "email")), call.params, call.path)


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
