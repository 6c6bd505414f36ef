"""What the page of the local world shows of this account, as JSON."""

import json
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from timebot.playground.store import Document
from timebot.playground.stripe.account import Account
from timebot.playground.stripe.currencies import amount_text
from timebot.playground.stripe.pages import default_card

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_NOT_FOUND = 404


def charges_api(account: Account) -> "WSGIApplication":
    """Return a WSGI application that answers `GET /charges`."""

    @Request.application
    def answer(request: Request) -> Response:
        if request.method != "GET" or request.path.rstrip("/") != "/charges":
            return Response("There is nothing here.", _NOT_FOUND)
        return Response(json.dumps(_overview(account)), content_type="application/json")

    return answer


def charges(account: Account) -> list[Document]:
    """Return every attempt to charge a card, oldest first."""
    return [_charge(each) for each in account.ledger.every("charge")[::-1]]


def _overview(account: Account) -> Document:
    shown = [_shown(account, each) for each in charges(account)[::-1]]
    customers = [
        {"id": each["id"], "name": each["name"], "card": _card_text(account, each["id"])}
        for each in account.ledger.every("customer")
    ]
    return {"charges": shown, "customers": customers}


def _charge(charge: Document) -> Document:
    card = charge["payment_method_details"]["card"]
    return {
        "id": charge["id"],
        "at": charge["created"],
        "amount": charge["amount"],
        "currency": charge["currency"],
        "customer": charge["customer"],
        "invoice": charge["_invoice"],
        "payment_intent": charge["payment_intent"],
        "status": charge["status"],
        "decline_code": charge["outcome"]["reason"],
        "amount_refunded": charge["amount_refunded"],
        "description": charge["description"],
        "brand": card["brand"],
        "last4": card["last4"],
    }


def _shown(account: Account, charge: Document) -> Document:
    customer = account.ledger.find(charge["customer"])
    invoice = account.ledger.find(charge["invoice"])
    plain = ("id", "at", "amount", "currency", "description", "status", "decline_code")
    return {name: charge[name] for name in plain} | {
        "amount_text": amount_text(charge["amount"], charge["currency"]),
        "customer_name": customer["name"] if customer else None,
        "card": f"{charge['brand']} {charge['last4']}",
        "invoice_number": invoice["number"] if invoice else None,
    }


def _card_text(account: Account, customer_id: str) -> str | None:
    method = default_card(account, customer_id)
    return None if method is None else f"{method['card']['brand']} {method['card']['last4']}"
