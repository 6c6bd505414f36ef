"""Builders of Block Kit: whatever people type, Slack takes it and shows it literally."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebot.playground.slack.blockkit import message_faults, view_faults
from timebot.playground.slack.mrkdwn import marks_in
from timebot.slack.blocks import (
    Block,
    actions,
    button,
    code,
    confirm,
    context,
    cut,
    divider,
    escape,
    field,
    fields,
    header,
    link_button,
    modal,
    mrkdwn,
    option,
    plain,
    section,
    select,
    shortened,
    text_field,
    type_ahead,
    unturned,
)
from timebot.slack.delivery import read_click
from timebot.slack.door import AlreadySaved
from timebot.slack.ids import VALUE_LIMIT, Act, pack, unpack
from timebot.slack.refusals import draw_apology, draw_refusal

FULL_WIDTH = (
    "\N{FULLWIDTH ASTERISK}\N{FULLWIDTH LOW LINE}\N{FULLWIDTH GRAVE ACCENT}"
    "\N{FULLWIDTH GREATER-THAN SIGN}"
)
MARKS = f"*_~`{FULL_WIDTH}"

HOSTILE = [
    "",
    " ",
    "<!channel> <@U1> <https://evil.example|Pay>",
    "*x* _y_ ~z~ `w` ```v```",
    "> quote\n> more",
    "&amp;lt; & < >",
    "\u202eevil\u202c \u200f",
    "👩‍👩‍👧‍👦" * 600,
    "😀" * 100,
    "😀" * 2_000,
    "é" * 4_000,
    "&" * 4_000,
    "e\u0301" * 3_000,
    "a\nb\nc",
    ":smile: @everyone #general",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_every_builder_of_messages_keeps_slacks_limits(text: str) -> None:
    safe = escape(text)
    sure = confirm(text, text, text, text)
    pressed = button(text, Act.TIMER_STOP, style="danger", confirm=sure, says=text)
    choices = [option(text, str(number), description=text) for number in range(150)]
    blocks: list[Block] = [
        header(text),
        section(safe, accessory=pressed),
        fields(*[safe] * 12),
        context(*[safe] * 12),
        divider(),
        actions(*[button(text, Act.TIMER_STOP, key=str(number)) for number in range(30)]),
        actions(link_button(text, "https://example.com")),
        actions(select("pick", choices, chosen=choices[140], placeholder=text)),
        actions(type_ahead("find", chosen=choices[0], placeholder=text)),
    ]

    assert message_faults(blocks) == []
    assert message_faults(shortened(blocks * 10)) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_every_builder_of_forms_keeps_slacks_limits(text: str) -> None:
    choices = [option("One", "1"), option(text, "2")]
    blocks = [
        field("a", text, text_field(initial=text, placeholder=text), hint=text),
        field("b", text, select("pick", choices, chosen=choices[1]), optional=True),
        field("c", text, type_ahead("find", placeholder=text)),
    ]

    kept = {"words": text[:300]}
    view = modal("form.try", text, blocks, submit=text or "Save", close=text, kept=kept)

    assert view_faults(view) == []


def test_too_many_blocks_are_cut_with_their_number() -> None:
    kept = shortened([section(str(number)) for number in range(60)])

    assert len(kept) == 50
    assert kept[-1] == context("… and 11 more")


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_typed_is_taken_for_markup(text: str) -> None:
    escaped = escape(text)

    assert not re.search(r"<[!@#h]", escaped)
    assert not re.search(r"(^|\s)[*_~`]", escaped)
    assert not re.search(r"(?m)^\s*&gt;", escaped)


@pytest.mark.parametrize("text", HOSTILE)
def test_escaping_takes_no_letter_away(text: str) -> None:
    plainly = escape(text).replace("\u2060", "")
    for safe, raw in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        plainly = plainly.replace(safe, raw)

    assert plainly == unturned(text)


@pytest.mark.parametrize("mark", MARKS)
def test_each_mark_of_slacks_is_a_letter_once_escaped(mark: str) -> None:
    styled = f"{mark}a{mark}"

    assert [one.text.strip(mark) for one in marks_in(styled)] == ["a"]
    assert list(marks_in(escape(styled))) == []


@given(st.text(alphabet=f"{MARKS}<>&|!@#hU1 \n\u200b\u2060\u202e", max_size=40))
def test_no_text_whatever_becomes_a_mark(text: str) -> None:
    assert list(marks_in(escape(text), verbatim=True)) == []


def test_what_is_to_be_typed_can_be_copied() -> None:
    assert code("/try a_b *c* <d> `e`") == "`/try a_b *c* &lt;d&gt; 'e'`"


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("😀😀😀", 4, "😀…"),
        ("a&amp;b", 5, "a…"),
        ("ab 👩\u200d👩", 7, "ab 👩…"),
    ],
)
def test_a_text_is_cut_where_nothing_breaks(text: str, limit: int, kept: str) -> None:
    assert cut(text, limit) == kept


def test_text_objects_interpret_as_little_as_slack_allows() -> None:
    assert mrkdwn("a")["verbatim"] is True
    assert plain("a")["emoji"] is False


def test_a_value_that_is_too_long_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="more than Slack keeps"):
        pack({"text": "x" * VALUE_LIMIT})


@pytest.mark.parametrize("text", [None, "", "no json", "[1]", "5", '"x"', "null", "{"])
def test_a_value_that_was_tampered_with_reads_as_empty(text: str | None) -> None:
    assert unpack(text) == {}


def test_a_refusal_and_an_apology_of_a_click_are_drawn_for_slack() -> None:
    clicked = read_click(
        {
            "team": {"id": "T1"},
            "user": {"id": "U1"},
            "actions": [{"type": "button", "action_id": "timer.stop", "value": "{}"}],
        }
    )

    for answer in (draw_refusal(AlreadySaved(), clicked), draw_apology("A2B3C4", clicked)):
        assert answer.text
        assert message_faults(list(answer.blocks)) == []
