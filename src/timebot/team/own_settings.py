"""What a person settles for themselves: working days and hours, questions and reminders."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from timebot.errors import Refusal
from timebot.journal.audit import Actor, record
from timebot.team.models import Member, Workspace
from timebot.team.rights import require

REMINDERS = ("remind_empty_day", "remind_no_timer", "remind_unsubmitted")
"""The columns of what a person can be reminded of; all are off unless they say so."""

FIRST_REMINDER_AFTER = timedelta(hours=1)
INVITED_FOR = timedelta(days=1)


class NoWorkingHours(Refusal):
    """A working day that ends as it begins."""

    def __init__(self) -> None:
        super().__init__(
            "The working day cannot end at the time at which it begins. Choose another time, such"
            " as 18:00."
        )


class NoWorkingDays(Refusal):
    """A week without any working day."""

    def __init__(self) -> None:
        super().__init__("Choose at least one working day.")


@dataclass(frozen=True)
class OwnSettings:
    """What a person wants.

    Attributes:
        working_days: ISO weekdays as digits, such as `12345`.
        day_start_minute, day_end_minute: working hours; an end no later than the start is on the
            next morning.
        nag_at_day_end: whether a timer that outlasts the working day is asked about.
        reminders: those of `REMINDERS` that are wanted.
    """

    working_days: str
    day_start_minute: int
    day_end_minute: int
    nag_at_day_end: bool
    reminders: frozenset[str]


def welcome_home(member: Member, *, now: datetime) -> None:
    """Note when a member first saw Home: then, and only then, they are told of reminders."""
    member.home_seen_at = member.home_seen_at or now


def is_invited(member: Member, *, now: datetime) -> bool:
    """Tell whether a member is to be told that there are reminders: on their first day, once."""
    is_new = member.home_seen_at is not None and now - member.home_seen_at < INVITED_FOR
    return is_new and not any(getattr(member, name) for name in REMINDERS)


def own_settings_of(member: Member, workspace: Workspace) -> OwnSettings:
    """Return what counts for a member now: their own, or the firm's where they said nothing."""
    start, end = member.day_start_minute, member.day_end_minute
    return OwnSettings(
        member.working_days or workspace.working_days,
        workspace.day_start_minute if start is None else start,
        workspace.day_end_minute if end is None else end,
        member.nag_at_day_end,
        frozenset(name for name in REMINDERS if getattr(member, name)),
    )


def change_own_settings(
    session: Session, *, member: Member, wanted: OwnSettings, now: datetime, surface: str
) -> bool:
    """Settle what a member wants for themselves; return whether that changed anything.

    Where they want what the firm has, the firm's counts, also when it changes later.

    Raises:
        NoWorkingDays: if no weekday is left.
        NoWorkingHours: if the day would end as it begins.
        NotAllowed: if the person may not track time.
    """
    require(session, member, "member", to="change these settings", now=now)
    if not wanted.working_days:
        raise NoWorkingDays
    if wanted.day_start_minute == wanted.day_end_minute:
        raise NoWorkingHours
    session.refresh(member, with_for_update={"key_share": True})
    workspace = session.get_one(Workspace, member.workspace_id)
    columns = _columns(wanted, workspace)
    changed = {name: value for name, value in columns.items() if getattr(member, name) != value}
    if not changed:
        return False
    before = {name: getattr(member, name) for name in changed}
    for name, value in changed.items():
        setattr(member, name, value)
    # Who has just been here needs no reminder within the hour; then their new hours count.
    member.remind_after = now + FIRST_REMINDER_AFTER
    session.flush()
    record(
        session,
        workspace_id=member.workspace_id,
        actor=Actor(member.id, surface),
        action="member.settings_changed",
        subject_kind="member",
        subject_id=member.id,
        at=now,
        before=before,
        after=changed,
    )
    return True


def switch_reminder_off(
    session: Session, *, member: Member, name: str, now: datetime, surface: str
) -> bool:
    """Switch one reminder off; return whether it was on."""
    workspace = session.get_one(Workspace, member.workspace_id)
    wanted = own_settings_of(member, workspace)
    without = OwnSettings(
        wanted.working_days,
        wanted.day_start_minute,
        wanted.day_end_minute,
        wanted.nag_at_day_end,
        wanted.reminders - {name},
    )
    return change_own_settings(session, member=member, wanted=without, now=now, surface=surface)


def _columns(wanted: OwnSettings, workspace: Workspace) -> dict[str, object]:
    hours = (wanted.day_start_minute, wanted.day_end_minute)
    is_firms = hours == (workspace.day_start_minute, workspace.day_end_minute)
    days = "".join(sorted(set(wanted.working_days)))
    return {
        "working_days": None if days == workspace.working_days else days,
        "day_start_minute": None if is_firms else hours[0],
        "day_end_minute": None if is_firms else hours[1],
        "nag_at_day_end": wanted.nag_at_day_end,
        **{name: name in wanted.reminders for name in REMINDERS},
    }
