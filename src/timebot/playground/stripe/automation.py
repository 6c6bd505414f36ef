"""What Stripe does by itself: finalizing and charging invoices with `auto_advance`.

Source: https://docs.stripe.com/invoicing/integration/automatic-advancement-collection
"""

from timebot.playground.store import Document
from timebot.playground.stripe import finalizing, paying
from timebot.playground.stripe.account import Account
from timebot.playground.stripe.ledger import Ledger
from timebot.playground.stripe.problems import Problem

_KIND = "stripe.automation"
# "Stripe waits approximately one hour before it finalizes the invoice."
_WAIT_SECONDS = 3600


def plan(ledger: Ledger, invoice: Document) -> None:
    """Plan or cancel what Stripe will do with an invoice, after each of its changes."""
    charges = invoice["collection_method"] == "charge_automatically"
    waits = invoice["status"] == "draft" or (invoice["status"] == "open" and charges)
    if not (invoice["auto_advance"] and waits):
        ledger.store.delete(_KIND, invoice["id"])
        return
    due = invoice["created"] + _WAIT_SECONDS
    ledger.store.put(_KIND, invoice["id"], {"invoice": invoice["id"], "due": due})
    if invoice["status"] == "draft":
        invoice["automatically_finalizes_at"] = due
        ledger.save(invoice)


def run_due(account: Account) -> None:
    """Do what Stripe would have done by now."""
    ledger = account.ledger
    for planned in ledger.store.list(_KIND):
        if planned["due"] <= ledger.now():
            ledger.store.delete(_KIND, planned["invoice"])
            invoice = ledger.find(planned["invoice"])
            if invoice is not None:
                _advance(account, invoice)


def _advance(account: Account, invoice: Document) -> None:
    try:
        if invoice["status"] == "draft":
            invoice = finalizing.finalize(account, invoice)
        charges = invoice["collection_method"] == "charge_automatically"
        if invoice["status"] == "open" and charges:
            paying.charge(account, invoice, method_id=None, payer_is_present=False)
    except Problem:
        # Nobody called, so nobody can be answered; the events tell what happened.
        return
