"""The test cards, by Stripe's own numbers.

Source: https://docs.stripe.com/testing
"""

from dataclasses import dataclass

from timebot.playground.stripe.declines import DECLINES, Decline
from timebot.playground.stripe.problems import Problem


@dataclass(frozen=True)
class Card:
    """A test card.

    Attributes:
        number: its sixteen digits (fifteen on some brands).
        brand: as Stripe spells it.
        title: what it does, for the hosted pages.
        decline: what every charge meets, if it declines.
        declines_at_once: whether it cannot even be saved.
        asks: whether a charge without the payer present needs their authentication.
    """

    number: str
    brand: str
    title: str
    decline: Decline | None = None
    declines_at_once: bool = False
    asks: bool = False

    @property
    def last4(self) -> str:
        """The last four digits."""
        return self.number[-4:]


_GENERIC = DECLINES["generic_decline"]

TEST_CARDS = (
    Card("4242424242424242", "visa", "Works"),
    Card("5555555555554444", "mastercard", "Works"),
    Card("378282246310005", "amex", "Works"),
    Card("4000000000000341", "visa", "Can be saved, every charge is declined", _GENERIC),
    Card("4000000000009995", "visa", "Insufficient funds", DECLINES["insufficient_funds"]),
    Card("4000000000000069", "visa", "Has expired", DECLINES["expired_card"]),
    # On the real Stripe 3155 works off-session once it was set up with authentication; here both
    # ask every time, so that the path can be tried with either.
    Card("4000002500003155", "visa", "Needs authentication when charged", asks=True),
    Card("4000002760003184", "visa", "Needs authentication every time", asks=True),
    Card("4000000000000002", "visa", "Cannot even be saved", _GENERIC, declines_at_once=True),
)
_BY_NUMBER = {card.number: card for card in TEST_CARDS}

# https://docs.stripe.com/testing names these for tests that never see a number.
SHORTHANDS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_amex": "378282246310005",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_authenticationRequired": "4000002760003184",
}


def find_card(number: str) -> Card:
    """Return the test card with this number; spaces do not matter.

    Raises:
        Problem: if it is no test card. Nobody should type a real card number here.
    """
    card = _BY_NUMBER.get(number.replace(" ", ""))
    if card is None:
        message = "This is no test card. The local Stripe takes Stripe's test numbers only."
        raise Problem(message, code="incorrect_number", param="number")
    return card
