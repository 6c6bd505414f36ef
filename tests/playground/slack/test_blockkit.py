from typing import Any

import pytest

from timebot.playground.slack.blockkit import (
    message_faults,
    option_faults,
    plain_words,
    view_faults,
)

from .parts import Block, button, buttons, field, home, modal, option, section, text_field, words

LONG_URL = "https://tea.example/" + "x" * 3000


def mrkdwn(text: str, **more: object) -> Block:
    return {"type": "mrkdwn", "text": text, **more}


def select(count: int = 2, **more: object) -> Block:
    options = [option(str(n)) for n in range(count)]
    return {"type": "static_select", "action_id": "s", "options": options, **more}


def image(**more: object) -> Block:
    return {"type": "image", "image_url": "https://tea.example/x.png", "alt_text": "Tea", **more}


def table(rows: int, cells: int) -> Block:
    cell = {"type": "raw_text", "text": "x"}
    return {"type": "table", "rows": [[cell] * cells for _ in range(rows)]}


def rich(*pieces: Block) -> Block:
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": list(pieces)}],
    }


def confirm(**more: object) -> Block:
    return {
        "title": words("Sure?"),
        "text": words("Really?"),
        "confirm": words("Yes"),
        "deny": words("No"),
        **more,
    }


GOOD_BLOCKS = {
    "section with markup": {"type": "section", "text": mrkdwn("*x*", verbatim=True)},
    "section with fields": {"type": "section", "fields": [words("x")] * 10},
    "section with a picture": section("x", accessory={**image()}),
    "longest section": section("x" * 3000),
    "header": {"type": "header", "text": words("x" * 150), "level": 2},
    "context": {"type": "context", "elements": [mrkdwn("x"), image()]},
    "actions": buttons(*[button("x", str(n)) for n in range(25)]),
    "fullest button": buttons(
        button(
            "x" * 75,
            "x" * 255,
            value="x" * 2000,
            style="danger",
            url="https://tea.example",
            confirm=confirm(style="danger"),
            accessibility_label="x" * 75,
        )
    ),
    "divider": {"type": "divider"},
    "image": image(title=words("x")),
    "select": buttons(select(100, placeholder=words("x"))),
    "grouped select": buttons(
        {
            "type": "static_select",
            "option_groups": [{"label": words("x"), "options": [option("a")]}],
            "initial_option": option("a"),
        }
    ),
    "overflow": section("x", accessory={"type": "overflow", "options": [option("a")] * 5}),
    "pickers": buttons(
        {"type": "datepicker", "initial_date": "2026-02-28"},
        {"type": "timepicker", "initial_time": "23:59"},
        {"type": "users_select", "initial_user": "U1"},
        {"type": "conversations_select", "filter": {"include": ["im"]}},
    ),
    "input": text_field("x", hint=words("y"), optional=True, dispatch_action=True),
    "rich text": rich(
        {"type": "text", "text": "x", "style": {"bold": True}},
        {"type": "link", "url": "https://tea.example", "text": "tea"},
        {"type": "user", "user_id": "U1"},
        {"type": "emoji", "name": "tea"},
    ),
    "rich list": {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [{"type": "rich_text_section", "elements": []}],
            }
        ],
    },
    "largest table": table(100, 20),
}

