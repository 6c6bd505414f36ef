"""What a person is told after they started, stopped, added, undid or handed something in."""

from datetime import timedelta

from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, actions, button, context, section
from timebot.slack.correction_replies import handed_in_before
from timebot.slack.desk import Asked
from timebot.slack.ids import Act
from timebot.slack.overlap_words import draw_overlaps_of
from timebot.slack.project_question import ASKS, project_question
from timebot.slack.time_words import (
    KIND_WORDS,
    entry_line,
    hours,
    instant_of,
    since,
    span,
    span_in_full,
    spoken,
)
from timebot.slack.words import weekday_words
from timebot.team.days import day_of
from timebot.timekeeping.history import find_last_action, was_submitted
from timebot.timekeeping.manual import Added
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.overview import Shown, show_entry, today
from timebot.timekeeping.tickets import Ticket
from timebot.timekeeping.timer import Started
from timebot.timekeeping.undo import Undone
from timebot.timekeeping.wishes import StartWish, StopWish

_JUST_NOW = timedelta(minutes=1)


def draw_started(asked: Asked, started: Started, *, said: str = "") -> Answer:
    """Say what runs now and since when, and what ended for it; `said` is on the channel's link."""
    one = _shown(asked, started.entry)
    began = since(one.entry.started_at, zone=asked.member.zone, now=asked.now)
    if started.already:
        so_far = f"{hours(one.seconds)} so far"
        began_words = f"Already running since {began}, {so_far}. Nothing was changed."
    else:
        began_words = f"Started at {_start_words(asked, one.entry)}."
    lines = [f"{entry_line(one)}\n{began_words}", *([said] if said else [])]
    if one.entry.project_id is None:
        lines.append("It has no project yet. I ask for one when you stop it.")
    blocks: list[Block] = [section("\n".join(lines))]
    if started.stopped:
        lines.append(_stopped_for_it(asked, started.stopped))
        blocks.append(context(lines[-1]))
    buttons = [stop_button(one.entry)]
    if not started.already:
        buttons.append(undo_button(asked))
    buttons.append(edit_button(one.entry))
    if started.stopped and not started.stopped.is_confirmed:
        number = started.stopped.number
        buttons.append(edit_button(started.stopped, label=f"Check #{number}", key=str(number)))
    blocks.append(actions(*buttons))
    shared = draw_overlaps_of(asked, one.entry)
    return Answer(text=spoken(*lines, *shared.lines), blocks=[*blocks, *shared.blocks])


def draw_stopped(asked: Asked, entry: TimeEntry, *, said: str = "") -> Answer:
    """Say how long it was, what today comes to, and what can be done next; `said` comes between."""
    one = _shown(asked, entry)
    when = _when_for(asked, one)
    lines = [f"{entry_line(one)}\nStopped: *{hours(one.seconds)}* ({when})."]
    lines += [said] if said else []
    total = _total_of_today(asked, entry)
    buttons = [undo_button(asked), edit_button(entry)]
    blocks: list[Block] = [section("\n".join(lines)), *_small(total)]
    if entry.project_id is None:
        lines.append(ASKS)
        blocks.append(project_question(entry))
    else:
        buttons.append(submit_button(asked, entry))
    shared = draw_overlaps_of(asked, entry)
    blocks += [actions(*buttons), *shared.blocks]
    return Answer(text=spoken(*lines, total, *shared.lines), blocks=blocks)


def draw_added(asked: Asked, added: Added, *, said: str = "") -> Answer:
    """Say what was added, on which day in which zone, and what time it shares.

    `said` is on the channel's link.
    """
    one = _shown(asked, added.entry)
    lines = [f"{entry_line(one)}\nAdded: *{hours(one.seconds)}* ({_when(one)})."]
    lines += [said] if said else []
    total = _total_of_today(asked, one.entry)
    buttons = [undo_button(asked), edit_button(one.entry)]
    blocks: list[Block] = [section("\n".join(lines)), *_small(total)]
    if one.entry.project_id is None:
        lines.append(ASKS)
        blocks.append(project_question(one.entry))
    else:
        buttons.append(submit_button(asked, one.entry))
    shared = draw_overlaps_of(asked, one.entry)
    blocks += [actions(*buttons), *shared.blocks]
    return Answer(text=spoken(*lines, total, *shared.lines), blocks=blocks)


def draw_edited(asked: Asked, entry: TimeEntry, *, was_submitted: bool, said: str = "") -> Answer:
    """Say how the entry reads now, and that it has to be handed in again where it was.

    `said` is on a time that was taken differently.
    """
    one = _shown(asked, entry)
    state = f"{hours(one.seconds)} ({_when(one)}), {KIND_WORDS[entry.billable]}."
    lines = [f"{entry_line(one)}\nSaved: {state}", *([said] if said else [])]
    lines += handed_in_before(was_submitted)
    buttons = [undo_button(asked), edit_button(entry)]
    if entry.ended_at is not None:
        buttons.append(submit_button(asked, entry))
    shared = draw_overlaps_of(asked, entry)
    blocks = [section("\n".join(lines)), actions(*buttons), *shared.blocks]
    return Answer(text=spoken(*lines, *shared.lines), blocks=blocks)


