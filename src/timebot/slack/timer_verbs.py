"""The verbs of the timer command that change time: each parses, calls one use case, and answers."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from timebot.errors import Refusal
from timebot.slack.add_for import add_for_typed
from timebot.slack.answer import Answer
from timebot.slack.blocks import actions, button, section
from timebot.slack.desk import SURFACE, Asked
from timebot.slack.entry_opening import (
    edit_number,
    fill_in_add,
    fill_in_start,
    open_add,
    open_switch,
)
from timebot.slack.handing_in import hand_in
from timebot.slack.ids import Act
from timebot.slack.place_choice import NeedsForm, choose_place
from timebot.slack.somebodys_day import correct_typed
from timebot.slack.submission_replies import draw_withdrawn
from timebot.slack.time_lists import list_day
from timebot.slack.time_words import (
    entry_line,
    hours,
    moved_span_words,
    moved_words,
    spoken,
)
from timebot.slack.timer_replies import (
    draw_added,
    draw_started,
    draw_stopped,
    draw_undone,
    edit_button,
)
from timebot.team.days import day_of
from timebot.timekeeping.editing import get_own_entry
from timebot.timekeeping.latest import get_latest
from timebot.timekeeping.manual import add_entry, place
from timebot.timekeeping.moments import DayRange, find_day, parse_day, parse_days
from timebot.timekeeping.overview import show_day, show_entry
from timebot.timekeeping.phrases import find_clock, read_add, read_start, read_stop
from timebot.timekeeping.submission import billing_period, withdraw
from timebot.timekeeping.timer import resume_timer, start_as_wished, stop_timer
from timebot.timekeeping.undo import undo_last
from timebot.timekeeping.wishes import AddWish, StartWish, read_add_wish, read_start_wish


def start(asked: Asked, rest: str) -> Answer:
    """Start a timer: `start Acme logo sketches @9:15 #ABC-123 nc`."""
    return _start(asked, rest, switches=False)


def switch(asked: Asked, rest: str) -> Answer:
    """Stop the running timer and start another one; nothing said opens the modal."""
    return _start(asked, rest, switches=True) if rest else open_switch(asked)


def stop(asked: Asked, rest: str) -> Answer:
    """Stop the running timer: `stop at 17:30 final sketches`."""
    phrase = read_stop(rest, now=asked.now, zone=asked.member.zone)
    entry = stop_timer(
        asked.session,
        member=asked.member,
        ended_at=phrase.ended_at,
        text=phrase.text,
        now=asked.now,
        surface=SURFACE,
    )
    return draw_stopped(asked, entry, said=_moved(asked, rest, phrase.ended_at))


def resume(asked: Asked, _rest: str = "") -> Answer:
    """Start the last entry's project and text again as a new timer."""
    started = resume_timer(
        asked.session,
        workspace=asked.workspace,
        member=asked.member,
        now=asked.now,
        surface=SURFACE,
    )
    return draw_started(asked, started)


def add(asked: Asked, rest: str) -> Answer:
    """Add time without a timer, for oneself or `for @ana`; nothing said opens the modal."""
    if not rest:
        return open_add(asked)
    return add_for_typed(asked) or add_own(asked, rest)


def add_own(asked: Asked, rest: str) -> Answer:
    """Add one's own time: `add 1h30m Acme logo sketches yesterday #ABC-123 nc`."""
    phrase = read_add(rest, today=day_of(asked.now, asked.member.zone))
    span = place(
        asked.session,
        phrase.spoken,
        workspace=asked.workspace,
        member=asked.member,
        day=phrase.day,
        now=asked.now,
    )
    wish = AddWish(None, phrase.words, span, phrase.billable, phrase.ticket)
    try:
        choice = choose_place(
            asked,
            phrase.words,
            typed="add 1h30m",
            act=Act.PLACE_PICK,
            form=Act.ENTRY_ADD_FORM,
            wish=lambda project, text: replace(wish, project_id=project, text=text).as_value(),
        )
    except NeedsForm as unclear:
        return fill_in_add(asked, read_add_wish(unclear.packed), unclear)
    added = add_entry(
        asked.session,
        workspace=asked.workspace,
        member=asked.member,
        project=choice.project,
        span=span,
        text=choice.text,
        billable=phrase.billable,
        ticket=phrase.ticket,
        now=asked.now,
        surface=SURFACE,
    )
    said = f"{choice.said} {moved_span_words(phrase.spoken, span, asked.member.zone)}".strip()
    return draw_added(asked, added, said=said)


def edit(asked: Asked, rest: str) -> Answer:
    """Open an entry by its number, or a day; without either what runs, or the last."""
    for_somebody = correct_typed(asked)
    if for_somebody is not None:
        return for_somebody
    if not rest:
        return edit_number(asked, None)
    today = day_of(asked.now, asked.member.zone)
    if find_day(rest, today=today) is not None:
        return _edit_day(asked, parse_day(rest, today=today))
    return edit_number(asked, _number(rest, f"{asked.desk.command} edit 12"))


