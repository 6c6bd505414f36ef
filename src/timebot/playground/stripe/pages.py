"""The hosted pages: where a payer types a card, sees an invoice and pays it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from timebot.playground.store import Document
from timebot.playground.stripe import card_setup, paying, payment_methods
from timebot.playground.stripe.account import Account
from timebot.playground.stripe.cards import TEST_CARDS
from timebot.playground.stripe.currencies import amount_text
from timebot.playground.stripe.ledger import Cause
from timebot.playground.stripe.problems import Problem

_SEE_OTHER = 303
_NOT_FOUND = 404
_ROUTES = Map(
    [
        Rule("/checkout/<id>", methods=["GET", "POST"], endpoint="checkout"),
        Rule("/portal/<id>", methods=["GET", "POST"], endpoint="portal"),
        Rule("/invoice/<id>", methods=["GET", "POST"], endpoint="invoice"),
        Rule("/invoice/<id>/pdf", methods=["GET"], endpoint="invoice"),
    ]
)


class Pages:
    """The pages that Stripe hosts for the account's payers. Plain HTML, no script."""

    def __init__(self, account: Account) -> None:
        self._account = account
        folder = Path(__file__).with_name("templates")
        self._templates = Environment(
            loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined
        )
        self._templates.filters["money"] = amount_text
        self._templates.filters["day"] = _day

    def answer(self, request: Request) -> Response:
        """Answer a browser."""
        try:
            name, ids = _ROUTES.bind("").match(request.path, request.method)
        except HTTPException:
            return self._draw("nothing.html", status=_NOT_FOUND)
        show: dict[str, Callable[[Request, str], Response]] = {
            "checkout": self._checkout,
            "portal": self._portal,
            "invoice": self._invoice,
        }
        try:
            return show[name](request, ids["id"])
        except Problem:
            return self._draw("nothing.html", status=_NOT_FOUND)

    def _checkout(self, request: Request, session_id: str) -> Response:
        session = card_setup.current_session(self._account, session_id)
        error = None
        if request.method == "POST":
            number = request.form.get("number", "")
            error = self._attempt(
                lambda: card_setup.complete_session(self._account, session_id, number)
            )
            if error is None:
                return redirect(card_setup.return_address(session), code=_SEE_OTHER)
        return self._draw(
            "checkout.html",
            session=session,
            customer=self._customer(session["customer"]),
            cards=TEST_CARDS,
            error=error,
        )

    def _portal(self, request: Request, portal_id: str) -> Response:
        portal = self._account.ledger.get("billing_portal.session", portal_id)
        error = None
        if request.method == "POST":
            number = request.form.get("number", "")
            error = self._attempt(lambda: card_setup.replace_card(self._account, portal_id, number))
            if error is None and _after(portal):
                return redirect(_after(portal), code=_SEE_OTHER)
        return self._draw(
            "portal.html",
            customer=self._customer(portal["customer"]),
            card=default_card(self._account, portal["customer"]),
            back=portal["return_url"],
            cards=TEST_CARDS,
            error=error,
        )

    def _invoice(self, request: Request, invoice_id: str) -> Response:
        ledger = self._account.ledger
        invoice = ledger.get("invoice", invoice_id)
        error = None
        if request.method == "POST":
            number = request.form.get("number", "")
            error = self._attempt(lambda: self._pay(invoice_id, number))
            if error is None:
                return redirect(f"/invoice/{invoice_id}", code=_SEE_OTHER)
        return self._draw(
            "invoice.html", invoice=invoice, lines=invoice["_lines"], cards=TEST_CARDS, error=error
        )

    def _pay(self, invoice_id: str, number: str) -> None:
        ledger = self._account.ledger
        invoice = ledger.get("invoice", invoice_id)
        if invoice["status"] != "open":
            message = "This invoice cannot be paid any more."
            raise Problem(message)
        method = payment_methods.new_card(ledger, number)
        # Whoever pays here is present and can answer the bank's question.
        paying.charge_card(self._account, invoice, method, payer_is_present=True)

    def _attempt(self, act: Callable[[], object]) -> str | None:
        """Do it as one transaction and return what went wrong, for the payer."""
        refused: Problem | None = None
        try:
            with self._account.ledger.store.transaction():
                self._account.events.cause = Cause()
                try:
                    act()
                except Problem as problem:
                    if not problem.keeps_effects:
                        raise
                    refused = problem
        except Problem as problem:
            refused = problem
        return None if refused is None else str(refused)

    def _customer(self, customer_id: str | None) -> Document | None:
        return None if customer_id is None else self._account.ledger.find(customer_id)

    def _draw(self, name: str, *, status: int = 200, **values: object) -> Response:
        html = self._templates.get_template(name).render(**values)
        response = Response(html, status, content_type="text/html; charset=utf-8")
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"
        )
        response.headers["Referrer-Policy"] = "no-referrer"
        return response


def default_card(account: Account, customer_id: str) -> Document | None:
    """Return the payment method a customer's invoices are charged to, else the newest one."""
    ledger = account.ledger
    customer = ledger.get("customer", customer_id)
    chosen = customer["invoice_settings"]["default_payment_method"]
    if chosen is not None:
        return ledger.find(chosen)
    theirs = (m for m in ledger.every("payment_method") if m["customer"] == customer_id)
    return next(theirs, None)


def _after(portal: Document) -> str:
    flow = portal["flow"] or {}
    redirect_to = flow.get("after_completion", {}).get("redirect") or {}
    return str(redirect_to.get("return_url") or portal["return_url"] or "")


def _day(seconds: int) -> str:
    when = datetime.fromtimestamp(seconds, UTC)
    return f"{when.day} {when:%B %Y}"
