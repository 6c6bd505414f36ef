"""Hours of people who left: whoever would approve them is asked to correct and hand them in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from timebot.errors import Refusal
from timebot.journal.notices import refresh_card, show_card
from timebot.journal.posted import forget_posted, list_posted
from timebot.team.models import Member, Workspace
from timebot.team.rights import has_left, holders, may
from timebot.timekeeping.approvers import approvers_by_project
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.moments import DayRange
from timebot.timekeeping.stopping import stop_timer_of_leaver
from timebot.timekeeping.turns import entries_of, lock_member

PURPOSE = "leaver"
"""The card that lists what somebody left behind; its subject is the member."""


class NothingLeft(Refusal):
    """Hours of somebody who left that were handed in, or deleted, by now."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Nothing of {name} is left to hand in: somebody was quicker, or {name} is back."
            " Nothing was changed.",
            example="/timer approve",
        )


@dataclass(frozen=True)
class LeftHours:
    """What somebody who left has not handed in.

    Attributes:
        author: who left.
        entries: their drafts, earliest first.
    """

    author: Member
    entries: Sequence[TimeEntry]

    @property
    def days(self) -> DayRange:
        """The days from the first draft to the last."""
        return DayRange(self.entries[0].worked_on, self.entries[-1].worked_on + timedelta(days=1))

    @property
    def incomplete(self) -> Sequence[TimeEntry]:
        """List the drafts that lack a project or a confirmed end, so that none is handed in."""
        return [one for one in self.entries if one.project_id is None or not one.is_confirmed]


def see_off(session: Session, *, member: Member, now: datetime, surface: str) -> TimeEntry | None:
    """Do what is due once somebody has left, or is back; nothing is done or asked twice.

    Whoever learns that somebody has left calls it: Slack's own report, a look-up of the profile,
    the question about a running timer. Their timer stops, and those who would approve their hours
    get one message with all that was not handed in.

    Returns:
        The entry whose timer was stopped, or None.
    """
    if not has_left(member):
        # Who comes back hands in their own hours again; what asks for them says so.
        _repaint(session, member, now)
        return None
    stopped = stop_timer_of_leaver(session, member=member, now=now, surface=surface)
    _ask(session, session.get_one(Workspace, member.workspace_id), member, now)
    return stopped


def ask_about_leavers(session: Session, *, workspace: Workspace, now: datetime) -> int:
    """Ask about everybody who left hours behind about which nobody here was asked.

    However somebody came to leave, and whoever of those who were asked has left since, somebody
    who may hand the hours in knows about them.

    Returns:
        About how many people somebody was asked.
    """
    return sum(_ask(session, workspace, one, now) for one in _leavers(session, workspace))


def ask_about_rejected(session: Session, *, author: Member, now: datetime) -> None:
    """Ask again, in a new message, where hours of somebody who left were rejected."""
    if has_left(author):
        # A question is a new message: repainting an old one would make no sound.
        _forget(session, author)
        _ask(session, session.get_one(Workspace, author.workspace_id), author, now)


def find_left(session: Session, *, member: Member) -> LeftHours | None:
    """Return what the member left behind; None if that is nothing, or they are here."""
    if not has_left(member):
        return None
    drafts = entries_of(member).where(TimeEntry.state == "draft")
    ordered = drafts.order_by(TimeEntry.worked_on, TimeEntry.started_at, TimeEntry.number)
    entries = session.scalars(ordered).all()
    return LeftHours(member, entries) if entries else None


def get_left(session: Session, *, workspace: Workspace, member_id: UUID) -> LeftHours:
    """Return what a member left behind.

    Raises:
        NothingLeft: if that is nothing, or they are here.
    """
    member = session.get_one(Member, (workspace.id, member_id))
    left = find_left(session, member=member)
    if left is None:
        raise NothingLeft(member.name)
    return left


def left_for(
    session: Session, *, workspace: Workspace, approver: Member, now: datetime
) -> Sequence[LeftHours]:
    """List what people left behind for the approver to hand in, by name; for owners all."""
    if not may(approver, "approver"):
        return []
    found = [find_left(session, member=one) for one in _leavers(session, workspace)]
    return [
        left
        for left in found
        if left is not None
        and (
            may(approver, "owner")
            or approver.id in {one.id for one in _asked(session, workspace, left, now)}
        )
    ]


def _ask(session: Session, workspace: Workspace, member: Member, now: datetime) -> bool:
    """Show the card to those who would approve, unless one of them has it; return whether."""
    member = lock_member(session, workspace_id=workspace.id, member_id=member.id)
    left = find_left(session, member=member)
    if left is None:
        return False
    if _is_of_earlier_leave(session, member):
        _forget(session, member)
    who = {one.slack_user_id for one in _asked(session, workspace, left, now)}
    if not who or who & set(_recipients(session, member)):
        return False
    show_card(
        session,
        workspace_id=workspace.id,
        purpose=PURPOSE,
        subject_id=member.id,
        recipients=sorted(who),
        now=now,
    )
    return True


def _asked(
    session: Session, workspace: Workspace, left: LeftHours, now: datetime
) -> Sequence[Member]:
    """List who would approve the hours, or the owners where nobody would."""
    by_project = approvers_by_project(
        session,
        workspace=workspace,
        author_id=left.author.id,
        project_ids={one.project_id for one in left.entries if one.project_id is not None},
        now=now,
    )
    asked = {one.id: one for standing in by_project.values() for one in standing.asked}
    return [*asked.values()] or holders(session, workspace_id=workspace.id, role="owner")


def _leavers(session: Session, workspace: Workspace) -> Sequence[Member]:
    """List who has left with drafts, by name."""
    drafts = select(TimeEntry.id).where(
        TimeEntry.workspace_id == Member.workspace_id,
        TimeEntry.member_id == Member.id,
        TimeEntry.state == "draft",
        TimeEntry.deleted_at.is_(None),
    )
    return session.scalars(
        select(Member)
        .where(
            Member.workspace_id == workspace.id,
            or_(Member.deactivated_at.is_not(None), Member.kind != "person"),
            drafts.exists(),
        )
        .order_by(Member.name, Member.id)
    ).all()


def _is_of_earlier_leave(session: Session, member: Member) -> bool:
    """Tell whether what was asked is older than the leave: they were back in between."""
    copies = list_posted(
        session, workspace_id=member.workspace_id, purpose=PURPOSE, subject_id=member.id
    )
    left_at = member.deactivated_at
    return left_at is not None and any(
        one.posted_at is not None and one.posted_at < left_at for one in copies
    )


def _recipients(session: Session, member: Member) -> list[str]:
    copies = list_posted(
        session, workspace_id=member.workspace_id, purpose=PURPOSE, subject_id=member.id
    )
    return [one.recipient for one in copies]


def _forget(session: Session, member: Member) -> None:
    forget_posted(session, workspace_id=member.workspace_id, purpose=PURPOSE, subject_id=member.id)


def _repaint(session: Session, member: Member, now: datetime) -> None:
    refresh_card(
        session, workspace_id=member.workspace_id, purpose=PURPOSE, subject_id=member.id, now=now
    )
