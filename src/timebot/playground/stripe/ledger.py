"""What the local Stripe knows: its objects, its clock, its events."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from timebot.clock import Clock
from timebot.playground.store import Document, Store
from timebot.playground.stripe import sdk
from timebot.playground.stripe.problems import Problem, no_such

# What stripe-python 16.1.0 pins; a test compares the two.
API_VERSION = "2026-10-28.endive"
LIVEMODE = False

_ID_BYTES = 12
_SHORT_LIST = 10
_MOST_KEYS, _LONGEST_KEY, _LONGEST_VALUE = 50, 40, 500
_OBJECT_OF = {
    "cus": "customer",
    "pm": "payment_method",
    "seti": "setup_intent",
    "cs": "checkout.session",
    "in": "invoice",
    "inpay": "invoice_payment",
    "pi": "payment_intent",
    "ch": "charge",
    "re": "refund",
    "cn": "credit_note",
    "cbtxn": "customer_balance_transaction",
    "du": "dispute",
    "txr": "tax_rate",
    "ii": "invoiceitem",
    "evt": "event",
}
# Stripe's own words in "No such …" messages.
_WORDS = {
    "payment_method": "PaymentMethod",
    "setup_intent": "setupintent",
    "payment_intent": "payment_intent",
    "invoiceitem": "Invoice Item",
}


class Post(Protocol):
    """Something that sends webhooks."""

    def enqueue(self, event_id: str, body: str) -> None:
        """Have a webhook delivered."""
        ...


@dataclass(frozen=True)
class Cause:
    """What led to an event: the API request, or nothing when it was somebody in a browser."""

    request_id: str | None = None
    idempotency_key: str | None = None


class Ledger:
    """The objects of one account, in the store.

    Fields whose name begins with an underscore are the server's own notes and never leave it.

    Attributes:
        url: the address of the server, for hosted pages.
    """

    def __init__(self, store: Store, clock: Clock, url: str) -> None:
        self.store = store
        self.url = url
        self._clock = clock

    def now(self) -> int:
        """Return the business time as Stripe writes it, in whole seconds."""
        return int(self._clock.now().timestamp())

    def new(self, prefix: str, fields: Document, *, blank: str | None = None) -> Document:
        """Make an object and store it.

        Args:
            prefix: of its id, which also tells the kind.
            fields: its values.
            blank: the SDK's class whose nullable fields it has as well, such as `_invoice.Invoice`.
        """
        document = self.blank(prefix, blank) | fields
        self.save(document)
        return document

    def blank(self, prefix: str, blank: str | None = None) -> Document:
        """Return the beginnings of an object, which is not stored; the arguments are `new`'s."""
        document: Document = {"id": new_id(prefix), "object": _OBJECT_OF[prefix]}
        dated = {"created": self.now(), "livemode": LIVEMODE}
        if blank is None:
            return document | dated
        module, _, name = blank.rpartition(".")
        known = sdk.object_fields(module, name)
        nothing = dict.fromkeys(sdk.nullable_fields(module, name))
        # Not every kind of object has both.
        return document | nothing | {k: v for k, v in dated.items() if k in known}

    def save(self, document: Document) -> None:
        """Store an object in its present state."""
        self.store.put(f"stripe.{document['object']}", document["id"], document)

    def remove(self, document: Document) -> None:
        """Remove an object for good."""
        self.store.delete(f"stripe.{document['object']}", document["id"])

    def find(self, id: str) -> Document | None:  # noqa: A002 - the word of every vendor API
        """Return the object with this id, or None."""
        kind = _OBJECT_OF.get(id.partition("_")[0])
        return None if kind is None else self.store.get(f"stripe.{kind}", id)

    def get(self, kind: str, id: str, *, param: str | None = None) -> Document:  # noqa: A002 - as above
        """Return an object of a kind.

        Args:
            kind: its `object`.
            id: its id.
            param: the parameter that named it; without one it was the address itself.

        Raises:
            Problem: if there is none, with status 404 where the address named it.
        """
        found = self.store.get(f"stripe.{kind}", id)
        if found is None:
            word = _WORDS.get(kind, kind)
            raise no_such(word, id, param=param or "id", status=400 if param else 404)
        return found

    def every(self, kind: str) -> list[Document]:
        """Return all objects of a kind, newest first, as Stripe lists them."""
        return self.store.list(f"stripe.{kind}")[::-1]


def new_id(prefix: str) -> str:
    """Return a fresh id that looks like Stripe's."""
    return f"{prefix}_{secrets.token_hex(_ID_BYTES)}"


def public(document: Document) -> Document:
    """Return an object as callers see it."""
    shown: Document = _without_notes(document)
    if "_lines" in document:
        shown["lines"] = first_lines(document)
    return shown


def _without_notes(value: Any) -> Any:  # noqa: ANN401 - any JSON value, at any depth
    if isinstance(value, dict):
        return {k: _without_notes(v) for k, v in value.items() if not k.startswith("_")}
    if isinstance(value, list):
        return [_without_notes(each) for each in value]
    return value


def first_lines(invoice: Document) -> Document:
    """Return the first lines of an invoice, as the invoice itself carries them."""
    lines = invoice["_lines"]
    return {
        "object": "list",
        "data": _without_notes(lines[:_SHORT_LIST]),
        "has_more": len(lines) > _SHORT_LIST,
        "total_count": len(lines),
        "url": f"/v1/invoices/{invoice['id']}/lines",
    }


def text_map(old: Document | None, new: Document | str) -> Document:
    """Return metadata after an update: keys are merged, an empty value removes its key.

    Source: https://docs.stripe.com/api/metadata, the limits too.

    Raises:
        Problem: if there are too many keys, or one or its value is too long.
    """
    if isinstance(new, str):
        return {}
    for key, value in new.items():
        _check_entry(key, value)
    merged = {key: value for key, value in {**(old or {}), **new}.items() if value != ""}
    if len(merged) > _MOST_KEYS:
        message = f"Metadata can have at most {_MOST_KEYS} keys; this would make {len(merged)}."
        raise Problem(message, param="metadata")
    return merged


def _check_entry(key: str, value: str) -> None:
    if len(key) > _LONGEST_KEY:
        message = f"Metadata keys can have at most {_LONGEST_KEY} characters: {key}"
        raise Problem(message, param="metadata")
    if len(value) > _LONGEST_VALUE:
        message = (
            f"Metadata values can have at most {_LONGEST_VALUE} characters, which {key} has not."
        )
        raise Problem(message, param=f"metadata[{key}]")


def refuse_unplayed(params: Document, names: Iterable[str]) -> None:
    """Refuse parameters that exist but are not played here.

    Raises:
        Problem: if one of them was given. Ignoring it would be a lie.
    """
    for name in names:
        if params.get(name) not in (None, "", []):
            message = f"The local Stripe does not play the parameter {name}."
            raise Problem(message, code="local_stripe_not_played", param=name)
