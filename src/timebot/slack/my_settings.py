"""My settings: a person's own working time, days off, questions and reminders, in one modal."""

from collections.abc import Mapping

from timebot.slack.answer import Answer, AtField
from timebot.slack.blocks import (
    Block,
    actions,
    button,
    checkboxes,
    context,
    field,
    modal,
    option,
    section,
    text_field,
)
from timebot.slack.desk import SURFACE, Asked, Feature
from timebot.slack.ids import Act, Form
from timebot.slack.words import counted, listed
from timebot.team.days import day_of, minute_in_words
from timebot.team.days_off import (
    DaysUnreadable,
    days_off_text,
    list_days_off,
    parse_days_off,
    set_days_off,
)
from timebot.team.own_settings import (
    REMINDERS,
    NoWorkingDays,
    NoWorkingHours,
    OwnSettings,
    change_own_settings,
    own_settings_of,
)
from timebot.team.rights import require
from timebot.team.typed_values import weekdays_in_words
from timebot.timekeeping.durations import parse_clock

WEEKDAYS, START, END, ASKING, REMIND, DAYS_OFF = (
    "weekdays",
    "start",
    "end",
    "asking",
    "remind",
    "days_off",
)
"""The fields, by block id."""

REMINDER_WORDS = {
    "remind_no_timer": "No timer an hour into the working day",
    "remind_empty_day": "Nothing recorded by the end of the working day",
    "remind_unsubmitted": "Hours not submitted before a period closes",
}
INVITATION = (
    "If you like, I remind you of an empty day or of hours that are not submitted: see My settings."
    " I never do unless you ask."
)
"""Said once, on the first day on which somebody sees Home."""

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_AT_DAY_END = option("Ask me about a timer that still runs when my working day ends", "day_end")


def open_my_settings(asked: Asked, _rest: str = "") -> Answer:
    """Open the modal with what counts for the person now."""
    require(asked.session, asked.member, "member", to="change these settings", now=asked.now)
    settings = own_settings_of(asked.member, asked.workspace)
    days = [option(name, str(number)) for number, name in enumerate(_WEEKDAYS, start=1)]
    reminders = [option(REMINDER_WORDS[name], name) for name in REMINDERS]
    wanted = [one for one in reminders if one["value"] in settings.reminders]
    worked = [one for one in days if one["value"] in settings.working_days]
    fields = [
        field(WEEKDAYS, "I work on", checkboxes(days, chosen=worked), optional=True),
        field(START, "From", _time(settings.day_start_minute)),
        field(
            END,
            "To",
            _time(settings.day_end_minute),
            hint=f"In {asked.member.zone}. A time before the start is on the next morning.",
        ),
        _days_off(asked),
        field(
            ASKING,
            "Questions",
            checkboxes([_AT_DAY_END], chosen=[_AT_DAY_END] if settings.nag_at_day_end else []),
            optional=True,
        ),
        field(
            REMIND,
            "Remind me of",
            checkboxes(reminders, chosen=wanted),
            hint="At most one a day, and none on days off. Nothing is on unless you say so.",
            optional=True,
        ),
    ]
    return Answer(modal=modal(Form.MY_SETTINGS, "My settings", fields, submit="Save"))


def save_my_settings(asked: Asked) -> Answer:
    """Save what was filled in."""
    state = asked.delivery.state
    today = day_of(asked.now, asked.member.zone)
    try:
        days = parse_days_off(state.get(DAYS_OFF) or "")
        change_own_settings(
            asked.session,
            member=asked.member,
            wanted=_wanted(state),
            now=asked.now,
            surface=SURFACE,
        )
    except DaysUnreadable as refusal:
        raise AtField(DAYS_OFF, refusal) from None
    except NoWorkingDays as refusal:
        raise AtField(WEEKDAYS, refusal) from None
    except NoWorkingHours as refusal:
        raise AtField(END, refusal) from None
    set_days_off(
        asked.session, member=asked.member, days=days, today=today, now=asked.now, surface=SURFACE
    )
    return _saved(asked)


def _saved(asked: Asked) -> Answer:
    settings = own_settings_of(asked.member, asked.workspace)
    start, end = map(minute_in_words, (settings.day_start_minute, settings.day_end_minute))
    overnight = (
        " on the next morning" if settings.day_end_minute < settings.day_start_minute else ""
    )
    today = day_of(asked.now, asked.member.zone)
    off = list_days_off(asked.session, workspace=asked.workspace, member=asked.member, since=today)
    count = counted(len(off), "day off ahead", "days off ahead") if off else "no days off ahead"
    days = listed(weekdays_in_words(settings.working_days).title().split())
    hours = f"{start} to {end}{overnight} ({asked.member.zone})"
    line = f"Saved. You work {days}, {hours}, with {count}."
    named = [REMINDER_WORDS[name].casefold() for name in REMINDERS if name in settings.reminders]
    reminders = f"I remind you of: {'; '.join(named)}." if named else "I remind you of nothing."
    change = button("Change", Act.MY_SETTINGS_FORM)
    return Answer(
        text=f"{line}\n{reminders}", blocks=[section(line), context(reminders), actions(change)]
    )


def _wanted(state: Mapping[str, str | None]) -> OwnSettings:
    chosen = (state.get(REMIND) or "").split(",")
    return OwnSettings(
        working_days="".join((state.get(WEEKDAYS) or "").split(",")),
        day_start_minute=_minute(state, START),
        day_end_minute=_minute(state, END),
        nag_at_day_end=bool(state.get(ASKING)),
        reminders=frozenset(name for name in REMINDERS if name in chosen),
    )


def _minute(state: Mapping[str, str | None], name: str) -> int:
    minute = parse_clock(state.get(name) or "")
    if minute is None:
        raise AtField(name, "Please choose a time.")
    return minute


def _time(minute: int) -> Block:
    return {"type": "timepicker", "action_id": "value", "initial_time": minute_in_words(minute)}


def _days_off(asked: Asked) -> Block:
    today = day_of(asked.now, asked.member.zone)
    found = list_days_off(
        asked.session, workspace=asked.workspace, member=asked.member, since=today
    )
    element = text_field(
        initial=days_off_text(found), many_lines=True, placeholder="2026-12-24 to 2027-01-02"
    )
    hint = "One date or range a line. The firm's holidays count by themselves."
    return field(DAYS_OFF, "Days off", element, hint=hint, optional=True)


ACTIONS: Mapping[str, Feature] = {Act.MY_SETTINGS_FORM: open_my_settings}
FORMS: Mapping[str, Feature] = {Form.MY_SETTINGS: save_my_settings}
