"""What billing people are shown when a card is refused: why, what helps, and buttons that fit."""

import pytest

from tests.slack.billing.firms import Firm, posted
from timebot.billing.models import Invoice

SHORT, EXPIRED, ASKS = "4000000000009995", "4000000000000069", "4000002760003184"
ALWAYS = ["Mark paid", "PDF", "Why", "Credit note", "Park", "Cancel invoice"]


def refused(firm: Firm, card: str) -> None:
    firm.put_card_on_file("Acme", card)
    firm.add_work("Logo")
    firm.open_run()
    firm.release("Acme")


@pytest.mark.parametrize(
    ("card", "words", "ways"),
    [
        (
            SHORT,
            "Card declined: there is not enough money on it. Trying the card again in a few days",
            ["Try the card again", "Send pay link", "Ask for another card"],
        ),
        (
            EXPIRED,
            "Card declined: it has expired. Trying this card again will not help.",
            ["Send pay link", "Ask for another card"],
        ),
        (
            ASKS,
            "The client has to confirm the payment with their bank. Send the pay link:",
            ["Send pay link"],
        ),
    ],
)
def test_a_refused_card_is_told_with_the_buttons_that_fit(
    firm: Firm, card: str, words: str, ways: list[str]
) -> None:
    refused(firm, card)

    shown = posted(firm.ben, "INV-2031-0001 for Acme")

    assert words in shown.text
    assert shown.buttons == [*ways, *ALWAYS]


def test_an_old_button_does_not_try_a_card_again_that_has_ended(firm: Firm) -> None:
    refused(firm, SHORT)
    stale = posted(firm.ben, "INV-2031-0001 for Acme")
    firm.world.local.stripe.bank.decline_next("lost_card")
    firm.ben.click(stale, text="Try the card again")
    firm.world.settle()

    firm.ben.click(stale, text="Try the card again")
    firm.world.settle()

    assert "does not take the card of Acme any more" in firm.ben.last_message().text
    assert len(firm.world.local.stripe.charges()) == 2


def test_another_card_is_asked_for_and_then_charged(firm: Firm) -> None:
    refused(firm, EXPIRED)
    firm.ben.click(posted(firm.ben, "INV-2031-0001 for Acme"), text="Ask for another card")
    firm.world.settle()
    assert "/card/" in firm.ben.last_message().text

    firm.put_card_on_file("Acme")
    shown = firm.types("invoice 1")
    firm.ben.click(shown, text="Try the card again")
    firm.world.settle()

    assert firm.row(Invoice).collection == "paid"
