"""The reminder that somebody asked for: what to do about it, and ways to be left alone."""

from collections.abc import Mapping
from datetime import date

from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, actions, button, section
from timebot.slack.desk import SURFACE, Asked, Drawn, Feature, Notice, Viewer
from timebot.slack.ids import Act
from timebot.slack.my_settings import REMINDER_WORDS
from timebot.slack.time_words import clock
from timebot.slack.words import days_words, weekday_words
from timebot.team.days_off import give_day_back
from timebot.team.own_settings import REMINDERS, switch_reminder_off
from timebot.timekeeping.moments import DayRange
from timebot.timekeeping.reminders import (
    NO_TIMER,
    be_off_today,
    find_due,
    no_more_today,
    snooze,
)


def tell_reminder(viewer: Viewer, facts: dict[str, str]) -> Drawn | None:
    """Draw the reminder; None where it has become pointless since."""
    kind, day = facts["kind"], date.fromisoformat(facts["day"])
    if viewer.member is None:
        return None
    due = find_due(viewer.session, member=viewer.member, now=viewer.now)
    # However late Slack takes it: nothing is said that is not true any more, or of another day.
    if due is None or (due.kind, due.day) != (kind, day):
        return None
    if due.period is not None:
        line, first = _closing_words(due.period)
    else:
        line = f"Nothing is recorded for today, {weekday_words(day)}."
        if kind == NO_TIMER:
            line = f"No timer runs and nothing is recorded for today, {weekday_words(day)}."
        first = [
            button("Start a timer", Act.TIMER_START_FORM, style="primary"),
            button("Add time", Act.ENTRY_ADD_FORM),
        ]
    why = f"You asked me to remind you of this: {REMINDER_WORDS[kind].casefold()}."
    return Drawn(f"{line}\n{why}", [section(f"{line}\n{why}"), actions(*first), _rest(kind)])


def _closing_words(period: DayRange) -> tuple[str, list[Block]]:
    days = days_words(period.start, period.end)
    line = f"Some of your hours of the period {days} are not submitted, and its invoices come soon."
    value = {"start": period.start, "end": period.end}
    return line, [button("Submit them", Act.SUBMIT, value, style="primary")]


def snooze_clicked(asked: Asked) -> Answer:
    """Come again in an hour, if it is still true then."""
    again = snooze(asked.session, member=asked.member, now=asked.now)
    when = clock(again, asked.member.zone)
    return _replaced(f"I look again at {when}, and remind you if it is still so.")


def today_clicked(asked: Asked) -> Answer:
    """Remind of nothing more today."""
    no_more_today(asked.session, member=asked.member, now=asked.now)
    return _replaced("I remind you of nothing more today.")


def im_off(asked: Asked) -> Answer:
    """Mark today as a day off."""
    day = be_off_today(asked.session, member=asked.member, now=asked.now, surface=SURFACE)
    undo = button("Undo", Act.DAY_OFF_UNDO, {"day": day})
    return _replaced(f"{weekday_words(day)} is your day off. I ask nothing today.", undo)


def undo_day_off(asked: Asked) -> Answer:
    """Take the day off back."""
    day = date.fromisoformat(asked.delivery.value["day"])
    was_off = give_day_back(
        asked.session, member=asked.member, day=day, now=asked.now, surface=SURFACE
    )
    said = "is no day off any more" if was_off else "was no day off, so nothing was changed"
    return _replaced(f"{weekday_words(day)} {said}.")


def switch_off(asked: Asked) -> Answer:
    """Never remind of this again, unless My settings say so."""
    name = asked.delivery.value.get("kind", "")
    if name in REMINDERS:
        switch_reminder_off(
            asked.session, member=asked.member, name=name, now=asked.now, surface=SURFACE
        )
    settings = button("My settings", Act.MY_SETTINGS_FORM)
    return _replaced("I do not remind you of this any more.", settings)


def _rest(kind: str) -> Block:
    return actions(
        button("Snooze 1 h", Act.REMINDER_SNOOZE),
        button("Not today", Act.REMINDER_TODAY),
        button("I'm off today", Act.REMINDER_IM_OFF),
        button("Never remind me of this", Act.REMINDER_SWITCH_OFF, {"kind": kind}),
    )


def _replaced(line: str, *buttons: Block) -> Answer:
    blocks = [section(line), *([actions(*buttons)] if buttons else [])]
    return Answer(text=line, blocks=blocks, replace=True)


ACTIONS: Mapping[str, Feature] = {
    Act.REMINDER_SNOOZE: snooze_clicked,
    Act.REMINDER_TODAY: today_clicked,
    Act.REMINDER_IM_OFF: im_off,
    Act.REMINDER_SWITCH_OFF: switch_off,
    Act.DAY_OFF_UNDO: undo_day_off,
}
NOTICES: Mapping[str, Notice] = {"reminder": tell_reminder}
