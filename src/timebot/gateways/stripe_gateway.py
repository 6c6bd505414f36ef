"""Stripe: customers with a card on file, and invoices of which every step is ours.

Sources: https://docs.stripe.com/api/invoices, https://docs.stripe.com/payments/save-and-reuse
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import stripe
from stripe import StripeClient

from timebot.billing.ports import (
    Card,
    ChargeLine,
    Declined,
    Forged,
    ListedInvoice,
    MadeAndDeleted,
    Missing,
    NeedsAction,
    OutcomeUnknown,
    Paid,
    ProcessorInvoice,
)
from timebot.gateways.stripe_credits import StripeCredits
from timebot.gateways.stripe_disputes import StripeDisputes
from timebot.gateways.stripe_errors import asking, changing, refused_payment
from timebot.gateways.stripe_invoices import (
    CLIENT,
    INVOICE,
    LINE,
    WITH_PAYMENTS,
    WORKSPACE,
    open_intent,
    read_invoice,
    read_listed,
    tag,
    was_replayed,
)
from timebot.money import stripe_amount

if TYPE_CHECKING:
    from stripe.params import InvoiceAddLinesParamsLine, InvoiceCreateParams, InvoiceListParams

CONNECT_SECONDS, READ_SECONDS = 3, 20
WEBHOOK_TOLERANCE = timedelta(minutes=5)
_PAGE = 100


class StripeProcessor(StripeCredits, StripeDisputes):
    """Keeps cards and charges them at Stripe, or at a server that answers like it.

    Every call is made once: retries belong to the worker, which has keys that survive a crash.
    """

    def __init__(
        self, api_key: str, *, webhook_secret: str | None = None, api_base: str | None = None
    ) -> None:
        """Prepare a client; nothing is asked yet.

        Args:
            api_key: the secret key.
            webhook_secret: what signs webhooks, None where none are taken.
            api_base: where the API is, None for Stripe itself.
        """
        self._client = StripeClient(
            api_key,
            base_addresses={"api": api_base} if api_base else {},
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS)),
        )
        self._webhook_secret = webhook_secret
        self._is_live = "_live_" in api_key

    def find_customer(self, *, workspace_key: str, client_key: str, email: str) -> str | None:
        """Return the id of the customer made for a client with this address, or None."""
        with asking():
            customers = self._client.v1.customers.list({"email": email, "limit": _PAGE})
            for customer in customers.auto_paging_iter():
                if (tag(customer, WORKSPACE), tag(customer, CLIENT)) == (workspace_key, client_key):
                    return customer.id
        return None

    def create_customer(
        self, *, workspace_key: str, client_key: str, name: str, email: str, key: str
    ) -> str:
        """Create the customer of a client and return its id."""
        with changing():
            customer = self._client.v1.customers.create(
                {
                    "name": name,
                    "email": email,
                    "metadata": {WORKSPACE: workspace_key, CLIENT: client_key},
                },
                {"idempotency_key": key},
            )
        return customer.id

    def card_form_url(
        self, *, customer: str, currency: str, done_url: str, cancel_url: str, client_key: str
    ) -> str:
        """Return the hosted page on which a client puts a card on file."""
        with changing():
            session = self._client.v1.checkout.sessions.create(
                {
                    "mode": "setup",
                    "customer": customer,
                    "currency": currency.lower(),
                    "success_url": done_url,
                    "cancel_url": cancel_url,
                    "metadata": {CLIENT: client_key},
                }
            )
        if session.url is None:
            raise OutcomeUnknown("the form has no address")
        return session.url

    def card_from_form(self, session_id: str) -> tuple[str, str, Card] | None:
        """Return (client key, customer, card) of a completed form, or None if it is not."""
        with asking():
            session = self._client.v1.checkout.sessions.retrieve(
                session_id, {"expand": ["setup_intent.payment_method"]}
            )
        intent, client_key = session.setup_intent, tag(session, CLIENT)
        if session.status != "complete" or client_key is None or session.customer is None:
            return None
        if not isinstance(intent, stripe.SetupIntent) or not isinstance(
            intent.payment_method, stripe.PaymentMethod
        ):
            return None
        card = _card(intent.payment_method)
        return None if card is None else (client_key, _id(session.customer), card)

    def make_default(self, *, customer: str, card_id: str) -> None:
        """Make a card the one that is charged."""
        with changing():
            self._client.v1.customers.update(
                customer, {"invoice_settings": {"default_payment_method": card_id}}
            )

    def find_card(self, customer: str) -> Card | None:
        """Return the card that would be charged, or None.

        Raises:
            Missing: if the customer was deleted.
        """
        with asking():
            # Of a deleted customer nothing can be expanded, so the card is asked for after it.
            found = self._client.v1.customers.retrieve(customer)
            if "deleted" in found:
                raise Missing("the customer was deleted")
            chosen = found.invoice_settings and found.invoice_settings.default_payment_method
            if not chosen:
                return None
            return _card(self._client.v1.payment_methods.retrieve(_id(chosen)))

    def find_invoice(
        self, *, customer: str, workspace_key: str, invoice_key: str
    ) -> ProcessorInvoice | None:
        """Look for the invoice made for ours, by its metadata; an open one before others."""
        ours = (workspace_key, invoice_key)
        with asking():
            listed = self._client.v1.invoices.list({"customer": customer, "limit": _PAGE})
            found = [
                each
                for each in listed.auto_paging_iter()
                if (tag(each, WORKSPACE), tag(each, INVOICE)) == ours
            ]
        found.sort(key=lambda each: each.status in {"void", "uncollectible"})
        return self.get_invoice(found[0].id) if found else None

    def list_invoices(self, *, workspace_key: str, since: datetime) -> list[ListedInvoice]:
        """List every invoice made for the workspace since then, drafts among them."""
        params: InvoiceListParams = {
            "created": {"gte": int(since.timestamp())},
            "limit": _PAGE,
        }
        with asking():
            # The list is read, not the search, which may lag an hour behind.
            listed = self._client.v1.invoices.list(params)
            return [
                read_listed(each)
                for each in listed.auto_paging_iter()
                if tag(each, WORKSPACE) == workspace_key
            ]

    def get_invoice(self, invoice_id: str) -> ProcessorInvoice:
        """Return an invoice as it stands now."""
        with asking():
            invoice = self._client.v1.invoices.retrieve(invoice_id, {"expand": WITH_PAYMENTS})
            if invoice.status != "draft":
                return read_invoice(invoice, charges=self._count_charges(invoice))
            lines = self._client.v1.invoices.line_items.list(invoice_id, {"limit": _PAGE})
            keys = [tag(line, LINE) for line in lines.auto_paging_iter()]
        # A line that is not ours has no key; the comparison of totals tells of it.
        return read_invoice(invoice, [key for key in keys if key is not None])

    def _count_charges(self, invoice: stripe.Invoice) -> int:
        intent = open_intent(invoice)
        if intent is None:
            return 0
        listed = self._client.v1.charges.list({"payment_intent": intent, "limit": _PAGE})
        return sum(1 for _ in listed.auto_paging_iter())

    def create_invoice(
        self,
        *,
        customer: str,
        card_id: str | None,
        currency: str,
        number: str,
        invoice_key: str,
        workspace_key: str,
        days_until_due: int,
        client_key: str,
        key: str,
    ) -> str:
        """Create an empty draft: charged to the card if one is given, else paid by link."""
        params: InvoiceCreateParams = {
            "customer": customer,
            "currency": currency.lower(),
            "number": number,
            "auto_advance": False,
            "pending_invoice_items_behavior": "exclude",
            "discounts": "",
            "metadata": {WORKSPACE: workspace_key, CLIENT: client_key, INVOICE: invoice_key},
        }
        if card_id is None:
            # Stripe takes days_until_due for this collection method only.
            params |= {"collection_method": "send_invoice", "days_until_due": days_until_due}
        else:
            params |= {
                "collection_method": "charge_automatically",
                "default_payment_method": card_id,
            }
        with changing():
            made = self._client.v1.invoices.create(params, {"idempotency_key": key})
        if was_replayed(made):
            self._refuse_deleted(made.id)
        return made.id

    def _refuse_deleted(self, invoice_id: str) -> None:
        try:
            with asking():
                self._client.v1.invoices.retrieve(invoice_id)
        except Missing as missing:
            raise MadeAndDeleted(missing.reason) from None

    def add_lines(self, invoice_id: str, lines: Sequence[ChargeLine], *, key: str) -> None:
        """Add lines to a draft; the taxes are our own figures, Stripe computes none."""
        params: list[InvoiceAddLinesParamsLine] = [_line(line) for line in lines]
        with changing():
            self._client.v1.invoices.add_lines(
                invoice_id, {"lines": params}, {"idempotency_key": key}
            )

    def delete_draft(self, invoice_id: str) -> None:
        """Delete a draft that nothing was charged for."""
        with changing():
            self._client.v1.invoices.delete(invoice_id)

    def finalize(self, invoice_id: str, *, key: str) -> ProcessorInvoice:
        """Make a draft payable; it cannot change after that."""
        with changing():
            invoice = self._client.v1.invoices.finalize_invoice(
                invoice_id,
                {"auto_advance": False, "expand": WITH_PAYMENTS},
                {"idempotency_key": key},
            )
        return read_invoice(invoice)

    def pay(self, invoice_id: str, *, card_id: str, key: str) -> Paid | Declined | NeedsAction:
        """Charge the card, with the client away."""
        with changing():
            try:
                invoice = self._client.v1.invoices.pay(
                    invoice_id,
                    {"payment_method": card_id, "off_session": True, "expand": WITH_PAYMENTS},
                    {"idempotency_key": key},
                )
            except (stripe.CardError, stripe.InvalidRequestError) as error:
                answer = refused_payment(error)
                if answer is None:
                    raise
                return answer
        found = read_invoice(invoice)
        if isinstance(found.trouble, NeedsAction):
            return found.trouble
        if found.status != "paid":
            raise OutcomeUnknown(f"the invoice is {found.status} after it was charged")
        return Paid(found.payment_intent)

    def void(self, invoice_id: str, *, key: str) -> None:
        """Cancel an open invoice."""
        with changing():
            self._client.v1.invoices.void_invoice(invoice_id, {}, {"idempotency_key": key})

    def note_paid_outside(self, invoice_id: str, *, key: str) -> None:
        """Close an open invoice because its money came another way."""
        with changing():
            self._client.v1.invoices.pay(
                invoice_id, {"paid_out_of_band": True}, {"idempotency_key": key}
            )

    def verify_webhook(self, body: bytes, headers: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        """Return the event's id, and its type with the object it is about.

        Raises:
            Forged: if the signature, its age or the mode is not right.
        """
        given = {name.lower(): value for name, value in headers.items()}
        try:
            event = self._client.construct_event(
                body,
                given.get("stripe-signature"),
                self._webhook_secret,
                tolerance=int(WEBHOOK_TOLERANCE.total_seconds()),
            )
        except (stripe.SignatureVerificationError, ValueError, AttributeError):
            # The SDK stumbles over a signed body that is no object.
            raise Forged("the signature of the webhook is not Stripe's") from None
        if getattr(event, "livemode", None) != self._is_live:
            raise Forged("the webhook is of another mode than the key")
        about = event.data.object
        # Some objects have no id, such as a balance: https://docs.stripe.com/api/events/types
        return event.id, {"type": event.type, "object_id": str(getattr(about, "id", None) or "")}


def _line(line: ChargeLine) -> "InvoiceAddLinesParamsLine":
    params: InvoiceAddLinesParamsLine = {
        "amount": stripe_amount(line.amount),
        "description": line.description,
        "metadata": {LINE: line.key},
    }
    if line.tax_ppm:
        # A percentage is the API's only float; it is a label, the amount beside it counts.
        percentage = float(Decimal(line.tax_ppm).scaleb(-4))
        params["tax_amounts"] = [
            {
                "amount": stripe_amount(line.tax),
                "taxable_amount": stripe_amount(line.amount),
                "tax_rate_data": {
                    "display_name": line.tax_name,
                    "percentage": percentage,
                    "inclusive": False,
                },
            }
        ]
    return params


def _card(method: stripe.PaymentMethod) -> Card | None:
    if method.card is None:
        return None
    card = method.card
    return Card(method.id, card.brand, card.last4, card.exp_month, card.exp_year)


def _id(found: object) -> str:
    return found if isinstance(found, str) else str(getattr(found, "id", ""))
