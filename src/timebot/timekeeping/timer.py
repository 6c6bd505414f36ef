"""Runs timers: start, stop, switch, resume. One member has one running timer."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebot.clients.models import Project
from timebot.errors import Refusal, WayOut
from timebot.team.days import day_of
from timebot.team.models import Member, Workspace
from timebot.timekeeping.history import Change, entry_facts, note_change, remember_action
from timebot.timekeeping.limits import (
    ASKED_BACK_AFTER,
    LongTime,
    Span,
    ensure_open,
    ensure_past,
    kind_for,
)
from timebot.timekeeping.locks import ensure_unlocked
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.nags import TimerNotRunning, first_nag_at
from timebot.timekeeping.naming import entry_value, entry_words, moment_words
from timebot.timekeeping.stopping import (
    NoTimerRunning,
    close_timer,
    stop_as_wished,
    stop_timer,
    stop_timer_of_leaver,
)
from timebot.timekeeping.tickets import Ticket
from timebot.timekeeping.turns import (
    find_last_closed,
    find_running,
    next_number,
    take_turn,
)
from timebot.timekeeping.wishes import AddWish, StartWish
from timebot.timekeeping.wording import description

__all__ = [
    "NoTimerRunning",
    "Started",
    "TimerNotRunning",
    "TimerRunning",
    "find_running",
    "resume_timer",
    "start_as_wished",
    "start_timer",
    "stop_as_wished",
    "stop_timer",
    "stop_timer_of_leaver",
    "switch_timer",
]


class TimerRunning(Refusal):
    """A timer runs already, and the workspace does not stop it by itself.

    Attributes:
        entry: the running timer.
    """

    def __init__(self, entry: TimeEntry, words: str, since: str, wish: StartWish) -> None:
        self.entry = entry
        value = wish.as_value()
        super().__init__(
            f"{words} has been running since {since}. Nothing was changed.",
            example="/timer switch Acme logo",
            ways_out=[WayOut("Stop it and start this", "timer.switch", value)] if value else [],
        )


class StartsBeforeRunning(Refusal):
    """A back-dated start that is not after the start of the running timer."""

    def __init__(self, words: str, since: str, began: str, *, stop: str, add: str) -> None:
        super().__init__(
            f"{words} has been running since {since}, so a timer cannot start at {began}."
            " Nothing was changed. Stop it at an earlier time first, or add the time.",
            example="/timer add 9:00-10:30 Acme logo",
            ways_out=[
                WayOut("Add the time", "entry.add_form", add),
                WayOut("Stop it earlier", "nag.stop_form", stop),
            ],
        )


class NothingToResume(Refusal):
    """The member has no entry yet."""

    def __init__(self) -> None:
        super().__init__(
            "You have no earlier entry to resume. Start a timer first.",
            example="/timer start Acme logo",
            ways_out=[WayOut("Start a timer", "timer.start_form")],
        )


@dataclass(frozen=True)
class Started:
    """What a start did.

    Attributes:
        entry: the timer that runs now.
        stopped: the timer that ended for it, or None. It is unconfirmed after more than 24 hours.
        already: True if the same timer ran already and nothing was changed.
        action_id: what Undo must name, or None where nothing was changed.
    """

    entry: TimeEntry
    stopped: TimeEntry | None
    already: bool
    action_id: UUID | None = None


def start_timer(
    session: Session,
    *,
    workspace: Workspace,
    member: Member,
    project: Project | None,
    text: str,
    now: datetime,
    surface: str,
    started_at: datetime | None = None,
    billable: str | None = None,
    ticket: Ticket | None = None,
    permalink: str | None = None,
    long_is_meant: bool = False,
) -> Started:
    """Start a timer for the member; a running one ends for it where the workspace wants that.

    Args:
        session: the open transaction.
        workspace: says what happens to a running timer.
        member: whose timer it is.
        project: what it is for, or None to say it later.
        text: the description.
        now: the present instant.
        surface: where the wish comes from.
        started_at: a back-dated start, or None for now.
        billable: the kind, or None for the project's.
        ticket: an outside ticket.
        permalink: the Slack message that the work comes from.
        long_is_meant: whether a start of more than 24 hours ago was asked back already.

    Raises:
        TimerRunning: if one runs and the workspace refuses; "Stop it and start this" is offered.
        StartsBeforeRunning: if a back-dated start is not after the running timer's own.
        TimeInFuture: if the start has not come yet.
        LongTime: if it was more than 24 hours ago; a way out confirms it.
        ProjectClosed: if the project takes no new time.
        PeriodLocked: if it would start in a locked period.
        TextTooLong: if the description is too long.
        NotAllowed: if the person may not track time.
    """
    project_id = project.id if project is not None else None
    wish = StartWish(
        project_id, description(text), started_at, billable, ticket, permalink, long_is_meant
    )
    change = Change(member, surface, now)
    return _start(session, workspace, change, wish, switches=workspace.start_policy == "switch")


def switch_timer(
    session: Session,
    *,
    workspace: Workspace,
    member: Member,
    project: Project | None,
    text: str,
    now: datetime,
    surface: str,
    started_at: datetime | None = None,
    billable: str | None = None,
    ticket: Ticket | None = None,
) -> Started:
    """Stop the running timer, if any, and start another one in the same transaction.

    Raises:
        Refusal: as `start_timer`, but for TimerRunning.
    """
    project_id = project.id if project is not None else None
    wish = StartWish(project_id, description(text), started_at, billable, ticket)
    return _start(session, workspace, Change(member, surface, now), wish, switches=True)


def start_as_wished(
    session: Session,
    *,
    workspace: Workspace,
    member: Member,
    wish: StartWish,
    switches: bool,
    now: datetime,
    surface: str,
) -> Started:
    """Start what a button carries: `timer.switch` stops a running timer, `timer.start` may not.

    Raises:
        Refusal: as `start_timer`.
    """
    clean = replace(wish, text=description(wish.text))
    switches = switches or workspace.start_policy == "switch"
    return _start(session, workspace, Change(member, surface, now), clean, switches=switches)


def resume_timer(
    session: Session, *, workspace: Workspace, member: Member, now: datetime, surface: str
) -> Started:
    """Start a new timer with project, text, kind and ticket of the member's last entry.

    Raises:
        NothingToResume: if there is none.
        Refusal: as `start_timer`.
    """
    last = find_last_closed(session, member=member)
    if last is None:
        raise NothingToResume
    ticket = Ticket(last.ticket_ref, last.ticket_url) if last.ticket_ref else None
    wish = StartWish(last.project_id, last.text, None, last.billable, ticket)
    switches = workspace.start_policy == "switch"
    return _start(session, workspace, Change(member, surface, now), wish, switches=switches)


def _start(
    session: Session, workspace: Workspace, change: Change, wish: StartWish, *, switches: bool
) -> Started:
    member = take_turn(session, change.member, to="run timers", now=change.now)
    change = replace(change, member=member)
    running = find_running(session, member=member)
    if running is not None and (running.project_id, running.text) == (wish.project_id, wish.text):
        return Started(running, stopped=None, already=True)
    project = _get_project(session, member, wish)
    ensure_open(session, project)
    began = _start_of(member, wish, running, change.now)
    ensure_unlocked(session, actor=member, days=[day_of(began, member.zone)], now=change.now)
    if running is not None:
        words = entry_words(session, running)
        since = moment_words(running.started_at, zone=member.zone, now=change.now)
        if not switches:
            raise TimerRunning(running, words, since, wish)
        if wish.started_at is not None and began <= running.started_at:
            raise _starts_before(change, running, words, since, wish)
    stopped = _stop_for_start(session, change, running, began)
    entry = _insert(session, workspace, change, wish, project, began)
    note_change(session, change, entry, "started")
    action = _remember_start(session, change, entry, stopped)
    return Started(entry, stopped, already=False, action_id=action)


def _get_project(session: Session, member: Member, wish: StartWish) -> Project | None:
    if wish.project_id is None:
        return None
    return session.get_one(Project, (member.workspace_id, wish.project_id))


def _start_of(
    member: Member, wish: StartWish, running: TimeEntry | None, now: datetime
) -> datetime:
    """Return when the timer starts; a clock that lags behind the running start does not matter."""
    if wish.started_at is None:
        return max(now, running.started_at) if running is not None else now
    ensure_past(wish.started_at, zone=member.zone, now=now)
    ago = now - wish.started_at
    if ago > ASKED_BACK_AFTER and not wish.long_is_meant:
        value = replace(wish, long_is_meant=True).as_value()
        since = moment_words(wish.started_at, zone=member.zone, now=now)
        ways_out = [WayOut(f"Start it at {since}", "timer.start", value)] if value else []
        raise LongTime(ago, ways_out)
    return wish.started_at


def _starts_before(
    change: Change, running: TimeEntry, words: str, since: str, wish: StartWish
) -> StartsBeforeRunning:
    """Return the refusal; its form adds what was wished, up to where the running timer began."""
    began = wish.started_at or change.now
    add = None
    if began < running.started_at:
        span = Span(began, running.started_at)
        add = AddWish(wish.project_id, wish.text, span, wish.billable, wish.ticket).as_value()
    began_words = moment_words(began, zone=change.member.zone, now=change.now)
    return StartsBeforeRunning(words, since, began_words, stop=entry_value(running), add=add or "")


def _stop_for_start(
    session: Session, change: Change, running: TimeEntry | None, began: datetime
) -> TimeEntry | None:
    """End the running timer where the new one begins."""
    if running is None:
        return None
    before = entry_facts(running)
    # Nobody said that a forgotten timer ended just now, so a person has to confirm it.
    believable = began - running.started_at <= ASKED_BACK_AFTER
    close_timer(session, change, running, began, is_confirmed=believable)
    note_change(session, change, running, "stopped", before=before, note="switched")
    return running


def _insert(
    session: Session,
    workspace: Workspace,
    change: Change,
    wish: StartWish,
    project: Project | None,
    began: datetime,
) -> TimeEntry:
    member = change.member
    entry = TimeEntry(
        workspace_id=member.workspace_id,
        id=uuid4(),
        member_id=member.id,
        number=next_number(session, member),
        project_id=wish.project_id,
        text=wish.text,
        started_at=began,
        worked_on=day_of(began, member.zone),
        zone=member.zone,
        state="running",
        billable=kind_for(project, wish.billable),
        source="timer",
        ticket_ref=wish.ticket.ref if wish.ticket else None,
        ticket_url=wish.ticket.url if wish.ticket else None,
        permalink=wish.permalink,
        version=1,
        created_at=change.now,
        next_nag_at=first_nag_at(
            session, workspace=workspace, member=member, started_at=began, now=change.now
        ),
    )
    try:
        with session.begin_nested():
            session.add(entry)
    except IntegrityError:
        # The unique index has the last word, whoever forgot to lock the member's row.
        running = find_running(session, member=member)
        if running is None:
            raise
        since = moment_words(running.started_at, zone=member.zone, now=change.now)
        raise TimerRunning(running, entry_words(session, running), since, wish) from None
    return entry


def _remember_start(
    session: Session, change: Change, entry: TimeEntry, stopped: TimeEntry | None
) -> UUID:
    if stopped is None:
        return remember_action(session, change, "started", entry).id
    before = {"other_version": stopped.version}
    return remember_action(session, change, "switched", entry, other=stopped, before=before).id
