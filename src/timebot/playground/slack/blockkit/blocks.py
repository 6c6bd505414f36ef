"""Blocks: section, header, context, actions, divider, input, image, rich text and table."""

from timebot.playground.slack.blockkit.checks import (
    Check,
    any_field,
    array,
    boolean,
    both,
    by_type,
    integer,
    one_of,
    shape,
    string,
)
from timebot.playground.slack.blockkit.elements import BUTTON, CHOICES, IMAGE, OVERFLOW, TYPED
from timebot.playground.slack.blockkit.rich_text import RICH_TEXT, RICH_TEXT_CELL
from timebot.playground.slack.blockkit.texts import any_text, plain_text

_URL = string(3000)
_TEXTS = {"plain_text": any_text(), "mrkdwn": any_text()}
_CLICKED = {**CHOICES, "button": BUTTON, "overflow": OVERFLOW}
# Menus of many choices need a section or an input around them.
_IN_ROW = {kind: check for kind, check in _CLICKED.items() if not kind.startswith("multi_")}


def _block(kind: str, required: dict[str, Check], optional: dict[str, Check]) -> Check:
    return shape({"type": one_of(kind), **required}, {"block_id": string(255), **optional})


_SECTION = both(
    _block(
        "section",
        {},
        {
            "text": any_text(),
            "fields": array(any_text(2000), 10),
            "accessory": by_type({**_CLICKED, "image": IMAGE}),
            "expand": boolean,
        },
    ),
    any_field("text", "fields"),
)
_IMAGE = both(
    _block(
        "image",
        {"alt_text": string(2000)},
        {
            "image_url": _URL,
            "slack_file": shape({}, {"id": string(255), "url": _URL}),
            "title": plain_text(2000),
        },
    ),
    any_field("image_url", "slack_file"),
)
_CELL = by_type(
    {
        "raw_text": shape({"type": one_of("raw_text"), "text": string(3000)}),
        "rich_text": RICH_TEXT_CELL,
    }
)
_TABLE = _block(
    "table",
    {"rows": array(array(_CELL, 20), 100)},
    {
        "column_settings": array(
            shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean}), 20
        )
    },
)

# Blocks of every surface.
EVERYWHERE: dict[str, Check] = {
    "section": _SECTION,
    "header": _block("header", {"text": plain_text(150)}, {"level": integer(1, 4)}),
    "context": _block("context", {"elements": array(by_type({**_TEXTS, "image": IMAGE}), 10)}, {}),
    "actions": _block("actions", {"elements": array(by_type(_IN_ROW), 25)}, {}),
    "divider": _block("divider", {}, {}),
    "input": _block(
        "input",
        {"label": plain_text(2000), "element": by_type({**CHOICES, **TYPED})},
        {"hint": plain_text(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "image": _IMAGE,
    "rich_text": RICH_TEXT,
}
MESSAGES_ONLY: dict[str, Check] = {"table": _TABLE}