BAD_BLOCKS = {
    "unknown block": ({"type": "shout"}, "unsupported type: shout"),
    "no type": ({}, "unsupported type: None"),
    "no object": ("x", "must be an object"),
    "unknown field": (section("x", color="red"), "invalid additional property: color"),
    "empty section": ({"type": "section"}, "missing required field: text or fields"),
    "empty text": (section(""), "must be more than 0 characters"),
    "long section": (section("x" * 3001), "less than 3001"),
    "emoji count twice": (section("🫖" * 1501), "less than 3001"),
    "many fields": ({"type": "section", "fields": [words("x")] * 11}, "no more than 10"),
    "long field": ({"type": "section", "fields": [words("x" * 2001)]}, "less than 2001"),
    "long header": ({"type": "header", "text": words("x" * 151)}, "less than 151"),
    "header with markup": ({"type": "header", "text": mrkdwn("x")}, "unsupported type: mrkdwn"),
    "many in context": ({"type": "context", "elements": [words("x")] * 11}, "no more than 10"),
    "button in context": (
        {"type": "context", "elements": [button("x", "a")]},
        "unsupported type: button",
    ),
    "many actions": (buttons(*[button("x", str(n)) for n in range(26)]), "no more than 25"),
    "no actions": (buttons(), "at least 1"),
    "long label": (buttons(button("x" * 76, "a")), "less than 76"),
    "long value": (buttons(button("x", "a", value="x" * 2001)), "less than 2001"),
    "long url": (buttons(button("x", "a", url=LONG_URL)), "less than 3001"),
    "long action id": (buttons(button("x", "a" * 256)), "less than 256"),
    "long accessibility": (
        buttons(button("x", "a", accessibility_label="x" * 76)),
        "less than 76",
    ),
    "odd style": (buttons(button("x", "a", style="blue")), "valid enum value"),
    "long confirm title": (
        buttons(button("x", "a", confirm=confirm(title=words("x" * 101)))),
        "less than 101",
    ),
    "long confirm text": (
        buttons(button("x", "a", confirm=confirm(text=words("x" * 301)))),
        "less than 301",
    ),
    "long confirm": (
        buttons(button("x", "a", confirm=confirm(deny=words("x" * 31)))),
        "less than 31",
    ),
    "many options": (buttons(select(101)), "no more than 100"),
    "no options": (buttons(select(0)), "at least 1"),
    "options and groups": (
        buttons(select(option_groups=[{"label": words("x"), "options": [option("a")]}])),
        "exactly one of options and option_groups",
    ),
    "neither of them": (buttons({"type": "static_select"}), "exactly one of options"),
    "strange first choice": (
        buttons(select(initial_option=option("other"))),
        "not among the options",
    ),
    "long option": (buttons(select(options=[option("x" * 76, "a")])), "less than 76"),
    "long option value": (buttons(select(options=[option("x", "x" * 151)])), "less than 151"),
    "long description": (
        buttons(select(options=[{**option("x"), "description": words("x" * 76)}])),
        "less than 76",
    ),
    "long placeholder": (buttons(select(placeholder=words("x" * 151))), "less than 151"),
    "long menu": (
        section("x", accessory={"type": "overflow", "options": [option("a")] * 6}),
        "no more than 5",
    ),
    "many ticks": (
        field("x", {"type": "checkboxes", "options": [option("a")] * 11}),
        "no more than 10",
    ),
    "many circles": (
        field("x", {"type": "radio_buttons", "options": [option("a")] * 11}),
        "no more than 10",
    ),
    "no such day": (buttons({"type": "datepicker", "initial_date": "2026-13-01"}), "format"),
    "no such time": (buttons({"type": "timepicker", "initial_time": "24:00"}), "format"),
    "typing in actions": (buttons({"type": "plain_text_input"}), "unsupported type"),
    "button as input": (field("x", {"type": "button", "text": words("x")}), "unsupported type"),
    "long input": (
        field("x", {"type": "plain_text_input", "max_length": 3001}),
        "between 1 and 3000",
    ),
    "crossed lengths": (
        field("x", {"type": "plain_text_input", "min_length": 5, "max_length": 4}),
        "min_length must not be greater",
    ),
    "number as number": (
        field("x", {"type": "number_input", "is_decimal_allowed": True, "min_value": 1}),
        "must be a string",
    ),
    "number without kind": (field("x", {"type": "number_input"}), "is_decimal_allowed"),
    "long input label": (text_field("x" * 2001, block_id="x"), "less than 2001"),
    "long hint": (text_field("x", hint=words("x" * 2001)), "less than 2001"),
    "picture without words": (
        {"type": "image", "image_url": "https://tea.example/x.png"},
        "missing required field: alt_text",
    ),
    "picture without picture": ({"type": "image", "alt_text": "x"}, "image_url or slack_file"),
    "tall table": (table(101, 1), "no more than 100"),
    "wide table": (table(1, 21), "no more than 20"),
    "odd piece": (rich({"type": "shout"}), "unsupported type: shout"),
    "long block id": (section("x", block_id="x" * 256), "less than 256"),
    "emoji flag on markup": (
        {"type": "section", "text": {**mrkdwn("x"), "emoji": True}},
        "invalid additional property: emoji",
    ),
}


