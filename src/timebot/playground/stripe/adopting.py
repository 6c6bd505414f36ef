"""Adopting: what another account has on file, under the ids that it has there.

The real Stripe knows nothing of the kind. Who wants to try something out has customers and cards
elsewhere, and their ids must be good here as well.
"""

from dataclasses import dataclass

from timebot.playground.store import Document
from timebot.playground.stripe import customers
from timebot.playground.stripe.account import Account, Call
from timebot.playground.stripe.payment_methods import FAR_EXPIRY, new_card


@dataclass(frozen=True)
class KnownCard:
    """A card as another account shows it.

    Attributes:
        id: of the payment method, there and here.
        behaves_like: the number of the test card that it is to be charged like.
        expiry: month and year; None where it is not known.
    """

    id: str
    brand: str
    last4: str
    expiry: tuple[int, int] | None
    behaves_like: str


def adopt_customer(account: Account, customer_id: str, name: str, email: str | None) -> None:
    """Make a customer with this id.

    Raises:
        Problem: if the address is none.
    """
    params: Document = {"name": name} if email is None else {"name": name, "email": email}
    made = customers.create(account, Call(params=params, ids={}, path="/v1/customers"))
    _rename(account, made, customer_id)


def adopt_card(account: Account, customer_id: str, card: KnownCard) -> None:
    """Put a card with this id on a customer's file, and charge their invoices to it."""
    ledger = account.ledger
    made = new_card(ledger, card.behaves_like, card.expiry or FAR_EXPIRY)
    made["card"] |= {"brand": card.brand, "display_brand": card.brand, "last4": card.last4}
    _rename(account, made | {"customer": customer_id}, card.id)
    customer = ledger.get("customer", customer_id)
    customer["invoice_settings"]["default_payment_method"] = card.id
    ledger.save(customer)


def _rename(account: Account, document: Document, wanted: str) -> None:
    account.ledger.remove(document)
    account.ledger.save({**document, "id": wanted})
