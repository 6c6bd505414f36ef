"""What a bank can answer to a charge.

Sources: https://docs.stripe.com/declines/codes, https://docs.stripe.com/error-codes and, for the
advice, https://docs.stripe.com/declines/card#retrying-issuer-declines
"""

from collections import deque
from dataclasses import dataclass
from threading import Lock

_DECLINED = "Your card was declined."
_NEVER, _LATER, _CHECK = "do_not_try_again", "try_again_later", "confirm_card_data"


@dataclass(frozen=True)
class Decline:
    """Why a bank says no.

    Attributes:
        code: the error's code.
        decline_code: the bank's own reason.
        advice_code: what Stripe advises about another try, None where it advises nothing.
        message: the sentence for the payer.
    """

    code: str
    decline_code: str
    advice_code: str | None
    message: str


def _declined(decline_code: str, advice: str | None, message: str = _DECLINED) -> Decline:
    return Decline("card_declined", decline_code, advice, message)


# These four are error codes of their own; every other reason comes as `card_declined`.
_OWN_CODE = {
    "expired_card": ("Your card has expired.", _NEVER),
    "incorrect_cvc": ("Your card's security code is incorrect.", _CHECK),
    "incorrect_number": ("Your card number is incorrect.", _CHECK),
    "processing_error": ("An error occurred while processing your card.", _LATER),
}
_ADVICE = {
    **dict.fromkeys(
        (
            "approve_with_id",
            "call_issuer",
            "card_velocity_exceeded",
            "do_not_honor",
            "generic_decline",
            "issuer_not_available",
            "reenter_transaction",
            "try_again_later",
            "withdrawal_count_limit_exceeded",
        ),
        _LATER,
    ),
    **dict.fromkeys(
        (
            "do_not_try_again",
            "fraudulent",
            "lost_card",
            "pickup_card",
            "restricted_card",
            "revocation_of_all_authorizations",
            "revocation_of_authorization",
            "stolen_card",
            "stop_payment_order",
        ),
        _NEVER,
    ),
    **dict.fromkeys(("invalid_account", "new_account_information_available"), _CHECK),
    **dict.fromkeys(
        (
            "card_not_supported",
            "currency_not_supported",
            "duplicate_transaction",
            "invalid_amount",
            "merchant_blacklist",
            "no_action_taken",
            "not_permitted",
            "security_violation",
            "service_not_allowed",
            "transaction_not_allowed",
        ),
        None,
    ),
}

DECLINES: dict[str, Decline] = {
    **{name: _declined(name, advice) for name, advice in _ADVICE.items()},
    **{name: Decline(name, name, advice, text) for name, (text, advice) in _OWN_CODE.items()},
    # The bank would take the charge, with the payer there: https://docs.stripe.com/declines/codes
    "authentication_required": _declined(
        "authentication_required",
        None,
        "Your card was declined. This transaction requires authentication.",
    ),
    "insufficient_funds": _declined(
        "insufficient_funds", _LATER, "Your card has insufficient funds."
    ),
}


class BankAnswers:
    """What banks will answer to the next charges, whatever the card; planned by tests."""

    def __init__(self) -> None:
        self._planned: deque[Decline | None] = deque()
        self._lock = Lock()

    def plan(self, answer: Decline | None, times: int) -> None:
        """Answer the next charges so; None is the wish to see the payer."""
        with self._lock:
            self._planned.extend([answer] * times)

    def take(self, default: Decline | None, *, asks: bool) -> tuple[Decline | None, bool]:
        """Return why the next charge is declined, and whether the bank wants to see the payer.

        Args:
            default: why the card itself declines, if it does.
            asks: whether the card itself asks for the payer.
        """
        with self._lock:
            if not self._planned:
                return default, asks
            planned = self._planned.popleft()
        return planned, planned is None
