"""The local Stripe: a server on loopback with a durable store."""

from typing import TYPE_CHECKING

from werkzeug.wrappers import Request

from timebot.clock import Clock
from timebot.playground.deliveries import Deliveries
from timebot.playground.faults import FaultKind, Faults
from timebot.playground.http import LocalServer
from timebot.playground.idempotency import Idempotency
from timebot.playground.keys import kept_secret
from timebot.playground.store import Document, Store
from timebot.playground.stripe import adopting, card_setup, discounts, screen
from timebot.playground.stripe.account import Account, Call
from timebot.playground.stripe.adopting import KnownCard
from timebot.playground.stripe.bank import Bank
from timebot.playground.stripe.declines import BankAnswers
from timebot.playground.stripe.door import AskedRequest, Door
from timebot.playground.stripe.events import Events, signature_header
from timebot.playground.stripe.ledger import Ledger, public
from timebot.playground.stripe.pages import Pages
from timebot.playground.stripe.payment_methods import FAR_EXPIRY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class LocalStripe:
    """One Stripe account, spoken to by the real SDK.

    `StripeClient(local.api_key, base_addresses={"api": local.url})` is a client of it.

    Attributes:
        bank: what banks and payers do without asking anybody's leave.
        webhooks: what waits to be delivered, and the switches for duplicates, delay and order.
        charges_api: a WSGI application that answers `GET /charges`, for the local world's page.
    """

    def __init__(self, store: Store, clock: Clock, port: int = 0) -> None:
        """Open the account that is kept in `store`; call `start` to answer.

        Args:
            store: everything it knows; the same store gives the same account again.
            clock: business time, for every timestamp but those of signatures.
            port: 0 means any free one.
        """
        self._server = LocalServer(self._app, port)
        secret = kept_secret(store, "stripe.webhook", "whsec_")
        self.webhooks = Deliveries(
            store,
            "stripe.webhook",
            lambda _, body, at: {"Stripe-Signature": signature_header(secret, body, at)},
        )
        ledger = Ledger(store, clock, self._server.url)
        self._account = Account(ledger, Events(ledger, self.webhooks), BankAnswers())
        self.bank = Bank(self._account)
        self._faults = Faults()
        self._idempotency = Idempotency(store, clock, "stripe.idempotency")
        self._api_key = kept_secret(store, "stripe.api", "sk_test_")
        self._webhook_secret = secret
        self._door = Door(self._account, self._api_key, self._faults, self._idempotency)
        self._pages = Pages(self._account)
        self.charges_api: WSGIApplication = screen.charges_api(self._account)

    @property
    def url(self) -> str:
        """The address, for the SDK and for browsers."""
        return self._server.url

    @property
    def api_key(self) -> str:
        """The only key it accepts."""
        return self._api_key

    @property
    def webhook_secret(self) -> str:
        """The secret that signs webhooks."""
        return self._webhook_secret

    @property
    def requests(self) -> list[AskedRequest]:
        """The latest API requests since the start of this process, oldest first."""
        return list(self._door.requests)

    def start(self) -> None:
        """Answer requests and deliver webhooks from now on."""
        self._server.start()
        self.webhooks.start()

    def stop(self) -> None:
        """Stop both; the store keeps everything."""
        self.webhooks.stop()
        self._server.stop()

    def connect(self, webhook_url: str) -> None:
        """Send webhooks to this address."""
        self.webhooks.connect(webhook_url)

    def tell_twice(self, *, on: bool = True) -> None:
        """Tell every change from now on by two events with different ids, or stop doing so."""
        self._account.events.twins = on

    def send_again(self, event_id: str) -> None:
        """Deliver an event once more, as people do by hand up to 30 days later.

        Raises:
            Problem: if there is no such event, or it is older.
        """
        self._account.events.send_again(event_id)

    def deliver_pending(self) -> int:
        """Deliver every waiting webhook now, once, and return how many were taken."""
        return self.webhooks.deliver_pending()

    def fail_next(
        self, pattern: str, kind: FaultKind, *, seconds: float = 0.0, times: int = 1
    ) -> None:
        """Let the next requests fail, such as `fail_next("POST /v1/invoices/*/pay", "drop_after")`.

        Args:
            pattern: verb and path, with `*` for any text.
            kind: how they fail.
            seconds: how long `slow` takes.
            times: how many of them.
        """
        self._faults.plan(pattern, kind, seconds=seconds, times=times)

    def forbid(self, *resources: str) -> None:
        """Take permissions from the key, as a restricted one has none for `charges` or others."""
        self._door.forbidden = frozenset(resources)

    def restricted_key(self, *unwritable: str) -> str:
        """Return a key beside the secret one that may not write `refunds` or others."""
        self._door.restricted_key = f"rk_test_{self._api_key.rpartition('_')[2]}"
        self._door.unwritable = frozenset(unwritable)
        return self._door.restricted_key

    def expire_idempotency_keys(self) -> None:
        """Forget every idempotency key, as Stripe does after a day."""
        self._idempotency.expire()

    def put_card_on_file(
        self,
        customer_id: str,
        number: str = "4242424242424242",
        *,
        expiry: tuple[int, int] = FAR_EXPIRY,
    ) -> str:
        """Do what a client does on the hosted set-up page; return the payment method's id.

        The newest open set-up session of the customer is completed; without one, one is made. The
        webhook follows. The card does not become the default by itself. The expiry is a month
        and a year.

        Raises:
            Problem: if the customer or the test card does not exist, or the card cannot be saved.
        """
        ledger = self._account.ledger
        with ledger.store.transaction():
            session = self._open_session(customer_id)
            card_setup.complete_session(self._account, session["id"], number, expiry)
            intent = ledger.get("setup_intent", session["setup_intent"])
            return str(intent["payment_method"])

    def adopt(
        self, customer_id: str, *, name: str, email: str | None, card: KnownCard | None = None
    ) -> None:
        """Take over a customer of another account, and the card that is charged there.

        Raises:
            Problem: if the mail address is none, or the card behaves like none of the test cards.
        """
        with self._account.ledger.store.transaction():
            adopting.adopt_customer(self._account, customer_id, name, email)
            if card is not None:
                adopting.adopt_card(self._account, customer_id, card)

    def give_discount(self, customer_id: str, percent_off: int) -> None:
        """Do what people do in the Dashboard: give a customer a discount on invoices to come.

        Raises:
            Problem: if there is no such customer.
        """
        with self._account.ledger.store.transaction():
            discounts.give(self._account, customer_id, percent_off)

    def customers(self) -> list[Document]:
        """Return all customers, oldest first."""
        return self._every("customer")

    def invoices(self) -> list[Document]:
        """Return all invoices, oldest first."""
        return self._every("invoice")

    def events(self) -> list[Document]:
        """Return all events, oldest first."""
        return self._every("event")

    def charges(self) -> list[Document]:
        """Return every attempt to charge a card, oldest first, declined ones too.

        Each has id, at, amount, amount_refunded, currency, customer, invoice, payment_intent,
        status, decline_code, description, brand and last4.
        """
        return screen.charges(self._account)

    def _every(self, kind: str) -> list[Document]:
        return [public(each) for each in self._account.ledger.every(kind)[::-1]]

    def _open_session(self, customer_id: str) -> Document:
        ledger = self._account.ledger
        for session in ledger.every("checkout.session"):
            if session["customer"] == customer_id:
                present = card_setup.current_session(self._account, session["id"])
                if present["status"] == "open":
                    return present
        params = {
            "mode": "setup",
            "customer": customer_id,
            "currency": "usd",
            "success_url": f"{self.url}/",
        }
        call = Call(params=params, ids={}, path="/v1/checkout/sessions")
        return card_setup.create_session(self._account, call)

    def _app(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> "Iterable[bytes]":
        if environ["PATH_INFO"].startswith("/v1/"):
            return self._door(environ, start_response)
        return self._pages.answer(Request(environ))(environ, start_response)
