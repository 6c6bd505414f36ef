"""Locked periods: asking for one to be opened, the card of the request, and opening it again."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from timebot.errors import WayOut
from timebot.slack.answer import Answer, AtField
from timebot.slack.blocks import Block, actions, button, context, escape, modal, section
from timebot.slack.desk import SURFACE, Asked, Card, Drawn, Feature, Notice, Viewer
from timebot.slack.form_fields import Field, draw_fields, filled
from timebot.slack.ids import Act, Form
from timebot.slack.time_words import spoken
from timebot.slack.words import days_words, listed, weekday_words
from timebot.team.days import day_in_words, day_of
from timebot.team.models import Member
from timebot.team.rights import no_owner_words, require
from timebot.timekeeping.locks import locks_on, open_until
from timebot.timekeeping.models import PeriodReopening, PeriodRequest
from timebot.timekeeping.moments import DayInFuture, DayRange, NotADay, parse_day
from timebot.timekeeping.periods import billing_period
from timebot.timekeeping.reopening import (
    MOST_DAYS,
    USUAL_DAYS,
    DaysUnclear,
    NothingLocked,
    OpenReasonMissing,
    ask_to_open,
    find_reopening,
    last_locked,
    period_of_request,
    reopen_period,
)
from timebot.timekeeping.wording import TextTooLong, clean_plain

DAY, REASON, DAYS = "day", "reason", "days"
_FIELDS = (
    Field(DAY, "A day of the period", "day"),
    Field(REASON, "Reason", "lines", hint="It is kept in the audit, and whoever asked reads it."),
    Field(DAYS, "For how many days", hint=f"1 to {MOST_DAYS}; then it locks by itself."),
)
_MOST_NAMED = 3


def ask(asked: Asked) -> Answer:
    """Ask the billing people once to open the period that a refusal named."""
    wanted = ask_to_open(
        asked.session, member=asked.member, day=_day(asked.delivery.packed), now=asked.now
    )
    who = listed([escape(one.name) for one in wanted.asked], most=_MOST_NAMED, last="or")
    if not who:
        return Answer(text=no_owner_words(asked.session, asked.workspace.id))
    days = days_words(wanted.period.start, wanted.period.end)
    said = f"I asked {who}" if wanted.is_new else f"You asked {who} before"
    return Answer(text=f"{said} to open {days} again. I tell you when it is open.")


def open_form(asked: Asked) -> Answer:
    """Open the modal that opens a period again, for the one that a button names."""
    packed = asked.delivery.value.get("day") or asked.delivery.packed
    return _form(asked, _day(packed) if packed else None)


def open_typed(asked: Asked, text: str) -> Answer:
    """Open the period of a day again: `open 2026-03-02 The client was late`; or ask in a modal."""
    require(asked.session, asked.member, "billing", to="open a period again", now=asked.now)
    word, _, reason = text.strip().partition(" ")
    if not word:
        return _form(asked, None)
    day = _typed_day(asked, word)
    if not reason.strip():
        return _form(asked, day)
    return _opened(asked, day, clean_plain(reason), USUAL_DAYS)


def save_opened(asked: Asked) -> Answer:
    """Open the period that was filled in."""
    days = filled(asked.delivery, DAYS)
    try:
        return _opened(
            asked,
            _day(filled(asked.delivery, DAY)),
            filled(asked.delivery, REASON),
            int(days) if days.isdecimal() and len(days) < 4 else 0,
        )
    except (OpenReasonMissing, TextTooLong) as refusal:
        raise AtField(REASON, refusal) from None
    except DaysUnclear as refusal:
        raise AtField(DAYS, refusal) from None


def draw_request(viewer: Viewer, subject_id: str) -> Drawn | None:
    """Draw who asks for which period, and once it is open who opened it, until when and why."""
    request = viewer.session.get(PeriodRequest, (viewer.workspace.id, UUID(subject_id)))
    if request is None:
        return None
    period = period_of_request(viewer.session, request=request)
    if period is None:
        return None
    asker = viewer.session.get_one(Member, (viewer.workspace.id, request.member_id))
    days = days_words(period.start, period.end)
    line = f"*{escape(asker.name)}* asks to open {days} again, to correct time in it."
    if request.answered_at is not None:
        done = _opened_words(viewer, period)
        return Drawn(spoken(line, done), [section(line), context(done)])
    locked_on = locks_on(viewer.workspace, period)
    why = f"It was locked on {day_in_words(locked_on)}." if locked_on else ""
    open_it = button("Open it again", Act.PERIOD_OPEN_FORM, {"day": period.start}, style="primary")
    return Drawn(spoken(line, why), [section(f"{line}\n{why}".strip()), actions(open_it)])


def tell_opened(viewer: Viewer, facts: dict[str, str]) -> Drawn | None:
    """Tell who asked that the period is open, until when, and why."""
    key = (viewer.workspace.id, UUID(facts["reopening_id"]))
    reopening = viewer.session.get(PeriodReopening, key)
    if reopening is None or reopening.until_at <= viewer.now:
        return None
    period = billing_period(viewer.workspace, reopening.period_start)
    if period is None:
        return None
    line = f"{days_words(period.start, period.end)} can be corrected again. "
    line += _opened_words(viewer, period)
    return Drawn(line, [section(line), actions(button("Show the week", Act.TIMER_WEEK))])


def _form(asked: Asked, day: date | None) -> Answer:
    require(asked.session, asked.member, "billing", to="open a period again", now=asked.now)
    if day is None:
        locked = last_locked(asked.session, workspace=asked.workspace, now=asked.now)
        day = locked.start if locked else None
    period = billing_period(asked.workspace, day) if day else None
    note = [section(f"Period: *{days_words(period.start, period.end)}*")] if period else []
    initial = {DAY: day.isoformat() if day else None, DAYS: str(USUAL_DAYS)}
    blocks: list[Block] = [*note, *draw_fields(_FIELDS, initial)]
    return Answer(modal=modal(Form.PERIOD_OPEN, "Open a period again", blocks, submit="Open"))


def _opened(asked: Asked, day: date, reason: str, days: int) -> Answer:
    reopening = reopen_period(
        asked.session,
        actor=asked.member,
        day=day,
        reason=reason,
        days=days,
        now=asked.now,
        surface=SURFACE,
    )
    period = billing_period(asked.workspace, reopening.period_start)
    named = days_words(period.start, period.end) if period else day_in_words(day)
    last = _last_day(reopening.until_at, asked.workspace.zone)
    return Answer(
        text=f"{named} can be corrected until the end of {weekday_words(last)}."
        " It locks again by itself. Who asked for it is told."
    )


def _opened_words(viewer: Viewer, period: DayRange) -> str:
    reopening = find_reopening(viewer.session, workspace=viewer.workspace, period=period)
    if reopening is None:
        return ""
    who = viewer.session.get_one(Member, (viewer.workspace.id, reopening.reopened_by))
    last = _last_day(reopening.until_at, viewer.workspace.zone)
    is_open = open_until(viewer.session, workspace=viewer.workspace, period=period, now=viewer.now)
    until = f"until the end of {weekday_words(last)}"
    verb = "opened it" if is_open else "had opened it"
    return f"{escape(who.name)} {verb} {until}. Reason: {escape(reopening.reason)}"


def _last_day(until: datetime, zone: str) -> date:
    """Return the last day of which a period is open; it ends with that day's midnight."""
    return day_of(until - timedelta(seconds=1), zone)


def _typed_day(asked: Asked, word: str) -> date:
    if word.casefold() in {"period", "last"}:
        locked = last_locked(asked.session, workspace=asked.workspace, now=asked.now)
        if locked is None:
            raise NothingLocked("No period is locked here.")
        return locked.start
    try:
        return parse_day(word, today=day_of(asked.now, asked.workspace.zone))
    except (NotADay, DayInFuture) as refusal:
        refusal.example = f"{asked.desk.billing_command} open 2026-03-02"
        refusal.ways_out = (WayOut("Choose the day", Act.PERIOD_OPEN_FORM),)
        raise


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotADay(text) from None


ACTIONS: Mapping[str, Feature] = {Act.PERIOD_ASK: ask, Act.PERIOD_OPEN_FORM: open_form}
FORMS: Mapping[str, Feature] = {Form.PERIOD_OPEN: save_opened}
CARDS: Mapping[str, Card] = {"period": draw_request}
NOTICES: Mapping[str, Notice] = {"period_opened": tell_opened}
