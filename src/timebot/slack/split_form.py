"""Splitting an entry: from the command, from its modal, and what is answered."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from timebot.errors import Refusal
from timebot.slack import entry_form
from timebot.slack.answer import Answer, AtField
from timebot.slack.blocks import (
    Block,
    actions,
    field,
    modal,
    section,
    text_field,
    type_ahead,
)
from timebot.slack.closed_entry import draw_closed, unless_closed
from timebot.slack.correction_replies import handed_in_before
from timebot.slack.desk import SURFACE, Asked
from timebot.slack.entry_fields import project_in, text_in, under_fields
from timebot.slack.entry_meant import edit_this, entry_meant
from timebot.slack.ids import Act, Form
from timebot.slack.overlap_words import draw_overlaps_of
from timebot.slack.place_choice import find_project_option
from timebot.slack.time_words import clock, entry_line, hours, place_words, span, spoken
from timebot.slack.timer_replies import undo_button
from timebot.timekeeping.durations import ClockSpan, parse_clock, parse_duration
from timebot.timekeeping.history import was_submitted
from timebot.timekeeping.latest import get_latest
from timebot.timekeeping.locks import PeriodLocked
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.overview import show_entry
from timebot.timekeeping.splitting import NotInside, Split, split_entry, time_within
from timebot.timekeeping.turns import get_own_entry
from timebot.timekeeping.wording import LONGEST_TEXT

_MINUTE = timedelta(minutes=1)


def split_typed(asked: Asked, rest: str) -> Answer:
    """Split `12 10:30`, or `12 45m` after its start; without a time the modal asks for it."""
    entry, when = _read(asked, rest)
    if not when:
        return show_split(asked, entry)
    return _split(asked, entry, _instant(asked, entry, when))


def open_split(asked: Asked) -> Answer:
    """Open the modal that asks where an entry is split."""
    return show_split(asked, entry_meant(asked))


def show_split(asked: Asked, entry: TimeEntry) -> Answer:
    """Open the modal that asks where this entry is split."""
    end = entry.ended_at or asked.now
    if end - entry.started_at < 2 * _MINUTE:
        raise Refusal(
            f"#{entry.number} is too short to be split. Nothing was changed.",
            example=f"{asked.desk.command} edit {entry.number}",
        )
    return unless_closed(asked, entry, lambda: _form(asked, entry, end))


def save_split(asked: Asked) -> Answer:
    """Split the entry as it was filled in."""
    state, value = asked.delivery.state, asked.delivery.value
    entry = entry_meant(asked)
    minute = parse_clock(state.get(entry_form.AT) or "")
    if minute is None:
        raise AtField(entry_form.AT, "Please choose a time.")
    try:
        with under_fields({NotInside: entry_form.AT}), asked.session.begin_nested():
            split = split_entry(
                asked.session,
                actor=asked.member,
                entry=entry,
                at=time_within(entry, minute),
                project=project_in(asked),
                text=text_in(state),
                version=int(value["version"]),
                now=asked.now,
                surface=SURFACE,
            )
    except PeriodLocked as locked:
        return Answer(next_view=draw_closed(asked, entry, locked))
    return draw_split(asked, split)


def draw_split(asked: Asked, split: Split) -> Answer:
    """Say what both parts are now, with Undo."""
    first, second = split.first, split.second
    lines = [f"{entry_line(show_entry(asked.session, entry=first, now=asked.now))}"]
    lines.append(f"Split at {clock(second.started_at, second.zone)}:")
    lines += [_part(asked, first), _part(asked, second)]
    lines += handed_in_before(was_submitted(asked.session, member=asked.member))
    buttons = [
        undo_button(asked),
        edit_this(asked, first, label=f"Edit #{first.number}", key="first"),
        edit_this(asked, second, label=f"Edit #{second.number}", key="second"),
    ]
    shared = draw_overlaps_of(asked, first, second)
    blocks = [section("\n".join(lines)), actions(*buttons), *shared.blocks]
    return Answer(text=spoken(*lines, *shared.lines), blocks=blocks)


def _read(asked: Asked, rest: str) -> tuple[TimeEntry, str]:
    """Return the entry and the time that were typed; without a number what runs, or the last."""
    first, _, when = rest.partition(" ")
    number = first.removeprefix("#")
    if number.isdecimal():
        entry = get_own_entry(asked.session, member=asked.member, number=int(number), now=asked.now)
        return entry, when.strip().removeprefix("at ").strip()
    entry = get_latest(asked.session, member=asked.member, now=asked.now)
    return entry, rest.strip().removeprefix("at ").strip()


def _instant(asked: Asked, entry: TimeEntry, when: str) -> datetime:
    """Return the instant that a time of the day means, or a length from the entry's start."""
    minute = parse_clock(when.lstrip("@"))
    if minute is not None:
        return time_within(entry, minute)
    try:
        length = parse_duration(when)
    except Refusal:
        length = None
    if length is None or isinstance(length, ClockSpan):
        raise Refusal(
            f"I cannot read {when[:40]} as a time within #{entry.number}."
            " Write the time at which the second part begins. Nothing was changed.",
            example=f"{asked.desk.command} split {entry.number} 10:30",
        )
    return entry.started_at + length


def _split(asked: Asked, entry: TimeEntry, at: datetime) -> Answer:
    split = split_entry(
        asked.session, actor=asked.member, entry=entry, at=at, now=asked.now, surface=SURFACE
    )
    return draw_split(asked, split)


def _form(asked: Asked, entry: TimeEntry, end: datetime) -> Block:
    middle = entry.started_at + (end - entry.started_at) / 2
    one = show_entry(asked.session, entry=entry, now=asked.now)
    when: Block = {
        "type": "timepicker",
        "action_id": "value",
        "initial_time": f"{middle.astimezone(ZoneInfo(entry.zone)):%H:%M}",
    }
    text = {**text_field(initial=entry.text), "max_length": LONGEST_TEXT}
    return modal(
        Form.SPLIT,
        f"Split #{entry.number}",
        [
            section(f"{entry_line(one)}\n{hours(one.seconds)}, {span(entry)} ({entry.zone})"),
            field(entry_form.AT, "The second part begins at", when),
            _project_field(asked, entry),
            field(entry_form.TEXT, "Text of the second part", text, optional=True),
        ],
        submit="Split",
        kept={"entry": entry.id, "version": entry.version},
    )


def _project_field(asked: Asked, entry: TimeEntry) -> Block:
    chosen = find_project_option(asked, entry.project_id)
    element = type_ahead(Act.ENTRY_PROJECT, chosen=chosen, placeholder="Type a client or project")
    label = "Project of the second part"
    return field(entry_form.PROJECT, label, element, optional=chosen is None)


def _part(asked: Asked, entry: TimeEntry) -> str:
    one = show_entry(asked.session, entry=entry, now=asked.now)
    running = " so far" if entry.ended_at is None else ""
    return f"#{entry.number} {place_words(one)}: *{hours(one.seconds)}*{running} ({span(entry)})"
