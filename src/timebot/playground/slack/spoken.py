"""Whether a message says in its `text` what it shows: screen readers read nothing else.

https://docs.slack.dev/reference/methods/chat.postMessage
"""

import re
from collections.abc import Iterator, Sequence
from html import unescape

from timebot.playground.slack.blockkit import visible_words
from timebot.playground.slack.blockkit.checks import length
from timebot.playground.slack.inspector import Exchange
from timebot.playground.slack.world import World
from timebot.playground.store import Document

# A text as long as this, cut at its end, has no room for more: chat.update takes 4,000.
_FULL = 3_800
_SHOWN = ("header", "section", "context", "rich_text", "table")
_LABELLED = re.compile(r"<[^<>|]*\|([^<>]*)>")
_WORD = re.compile(r"[^\W_]+")
_NAMED = 6


def note_unspoken(world: World, text: str, blocks: Sequence[Document]) -> None:
    """Record a fault where blocks show words that the text lacks; buttons speak for themselves."""
    missing = list(unspoken(text, blocks))
    if not missing:
        return
    words = ", ".join(missing[:_NAMED]) + (" …" if len(missing) > _NAMED else "")
    world.inspector.record(
        Exchange(
            direction="to_slack",
            kind="accessibility",
            title="unspoken",
            status=None,
            ms=0,
            request={"text": text, "blocks": list(blocks)},
            response=None,
            fault=f"the text does not say: {words}",
        )
    )


def unspoken(text: str, blocks: Sequence[Document]) -> Iterator[str]:
    """Yield the words that blocks show and the text does not say."""
    if text.endswith("…") and length(text) >= _FULL:
        return
    said = set(_words(text))
    for block in blocks:
        if block["type"] in _SHOWN:
            shown = {key: value for key, value in block.items() if key != "accessory"}
            for line in visible_words(shown):
                yield from (word for word in _words(line) if word not in said)


def _words(text: str) -> list[str]:
    bare = unescape(_LABELLED.sub(r"\1", text)).replace("\u2060", "")
    return [word.casefold() for word in _WORD.findall(bare)]
