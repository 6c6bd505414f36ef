"""Opens locked billing periods again for some days, because somebody asked or billing needs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebot.errors import NotFound, Refusal
from timebot.journal.audit import Actor, record
from timebot.journal.notices import refresh_card, show_card, tell
from timebot.team.days import day_in_words, day_of, local_instant
from timebot.team.models import Member, Workspace
from timebot.team.rights import holders, require
from timebot.timekeeping.locks import locked_period, locks_on, open_until
from timebot.timekeeping.models import PeriodReopening, PeriodRequest
from timebot.timekeeping.moments import DayRange
from timebot.timekeeping.periods import billing_period
from timebot.timekeeping.wording import description

USUAL_DAYS = 3
"""For how many days a period is opened unless somebody says otherwise."""

MOST_DAYS = 30


class NothingLocked(Refusal):
    """A day whose period is not locked."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"{why} Nothing was changed. Its time can be changed as it is.",
            example="/timer edit 12",
        )


class OpenReasonMissing(Refusal):
    """A period opened without a reason."""

    def __init__(self) -> None:
        super().__init__("Please say why; the reason is kept in the audit.")


class DaysUnclear(Refusal):
    """A number of days that makes no sense."""

    def __init__(self) -> None:
        super().__init__(f"A period can be opened for 1 to {MOST_DAYS} days.")


class RequestUnknown(NotFound):
    """No such request is in this workspace."""

    def __init__(self) -> None:
        super().__init__(
            "I do not know this request. Nothing was changed. You can open the period yourself.",
            example="/billing open 2026-11-02",
        )


@dataclass(frozen=True)
class Wanted:
    """A request to open a period.

    Attributes:
        request: the request.
        period: the period.
        asked: the billing people who were asked.
        is_new: False if the member had asked already and nobody was told again.
    """

    request: PeriodRequest
    period: DayRange
    asked: Sequence[Member]
    is_new: bool


def ask_to_open(session: Session, *, member: Member, day: date, now: datetime) -> Wanted:
    """Ask the billing people once to open the locked period of a day for corrections.

    Raises:
        NotAllowed: if the person may not track time.
        NothingLocked: if the period is not locked, or is open again.
    """
    require(session, member, "member", to="correct time", now=now)
    workspace = session.get_one(Workspace, member.workspace_id)
    period = _get_locked(session, workspace, day, now)
    request = PeriodRequest(
        workspace_id=workspace.id,
        id=uuid4(),
        member_id=member.id,
        period_start=period.start,
        asked_at=now,
    )
    billing = holders(session, workspace_id=workspace.id, role="billing")
    try:
        with session.begin_nested():
            session.add(request)
    except IntegrityError:
        # The unique index decides, so that two clicks ask once.
        open_ones = _open_requests(session, workspace, period)
        mine = [one for one in open_ones if one.member_id == member.id]
        if not mine:
            raise
        return Wanted(mine[0], period, billing, is_new=False)
    show_card(
        session,
        workspace_id=workspace.id,
        purpose="period",
        subject_id=request.id,
        recipients=[one.slack_user_id for one in billing],
        now=now,
    )
    return Wanted(request, period, billing, is_new=True)


def reopen_period(
    session: Session,
    *,
    actor: Member,
    day: date,
    reason: str,
    now: datetime,
    surface: str,
    days: int = USUAL_DAYS,
) -> PeriodReopening:
    """Open the locked period of a day again; after some days it locks by itself.

    Everybody who asked for it is told. A period that is open again already stays open for longer.

    Args:
        session: the open transaction.
        actor: a billing person.
        day: a day of the period.
        reason: why; it is kept in the audit.
        now: the present instant.
        surface: where the wish comes from.
        days: for how many days after today, in the workspace's zone.

    Raises:
        NotAllowed: if the actor has no billing role.
        OpenReasonMissing: if no reason is given.
        TextTooLong: if the reason is too long.
        DaysUnclear: if the number of days is not between 1 and 30.
        NothingLocked: if the period is not locked.
    """
    require(session, actor, "billing", to="open a period again", now=now)
    words = description(reason)
    if not words:
        raise OpenReasonMissing
    if not 1 <= days <= MOST_DAYS:
        raise DaysUnclear
    workspace = session.get_one(Workspace, actor.workspace_id)
    period = _get_past_lock(workspace, day, now)
    last = day_of(now, workspace.zone) + timedelta(days=days)
    reopening = PeriodReopening(
        workspace_id=workspace.id,
        id=uuid4(),
        period_start=period.start,
        reopened_by=actor.id,
        reopened_at=now,
        until_at=local_instant(last, 24 * 60, workspace.zone),
        reason=words,
    )
    session.add(reopening)
    session.flush()
    record(
        session,
        workspace_id=workspace.id,
        actor=Actor(actor.id, surface),
        action="period_reopening.opened",
        subject_kind="period_reopening",
        subject_id=reopening.id,
        at=now,
        after={"period_start": period.start, "until_at": reopening.until_at},
        note=words,
    )
    _answer_requests(session, workspace, period, reopening, now)
    return reopening


