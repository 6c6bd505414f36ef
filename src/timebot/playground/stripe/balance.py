"""The customer's balance: what they owe or have to their credit, and how it came to be.

Source: https://docs.stripe.com/billing/customer/balance
"""

from timebot.playground.store import Document
from timebot.playground.stripe.account import Account, Call
from timebot.playground.stripe.lists import matches, page
from timebot.playground.stripe.problems import no_such


def move(
    account: Account,
    customer_id: str,
    amount: int,
    *,
    type: str,  # noqa: A002 - the word of Stripe's objects
    invoice: str | None = None,
    credit_note: str | None = None,
) -> Document | None:
    """Move an amount to a customer's balance, and write down why; None where there is nothing.

    A positive balance is owed by the customer, a negative one is money to their credit; both meet
    the next invoice [the SDK's text on `ending_balance` of the transaction].
    """
    if amount == 0:
        return None
    ledger = account.ledger
    customer = ledger.get("customer", customer_id)
    customer["balance"] += amount
    ledger.save(customer)
    account.events.tell("customer.updated", customer)
    return ledger.new(
        "cbtxn",
        {
            "amount": amount,
            "credit_note": credit_note,
            "currency": customer["currency"] or "usd",
            "customer": customer_id,
            "ending_balance": customer["balance"],
            "invoice": invoice,
            "metadata": {},
            "type": type,
        },
        blank="_customer_balance_transaction.CustomerBalanceTransaction",
    )


def list_all(account: Account, call: Call) -> Document:
    """Return the movements of a customer's balance, newest first."""
    customer = account.ledger.get("customer", call.id)
    found = (
        each
        for each in account.ledger.every("customer_balance_transaction")
        if each["customer"] == customer["id"] and matches(each, call.params, "invoice")
    )
    return page(found, call.params, call.path)


def retrieve(account: Account, call: Call) -> Document:
    """Return one movement."""
    found = account.ledger.get("customer_balance_transaction", str(call.ids["transaction"]))
    if found["customer"] != call.id:
        raise no_such("customer balance transaction", found["id"], status=404)
    return found