def delete(asked: Asked, rest: str) -> Answer:
    """Show the entry that would be deleted, with the button that does it."""
    if rest:
        number = _number(rest, f"{asked.desk.command} delete 12")
        entry = get_own_entry(asked.session, member=asked.member, number=number, now=asked.now)
    else:
        entry = get_latest(asked.session, member=asked.member, now=asked.now)
    one = show_entry(asked.session, entry=entry, now=asked.now)
    line = f"{entry_line(one)}, {hours(one.seconds)}"
    value = {"number": entry.number, "version": entry.version}
    remove = button(f"Delete #{entry.number}", Act.ENTRY_DELETE, value, style="danger")
    lately = button("Deleted entries", Act.ENTRIES_DELETED)
    buttons = actions(remove, edit_button(entry), lately)
    return Answer(
        text=spoken(f"Delete this entry? {line}"),
        blocks=[section(f"Delete this entry?\n{line}"), buttons],
    )


def undo(asked: Asked, _rest: str = "") -> Answer:
    """Take back the member's last change; a button takes back only the one it was made for."""
    meant = asked.delivery.value.get("action")
    undone = undo_last(
        asked.session,
        member=asked.member,
        action_id=UUID(meant) if meant else None,
        now=asked.now,
        surface=SURFACE,
    )
    return draw_undone(asked, undone)


def submit_hours(asked: Asked, rest: str) -> Answer:
    """Hand in drafts: everything up to today, a day, the week, or the billing period."""
    return submit_days(asked, _days(asked, rest))


def submit_days(asked: Asked, days: DayRange) -> Answer:
    """Hand in the drafts of some days."""
    return hand_in(asked, days)


def withdraw_hours(asked: Asked, rest: str) -> Answer:
    """Take back what waits for approval: one entry, or the last submission."""
    number = _number(rest, f"{asked.desk.command} withdraw 12") if rest else None
    submission = asked.delivery.value.get("submission")
    withdrawn = withdraw(
        asked.session,
        member=asked.member,
        number=number,
        submission_id=UUID(submission) if submission else None,
        now=asked.now,
        surface=SURFACE,
    )
    return draw_withdrawn(asked, withdrawn)


def _edit_day(asked: Asked, day: date) -> Answer:
    """Open the only entry of one's own day; of several, or none, show the list."""
    shown = show_day(asked.session, member=asked.member, day=day, now=asked.now)
    if len(shown.entries) == 1:
        return edit_number(asked, shown.entries[0].entry.number)
    return list_day(asked, day)


def _start(asked: Asked, rest: str, *, switches: bool) -> Answer:
    phrase = read_start(rest, now=asked.now, zone=asked.member.zone)
    wish = StartWish(None, phrase.words, phrase.started_at, phrase.billable, phrase.ticket)
    try:
        choice = choose_place(
            asked,
            phrase.words,
            typed="switch" if switches else "start",
            act=Act.TIMER_SWITCH if switches else Act.TIMER_START,
            form=Act.TIMER_SWITCH_FORM if switches else Act.TIMER_START_FORM,
            wish=lambda project, text: replace(wish, project_id=project, text=text).as_value(),
        )
    except NeedsForm as unclear:
        return fill_in_start(asked, read_start_wish(unclear.packed), unclear, switches=switches)
    project_id = choice.project.id if choice.project else None
    started = start_as_wished(
        asked.session,
        workspace=asked.workspace,
        member=asked.member,
        wish=replace(wish, project_id=project_id, text=choice.text),
        switches=switches,
        now=asked.now,
        surface=SURFACE,
    )
    moved = "" if started.already else _moved(asked, rest, phrase.started_at)
    return draw_started(asked, started, said=f"{choice.said} {moved}".strip())


def _moved(asked: Asked, rest: str, moment: datetime | None) -> str:
    """Say that clocks skipped the time that was typed, where they did."""
    said = find_clock(rest)
    return moved_words(said, moment, asked.member.zone) if moment is not None else ""


def _days(asked: Asked, words: str) -> DayRange:
    today = day_of(asked.now, asked.member.zone)
    if words.casefold() not in {"period", "this period"}:
        return parse_days(words, today=today)
    period = billing_period(asked.workspace, today)
    if period is None:
        raise Refusal(
            "No billing period is set here yet, so I cannot tell which days you mean."
            " Nothing was submitted.",
            example=f"{asked.desk.command} submit week",
        )
    return period


def _number(word: str, example: str) -> int:
    bare = word.strip().removeprefix("#")
    if not bare.isdecimal():
        raise Refusal(f"{word[:40]} is not the number of an entry.", example=example)
    return int(bare)
