"""Completes a message's text: screen readers read it and nothing else, so no drawn word may lack.

https://docs.slack.dev/reference/methods/chat.postMessage (the note on accessibility)
"""

import re
from collections.abc import Iterator, Sequence
from html import unescape

from timebot.slack.blocks import Block, cut, escape, unstyled

LONGEST = 3_900
"""Slack refuses an update whose text has more than 4,000 characters."""

# The asterisks that we wrote; those of people have a word joiner before them.
_OUR_MARKS = re.compile("(?<!\u2060)[*`]")
_CODE = re.compile("(?<!\u2060)(?:```(.+?)```|`([^`\n]+)`)", re.DOTALL)
_LABELLED = re.compile(r"<[^<>|]*\|([^<>]*)>")
_BETWEEN_WORDS = re.compile("[\\s…]+")
_AROUND_WORDS = ".,:;()"


def whole_text(text: str, blocks: Sequence[Block]) -> str:
    """Return the text, followed by every drawn line of which it lacks a word.

    Headers, paragraphs and small print count; buttons and menus speak for themselves.
    """
    said, lines = set(words_of(text)), [text] if text else []
    for line in drawn_lines(blocks):
        words = words_of(line)
        if not said.issuperset(words):
            lines.append(_OUR_MARKS.sub("", line))
            said.update(words)
    return cut("\n".join(lines), LONGEST)


def drawn_lines(blocks: Sequence[Block]) -> Iterator[str]:
    """Yield the lines that a reader sees, in order, in mrkdwn."""
    for block in blocks:
        for text in _texts(block):
            is_plain = text.get("type") == "plain_text"
            written = str(text.get("text", ""))
            yield from (escape(written) if is_plain else _out_of_code(written)).splitlines()


def words_of(text: str) -> list[str]:
    """Return the words of a text in mrkdwn, without marks, stops and the addresses of links."""
    bare = unescape(_OUR_MARKS.sub("", _LABELLED.sub(r"\1", text))).replace("\u2060", "")
    words = (word.strip(_AROUND_WORDS) for word in _BETWEEN_WORDS.split(bare))
    return [word for word in words if any(map(str.isalnum, word))]


def _out_of_code(text: str) -> str:
    """Return a text without its code marks, whose content would have styles without them."""
    return _CODE.sub(lambda found: unstyled(found[1] or found[2]), text)


def _texts(block: Block) -> Iterator[Block]:
    if block["type"] in {"header", "section"} and "text" in block:
        yield block["text"]
    yield from block.get("fields", ())
    if block["type"] == "context":
        yield from block["elements"]
