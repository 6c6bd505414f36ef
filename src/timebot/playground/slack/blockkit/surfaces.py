"""Whole surfaces: the blocks of a message, a view, the options of an external select."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from timebot.playground.slack.blockkit.blocks import EVERYWHERE, MESSAGES_ONLY
from timebot.playground.slack.blockkit.checks import (
    Check,
    any_field,
    array,
    boolean,
    both,
    by_type,
    fault,
    one_of,
    shape,
    string,
)
from timebot.playground.slack.blockkit.texts import OPTION, OPTION_GROUPS, plain_text
from timebot.playground.store import Document

_MESSAGE_BLOCKS = 50
_VIEW_BLOCKS = 100
_VIEW_BYTES = 250_000
_OPTIONS = 100
_TITLE = plain_text(24)

_META: dict[str, Check] = {
    "private_metadata": string(3000, shortest=0),
    "callback_id": string(255, shortest=0),
    "external_id": string(255, shortest=0),
}
_VIEW = by_type(
    {
        "modal": shape(
            {
                "type": one_of("modal"),
                "title": _TITLE,
                "blocks": array(by_type(EVERYWHERE), _VIEW_BLOCKS, least=0),
            },
            {
                **_META,
                "submit": _TITLE,
                "close": _TITLE,
                "clear_on_close": boolean,
                "notify_on_close": boolean,
                "submit_disabled": boolean,
            },
        ),
        "home": shape(
            {
                "type": one_of("home"),
                "blocks": array(by_type(EVERYWHERE), _VIEW_BLOCKS, least=0),
            },
            _META,
        ),
    }
)
_MESSAGE = array(by_type({**EVERYWHERE, **MESSAGES_ONLY}), _MESSAGE_BLOCKS, least=0)
_OFFER = both(
    shape({}, {"options": array(OPTION, _OPTIONS, least=0), "option_groups": OPTION_GROUPS}),
    any_field("options", "option_groups"),
)


def message_faults(blocks: Any) -> list[str]:  # noqa: ANN401 - unchecked JSON
    """Return what is wrong with the blocks of a message; empty if nothing is."""
    faults: list[str] = []
    _MESSAGE(blocks, "/blocks", faults)
    if not faults:
        _check_ids(blocks, "/blocks", faults)
        if sum(block["type"] == "table" for block in blocks) > 1:
            fault(faults, "/blocks", "only one table is allowed")
    return faults


def view_faults(view: Any) -> list[str]:  # noqa: ANN401 - unchecked JSON
    """Return what is wrong with a modal or Home view; empty if nothing is."""
    faults: list[str] = []
    _VIEW(view, "/view", faults)
    if faults:
        return faults
    if len(json.dumps(view).encode()) > _VIEW_BYTES:
        return ["view_too_large"]
    _check_ids(view["blocks"], "/view/blocks", faults)
    is_form = any(block["type"] == "input" for block in view["blocks"])
    if view["type"] == "modal" and is_form and "submit" not in view:
        fault(faults, "/view", "missing required field: submit (there are input blocks)")
    if sum(bool(each.get("focus_on_load")) for each in _elements(view["blocks"])) > 1:
        fault(faults, "/view/blocks", "only one element may have focus_on_load")
    return faults


def option_faults(answer: Any) -> list[str]:  # noqa: ANN401 - unchecked JSON
    """Return what is wrong with the answer to a block_suggestion; empty if nothing is."""
    faults: list[str] = []
    _OFFER(answer, "", faults)
    return faults


def _check_ids(blocks: list[Document], pointer: str, faults: list[str]) -> None:
    _check_unique("block_id", blocks, pointer, faults)
    for index, block in enumerate(blocks):
        # An action id may come again in another block, but not in the same one.
        _check_unique("action_id", list(_elements([block])), f"{pointer}/{index}", faults)


def _check_unique(name: str, things: list[Document], pointer: str, faults: list[str]) -> None:
    counted = Counter(thing[name] for thing in things if name in thing)
    for value, times in counted.items():
        if times > 1:
            fault(faults, pointer, f"{name} {value!r} already exists")


def _elements(blocks: list[Document]) -> Iterator[Document]:
    for block in blocks:
        if block["type"] == "actions":
            yield from block["elements"]
        for place in ("accessory", "element"):
            if place in block:
                yield block[place]
