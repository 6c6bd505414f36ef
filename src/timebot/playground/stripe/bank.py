"""What happens to an account from outside: banks and payers act, and nobody called the API."""

from collections.abc import Callable

from timebot.playground.store import Document
from timebot.playground.stripe import disputes, payment_methods, refunds
from timebot.playground.stripe.account import Account
from timebot.playground.stripe.declines import DECLINES
from timebot.playground.stripe.ledger import Cause, public


class Bank:
    """The banks of the account's payers. The webhooks of what they do follow."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def decline_next(self, decline_code: str = "generic_decline", *, times: int = 1) -> None:
        """Decline the next charges, whatever their card, such as `decline_next("lost_card")`.

        Raises:
            ValueError: if Stripe has no such decline code.
        """
        if decline_code not in DECLINES:
            message = f"Stripe has no decline code {decline_code}."
            raise ValueError(message)
        self._account.answers.plan(DECLINES[decline_code], times)

    def ask_for_payer_next(self, *, times: int = 1) -> None:
        """Let the next charges need the payer's authentication, whatever their card."""
        self._account.answers.plan(None, times)

    def dispute(
        self,
        charge_id: str,
        *,
        reason: str = "fraudulent",
        is_inquiry: bool = False,
        amount: int | None = None,
    ) -> Document:
        """Let the payer of a charge dispute it, or a part of it; return the dispute.

        Args:
            charge_id: of a charge that was paid.
            reason: one of Stripe's reasons.
            is_inquiry: whether the bank only asks, and takes no money yet.
            amount: in whole minor units; all that is left to be disputed by default.

        Raises:
            Problem: if the charge cannot be disputed.
        """
        return self._act(
            lambda: disputes.begin(
                self._account, charge_id, reason=reason, is_inquiry=is_inquiry, amount=amount
            )
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

    def renew_card(
        self, method_id: str, *, expiry: tuple[int, int], number: str | None = None
    ) -> Document:
        """Update a card on file, as card networks do when they issue a new one; return it.

        Args:
            method_id: of the payment method.
            expiry: month and year.
            number: of the new card, None where it keeps its own.

        Raises:
            Problem: if the card is on nobody's file.
        """
        return self._act(lambda: payment_methods.renew(self._account, method_id, expiry, number))

    def _act(self, happen: Callable[[], Document]) -> Document:
        with self._account.ledger.store.transaction():
            self._account.events.cause = Cause()
            return public(happen())