@pytest.mark.parametrize("name", GOOD_BLOCKS)
def test_a_good_block_passes(name: str) -> None:
    assert message_faults([GOOD_BLOCKS[name]]) == []


@pytest.mark.parametrize("name", BAD_BLOCKS)
def test_a_bad_block_is_refused(name: str) -> None:
    block, fault = BAD_BLOCKS[name]

    faults = message_faults([block])

    assert any(fault in each for each in faults), faults
    assert all("json-pointer:/blocks/0" in each for each in faults)


def test_a_message_has_fifty_blocks_and_a_view_a_hundred() -> None:
    divider = {"type": "divider"}

    assert message_faults([divider] * 50) == []
    assert "no more than 50" in message_faults([divider] * 51)[0]
    assert view_faults(home(*[divider] * 100)) == []
    assert "no more than 100" in view_faults(home(*[divider] * 101))[0]


def test_blocks_must_be_a_list() -> None:
    assert message_faults({"type": "divider"}) == [
        "[ERROR] must be an array [json-pointer:/blocks]"
    ]


def test_a_block_id_is_unique_in_a_message() -> None:
    twice = [section("x", block_id="a"), section("y", block_id="a")]

    assert "block_id 'a' already exists" in message_faults(twice)[0]


def test_an_action_id_is_unique_in_its_block_only() -> None:
    one = buttons(button("x", "a"))

    assert message_faults([one, one]) == []
    assert "action_id 'a'" in message_faults([buttons(button("x", "a"), button("y", "a"))])[0]


def test_a_table_stands_in_messages_and_only_once() -> None:
    assert "only one table" in message_faults([table(1, 1), table(1, 1)])[0]
    assert "unsupported type: table" in view_faults(modal(table(1, 1)))[0]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"title": words("x" * 25)}, "less than 25"),
        ({"submit": words("x" * 25)}, "less than 25"),
        ({"close": words("x" * 25)}, "less than 25"),
        ({"private_metadata": "x" * 3001}, "less than 3001"),
        ({"callback_id": "x" * 256}, "less than 256"),
        ({"external_id": "x" * 256}, "less than 256"),
        ({"colour": "red"}, "invalid additional property: colour"),
        ({"type": "window"}, "unsupported type: window"),
        ({"blocks": None}, "must be an array"),
    ],
)
def test_a_modal_keeps_its_limits(change: dict[str, Any], fault: str) -> None:
    assert view_faults(modal(section("x"))) == []
    assert fault in view_faults({**modal(), **change})[0]


def test_a_modal_with_inputs_needs_a_submit_button() -> None:
    view = modal(text_field("x"))
    del view["submit"]

    assert "missing required field: submit" in view_faults(view)[0]


def test_home_has_no_title() -> None:
    assert "invalid additional property: title" in view_faults({**home(), "title": words("x")})[0]


def test_a_view_is_at_most_250_kilobytes() -> None:
    view = modal(*[section("x" * 3000) for _ in range(90)])

    assert view_faults(view) == ["view_too_large"]


def test_one_field_at_most_has_the_focus() -> None:
    element = {"type": "plain_text_input", "focus_on_load": True}

    assert "focus_on_load" in view_faults(modal(field("x", element), field("y", element)))[0]


def test_offered_options_are_checked() -> None:
    assert option_faults({"options": []}) == []
    assert option_faults({"options": [option("x")]}) == []
    assert option_faults({}) != []
    assert option_faults(None) != []
    assert option_faults({"options": [option("x" * 76, "a")]}) != []


def test_the_missing_text_of_a_message_is_made_of_its_blocks() -> None:
    blocks = [section("Tea?"), buttons(button("Drink", "a")), rich({"type": "text", "text": "x"})]

    assert plain_words(blocks) == "Tea? Drink x"
