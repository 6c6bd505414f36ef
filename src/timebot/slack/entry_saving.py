"""What the modals of time do when they are submitted; more than a day is asked back first."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TypedDict

from timebot.slack import entry_form
from timebot.slack.answer import Answer, AtField
from timebot.slack.blocks import Block
from timebot.slack.corrected_reply import draw_corrected
from timebot.slack.desk import SURFACE, Asked
from timebot.slack.entry_fields import (
    changes_in,
    day_in,
    kind_in,
    moved_in,
    project_id_in,
    project_in,
    text_in,
    ticket_in,
    under_fields,
)
from timebot.slack.entry_meant import entry_meant, is_own
from timebot.slack.entry_opening import edit_modal
from timebot.slack.place_choice import find_project_option
from timebot.slack.refusals import buttons_of
from timebot.slack.time_words import moved_span_words, moved_words
from timebot.slack.timer_replies import draw_added, draw_edited, draw_started, draw_stopped
from timebot.team.days import local_instant
from timebot.team.models import Member
from timebot.timekeeping.durations import (
    ClockSpan,
    DurationUnclear,
    parse_clock,
    parse_duration,
)
from timebot.timekeeping.editing import confirm_entry, edit_entry, may_confirm
from timebot.timekeeping.limits import EndsBeforeStart, LongTime, Span, TimeInFuture
from timebot.timekeeping.locks import PeriodLocked
from timebot.timekeeping.manual import Added, add_entry, place
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.moments import parse_moment, said_clock
from timebot.timekeeping.timer import (
    Started,
    StartsBeforeRunning,
    TimerNotRunning,
    TimerRunning,
    find_running,
    start_as_wished,
    stop_timer,
)
from timebot.timekeeping.wishes import StartWish
from timebot.timekeeping.wording import clean_plain


def save_start(asked: Asked) -> Answer:
    """Start the timer that was filled in."""
    value, at = asked.delivery.value, _at_words(asked)
    switches = value.get("switches") == "1"
    try:
        started = _start(
            asked, at, switches=switches, is_meant=bool(at) and value.get("long") == at
        )
    except (LongTime, PeriodLocked, StartsBeforeRunning) as refusal:
        again = filled_in_again(asked, refusal)
        return Answer(next_view=entry_form.start_form(switches=switches, **again))
    minute = None if started.already else said_clock(at)
    moved = moved_words(minute, started.entry.started_at, asked.member.zone)
    return draw_started(asked, started, said=moved)


def save_added(asked: Asked) -> Answer:
    """Add the time that was filled in."""
    try:
        added = add_filled_in(asked, author=asked.member)
    except (LongTime, PeriodLocked) as refusal:
        again = filled_in_again(asked, refusal)
        return Answer(next_view=entry_form.add_form(zone=asked.member.zone, **again))
    return draw_added(asked, added, said=skipped_words(asked, added))


def add_filled_in(asked: Asked, *, author: Member) -> Added:
    """Add the time that was filled in, for oneself or for somebody else.

    Raises:
        AtField: for what is refused because of one field.
        LongTime: for more than a day that was not asked back with just this duration.
        Refusal: as `add_entry`.
    """
    state = asked.delivery.state
    with (
        under_fields({EndsBeforeStart: entry_form.SPENT, TimeInFuture: entry_form.SPENT}),
        asked.session.begin_nested(),
    ):
        span = place(
            asked.session,
            _spent_in(asked),
            workspace=asked.workspace,
            member=author,
            day=day_in(state),
            now=asked.now,
        )
        return add_entry(
            asked.session,
            workspace=asked.workspace,
            member=author,
            actor=asked.member,
            project=project_in(asked),
            span=span,
            text=text_in(state),
            billable=kind_in(state),
            ticket=ticket_in(state),
            permalink=asked.delivery.value.get("permalink"),
            long_is_meant=asked.delivery.value.get("long") == _spent_words(asked),
            now=asked.now,
            surface=SURFACE,
        )


def skipped_words(asked: Asked, added: Added) -> str:
    """Say that clocks skipped a time that was filled in, where they did."""
    entry = added.entry
    span = Span(entry.started_at, entry.ended_at or asked.now)
    return moved_span_words(_spent_in(asked), span, entry.zone)


class FilledIn(TypedDict):
    """A modal that starts or adds time, with what was filled in and why it was not saved."""

    given: entry_form.Given
    project: Block | None
    kept: Mapping[str, object]
    asks: str
    ways: Sequence[Block]


def filled_in_again(
    asked: Asked, refusal: LongTime | PeriodLocked | StartsBeforeRunning
) -> FilledIn:
    """Return the modal as it was filled in: more than a day is asked back, others have ways out."""
    kept, asks = asked.delivery.value, refusal.sentence
    if isinstance(refusal, LongTime):
        about = _spent_words(asked) or _at_words(asked)
        kept, asks = {**kept, "long": about}, _long_question(refusal)
    return {
        "given": asked.delivery.state,
        "project": find_project_option(asked, project_id_in(asked.delivery.state)),
        "kept": kept,
        "asks": asks,
        "ways": [] if isinstance(refusal, LongTime) else buttons_of(refusal),
    }


def save_edited(asked: Asked) -> Answer:
    """Save the entry as it was filled in."""
    state, value = asked.delivery.state, asked.delivery.value
    entry, version = entry_meant(asked), int(value["version"])
    was_submitted = entry.state in {"pending_review", "approved"}
    times = f"{state.get(entry_form.BEGAN)} {state.get(entry_form.ENDED)}"
    try:
        # The savepoint takes back what was changed before the length was asked back.
        with (
            under_fields({EndsBeforeStart: entry_form.ENDED, TimeInFuture: entry_form.ENDED}),
            asked.session.begin_nested(),
        ):
            is_meant = value.get("long") == times
            changes = changes_in(asked, entry, version=version, long_is_meant=is_meant)
            edit_entry(
                asked.session,
                actor=asked.member,
                entry=entry,
                changes=changes,
                now=asked.now,
                surface=SURFACE,
            )
            if may_confirm(asked.session, asked.member, entry):
                _confirm(asked, entry)
    except LongTime as long:
        return Answer(
            next_view=edit_modal(
                asked, entry, state, version, asks=_long_question(long), long=times
            )
        )
    except PeriodLocked as locked:
        # What was typed stays, to be saved once the period is open.
        ways = buttons_of(locked)
        return Answer(
            next_view=edit_modal(asked, entry, state, version, asks=locked.sentence, ways=ways)
        )
    moved = moved_in(state, entry)
    if not is_own(asked, entry):
        return draw_corrected(asked, entry, "Changed", said=moved)
    is_voided = was_submitted and entry.state == "draft"
    return draw_edited(asked, entry, was_submitted=is_voided, said=moved)


def save_stop_at(asked: Asked) -> Answer:
    """Stop the running timer at the time that was filled in."""
    state, value = asked.delivery.state, asked.delivery.value
    entry = find_running(asked.session, member=asked.member)
    if entry is None or str(entry.id) != value.get("entry"):
        raise TimerNotRunning
    day, minute = day_in(state), parse_clock(state.get(entry_form.AT) or "")
    if day is None or minute is None:
        raise AtField(entry_form.AT, "Please choose a day and a time.")
    end = local_instant(day, minute, entry.zone)
    try:
        with (
            under_fields({EndsBeforeStart: entry_form.AT, TimeInFuture: entry_form.AT}),
            asked.session.begin_nested(),
        ):
            stop_timer(
                asked.session,
                member=asked.member,
                ended_at=end,
                entry_id=entry.id,
                long_is_meant=value.get("long") == end.isoformat(),
                now=asked.now,
                surface=SURFACE,
            )
    except LongTime as long:
        minutes = state.get(entry_form.AT) or "00:00"
        kept = {**value, "long": end.isoformat()}
        view = entry_form.stop_form(
            entry, day=day, minute=minutes, kept=kept, asks=_long_question(long)
        )
        return Answer(next_view=view)
    return draw_stopped(asked, entry, said=moved_words(minute, end, entry.zone))


def _confirm(asked: Asked, entry: TimeEntry) -> None:
    """Take the saved form as the word that a guessed end is right."""
    if not entry.is_confirmed:
        confirm_entry(
            asked.session, actor=asked.member, entry=entry, now=asked.now, surface=SURFACE
        )


def _start(asked: Asked, at: str, *, switches: bool, is_meant: bool) -> Started:
    state, now = asked.delivery.state, asked.now
    with (
        under_fields({TimeInFuture: entry_form.AT, TimerRunning: entry_form.PROJECT}),
        asked.session.begin_nested(),
    ):
        wish = StartWish(
            project_id=project_id_in(state),
            text=text_in(state),
            started_at=parse_moment(at, now=now, zone=asked.member.zone) if at else None,
            billable=kind_in(state),
            ticket=ticket_in(state),
            long_is_meant=is_meant,
        )
        return start_as_wished(
            asked.session,
            workspace=asked.workspace,
            member=asked.member,
            wish=wish,
            switches=switches,
            now=now,
            surface=SURFACE,
        )


def _at_words(asked: Asked) -> str:
    return clean_plain(asked.delivery.state.get(entry_form.AT) or "")


def _spent_words(asked: Asked) -> str:
    return clean_plain(asked.delivery.state.get(entry_form.SPENT) or "")


def _spent_in(asked: Asked) -> timedelta | ClockSpan:
    try:
        return parse_duration(_spent_words(asked))
    except DurationUnclear as unclear:
        words = f"{unclear.sentence} Write {unclear.number}m or {unclear.number}h."
        raise AtField(entry_form.SPENT, words) from None


def _long_question(long: LongTime) -> str:
    return entry_form.long_question(int(long.length.total_seconds()))
