"""How a person finds the thing to click on, and what choosing something in it means."""

from collections.abc import Iterator, Sequence
from typing import Any

from timebot.playground.slack.faults import NotThere
from timebot.playground.slack.fields import VALUE_KEYS, Placed, placed_elements
from timebot.playground.store import Document


def find_clickable(
    blocks: Sequence[Document],
    *,
    action_id: str | None,
    text: str | None,
    value: str | None,
    block_id: str | None = None,
) -> tuple[Placed, Document | None]:
    """Return the element that fits, and the option in it that was named by `text` or `value`.

    Raises:
        NotThere: if none fits; the words say what there is.
    """
    for placed in placed_elements(blocks):
        element = placed.element
        if action_id not in (None, placed.action_id) or block_id not in (None, placed.block_id):
            continue
        if element["type"] == "button" or (text is None and value is None):
            if _fits(element, text, value):
                return placed, None
            continue
        for option in _options_of(element):
            if _fits(option, text, value):
                return placed, option
    wanted = ", ".join(
        repr(each) for each in (block_id, action_id, text, value) if each is not None
    )
    message = f"There is nothing to click that fits {wanted}. There is: {what_is_there(blocks)}."
    raise NotThere(message)


def find_field(blocks: Sequence[Document], name: str) -> Placed:
    """Return the field with this block id, action id or label.

    Raises:
        NotThere: if there is none; the words say what there is.
    """
    fields = [each for each in placed_elements(blocks) if each.element["type"] in VALUE_KEYS]
    for placed in fields:
        label = placed.block.get("label", placed.block.get("text", {})) or {}
        if name in (placed.block_id, placed.action_id, label.get("text")):
            return placed
    there = [f"{each.block_id}/{each.action_id}" for each in fields]
    message = f"There is no field {name!r}. There are: {', '.join(there) or 'none'}."
    raise NotThere(message)


def chosen(element: Document, value: Any) -> Document:  # noqa: ANN401 - what a test hands in
    """Return the key and value that say what was put into a field.

    Options may be named by their text, their value, or be given whole.

    Raises:
        NotThere: if there is no such option.
    """
    if element["type"] == "overflow":
        return {"selected_option": _option(element, value)}
    key = VALUE_KEYS[element["type"]][0]
    if value is None:
        return {key: [] if key.endswith("s") else None}
    if key == "selected_option":
        return {key: _option(element, value)}
    if key == "selected_options":
        return {key: [_option(element, each) for each in value]}
    return {key: list(value) if key.endswith("s") else str(value)}


def what_is_there(blocks: Sequence[Document]) -> str:
    """Return the clickable things by id and label, for a helpful message."""
    there = []
    for placed in placed_elements(blocks):
        label = placed.element.get("text", {}).get("text")
        options = [option["text"]["text"] for option in _options_of(placed.element)]
        words = label if label is not None else options or placed.element["type"]
        there.append(f"{placed.action_id} ({words})")
    return ", ".join(there) or "nothing"


def _fits(thing: Document, text: str | None, value: str | None) -> bool:
    has_text = text is None or thing.get("text", {}).get("text") == text
    return has_text and (value is None or thing.get("value") == value)


def _options_of(element: Document) -> Iterator[Document]:
    yield from element.get("options", [])
    for group in element.get("option_groups", []):
        yield from group["options"]


def _option(element: Document, wanted: Any) -> Document:  # noqa: ANN401 - what a test hands in
    if isinstance(wanted, dict):
        return wanted
    for option in _options_of(element):
        if wanted in (option["text"]["text"], option.get("value")):
            return option
    there = [option["text"]["text"] for option in _options_of(element)]
    message = f"There is no option {wanted!r}. There are: {there}."
    raise NotThere(message)
