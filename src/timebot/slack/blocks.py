"""Small builders of Block Kit, so that every message keeps Slack's limits and escapes text."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from timebot.slack.ids import METADATA_LIMIT, Act, pack

Block = dict[str, Any]

_SECTION = 3_000
_HEADER = 150
_BUTTON = 75
_OPTION = 75
_OPTIONS = 100
_PLACEHOLDER = 150
_TITLE = 24
_QUOTE = re.compile("(?m)^(\\s*)(&gt;|\N{FULLWIDTH GREATER-THAN SIGN})")
# Slack reads the full-width twins of its marks, too.
_STYLES = "*_~`\N{FULLWIDTH ASTERISK}\N{FULLWIDTH LOW LINE}\N{FULLWIDTH GRAVE ACCENT}"
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LOOSE_END = re.compile(r"(&[a-z]{0,3}|[\u200d\ufe0f\u2060]+)$")
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100


def escape(text: str) -> str:
    """Make text literal in mrkdwn: Slack's three characters, and its marks of style."""
    for raw, safe in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(raw, safe)
    return unstyled(unturned(text))


def unstyled(text: str) -> str:
    """Take their meaning from the marks of style in text whose characters are escaped."""
    # Slack opens a style only at the edge of a word; a word joiner takes the edge away.
    for mark in _STYLES:
        text = text.replace(mark, f"\u2060{mark}")
    return _QUOTE.sub("\\1\u2060\\2", text)


def unturned(text: str) -> str:
    """Drop the marks that turn the direction of what follows: they would turn our words, too."""
    return _TURNING.sub("", text)


def code(text: str) -> str:
    """Draw text as it is to be typed, in mrkdwn: nothing is added that a copy would carry along."""
    for raw, safe in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("`", "'"), ("\n", " ")):
        text = text.replace(raw, safe)
    return f"`{unturned(text)}`" if text.strip() else ""


def cut(text: str, limit: int) -> str:
    """Shorten text to a limit, with an ellipsis where something is missing.

    Counted in UTF-16 units, the strictest way in which Slack may count.
    """
    units = text.encode("utf-16-le", "ignore")
    if len(units) <= 2 * limit:
        return text
    kept = units[: 2 * (limit - 1)].decode("utf-16-le", "ignore")
    # Half an entity, or a joiner that joins nothing, would be shown as junk.
    return _LOOSE_END.sub("", kept).rstrip() + "…"


def plain(text: str, limit: int = _SECTION) -> Block:
    """A plain text object: nothing in it is interpreted but emoji names, which are off."""
    shown = cut(unturned(text), limit)
    return {"type": "plain_text", "text": shown or " ", "emoji": False}


def mrkdwn(text: str) -> Block:
    """A mrkdwn text object; the caller has escaped what people typed."""
    return {"type": "mrkdwn", "text": cut(text, _SECTION) or " ", "verbatim": True}


def header(text: str) -> Block:
    """A headline."""
    return {"type": "header", "text": plain(text, _HEADER)}


