"""Input fields of blocks: where they are, what is in them, what a Slack client checks itself."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from timebot.playground.slack.faults import NotThere
from timebot.playground.store import Document

State = dict[str, dict[str, Document]]

# Which key of `state.values` holds the value of an element, and its initial_* twin.
# https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
VALUE_KEYS = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "radio_buttons": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
}
_REQUIRED = "Please complete this required field."
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"https?://\S+")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class Placed:
    """An element and the block it stands in."""

    block: Document
    element: Document

    @property
    def block_id(self) -> str:
        """The id of its block."""
        return str(self.block["block_id"])

    @property
    def action_id(self) -> str:
        """Its own id."""
        return str(self.element["action_id"])


def placed_elements(blocks: Sequence[Document]) -> Iterator[Placed]:
    """Yield every element that has an action id, in reading order."""
    for block in blocks:
        inside = [block.get("element"), block.get("accessory")]
        if block["type"] == "actions":
            inside += block["elements"]
        for element in inside:
            if element is not None and "action_id" in element:
                yield Placed(block, element)


def find_element(blocks: Sequence[Document], action_id: str, block_id: str | None = None) -> Placed:
    """Return the element with this id, in a given block if the id alone is not enough.

    Raises:
        NotThere: if there is none; the words name those that are there.
    """
    there = list(placed_elements(blocks))
    for placed in there:
        if placed.action_id == action_id and block_id in (None, placed.block_id):
            return placed
    message = f"There is no {action_id}. There are: {[each.action_id for each in there]}."
    raise NotThere(message)


def action_on(element: Document, chosen: Document) -> Document:
    """Return what `actions` of a payload says about using an element.

    Args:
        element: the element.
        chosen: the key and value that say what was chosen; empty for a button.
    """
    shown: tuple[str, ...] = ("action_id", "type", "placeholder")
    if element["type"] == "button":
        shown = ("action_id", "type", "text", "value", "style")
    return {**{key: element[key] for key in shown if key in element}, **chosen}


def initial_state(blocks: Sequence[Document]) -> State:
    """Return `state.values` as it is before anybody has typed."""
    state: State = {}
    for placed in placed_elements(blocks):
        kind = placed.element["type"]
        if kind in VALUE_KEYS:
            key, initial = VALUE_KEYS[kind]
            empty: list[Any] | None = [] if key.endswith("s") else None
            value = {"type": kind, key: placed.element.get(initial, empty)}
            state.setdefault(placed.block_id, {})[placed.action_id] = value
    return state


def merged_state(blocks: Sequence[Document], typed: State) -> State:
    """Return the initial state with what was typed over it, where id and type still fit."""
    state = initial_state(blocks)
    for block_id, elements in state.items():
        for action_id, value in elements.items():
            given = typed.get(block_id, {}).get(action_id)
            if given is not None and given.get("type", value["type"]) == value["type"]:
                elements[action_id] = {**value, **given}
    return state


def client_errors(blocks: Sequence[Document], state: State) -> dict[str, str]:
    """Return what a Slack client complains about by itself, before anything is sent."""
    errors: dict[str, str] = {}
    for placed in placed_elements(blocks):
        if placed.block["type"] != "input":
            continue
        key = VALUE_KEYS[placed.element["type"]][0]
        value = state[placed.block_id][placed.action_id].get(key)
        fault = _field_fault(placed, value)
        if fault:
            errors[placed.block_id] = fault
    return errors


def _field_fault(placed: Placed, value: Any) -> str | None:  # noqa: ANN401 - JSON values of many kinds
    if value in (None, "", []):
        return None if placed.block.get("optional") else _REQUIRED
    match placed.element["type"]:
        case "plain_text_input":
            return _length_fault(placed.element, value)
        case "number_input":
            return _number_fault(placed.element, value)
        case "email_text_input" if not _EMAIL.fullmatch(value):
            return "Please enter a valid email address."
        case "url_text_input" if not _URL.fullmatch(value):
            return "Please enter a valid URL."
    return None


def _length_fault(element: Document, value: str) -> str | None:
    if len(value) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    if len(value) > element.get("max_length", 3000):
        return f"Please enter at most {element.get('max_length', 3000)} characters."
    return None


def _number_fault(element: Document, value: str) -> str | None:
    if not _NUMBER.fullmatch(value):
        return "Please enter a valid number."
    if "." in value and not element["is_decimal_allowed"]:
        return "Please enter a whole number."
    if "min_value" in element and float(value) < float(element["min_value"]):
        return f"Please enter a number of at least {element['min_value']}."
    if "max_value" in element and float(value) > float(element["max_value"]):
        return f"Please enter a number of at most {element['max_value']}."
    return None
