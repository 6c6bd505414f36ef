"""What happens to an account from outside: banks and payers act, and nobody called the API."""

from collections.abc import Callable

from timebot.playground.store import Document
from timebot.playground.stripe import disputes, refunds
from timebot.playground.stripe.account import Account
from timebot.playground.stripe.ledger import Cause, public


class Bank:
    """The banks of the account's payers. The webhooks of what they do follow."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def dispute(
        self, charge_id: str, *, reason: str = "fraudulent", is_inquiry: bool = False
    ) -> Document:
        """Let the payer of a charge dispute it; return the dispute.

        Args:
            charge_id: of a charge that was paid.
            reason: one of Stripe's reasons.
            is_inquiry: whether the bank only asks, and takes no money yet.

        Raises:
            Problem: if the charge cannot be disputed.
        """
        return self._act(
            lambda: disputes.begin(self._account, charge_id, reason=reason, is_inquiry=is_inquiry)
        )

    def decide(self, dispute_id: str, *, is_won: bool) -> Document:
        """Close a dispute, won or lost by the account; return it.

        Raises:
            Problem: if it does not exist, or is closed.
        """
        return self._act(lambda: disputes.decide(self._account, dispute_id, is_won=is_won))

    def fail_refund(self, refund_id: str) -> Document:
        """Send the money of a refund back to the account; return the refund.

        Raises:
            Problem: if it does not exist, or failed before.
        """
        return self._act(lambda: refunds.fail(self._account, refund_id))

    def _act(self, happen: Callable[[], Document]) -> Document:
        with self._account.ledger.store.transaction():
            self._account.events.cause = Cause()
            return public(happen())
