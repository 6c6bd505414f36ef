"""Adds time by hand: places what was said on a day, and keeps it as a draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from timebot.clients.models import Project
from timebot.errors import Refusal, WayOut
from timebot.team.days import day_in_words, day_of, day_span, local_instant
from timebot.team.models import Member, Workspace
from timebot.timekeeping.capture import capture_rate
from timebot.timekeeping.durations import ClockSpan, duration_words, format_duration
from timebot.timekeeping.free_time import beside_others
from timebot.timekeeping.history import Change, note_change, remember_action
from timebot.timekeeping.limits import (
    ASKED_BACK_AFTER,
    LongTime,
    Span,
    ensure_open,
    ensure_span,
    kind_for,
)
from timebot.timekeeping.locks import ensure_unlocked
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.moments import DayInFuture
from timebot.timekeeping.on_behalf import ensure_active, take_turn_at, tell_author
from timebot.timekeeping.overlaps import Overlap, overlaps_of
from timebot.timekeeping.tickets import Ticket
from timebot.timekeeping.turns import next_number
from timebot.timekeeping.wishes import AddWish
from timebot.timekeeping.wording import description

__all__ = ["Added", "Span", "add_as_wished", "add_entry", "place"]


class DoesNotFit(Refusal):
    """A duration is longer than what has passed of its day.

    Attributes:
        length: the duration.
        day: the day it was to be placed on.
    """

    def __init__(self, length: timedelta, day: date) -> None:
        self.length = length
        self.day = day
        super().__init__(
            f"There is no room for {duration_words(int(length.total_seconds()))} in what has passed"
            f" of {day_in_words(day)}. Say from when to when, or name another day.",
            example=f"/timer add {format_duration(length)} Acme logo yesterday",
        )


@dataclass(frozen=True)
class Added:
    """What was added.

    Attributes:
        entry: the new draft.
        overlaps: what it shares with other entries of the member; that is allowed.
        action_id: what Undo must name.
    """

    entry: TimeEntry
    overlaps: Sequence[Overlap]
    action_id: UUID


def place(
    session: Session,
    spoken: timedelta | ClockSpan,
    *,
    workspace: Workspace,
    member: Member,
    day: date | None,
    now: datetime,
) -> Span:
    """Return from when to when the member worked, from what was said.

    A span between two times of the day lies on the day in the member's zone, over midnight where
    its end is not after its start. A duration keeps its exact length: on today it ends now, on an
    earlier day it begins with the member's working day, sooner where it would reach past midnight;
    where the member has other entries there, it moves to the next free time of that day.

    Args:
        session: the open transaction.
        spoken: a duration, or a span between two times of the day.
        workspace: says when a working day begins, unless the member does.
        member: whose zone and day count.
        day: the day that was said; None means today, or the latest time a span has passed.
        now: the present instant.

    Raises:
        DayInFuture: if the day has not come yet.
        DoesNotFit: if a duration is longer than what has passed of the day.
    """
    today = day_of(now, member.zone)
    if day is not None and day > today:
        raise DayInFuture(day)
    if isinstance(spoken, ClockSpan):
        return _between_times(spoken, day, today, member.zone, now)
    wanted = _of_length(spoken, day or today, workspace, member, now)
    midnight, next_midnight = day_span(day or today, member.zone)
    within = Span(midnight, min(now, next_midnight))
    return beside_others(session, member=member, wanted=wanted, within=within, now=now)


def add_entry(
    session: Session,
    *,
    workspace: Workspace,
    member: Member,
    project: Project | None,
    span: Span,
    text: str,
    now: datetime,
    surface: str,
    billable: str | None = None,
    ticket: Ticket | None = None,
    permalink: str | None = None,
    long_is_meant: bool = False,
    actor: Member | None = None,
) -> Added:
    """Add time that the member worked without a timer, as a confirmed draft.

    Args:
        session: the open transaction.
        workspace: the member's workspace.
        member: who worked.
        project: what it was for, or None to say it later.
        span: from when to when, exact; `place` makes it from what was said.
        text: the description.
        now: the present instant.
        surface: where the wish comes from.
        billable: the kind, or None for the project's.
        ticket: an outside ticket.
        permalink: the Slack message that the work comes from.
        long_is_meant: whether more than 24 hours were asked back already.
        actor: an approver who adds it for the member, who is told; None for the member.

    Raises:
        EndsBeforeStart: if the span leaves no time.
        TimeInFuture: if it ends in the future.
        LongTime: if it is longer than 24 hours; a way out confirms it.
        ProjectClosed: if the project takes no new time.
        PeriodLocked: if it would lie in a locked period.
        TextTooLong: if the description is too long.
        NotAllowed: if the person may not track time, or not add it for the member.
    """
    author_id, actor = member.id, actor or member
    member = take_turn_at(session, actor=actor, author_id=author_id, to="add time", now=now)
    if actor.id != member.id:
        ensure_active(member)
    ensure_open(session, project)
    ensure_span(span, zone=member.zone, now=now)
    if span.length > ASKED_BACK_AFTER and not long_is_meant:
        wish = AddWish(project.id if project else None, description(text), span, billable, ticket)
        # The button adds to the time of whoever clicks it, so it is for one's own only.
        value = wish.as_value() if actor.id == member.id else None
        ways_out = [WayOut("Yes, that is right", "timer.add_long", value)] if value else []
        raise LongTime(span.length, ways_out)
    day = day_of(span.started_at, member.zone)
    ensure_unlocked(session, actor=actor, days=[day], now=now)
    entry = TimeEntry(
        workspace_id=workspace.id,
        id=uuid4(),
        member_id=member.id,
        number=next_number(session, member),
        project_id=project.id if project is not None else None,
        text=description(text),
        started_at=span.started_at,
        ended_at=span.ended_at,
        worked_on=day,
        zone=member.zone,
        state="draft",
        billable=kind_for(project, billable),
        source="manual",
        ticket_ref=ticket.ref if ticket else None,
        ticket_url=ticket.url if ticket else None,
        permalink=permalink,
        version=1,
        created_at=now,
    )
    capture_rate(session, entry)
    session.add(entry)
    change = Change(member if actor.id == member.id else actor, surface, now)
    note_change(session, change, entry, "added")
    tell_author(session, change, entry, "added")
    action = remember_action(session, change, "added", entry)
    return Added(entry, overlaps_of(session, entries=[entry], now=now), action.id)


def add_as_wished(
    session: Session,
    *,
    workspace: Workspace,
    member: Member,
    wish: AddWish,
    now: datetime,
    surface: str,
) -> Added:
    """Add what a button carries, after it was asked back.

    Raises:
        Refusal: as `add_entry`.
    """
    project = None
    if wish.project_id is not None:
        project = session.get_one(Project, (workspace.id, wish.project_id))
    return add_entry(
        session,
        workspace=workspace,
        member=member,
        project=project,
        span=wish.span,
        text=wish.text,
        now=now,
        surface=surface,
        billable=wish.billable,
        ticket=wish.ticket,
        long_is_meant=True,
    )


def _between_times(
    spoken: ClockSpan, day: date | None, today: date, zone: str, now: datetime
) -> Span:
    span = _on_day(spoken, day or today, zone)
    if day is None and span.ended_at > now:
        # `add 22:00-1:00` at two in the morning means last night.
        last_night = _on_day(spoken, today - timedelta(days=1), zone)
        if spoken.end_minute <= spoken.start_minute and last_night.ended_at <= now:
            return last_night
    return span


def _on_day(spoken: ClockSpan, day: date, zone: str) -> Span:
    crosses = spoken.end_minute <= spoken.start_minute
    return Span(
        local_instant(day, spoken.start_minute, zone),
        local_instant(day + timedelta(days=crosses), spoken.end_minute, zone),
    )


def _of_length(
    length: timedelta, day: date, workspace: Workspace, member: Member, now: datetime
) -> Span:
    midnight, next_midnight = day_span(day, member.zone)
    if length > next_midnight - midnight and length > ASKED_BACK_AFTER:
        # Longer than any day: it is asked back anyway, so that only its end matters.
        end = min(now, next_midnight)
        return Span(end - length, end)
    if midnight <= now < next_midnight:
        end = now
    else:
        own = member.day_start_minute
        minute = workspace.day_start_minute if own is None else own
        end = min(local_instant(day, minute, member.zone) + length, next_midnight)
    if end - length < midnight:
        raise DoesNotFit(length, day)
    return Span(end - length, end)
