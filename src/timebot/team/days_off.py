"""Days off: the holidays of the firm, and the days on which one person does not work."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from timebot.errors import Refusal
from timebot.journal.audit import Actor, record
from timebot.team.models import DayOff, Member, Workspace
from timebot.team.rights import require

LONGEST_RANGE = 366
MOST_DAYS = 400
_LONGEST_NAME = 60
_DATE = r"(\d{4}-\d{1,2}-\d{1,2})"
_LINE = re.compile(rf"{_DATE}(?:\s*(?:to|until|\.\.+|-|\u2013)\s*{_DATE})?\s*(.*)")
_BETWEEN = re.compile(r"[\n;]|,(?=\s*\d{4}-)")


class DaysUnreadable(Refusal):
    """Words that name no days."""

    def __init__(self, words: str, why: str) -> None:
        super().__init__(
            f"I cannot read {words.strip()[:60] or 'that'} as days off: {why}. Write one date or"
            " range a line, such as 2026-12-24 to 2027-01-02.",
            example="/billing holidays 2026-12-25 Christmas; 2027-01-01 New Year",
        )


def parse_days_off(text: str) -> dict[date, str]:
    """Read dates and ranges, one a line or divided by semicolons, each with a name or none.

    Raises:
        DaysUnreadable: naming the first line that says no days.
    """
    found: dict[date, str] = {}
    for line in filter(str.strip, _BETWEEN.split(text)):
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise DaysUnreadable(line, "it begins with no date")
        for day in _range(line, match[1], match[2] or match[1]):
            found[day] = " ".join(match[3].split())[:_LONGEST_NAME]
    if len(found) > MOST_DAYS:
        raise DaysUnreadable(text, f"there are more than {MOST_DAYS}")
    return found


def days_off_text(days: Sequence[DayOff]) -> str:
    """Return days off as `parse_days_off` reads them: neighbours of one name as a range."""
    lines: list[list[DayOff]] = []
    for one in sorted(days, key=lambda each: each.day):
        last = lines[-1][-1] if lines else None
        if last and last.name == one.name and one.day - last.day == timedelta(days=1):
            lines[-1].append(one)
        else:
            lines.append([one])
    return "\n".join(_line(each) for each in lines)


def list_days_off(
    session: Session, *, workspace: Workspace, member: Member | None, since: date
) -> Sequence[DayOff]:
    """List the member's own days off, or the firm's holidays for None, from a day on."""
    return session.scalars(
        select(DayOff)
        .where(
            DayOff.workspace_id == workspace.id,
            DayOff.member_id.is_(None) if member is None else DayOff.member_id == member.id,
            DayOff.day >= since,
        )
        .order_by(DayOff.day)
    ).all()


def list_away(
    session: Session, *, workspace: Workspace, since: date, until: date
) -> list[tuple[Member, list[date]]]:
    """List the active members with days off of their own from one day up to, but without, another.

    By name, each with their days in order. Holidays of the firm are not named: they are known.
    """
    rows = session.execute(
        select(Member, DayOff.day)
        .join(
            DayOff,
            (DayOff.workspace_id == Member.workspace_id) & (DayOff.member_id == Member.id),
        )
        .where(
            Member.workspace_id == workspace.id,
            Member.deactivated_at.is_(None),
            DayOff.day >= since,
            DayOff.day < until,
        )
        .order_by(Member.name, Member.id, DayOff.day)
    )
    found: dict[UUID, tuple[Member, list[date]]] = {}
    for member, day in rows:
        found.setdefault(member.id, (member, []))[1].append(day)
    return list(found.values())


def set_days_off(
    session: Session,
    *,
    member: Member,
    days: Mapping[date, str],
    today: date,
    now: datetime,
    surface: str,
) -> bool:
    """Let a member have just these days off from today on; return whether that changed anything.

    Raises:
        NotAllowed: if the person may not track time.
    """
    require(session, member, "member", to="have days off", now=now)
    workspace = session.get_one(Workspace, member.workspace_id)
    return _replace(session, workspace, member, days, today, Actor(member.id, surface), now)


def set_holidays(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    days: Mapping[date, str],
    today: date,
    now: datetime,
    surface: str,
) -> bool:
    """Let the firm have just these holidays from today on; return whether that changed anything.

    Raises:
        NotAllowed: if the actor is no owner.
    """
    require(session, actor, "owner", to="set holidays", now=now)
    return _replace(session, workspace, None, days, today, Actor(actor.id, surface), now)


def take_day_off(
    session: Session, *, member: Member, day: date, now: datetime, surface: str
) -> bool:
    """Mark a day as the member's day off; return whether it was none before."""
    require(session, member, "member", to="have days off", now=now)
    # Two clicks of one person queue here; the second one finds the day.
    session.refresh(member, with_for_update={"key_share": True})
    is_off = select(DayOff.id).where(
        DayOff.workspace_id == member.workspace_id,
        DayOff.member_id == member.id,
        DayOff.day == day,
    )
    if session.scalar(is_off) is not None:
        return False
    session.add(DayOff(workspace_id=member.workspace_id, member_id=member.id, day=day, name=""))
    session.flush()
    _note(session, member, "member.day_off", day, Actor(member.id, surface), now)
    return True


