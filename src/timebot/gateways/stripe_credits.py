"""Stripe: money that goes back, and invoices that ask for less.

Sources: https://docs.stripe.com/api/refunds, https://docs.stripe.com/api/credit_notes
"""

from stripe import StripeClient

from timebot.billing.ports import Refund
from timebot.gateways.stripe_errors import asking, changing
from timebot.gateways.stripe_invoices import CREDIT, read_refund, tag
from timebot.money import Money, stripe_amount

PAGE = 100
"""How many objects one call lists."""


class StripeCredits:
    """The part of the processor that takes back what was asked for or paid."""

    _client: StripeClient

    def lower(self, invoice_id: str, *, amount: Money, key: str) -> None:
        """Let an open invoice ask for so much less; our own documents tell the client why."""
        with changing():
            self._client.v1.credit_notes.create(
                {
                    "invoice": invoice_id,
                    "amount": stripe_amount(amount),
                    "email_type": "none",
                    "memo": "Paid or credited outside of this page",
                },
                {"idempotency_key": key},
            )

    def find_refund(self, payment_intent: str, *, credit_key: str) -> Refund | None:
        """Look for the refund made for a credit note of ours; the newest, failed ones last."""
        with asking():
            listed = self._client.v1.refunds.list({"payment_intent": payment_intent, "limit": PAGE})
            found = [
                read_refund(each)
                for each in listed.auto_paging_iter()
                if tag(each, CREDIT) == credit_key
            ]
        good = [each for each in found if each.state != "failed"]
        return next(iter(good or found), None)

    def refund(self, payment_intent: str, *, amount: Money, credit_key: str, key: str) -> Refund:
        """Send money back to the card it came from."""
        with changing():
            made = self._client.v1.refunds.create(
                {
                    "payment_intent": payment_intent,
                    "amount": stripe_amount(amount),
                    "metadata": {CREDIT: credit_key},
                },
                {"idempotency_key": key},
            )
        return read_refund(made)

    def get_refund(self, refund_id: str) -> Refund:
        """Return a refund as it stands now."""
        with asking():
            return read_refund(self._client.v1.refunds.retrieve(refund_id))
