import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebot.timekeeping.wording import TextTooLong, clean_plain, clean_text, description


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("Bob\u2019s \u201clogo\u201d", 'Bob\'s "logo"'),
        ("a\u00a0b\u2003c\nd\te", "a b c d e"),
        ("@\u201320m", "@-20m"),
        ("9:00\u201310:30", "9:00-10:30"),
        ("Logo \u2013 second round", "Logo \u2013 second round"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("nul\x00 and\x07 bell", "nul and bell"),
        ("half \ud83d surrogate", "half surrogate"),
        ("e\u0301", "\u00e9"),
        ("\u202eevil\u202c", "evil"),
        ("\u05e9\u05dc\u05d5\u05dd", "\u05e9\u05dc\u05d5\u05dd"),
        (
            "\U0001f468\u200d\U0001f469\u200d\U0001f467",
            "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        ),
        ("a\u200db", "ab"),
        ("   ", ""),
    ],
)
def test_marks_and_spaces_of_every_keyboard_become_one_clean_line(typed: str, clean: str) -> None:
    assert clean_text(typed) == clean


@pytest.mark.parametrize(
    ("sent", "clean"),
    [
        ("<https://acme.example|the brief>", "the brief"),
        ("<https://acme.example/a>", "https://acme.example/a"),
        ("<https://github.com/o/r/issues/12|Bug>", "https://github.com/o/r/issues/12"),
        (
            "<https://x.atlassian.net/browse/AB-1?a=1&amp;b=2>",
            "https://x.atlassian.net/browse/AB-1?a=1&b=2",
        ),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<mailto:a@b.example>", "a@b.example"),
        ("<@U123|ana>", "@ana"),
        ("<@U123>", "@U123"),
        ("<#C1|general>", "#general"),
        ("<#C1|>", "#C1"),
        ("<!channel>", "@channel"),
        ("<!subteam^S1|@design>", "@design"),
        ("Tom &amp; Jerry &lt;3", "Tom & Jerry <3"),
        ("&amp;lt;", "&lt;"),
        ("<https://acme.example|a &amp; b>", "a & b"),
        (
            "&lt;!channel&gt; &lt;https://evil.example|Pay&gt;",
            "<!channel> <https://evil.example|Pay>",
        ),
        ("*x* `y` @everyone =cmd", "*x* `y` @everyone =cmd"),
        ("a < b > c <", "a < b > c <"),
    ],
)
def test_slacks_own_forms_become_what_the_person_saw(sent: str, clean: str) -> None:
    assert clean_text(sent) == clean


def test_fields_of_a_modal_are_kept_literally() -> None:
    assert clean_plain("<!channel> &amp; <https://a.example|b>") == (
        "<!channel> &amp; <https://a.example|b>"
    )


def test_a_text_of_exactly_the_limit_is_kept_whole() -> None:
    assert description(" " + "\u00e4" * 1_000 + " ") == "\u00e4" * 1_000


def test_a_longer_text_is_refused_and_its_length_said() -> None:
    with pytest.raises(TextTooLong, match=r"4,000 characters and can have 1,000"):
        description("x" * 4_000)


@given(st.text())
def test_cleaning_never_fails_and_twice_is_as_good_as_once(text: str) -> None:
    clean = clean_plain(clean_text(text))

    assert clean_plain(clean) == clean
    assert unicodedata.is_normalized("NFC", clean)
    assert "\x00" not in clean
    clean.encode()
