"""How overlaps are shown: what two entries share, with the buttons that repair it."""

from collections.abc import Sequence
from dataclasses import dataclass

from timebot.slack.blocks import Block, actions, button, context, section
from timebot.slack.desk import Asked
from timebot.slack.ids import Act
from timebot.slack.time_words import DASH, clock, hours, place_words, span
from timebot.slack.words import counted
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.overlaps import Overlap, overlaps_of
from timebot.timekeeping.overview import show_entry
from timebot.timekeeping.trimming import end_of_earlier, start_of_later

_MOST_IN_ANSWERS = 3


@dataclass(frozen=True)
class OverlapsDrawn:
    """Overlaps in words, and drawn with their buttons."""

    lines: list[str]
    blocks: list[Block]


def draw_overlaps_of(asked: Asked, *entries: TimeEntry) -> OverlapsDrawn:
    """Draw what some entries share with others, below the answer to what was done to them."""
    found = overlaps_of(asked.session, entries=entries, now=asked.now)
    return draw_overlaps(asked, found, most=_MOST_IN_ANSWERS)


def draw_overlaps(
    asked: Asked, overlaps: Sequence[Overlap], *, most: int, kept: dict[str, object] | None = None
) -> OverlapsDrawn:
    """Draw overlaps, each with Trim, Trim and Keep both.

    Args:
        asked: who asks.
        overlaps: the overlaps.
        most: how many are drawn; of the rest it is said how many there are.
        kept: what the buttons carry along, such as the days that are to be handed in.
    """
    lines: list[str] = []
    blocks: list[Block] = []
    for number, overlap in enumerate(overlaps[:most]):
        line = _words(asked, overlap)
        lines.append(line)
        blocks += [section(line), actions(*_buttons(asked, overlap, number, kept or {}))]
    missing = len(overlaps) - most
    if missing > 0:
        more = f"… and {counted(missing, 'more overlap')}. They are asked about when you submit."
        lines.append(more)
        blocks.append(context(more))
    return OverlapsDrawn(lines, blocks)


def _words(asked: Asked, overlap: Overlap) -> str:
    zone = overlap.later.zone
    shared = f"{clock(overlap.shared_from, zone)}{DASH}{clock(overlap.shared_until, zone)}"
    names = " and ".join(_name(asked, one) for one in (overlap.earlier, overlap.later))
    return f"{names} both count *{hours(overlap.seconds)}* ({shared})."


def _name(asked: Asked, entry: TimeEntry) -> str:
    one = show_entry(asked.session, entry=entry, now=asked.now)
    return f"#{entry.number} {place_words(one)} ({span(entry)})"


def _buttons(asked: Asked, overlap: Overlap, number: int, kept: dict[str, object]) -> list[Block]:
    """Return the buttons; an entry on an invoice is never trimmed."""
    pair = {**kept, "earlier": overlap.earlier.id, "later": overlap.later.id}
    key, zone = str(number), overlap.later.zone
    buttons = []
    if overlap.earlier.state != "applied":
        end = end_of_earlier(overlap)
        label = f"End #{overlap.earlier.number} at {clock(end, zone)}" if end else None
        label = label or f"Remove #{overlap.earlier.number}"
        value = {**pair, "at": end.isoformat() if end else ""}
        buttons.append(button(label, Act.OVERLAP_EARLIER, value, key=key))
    if overlap.later.state != "applied":
        start = start_of_later(overlap, now=asked.now)
        label = f"Start #{overlap.later.number} at {clock(start, zone)}" if start else None
        label = label or f"Remove #{overlap.later.number}"
        value = {**pair, "at": start.isoformat() if start else ""}
        buttons.append(button(label, Act.OVERLAP_LATER, value, key=key))
    both = f"Keep both, numbers {overlap.earlier.number} and {overlap.later.number}"
    return [*buttons, button("Keep both", Act.OVERLAP_KEEP, pair, key=key, says=both)]