def section(text: str, *, accessory: Block | None = None) -> Block:
    """A paragraph of mrkdwn, with a button or select beside it if given."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    if accessory:
        block["accessory"] = accessory
    return block


def fields(*texts: str) -> Block:
    """Up to ten short texts in two columns."""
    return {"type": "section", "fields": [mrkdwn(cut(text, 2_000)) for text in texts[:10]]}


def context(*texts: str) -> Block:
    """Small grey text."""
    return {"type": "context", "elements": [mrkdwn(text) for text in texts[:10]]}


def divider() -> Block:
    """A thin line."""
    return {"type": "divider"}


def button(
    label: str,
    act: Act,
    value: Mapping[str, object] | None = None,
    *,
    key: str = "",
    style: str | None = None,
    confirm: Block | None = None,
    says: str | None = None,
) -> Block:
    """A button.

    Args:
        label: what it does, as a verb.
        act: what is called.
        value: ids and versions that the click carries back.
        key: tells buttons of the same act in one message apart.
        style: primary or danger.
        confirm: a dialog, for money and steps that cannot be taken back.
        says: what a screen reader says where several buttons look alike.
    """
    block: Block = {
        "type": "button",
        "action_id": f"{act}:{key}" if key else str(act),
        "text": plain(label, _BUTTON),
        "value": pack(value or {}),
    }
    if style:
        block["style"] = style
    if confirm:
        block["confirm"] = confirm
    if says:
        block["accessibility_label"] = cut(says, 75)
    return block


def link_button(label: str, url: str, *, key: str = "") -> Block:
    """A button that opens an address."""
    action_id = f"{Act.LINK}:{key}" if key else str(Act.LINK)
    return {"type": "button", "action_id": action_id, "text": plain(label, _BUTTON), "url": url}


def confirm(title: str, text: str, yes: str, no: str = "Not now") -> Block:
    """A dialog before a step that cannot be taken back."""
    return {
        "title": plain(title, 100),
        "text": plain(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
    }


def actions(*elements: Block, block_id: str | None = None) -> Block:
    """A row of buttons."""
    block: Block = {"type": "actions", "elements": list(elements[:25])}
    if block_id:
        block["block_id"] = block_id
    return block


def option(label: str, value: str, *, description: str | None = None) -> Block:
    """One choice of a select."""
    block: Block = {"text": plain(label, _OPTION), "value": cut(value, 150)}
    if description:
        block["description"] = plain(description, 75)
    return block


def checkboxes(options: Sequence[Block], *, chosen: Sequence[Block], name: str = "value") -> Block:
    """Up to ten boxes to tick, some of them ticked already."""
    block: Block = {"type": "checkboxes", "action_id": name, "options": list(options[:10])}
    if chosen:
        block["initial_options"] = list(chosen[:10])
    return block


def select(
    act_or_name: str,
    options: Sequence[Block],
    *,
    chosen: Block | None = None,
    placeholder: str = "Choose",
) -> Block:
    """A static select of at most 100 options."""
    offered = list(options[:_OPTIONS])
    if chosen and chosen not in offered:
        # Slack refuses a select whose choice is not among its options.
        offered = [*offered[: _OPTIONS - 1], chosen]
    block: Block = {
        "type": "static_select",
        "action_id": str(act_or_name),
        "options": offered,
        "placeholder": plain(placeholder, _PLACEHOLDER),
    }
    if chosen:
        block["initial_option"] = chosen
    return block


def type_ahead(
    name: str, *, chosen: Block | None = None, placeholder: str = "Type a name", least: int = 0
) -> Block:
    """A select whose options timebot supplies while the person types."""
    block: Block = {
        "type": "external_select",
        "action_id": name,
        "min_query_length": least,
        "placeholder": plain(placeholder, _PLACEHOLDER),
    }
    if chosen:
        block["initial_option"] = chosen
    return block


def text_field(
    name: str = "value", *, initial: str = "", many_lines: bool = False, placeholder: str = ""
) -> Block:
    """A text input element."""
    block: Block = {"type": "plain_text_input", "action_id": name, "multiline": many_lines}
    if initial:
        block["initial_value"] = cut(initial, 3_000)
    if placeholder:
        block["placeholder"] = plain(placeholder, _PLACEHOLDER)
    return block


def field(
    block_id: str, label: str, element: Block, *, hint: str = "", optional: bool = False
) -> Block:
    """A labelled input of a modal."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, 2_000),
        "element": element,
        "optional": optional,
    }
    if hint:
        block["hint"] = plain(hint, 2_000)
    return block


def modal(
    form: str,
    title: str,
    blocks: Iterable[Block],
    *,
    submit: str | None = None,
    close: str = "Close",
    kept: Mapping[str, object] | None = None,
) -> Block:
    """A modal; `kept` travels in its metadata and comes back untrusted."""
    view: Block = {
        "type": "modal",
        "callback_id": str(form),
        "title": plain(title, _TITLE),
        "close": plain(close, _TITLE),
        "blocks": shortened(list(blocks), VIEW_BLOCKS),
        "private_metadata": pack(kept or {}, limit=METADATA_LIMIT),
    }
    if submit:
        view["submit"] = plain(submit, _TITLE)
    return view


def shortened(blocks: list[Block], limit: int = MESSAGE_BLOCKS) -> list[Block]:
    """Keep a list of blocks within Slack's limit, and say how much is missing."""
    if len(blocks) <= limit:
        return blocks
    missing = len(blocks) - limit + 1
    return [*blocks[: limit - 1], context(f"… and {missing} more")]
