"""Tax rates: Stripe makes one by itself for each kind of tax that a line brings along.

Source: https://docs.stripe.com/api/tax_rates, and the SDK's text on `tax_rate_data` of a line.
"""

import json

from timebot.playground.store import Document
from timebot.playground.stripe.account import Account, Call
from timebot.playground.stripe.ledger import Ledger, text_map

_TOLD = ("country", "description", "display_name", "inclusive", "jurisdiction", "state")


def of_data(ledger: Ledger, data: Document) -> Document:
    """Return the tax rate that these values describe, the same one for the same values."""
    identity = json.dumps(data, sort_keys=True, default=str)
    for rate in ledger.every("tax_rate"):
        if rate["_identity"] == identity:
            return rate
    return ledger.new(
        "txr",
        {
            "_identity": identity,
            **{name: data.get(name) for name in _TOLD},
            "active": False,
            "effective_percentage": float(data["percentage"]),
            "metadata": text_map({}, {}),
            "percentage": float(data["percentage"]),
        },
        blank="_tax_rate.TaxRate",
    )


def retrieve(account: Account, call: Call) -> Document:
    """Return a tax rate."""
    return account.ledger.get("tax_rate", call.id)
