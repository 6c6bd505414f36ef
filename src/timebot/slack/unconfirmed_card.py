"""The question when a timer ended that timebot stopped: proposals, a picker, or it still runs."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from timebot.slack import entry_form
from timebot.slack.answer import Answer, AtField
from timebot.slack.blocks import Block, actions, button, context, header, section
from timebot.slack.desk import SURFACE, Asked, Card, Drawn, Feature, Viewer
from timebot.slack.entry_fields import day_in, under_fields
from timebot.slack.ids import Act, Form
from timebot.slack.overlap_words import draw_overlaps_of
from timebot.slack.time_words import clock, entry_line, hours, moved_words, since, spoken
from timebot.slack.timer_replies import draw_deleted, edit_button, stop_button, undo_button
from timebot.slack.words import counted, weekday_words
from timebot.team.days import day_of, local_instant
from timebot.team.models import Member
from timebot.timekeeping.durations import parse_clock
from timebot.timekeeping.editing import delete_entry
from timebot.timekeeping.forgotten import let_run_on
from timebot.timekeeping.limits import EndsBeforeStart, LongTime, TimeInFuture
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.naming import moment_words
from timebot.timekeeping.overview import show_entry
from timebot.timekeeping.stop_times import StopTime, stop_times
from timebot.timekeeping.unconfirmed import (
    PURPOSE,
    get_unconfirmed,
    list_unconfirmed,
    settle_end,
)

_MOST_SHOWN = 8


def draw_unconfirmed(viewer: Viewer, subject_id: str) -> Drawn | None:
    """Draw every end that waits for its owner's word, and that nothing waits any more."""
    member = viewer.session.get(Member, (viewer.workspace.id, UUID(subject_id)))
    if member is None:
        return None
    found = list_unconfirmed(viewer.session, member=member)
    if not found:
        line = "Every end is settled. Nothing waits for your word."
        return Drawn(line, [section(line)])
    title = f"{counted(len(found), 'entry needs', 'entries need')} your word"
    why = "I stopped them by myself, so nothing of them is handed in or billed before you say when."
    if len(found) == 1:
        why = (
            "I stopped it by myself, so it is not handed in or billed before you say when it ended."
        )
    blocks: list[Block] = [header(title), section(why)]
    words = [title, why]
    for entry in found[:_MOST_SHOWN]:
        line = _line(viewer, entry)
        words.append(line)
        blocks += [section(line), actions(*_ways(viewer, member, entry))]
    missing = len(found) - _MOST_SHOWN
    more = [context(f"… and {missing} more. Home lists them all.")] if missing > 0 else []
    return Drawn(spoken(*words), [*blocks, *more])


def settle(asked: Asked) -> Answer:
    """Take the end that the button carries as its owner's word."""
    value = asked.delivery.value
    ended_at = datetime.fromisoformat(value["at"])
    entry = settle_end(
        asked.session,
        member=asked.member,
        entry_id=UUID(value["entry"]),
        ended_at=ended_at,
        now=asked.now,
        surface=SURFACE,
    )
    return _settled(asked, entry)


def run_on(asked: Asked) -> Answer:
    """Let the timer run on, as if it had never been stopped."""
    entry = let_run_on(
        asked.session,
        member=asked.member,
        entry_id=UUID(asked.delivery.value["entry"]),
        now=asked.now,
        surface=SURFACE,
    )
    one = show_entry(asked.session, entry=entry, now=asked.now)
    began = since(entry.started_at, zone=asked.member.zone, now=asked.now)
    line = f"{entry_line(one)}\nIt runs on, since {began}: {hours(one.seconds)} so far."
    return Answer(text=spoken(line), blocks=[section(line), actions(stop_button(entry))])


def remove(asked: Asked) -> Answer:
    """Delete an entry that was a slip; the card stays for the others."""
    entry_id = UUID(asked.delivery.value["entry"])
    entry = get_unconfirmed(asked.session, member=asked.member, entry_id=entry_id)
    delete_entry(asked.session, actor=asked.member, entry=entry, now=asked.now, surface=SURFACE)
    return draw_deleted(asked, entry)


def open_end(asked: Asked) -> Answer:
    """Open the modal that asks when an entry ended, filled in with the guess."""
    entry_id = UUID(asked.delivery.value["entry"])
    entry = get_unconfirmed(asked.session, member=asked.member, entry_id=entry_id)
    guess = entry.ended_at or asked.now
    view = entry_form.stop_form(
        entry,
        day=day_of(guess, entry.zone),
        minute=clock(guess, entry.zone).zfill(5),
        kept={"entry": entry.id},
        form=Form.END,
    )
    return Answer(modal=view)


