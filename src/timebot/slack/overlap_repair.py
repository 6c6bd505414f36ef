"""Repairs an overlap with one click: trims one of two entries, or keeps both."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, actions, button, section
from timebot.slack.correction_replies import handed_in_before
from timebot.slack.desk import SURFACE, Asked, Feature
from timebot.slack.handing_in import hand_in_as_is
from timebot.slack.ids import Act
from timebot.slack.overlap_words import draw_overlaps_of
from timebot.slack.time_words import entry_line, hours, span, spoken
from timebot.slack.timer_replies import undo_button
from timebot.timekeeping.history import was_submitted
from timebot.timekeeping.overlaps import keep_both
from timebot.timekeeping.overview import show_entry
from timebot.timekeeping.trimming import Trimmed, trim_earlier, trim_later


def trim_the_earlier(asked: Asked) -> Answer:
    """End the earlier entry where the later one starts."""
    earlier_id, later_id = _pair(asked)
    trimmed = trim_earlier(
        asked.session,
        actor=asked.member,
        earlier_id=earlier_id,
        later_id=later_id,
        end=_shown_at(asked),
        now=asked.now,
        surface=SURFACE,
    )
    return _trimmed(asked, trimmed)


def trim_the_later(asked: Asked) -> Answer:
    """Start the later entry where the earlier one ends."""
    earlier_id, later_id = _pair(asked)
    trimmed = trim_later(
        asked.session,
        actor=asked.member,
        earlier_id=earlier_id,
        later_id=later_id,
        start=_shown_at(asked),
        now=asked.now,
        surface=SURFACE,
    )
    return _trimmed(asked, trimmed)


def keep(asked: Asked) -> Answer:
    """Remember that both entries are right."""
    earlier_id, later_id = _pair(asked)
    overlap = keep_both(
        asked.session,
        actor=asked.member,
        earlier_id=earlier_id,
        later_id=later_id,
        now=asked.now,
    )
    numbers = f"#{overlap.earlier.number} and #{overlap.later.number}"
    line = f"Kept: {numbers} both count {hours(overlap.seconds)}. I ask again if that changes."
    drawn = draw_overlaps_of(asked, overlap.earlier, overlap.later)
    blocks: list[Block] = [section(line), *drawn.blocks, *_go_on(asked)]
    return Answer(text=spoken(line, *drawn.lines), blocks=blocks)


def _trimmed(asked: Asked, trimmed: Trimmed) -> Answer:
    entry = trimmed.entry
    one = show_entry(asked.session, entry=entry, now=asked.now)
    if entry.deleted_at is not None:
        said = f"Deleted: {hours(trimmed.lost)}. Nothing would have been left beside"
        said += f" #{trimmed.other.number}."
    else:
        said = f"Trimmed by {hours(trimmed.lost)}: *{hours(one.seconds)}* ({span(entry)})."
    lines = [f"{entry_line(one)}\n{said}"]
    if entry.deleted_at is None:
        lines += handed_in_before(was_submitted(asked.session, member=asked.member))
    drawn = draw_overlaps_of(asked, entry, trimmed.other)
    buttons = actions(undo_button(asked))
    blocks: list[Block] = [section("\n".join(lines)), buttons, *drawn.blocks, *_go_on(asked)]
    return Answer(text=spoken(*lines, *drawn.lines), blocks=blocks)


def _go_on(asked: Asked) -> list[Block]:
    """Return the way back to handing in, where that is what was asked back."""
    value = asked.delivery.value
    if "start" not in value:
        return []
    days: dict[str, object] = {
        name: value[name] for name in ("start", "end", "member") if name in value
    }
    return [actions(button("Submit", Act.SUBMIT, days, style="primary"))]


def _pair(asked: Asked) -> tuple[UUID, UUID]:
    value = asked.delivery.value
    return UUID(value["earlier"]), UUID(value["later"])


def _shown_at(asked: Asked) -> datetime | None:
    """Return the instant that the button named, or None where it named a removal."""
    at = asked.delivery.value.get("at")
    return datetime.fromisoformat(at) if at else None


def _in_place(feature: Feature) -> Feature:
    def answered(asked: Asked) -> Answer:
        return replace(feature(asked), replace=bool(asked.delivery.message_ts))

    return answered


ACTIONS: Mapping[str, Feature] = {
    Act.OVERLAP_EARLIER: _in_place(trim_the_earlier),
    Act.OVERLAP_LATER: _in_place(trim_the_later),
    Act.OVERLAP_KEEP: _in_place(keep),
    Act.OVERLAP_SUBMIT: _in_place(hand_in_as_is),
}
