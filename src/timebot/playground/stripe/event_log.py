"""The log of events, for callers who missed a webhook.

Source: https://docs.stripe.com/api/events/list
"""

from timebot.playground.store import Document
from timebot.playground.stripe.account import Account, Call
from timebot.playground.stripe.lists import matches, page


def list_all(account: Account, call: Call) -> Document:
    """Return events, newest first."""
    kinds = call.params.get("types")
    found = [
        each
        for each in account.ledger.every("event")
        if matches(each, call.params, "type") and (kinds is None or each["type"] in kinds)
    ]
    return page(found, call.params, call.path)


def retrieve(account: Account, call: Call) -> Document:
    """Return an event."""
    return account.ledger.get("event", call.id)