def draw_deleted(asked: Asked, entry: TimeEntry) -> Answer:
    """Say what is gone, with Undo."""
    one = _shown(asked, entry)
    line = f"{entry_line(one)}\nDeleted: {hours(one.seconds)} ({_when(one)})."
    if was_submitted(asked.session, member=asked.member):
        line += " It had been handed in; its approvers see that it is gone."
    return Answer(text=spoken(line), blocks=[section(line), actions(undo_button(asked))])


def draw_undone(asked: Asked, undone: Undone) -> Answer:
    """Say what is as it was before."""
    one = _shown(asked, undone.entry)
    line = {
        "started": "Undone: this timer was removed.",
        "switched": "Undone: this timer was removed.",
        "added": "Undone: this entry was removed.",
        "stopped": "Undone: it runs again.",
        "edited": "Undone: it is as it was before.",
        "split": "Undone: both parts are one entry again.",
        "trimmed": "Undone: its times are as they were before.",
        "deleted": "Undone: it is back.",
        "restored": "Undone: it is deleted again.",
    }[undone.kind]
    lines = [f"{entry_line(one)}\n{line}", *handed_in_before(undone.was_submitted)]
    buttons: list[Block] = []
    if undone.running is not None:
        running = _shown(asked, undone.running)
        began = since(running.entry.started_at, zone=asked.member.zone, now=asked.now)
        lines.append(f"Running: {entry_line(running)}, since {began}.")
        buttons.append(stop_button(running.entry))
    blocks: list[Block] = [section("\n".join(lines))]
    return Answer(text=spoken(*lines), blocks=[*blocks, *([actions(*buttons)] if buttons else [])])


def stop_button(entry: TimeEntry, *, key: str = "", label: str = "Stop") -> Block:
    """Return the button that stops just this timer, never another one."""
    block = button(label, Act.TIMER_STOP, key=key, says=f"Stop number {entry.number}")
    return carrying(block, StopWish(entry.id).as_value())


def undo_button(asked: Asked) -> Block:
    """Return the button that takes back just what the member did last."""
    last = find_last_action(asked.session, member=asked.member)
    return button("Undo", Act.TIMER_UNDO, {"action": last.id} if last else {})


def edit_button(entry: TimeEntry, *, label: str = "Edit", key: str = "") -> Block:
    """Return the button that opens one entry."""
    says = f"{label} number {entry.number}"
    return carrying(button(label, Act.ENTRY_EDIT, key=key, says=says), str(entry.number))


def submit_button(asked: Asked, entry: TimeEntry) -> Block:
    """Return the button that hands in the drafts of the entry's day."""
    day = entry.worked_on
    is_today = day == day_of(asked.now, asked.member.zone)
    label = "Submit today" if is_today else f"Submit {weekday_words(day)}"
    return button(label, Act.SUBMIT, {"start": day, "end": day + timedelta(days=1)})


def wish_like(entry: TimeEntry) -> StartWish:
    """Return the wish to start the same piece of work again."""
    ticket = Ticket(entry.ticket_ref, entry.ticket_url) if entry.ticket_ref else None
    return StartWish(entry.project_id, entry.text, None, entry.billable, ticket)


def carrying(block: Block, value: str | None) -> Block:
    """Return the button with a value that the business wrote and reads back itself."""
    return {**block, "value": value} if value else block


def _shown(asked: Asked, entry: TimeEntry) -> Shown:
    return show_entry(asked.session, entry=entry, now=asked.now)


def _start_words(asked: Asked, entry: TimeEntry) -> str:
    """Return when it started; with day and zone where somebody said a time."""
    if asked.now - entry.started_at < _JUST_NOW:
        return since(entry.started_at, zone=asked.member.zone, now=asked.now)
    return instant_of(entry.started_at, zone=asked.member.zone)


def _stopped_for_it(asked: Asked, entry: TimeEntry) -> str:
    one = _shown(asked, entry)
    said = f"Stopped for it: {entry_line(one)}, {hours(one.seconds)} ({span(entry)})."
    if not entry.is_confirmed:
        said += " It ran for more than a day, so please check when it ended."
    return said


def _when(one: Shown) -> str:
    return span_in_full(one.entry)


def _when_for(asked: Asked, one: Shown) -> str:
    """Return the times; with day and zone where it did not begin today, or in another zone."""
    zone = asked.member.zone
    is_plain = (one.entry.worked_on, one.entry.zone) == (day_of(asked.now, zone), zone)
    return span(one.entry) if is_plain else _when(one)


def _total_of_today(asked: Asked, entry: TimeEntry) -> str:
    """Return what today comes to; nothing for an entry of another day."""
    shown = today(asked.session, member=asked.member, now=asked.now)
    return f"Today: {hours(shown.today.seconds)}." if entry.worked_on == shown.today.day else ""


def _small(words: str) -> list[Block]:
    return [context(words)] if words else []
