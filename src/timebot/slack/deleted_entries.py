"""The list of what somebody deleted lately, each with Restore."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, actions, button, header, section
from timebot.slack.desk import SURFACE, Asked, Feature
from timebot.slack.ids import Act
from timebot.slack.overlap_words import draw_overlaps_of
from timebot.slack.time_words import entry_line, hours, span, spoken, stamp
from timebot.slack.timer_replies import edit_button, undo_button
from timebot.slack.words import weekday_words
from timebot.timekeeping.gone import RESTORED_FOR
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.overview import show_entry
from timebot.timekeeping.restoring import list_deleted, restore_entry


def show_deleted(asked: Asked) -> Answer:
    """List what the person deleted in the last weeks."""
    found = list_deleted(asked.session, member=asked.member, now=asked.now)
    if not found:
        return Answer(text=f"You deleted nothing in the last {RESTORED_FOR.days} days.")
    title = "Deleted lately"
    rows = [_words(asked, entry) for entry in found]
    blocks: list[Block] = [header(title)]
    for entry, words in zip(found, rows, strict=True):
        says = f"Restore number {entry.number}"
        back = button(
            "Restore", Act.ENTRY_RESTORE, {"entry": entry.id}, key=str(entry.number), says=says
        )
        blocks.append(section(words, accessory=back))
    return Answer(text=spoken(title, *rows), blocks=blocks)


def restore(asked: Asked) -> Answer:
    """Bring one deleted entry back."""
    restored = restore_entry(
        asked.session,
        member=asked.member,
        entry_id=UUID(asked.delivery.value["entry"]),
        now=asked.now,
        surface=SURFACE,
    )
    entry = restored.entry
    one = show_entry(asked.session, entry=entry, now=asked.now)
    line = f"{entry_line(one)}\nRestored: {hours(one.seconds)}, {_when(entry)}. It is a draft."
    shared = draw_overlaps_of(asked, entry)
    buttons = actions(undo_button(asked), edit_button(entry))
    return Answer(text=spoken(line, *shared.lines), blocks=[section(line), buttons, *shared.blocks])


def _words(asked: Asked, entry: TimeEntry) -> str:
    one = show_entry(asked.session, entry=entry, now=asked.now)
    deleted = stamp(entry.deleted_at or asked.now, asked.member.zone)
    return f"{entry_line(one)}\n{hours(one.seconds)}, {_when(entry)}. Deleted {deleted}."


def _when(entry: TimeEntry) -> str:
    return f"{weekday_words(entry.worked_on)}, {span(entry)}"


def _in_place(feature: Feature) -> Feature:
    def answered(asked: Asked) -> Answer:
        return replace(feature(asked), replace=bool(asked.delivery.message_ts))

    return answered


ACTIONS: Mapping[str, Feature] = {
    Act.ENTRIES_DELETED: _in_place(show_deleted),
    Act.ENTRY_RESTORE: _in_place(restore),
}