def period_of_request(session: Session, *, request: PeriodRequest) -> DayRange | None:
    """Return the period that a request is about, or None where periods are set up no more."""
    workspace = session.get_one(Workspace, request.workspace_id)
    return billing_period(workspace, request.period_start)


def find_reopening(
    session: Session, *, workspace: Workspace, period: DayRange
) -> PeriodReopening | None:
    """Return the latest reopening of a period, over or not, or None."""
    return session.scalars(
        select(PeriodReopening)
        .where(
            PeriodReopening.workspace_id == workspace.id,
            PeriodReopening.period_start == period.start,
        )
        .order_by(PeriodReopening.until_at.desc())
        .limit(1)
    ).first()


def last_locked(session: Session, *, workspace: Workspace, now: datetime) -> DayRange | None:
    """Return the latest period that is locked now, or None."""
    if workspace.lock_after_days is None:
        return None
    latest = day_of(now, workspace.zone) - timedelta(days=workspace.lock_after_days + 1)
    period = billing_period(workspace, latest)
    if period is None:
        return None
    if day_of(now, workspace.zone) < (locks_on(workspace, period) or date.max):
        period = billing_period(workspace, period.start - timedelta(days=1))
    if period is None:
        return None
    return locked_period(session, workspace=workspace, day=period.start, now=now)


def _get_locked(session: Session, workspace: Workspace, day: date, now: datetime) -> DayRange:
    period = _get_past_lock(workspace, day, now)
    until = open_until(session, workspace=workspace, period=period, now=now)
    if until is not None:
        # It ends with a midnight, so the day before is the last one.
        last = day_in_words(day_of(until - timedelta(seconds=1), workspace.zone))
        raise NothingLocked(f"That period is open again until the end of {last}.")
    return period


def _get_past_lock(workspace: Workspace, day: date, now: datetime) -> DayRange:
    period = billing_period(workspace, day)
    locked_on = None if period is None else locks_on(workspace, period)
    if period is None or locked_on is None:
        raise NothingLocked("Periods are not locked here.")
    if day_of(now, workspace.zone) < locked_on:
        raise NothingLocked(f"That period is open until it locks on {day_in_words(locked_on)}.")
    return period


def _open_requests(
    session: Session, workspace: Workspace, period: DayRange
) -> Sequence[PeriodRequest]:
    return session.scalars(
        select(PeriodRequest).where(
            PeriodRequest.workspace_id == workspace.id,
            PeriodRequest.period_start == period.start,
            PeriodRequest.answered_at.is_(None),
        )
    ).all()


def _answer_requests(
    session: Session,
    workspace: Workspace,
    period: DayRange,
    reopening: PeriodReopening,
    now: datetime,
) -> None:
    """Tell everybody who asked, and repaint what the billing people were shown."""
    for request in _open_requests(session, workspace, period):
        request.answered_at = now
        session.flush()
        refresh_card(
            session, workspace_id=workspace.id, purpose="period", subject_id=request.id, now=now
        )
        if request.member_id == reopening.reopened_by:
            continue
        asker = session.get_one(Member, (workspace.id, request.member_id))
        tell(
            session,
            workspace_id=workspace.id,
            notice="period_opened",
            recipient=asker.slack_user_id,
            facts={"reopening_id": str(reopening.id), "by_member_id": str(reopening.reopened_by)},
            now=now,
        )
