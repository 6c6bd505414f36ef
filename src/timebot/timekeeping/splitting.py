"""Splits an entry in two at an instant; together the parts are exactly what it was."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from timebot.clients.models import Project
from timebot.errors import Refusal
from timebot.team.days import day_of, local_instant
from timebot.team.models import Member, Workspace
from timebot.timekeeping.capture import capture_rate, rate_depends_on
from timebot.timekeeping.changing import open_day, open_entry, settle_change
from timebot.timekeeping.editing import may_confirm, move_to_project
from timebot.timekeeping.history import Change, entry_facts, note_change
from timebot.timekeeping.locks import ensure_unlocked
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.nags import first_nag_at
from timebot.timekeeping.naming import moment_words
from timebot.timekeeping.stopping import close_timer
from timebot.timekeeping.turns import next_number
from timebot.timekeeping.wording import description

_SECOND = timedelta(seconds=1)


class NotInside(Refusal):
    """A time at which the entry cannot be split, because it does not lie within it."""

    def __init__(self, entry: TimeEntry, *, now: datetime) -> None:
        last = entry.ended_at or now
        start, end = (
            moment_words(each, zone=entry.zone, now=now) for each in (entry.started_at, last)
        )
        middle = (entry.started_at + (last - entry.started_at) / 2).astimezone(ZoneInfo(entry.zone))
        super().__init__(
            f"#{entry.number} goes from {start} to {end} ({entry.zone}), and it can only be split"
            " in between. Nothing was changed.",
            example=f"/timer split {entry.number} {middle.hour}:{middle.minute:02}",
        )


@dataclass(frozen=True)
class Split:
    """The two parts of what was one entry.

    Attributes:
        first: the entry itself, up to the instant.
        second: a new entry from there on; it runs if the entry did.
        action_id: what Undo must name.
    """

    first: TimeEntry
    second: TimeEntry
    action_id: UUID


def split_entry(
    session: Session,
    *,
    actor: Member,
    entry: TimeEntry,
    at: datetime,
    now: datetime,
    surface: str,
    project: Project | None = None,
    text: str | None = None,
    version: int | None = None,
) -> Split:
    """Split an entry in two; what was submitted or approved becomes two drafts.

    The first part keeps its number, the second takes the next one. Project, text, kind, ticket and
    the message it came from go to both parts. The first part has a whole number of seconds, so
    that the seconds of both add up to those of the entry; a running timer is closed there, and the
    second part runs on.

    Args:
        session: the open transaction.
        actor: its author, or an approver on their behalf.
        entry: the entry.
        at: where the second part begins.
        now: the present instant.
        surface: where the wish comes from.
        project: another project for the second part.
        text: another description for the second part.
        version: the version that the person saw; another one is refused.

    Raises:
        NotInside: if the instant does not lie between its start and its end, or now.
        ProjectClosed: if the other project takes no new time.
        Refusal: as `edit_entry`.
    """
    change = open_entry(
        session,
        actor=actor,
        entry=entry,
        version=version,
        to="split time",
        now=now,
        surface=surface,
    )
    at = _whole_seconds(entry, at)
    if not entry.started_at < at < (entry.ended_at or now):
        raise NotInside(entry, now=now)
    day = day_of(at, entry.zone)
    ensure_unlocked(session, actor=change.member, days=[day], now=now, kept_open=open_day(entry))
    before, rated_by = entry_facts(entry), rate_depends_on(entry)
    second = _second_part(session, entry, at)
    _close_first_part(session, change, entry, at)
    if project is not None:
        move_to_project(session, second, project)
    if text is not None:
        second.text = description(text)
    if second.ended_at is None:
        second.next_nag_at = _next_nag(session, second, now)
    elif rate_depends_on(second) != rated_by:
        capture_rate(session, second)
    session.add(second)
    note_change(session, change, second, "split_off", note=f"#{entry.number}")
    action = settle_change(
        session,
        change,
        entry,
        "split",
        before=before,
        other=second,
        kept={"other_version": second.version},
    )
    return Split(entry, second, action.id)


def _whole_seconds(entry: TimeEntry, at: datetime) -> datetime:
    """Return the instant, moved up to a whole number of seconds after the entry's start.

    Worked time is counted in whole seconds. If both parts had a rest, each would drop its own.
    """
    return entry.started_at - ((entry.started_at - at) // _SECOND) * _SECOND


def _second_part(session: Session, entry: TimeEntry, at: datetime) -> TimeEntry:
    """Return a new draft, or running timer, that is like the entry from the instant on."""
    author = session.get_one(Member, (entry.workspace_id, entry.member_id))
    return TimeEntry(
        workspace_id=entry.workspace_id,
        id=uuid4(),
        member_id=entry.member_id,
        number=next_number(session, author),
        project_id=entry.project_id,
        text=entry.text,
        started_at=at,
        ended_at=entry.ended_at,
        worked_on=day_of(at, entry.zone),
        zone=entry.zone,
        state="running" if entry.ended_at is None else "draft",
        billable=entry.billable,
        source=entry.source,
        is_confirmed=entry.is_confirmed,
        ticket_ref=entry.ticket_ref,
        ticket_url=entry.ticket_url,
        permalink=entry.permalink,
        rate_minor=entry.rate_minor,
        rate_currency=entry.rate_currency,
        rate_source=entry.rate_source,
        rate_id=entry.rate_id,
        # Both parts were sent back for the same reason, and stay open to correction.
        rejected_by=entry.rejected_by,
        rejected_at=entry.rejected_at,
        rejection_reason=entry.rejection_reason,
        version=1,
        created_at=entry.created_at,
    )


def _close_first_part(session: Session, change: Change, entry: TimeEntry, at: datetime) -> None:
    """End the first part there; whoever may confirm an end has just named this one."""
    confirmed = entry.is_confirmed or may_confirm(session, change.member, entry)
    if entry.ended_at is None:
        close_timer(session, change, entry, at, is_confirmed=confirmed)
        return
    entry.ended_at = at
    entry.is_confirmed = confirmed


def _next_nag(session: Session, second: TimeEntry, now: datetime) -> datetime:
    workspace = session.get_one(Workspace, second.workspace_id)
    author = session.get_one(Member, (second.workspace_id, second.member_id))
    return first_nag_at(
        session, workspace=workspace, member=author, started_at=second.started_at, now=now
    )


def time_within(entry: TimeEntry, minute: int) -> datetime:
    """Return the first instant after the entry's start at which its clocks show that minute."""
    same_day = local_instant(entry.worked_on, minute, entry.zone)
    if same_day > entry.started_at:
        return same_day
    return local_instant(entry.worked_on + timedelta(days=1), minute, entry.zone)
