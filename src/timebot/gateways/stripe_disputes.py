"""Stripe: disputes, and which invoice a payment was for.

Sources: https://docs.stripe.com/api/disputes, https://docs.stripe.com/api/invoice-payment
"""

from datetime import UTC, datetime

from stripe import StripeClient

from timebot.billing.ports import Dispute
from timebot.gateways.stripe_errors import asking
from timebot.money import from_stripe_amount

_STATES = {
    "needs_response": "needs_answer",
    "warning_needs_response": "needs_answer",
    "won": "won",
    # An inquiry that came to nothing, and one that was settled before it was a dispute.
    "warning_closed": "won",
    "prevented": "won",
    "lost": "lost",
}
# Stripe documents no address of one dispute; this is the one that programs commonly link to.
_DASHBOARD = "https://dashboard.stripe.com"


class StripeDisputes:
    """The part of the processor that tells of money that clients asked their banks for."""

    _client: StripeClient
    _is_live: bool

    def get_dispute(self, dispute_id: str) -> Dispute:
        """Return a dispute as it stands now."""
        with asking():
            dispute = self._client.v1.disputes.retrieve(dispute_id)
        intent, due = dispute.payment_intent, dispute.evidence_details.due_by
        mode = "" if self._is_live else "/test"
        return Dispute(
            id=dispute.id,
            state=_STATES.get(dispute.status, "with_bank"),
            is_inquiry=dispute.status.startswith("warning_"),
            amount=from_stripe_amount(dispute.amount, dispute.currency),
            payment_intent=intent if isinstance(intent, str) or intent is None else intent.id,
            answer_by=None if due is None else datetime.fromtimestamp(due, UTC),
            page=f"{_DASHBOARD}{mode}/disputes/{dispute.id}",
        )

    def find_invoice_of(self, payment_intent: str) -> str | None:
        """Return the id of the invoice that a payment was for, or None if it was for none."""
        with asking():
            found = self._client.v1.invoice_payments.list(
                {"payment": {"type": "payment_intent", "payment_intent": payment_intent}}
            )
        invoice = found.data[0].invoice if found.data else None
        return invoice if isinstance(invoice, str) or invoice is None else invoice.id
