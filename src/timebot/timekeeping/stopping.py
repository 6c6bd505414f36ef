"""Stops timers: now, at an earlier time, and when their owner has left."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from timebot.errors import Refusal, WayOut
from timebot.journal.notices import refresh_card
from timebot.team.days import day_of
from timebot.team.models import Member
from timebot.team.rights import has_left
from timebot.team.working_time import working_time_of
from timebot.timekeeping.capture import close_entry
from timebot.timekeeping.history import Change, entry_facts, note_change, remember_action
from timebot.timekeeping.limits import ASKED_BACK_AFTER, EndsBeforeStart, LongTime, ensure_past
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.nags import TimerNotRunning
from timebot.timekeeping.naming import entry_value, moment_words
from timebot.timekeeping.overnight import ask_again_at
from timebot.timekeeping.stop_times import stop_times
from timebot.timekeeping.turns import find_last_closed, find_running, lock_member, take_turn
from timebot.timekeeping.wishes import StopWish
from timebot.timekeeping.wording import description


class NoTimerRunning(Refusal):
    """The member has no running timer."""

    def __init__(self) -> None:
        super().__init__(
            "You have no timer running.",
            example="/timer start Acme logo",
            ways_out=[WayOut("Resume the last one", "timer.resume")],
        )


class StoppedMeanwhile(Refusal):
    """The member comes to stop a timer that timebot has stopped."""

    def __init__(self, entry: TimeEntry, ended: str) -> None:
        super().__init__(
            f"You have no timer running, because I took {ended} as the end of #{entry.number}."
            " Nothing was changed now. Say when it ended.",
            ways_out=[
                WayOut(f"Say when #{entry.number} ended", "end.form", entry_value(entry)),
                WayOut("It still runs", "end.runs_on", entry_value(entry)),
            ],
        )


def stop_timer(
    session: Session,
    *,
    member: Member,
    now: datetime,
    surface: str,
    ended_at: datetime | None = None,
    text: str | None = None,
    entry_id: UUID | None = None,
    long_is_meant: bool = False,
) -> TimeEntry:
    """Stop the member's running timer and return the finished entry.

    Args:
        session: the open transaction.
        member: whose timer it is.
        now: the present instant.
        surface: where the wish comes from.
        ended_at: an earlier end, or None for now.
        text: a new description, or None to keep the old one.
        entry_id: the timer that a button was made for; another one is left alone.
        long_is_meant: whether more than 24 hours were asked back already.

    Raises:
        NoTimerRunning: if the member has none.
        StoppedMeanwhile: if timebot has stopped it, and its end is still in question.
        TimerNotRunning: if the timer of the button has stopped.
        TimeInFuture: if the end has not come yet.
        EndsBeforeStart: if the end is not after the start.
        LongTime: if it ran for more than 24 hours; the ways out propose ends and confirm.
        TextTooLong: if the description is too long.
    """
    member = take_turn(session, member, to="run timers", now=now)
    entry = _get_running(session, member, entry_id, now)
    end = _end_of(entry, ended_at, now)
    if end - entry.started_at > ASKED_BACK_AFTER and not long_is_meant:
        raise LongTime(end - entry.started_at, _ways_to_stop(session, member, entry, end, text))
    before = entry_facts(entry)
    if text is not None:
        entry.text = description(text)
    change = Change(member, surface, now)
    close_timer(session, change, entry, end)
    note_change(session, change, entry, "stopped", before=before)
    remember_action(session, change, "stopped", entry, before=before)
    return entry


def stop_as_wished(
    session: Session, *, member: Member, wish: StopWish, now: datetime, surface: str
) -> TimeEntry:
    """Stop the timer that a button was made for.

    Raises:
        Refusal: as `stop_timer`.
    """
    return stop_timer(
        session,
        member=member,
        now=now,
        surface=surface,
        ended_at=wish.ended_at,
        text=wish.text,
        entry_id=wish.entry_id,
        long_is_meant=wish.long_is_meant,
    )


def stop_timer_of_leaver(
    session: Session, *, member: Member, now: datetime, surface: str
) -> TimeEntry | None:
    """Stop the timer of a member who has left, unconfirmed: an approver has to confirm the end.

    It ends at the instant of the deactivation; who became a guest did so at an instant that nobody
    reports, so it ends when that is seen. Returns the entry, or None if the member is active or no
    timer ran.
    """
    member = lock_member(session, workspace_id=member.workspace_id, member_id=member.id)
    entry = find_running(session, member=member)
    if entry is None or not has_left(member):
        return None
    before = entry_facts(entry)
    change = Change(member, surface, now)
    why = "deactivated" if member.deactivated_at else "no member any more"
    end = max(member.deactivated_at or now, entry.started_at)
    close_timer(session, change, entry, end, is_confirmed=False)
    note_change(session, change, entry, "stopped", before=before, note=why)
    return entry


def _get_running(
    session: Session, member: Member, entry_id: UUID | None, now: datetime
) -> TimeEntry:
    entry = find_running(session, member=member)
    if entry_id is not None and (entry is None or entry.id != entry_id):
        raise TimerNotRunning
    if entry is None:
        raise _nothing_to_stop(session, member, now)
    return entry


def _nothing_to_stop(session: Session, member: Member, now: datetime) -> Refusal:
    last = find_last_closed(session, member=member)
    if last is None or last.ended_at is None or last.is_confirmed:
        return NoTimerRunning()
    return StoppedMeanwhile(last, moment_words(last.ended_at, zone=member.zone, now=now))


def _end_of(entry: TimeEntry, ended_at: datetime | None, now: datetime) -> datetime:
    if ended_at is None:
        return max(now, entry.started_at)
    ensure_past(ended_at, zone=entry.zone, now=now)
    if ended_at <= entry.started_at:
        example = "/timer stop at 17:30"
        raise EndsBeforeStart(entry.started_at, ended_at, zone=entry.zone, now=now, example=example)
    return ended_at


def _ways_to_stop(
    session: Session, member: Member, entry: TimeEntry, end: datetime, text: str | None
) -> list[WayOut]:
    likely = stop_times(session, member=member, entry=entry, now=end)
    ends = [(one.at, moment_words(one.at, zone=member.zone, now=end)) for one in likely]
    ways_out = []
    for at, words in [*ends, (end, "the time I said")]:
        value = StopWish(entry.id, at, text, long_is_meant=True).as_value()
        if value:
            ways_out.append(WayOut(f"Stop at {words}", "timer.stop", value))
    return ways_out


def close_timer(
    session: Session,
    change: Change,
    entry: TimeEntry,
    ended_at: datetime,
    *,
    is_confirmed: bool = True,
) -> None:
    """End a running entry, and repaint a question about it that may stand in Slack.

    Of an end that was guessed its owner is reminded as their next working day begins.
    """
    close_entry(session, entry, ended_at=ended_at, is_confirmed=is_confirmed)
    if not is_confirmed:
        entry.next_nag_at = _ask_again_at(session, entry, change.now)
    refresh_card(
        session, workspace_id=entry.workspace_id, purpose="nag", subject_id=entry.id, now=change.now
    )


def _ask_again_at(session: Session, entry: TimeEntry, now: datetime) -> datetime | None:
    owner = session.get_one(Member, (entry.workspace_id, entry.member_id))
    if has_left(owner):
        return None
    working = working_time_of(session, member=owner, since=day_of(now, owner.zone))
    return ask_again_at(working, now=now)
