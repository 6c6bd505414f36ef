"""Tables as aligned text in a fixed-width font, legible in every Slack."""

import unicodedata
from collections.abc import Sequence

from timebot.slack.blocks import Block, section, unturned

_LINES_AT_ONCE = 16


def text_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Block]:
    """Return rows below their heads: the first column to the left, the others to the right.

    A few rows at a time, so that none is cut. Nothing in them is read as markup.
    """
    widths = [max(text_width(cells[at]) for cells in [head, *rows]) for at in range(len(head))]
    lines = [_aligned(cells, widths) for cells in [head, *rows]]
    return [
        section("```" + "\n".join(map(_literal, lines[at : at + _LINES_AT_ONCE])) + "```")
        for at in range(0, len(lines), _LINES_AT_ONCE)
    ]


def text_width(text: str) -> int:
    """Return how many columns a fixed-width font needs; some letters take two, marks none."""
    wide = sum(unicodedata.east_asian_width(mark) in "WF" for mark in text)
    return len(text) + wide - sum(unicodedata.combining(mark) > 0 for mark in text)


def clock_words(minutes: int) -> str:
    """Return minutes as a column of hours and minutes shows them: 7:05."""
    return f"{minutes // 60}:{minutes % 60:02}"


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Return the first cell to the left and the others to the right of their columns."""
    name = cells[0] + " " * (widths[0] - text_width(cells[0]))
    others = [
        " " * (width - text_width(cell)) + cell
        for cell, width in zip(cells[1:], widths[1:], strict=True)
    ]
    return "  ".join([name, *others]).rstrip()


def _literal(line: str) -> str:
    for raw, safe in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("`", "'")):
        line = line.replace(raw, safe)
    return unturned(line)