def save_end(asked: Asked) -> Answer:
    """Take the end that was filled in as its owner's word; more than a day is asked back."""
    state, value = asked.delivery.state, asked.delivery.value
    entry_id = UUID(value["entry"])
    entry = get_unconfirmed(asked.session, member=asked.member, entry_id=entry_id)
    day, minute, end = _end_in(asked, entry)
    try:
        with (
            under_fields({EndsBeforeStart: entry_form.AT, TimeInFuture: entry_form.AT}),
            asked.session.begin_nested(),
        ):
            settle_end(
                asked.session,
                member=asked.member,
                entry_id=entry_id,
                ended_at=end,
                long_is_meant=value.get("long") == end.isoformat(),
                now=asked.now,
                surface=SURFACE,
            )
    except LongTime as long:
        view = entry_form.stop_form(
            entry,
            day=day,
            minute=state.get(entry_form.AT) or "00:00",
            kept={**value, "long": end.isoformat()},
            asks=entry_form.long_question(int(long.length.total_seconds())),
            form=Form.END,
        )
        return Answer(next_view=view)
    return _settled(asked, entry, said=moved_words(minute, end, entry.zone))


def _end_in(asked: Asked, entry: TimeEntry) -> tuple[date, int, datetime]:
    state = asked.delivery.state
    day, minute = day_in(state), parse_clock(state.get(entry_form.AT) or "")
    if day is None or minute is None:
        raise AtField(entry_form.AT, "Please choose a day and a time.")
    return day, minute, local_instant(day, minute, entry.zone)


def _settled(asked: Asked, entry: TimeEntry, *, said: str = "") -> Answer:
    one = show_entry(asked.session, entry=entry, now=asked.now)
    ended = moment_words(entry.ended_at or asked.now, zone=entry.zone, now=asked.now)
    line = f"{entry_line(one)}\nConfirmed: it ended at {ended}, *{hours(one.seconds)}*."
    line += f"\n{said}" if said else ""
    shared = draw_overlaps_of(asked, entry)
    buttons = actions(undo_button(asked), edit_button(entry))
    return Answer(text=spoken(line, *shared.lines), blocks=[section(line), buttons, *shared.blocks])


def _line(viewer: Viewer, entry: TimeEntry) -> str:
    one = show_entry(viewer.session, entry=entry, now=viewer.now)
    began = f"{clock(entry.started_at, entry.zone)} on {weekday_words(entry.worked_on)}"
    guess = moment_words(entry.ended_at or viewer.now, zone=entry.zone, now=viewer.now)
    return (
        f"{entry_line(one)}\nBegan at {began} ({entry.zone}). I took {guess} as its end:"
        f" {hours(one.seconds)}."
    )


def _ways(viewer: Viewer, member: Member, entry: TimeEntry) -> list[Block]:
    """Return what its owner can say: that is right, another proposal, another time, it runs."""
    value = {"entry": entry.id}
    guess = StopTime(entry.ended_at or viewer.now, "")
    proposed = stop_times(viewer.session, member=member, entry=entry, now=viewer.now)
    others = [one for one in proposed if one.at != guess.at]
    first = _end(entry, guess, "That is right", 0, viewer.now, style="primary")
    if entry.ended_at == entry.started_at:
        # Nobody works for no time at all: it was a slip, or it ended later.
        says = f"Remove number {entry.number}"
        first = button("Remove it", Act.END_REMOVE, value, key=str(entry.number), says=says)
    return [
        first,
        *(_end(entry, one, "", key, viewer.now) for key, one in enumerate(others, start=1)),
        button("Another time", Act.END_FORM, value, key=str(entry.number)),
        button("It still runs", Act.END_RUNS_ON, value, key=str(entry.number)),
    ]


def _end(
    entry: TimeEntry, end: StopTime, label: str, key: int, now: datetime, style: str | None = None
) -> Block:
    words = moment_words(end.at, zone=entry.zone, now=now)
    return button(
        label or f"It ended at {words}",
        Act.END_SETTLE,
        {"entry": entry.id, "at": end.at.isoformat()},
        key=f"{entry.number}.{key}",
        style=style,
        says=f"Number {entry.number} ended at {words}",
    )


ACTIONS: Mapping[str, Feature] = {
    Act.END_SETTLE: settle,
    Act.END_FORM: open_end,
    Act.END_RUNS_ON: run_on,
    Act.END_REMOVE: remove,
}
FORMS: Mapping[str, Feature] = {Form.END: save_end}
CARDS: Mapping[str, Card] = {PURPOSE: draw_unconfirmed}
