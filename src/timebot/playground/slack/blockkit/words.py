"""The words a reader sees in blocks, for assertions and for a message's missing text."""

from collections.abc import Iterator, Sequence
from typing import Any

from timebot.playground.store import Document

_SPOKEN = (
    "text",
    "label",
    "title",
    "submit",
    "close",
    "hint",
    "description",
    "initial_value",
    "placeholder",
)
_LISTS = ("fields", "elements", "options", "rows", "option_groups")


def visible_words(node: Any) -> Iterator[str]:  # noqa: ANN401 - JSON of any depth
    """Yield every text a reader sees in blocks, in reading order, as written."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for each in node:
            yield from visible_words(each)
    elif isinstance(node, dict):
        for key in _SPOKEN:
            if key in node:
                yield from visible_words(node[key])
        if "alt_text" in node:
            yield node["alt_text"]
        yield from _pieces_of_rich_text(node)
        for key in (*_LISTS, "accessory", "element", "blocks"):
            if key in node and not isinstance(node[key], str):
                yield from visible_words(node[key])


def plain_words(blocks: Sequence[Document]) -> str:
    """Return the text that Slack makes up for a message that has only blocks."""
    return " ".join(visible_words(list(blocks)))


def _pieces_of_rich_text(node: Document) -> Iterator[str]:
    if node.get("type") == "link" and "text" not in node:
        yield node["url"]
    elif node.get("type") == "user" and "user_id" in node:
        yield f"<@{node['user_id']}>"
    elif node.get("type") == "channel" and "channel_id" in node:
        yield f"<#{node['channel_id']}>"
    elif node.get("type") == "emoji":
        yield f":{node['name']}:"