def give_day_back(
    session: Session, *, member: Member, day: date, now: datetime, surface: str
) -> bool:
    """Take a day off back; return whether it was one."""
    gone = session.scalars(
        delete(DayOff)
        .where(
            DayOff.workspace_id == member.workspace_id,
            DayOff.member_id == member.id,
            DayOff.day == day,
        )
        .returning(DayOff.id)
    ).all()
    if gone:
        _note(session, member, "member.day_off_undone", day, Actor(member.id, surface), now)
    return bool(gone)


def _range(line: str, first: str, last: str) -> Sequence[date]:
    try:
        start, end = (date(*map(int, each.split("-"))) for each in (first, last))
    except ValueError:
        raise DaysUnreadable(line, "there is no such date") from None
    length = (end - start).days + 1
    if length < 1:
        raise DaysUnreadable(line, "it ends before it begins")
    if length > LONGEST_RANGE:
        raise DaysUnreadable(line, "it is longer than a year")
    return [start + timedelta(days=count) for count in range(length)]


def _line(days: Sequence[DayOff]) -> str:
    first, last = days[0], days[-1]
    span = f"{first.day}" if first is last else f"{first.day} to {last.day}"
    return f"{span} {first.name}".strip()


def _replace(
    session: Session,
    workspace: Workspace,
    member: Member | None,
    days: Mapping[date, str],
    today: date,
    by: Actor,
    now: datetime,
) -> bool:
    """Put the coming days in the place of those that stand; what is past stays as it was."""
    # Two windows of one person queue here, so that neither's days are doubled or lost.
    owner = member if member is not None else workspace
    session.refresh(owner, with_for_update={"key_share": True})
    before = list_days_off(session, workspace=workspace, member=member, since=today)
    coming = {day: name for day, name in days.items() if day >= today}
    if {one.day: one.name for one in before} == coming:
        return False
    for one in before:
        session.delete(one)
    session.flush()
    for day, name in coming.items():
        session.add(
            DayOff(
                workspace_id=workspace.id,
                member_id=member.id if member is not None else None,
                day=day,
                name=name,
            )
        )
    session.flush()
    record(
        session,
        workspace_id=workspace.id,
        actor=by,
        action="member.days_off_set" if member is not None else "workspace.holidays_set",
        subject_kind="member" if member is not None else "workspace",
        subject_id=owner.id,
        at=now,
        before={"days": [f"{one.day}" for one in before]},
        after={"days": [f"{day}" for day in sorted(coming)]},
    )
    return True


def _note(
    session: Session, member: Member, action: str, day: date, by: Actor, now: datetime
) -> None:
    record(
        session,
        workspace_id=member.workspace_id,
        actor=by,
        action=action,
        subject_kind="member",
        subject_id=member.id,
        at=now,
        after={"day": f"{day}"},
    )
