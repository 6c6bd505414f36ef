"""What is drawn is also said: the text of a message lacks no word of its blocks."""

from timebot.slack.blocks import actions, button, context, header, section
from timebot.slack.ids import Act
from timebot.slack.whole_text import LONGEST, whole_text, words_of


def test_a_line_that_the_text_lacks_is_added() -> None:
    text = whole_text("Today: 2 h.", [header("Monday"), section("*Acme*, Logo"), context("UTC")])

    assert text == "Today: 2 h.\nMonday\nAcme, Logo\nUTC"


def test_a_line_whose_words_are_all_said_is_not_said_again() -> None:
    assert whole_text("2 h, Acme Logo", [section("*Acme Logo*"), section("2 h,")]) == (
        "2 h, Acme Logo"
    )


def test_a_line_that_is_said_with_other_stops_is_not_said_again() -> None:
    text = "Mon 3 Mar 2031, Acme, Logo: 1 h"

    drawn = [section("*Mon 3 Mar 2031*"), section("*Acme, Logo*  1 h")]

    assert whole_text(text, drawn) == text


def test_buttons_speak_for_themselves() -> None:
    assert whole_text("Ready.", [actions(button("Stop", Act.TIMER_STOP))]) == "Ready."


def test_a_plain_header_is_literal_in_the_text_too() -> None:
    assert whole_text("", [header("<!channel> *loud*")]) == "&lt;!channel&gt; \u2060*loud\u2060*"


def test_the_text_stays_within_what_an_update_takes() -> None:
    text = whole_text("Start", [section("word " * 500), section("other " * 500)])

    assert len(text) <= LONGEST
    assert text.endswith("…")


def test_a_link_is_said_by_its_label() -> None:
    assert words_of("See <https://linear.app/x|ABC-1>, `/timer`") == ["See", "ABC-1", "/timer"]


def test_code_that_is_said_keeps_its_letters_and_gets_no_style() -> None:
    text = whole_text("", [section("```_Acme_  2:00```"), section("Type `start *Acme*`.")])

    assert text == "\u2060_Acme\u2060_  2:00\nType start \u2060*Acme\u2060*."
