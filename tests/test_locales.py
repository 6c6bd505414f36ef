"""How amounts are written for people, in Slack, in mails and on paper alike."""

import pytest

from timebot.locales import known_locale, money_words
from timebot.money import Money


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "shown"),
    [
        (14_131, "EUR", "en_US", "€141.31"),
        (14_131, "EUR", "de_DE", "141,31\u00a0€"),
        (123_456, "KWD", "en_US", "KWD\u00a0123.456"),
        (-123_456, "KWD", "en_US", "-KWD\u00a0123.456"),
        (9_500, "CHF", "en_GB", "CHF\u00a095.00"),
        (9_500, "CHF", "de_CH", "CHF\u00a095.00"),
        (9_500, "USD", "en_GB", "US$95.00"),
        (9_500, "SEK", "sv_SE", "95,00\u00a0kr"),
        (9_500, "CHF", "bn_BD", "95.00\u00a0CHF"),
        (1_234, "JPY", "en_US", "¥1,234"),
    ],
)
def test_an_amount_is_exact_and_never_glued_to_letters(
    minor: int, currency: str, locale: str, shown: str
) -> None:
    assert money_words(Money(minor, currency), locale) == shown


def test_a_locale_that_nobody_knows_is_read_as_american_english() -> None:
    assert known_locale("xx_YY") == "en_US"
    assert money_words(Money(9_500, "EUR"), "xx_YY") == "€95.00"
