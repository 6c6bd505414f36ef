"""Members: people are known from their first command on, and the first owner is found."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebot.journal.audit import Actor, record
from timebot.journal.notices import refresh_homes
from timebot.team.days import find_zone
from timebot.team.models import Member, Workspace
from timebot.team.rights import (
    LastOwner,
    change_role,
    holders,
    is_last_owner,
    lock_roles,
    may,
    require,
)

Kind = Literal["person", "guest", "bot", "external"]

PROFILE_FRESH_FOR = timedelta(hours=24)
"""How long a profile counts as fresh; later Slack is asked again."""

_LONGEST_NAME = 120


@dataclass(frozen=True)
class Profile:
    """What Slack says about a person.

    Attributes:
        name: as shown to others.
        zone: the IANA name of their time zone, or None.
        kind: person, guest, bot or external (of another organization).
        is_workspace_admin: whether they are owner or admin of the Slack workspace.
        is_deleted: whether Slack has deactivated them.
    """

    name: str
    zone: str | None
    kind: Kind
    is_workspace_admin: bool
    is_deleted: bool


def meet_member(
    session: Session,
    *,
    workspace: Workspace,
    slack_user_id: str,
    profile: Profile | None,
    owner_hint: str | None,
    now: datetime,
) -> Member:
    """Return the member behind a Slack id, made known or brought up to date.

    Without a profile nothing but one's own timer is safe: a stale member counts time in the
    workspace's zone until Slack answers again, and `require` fails closed for the rest.

    The first owner is `owner_hint` where that is set, else the first owner or admin of the Slack
    workspace who comes by; once, later ones gain nothing.

    Args:
        session: an open transaction.
        workspace: where they are.
        slack_user_id: Slack's id of the person.
        profile: what Slack says just now; None if it was not asked or did not answer.
        owner_hint: the Slack id that the operator (or an OAuth install) names as owner.
        now: the present instant.
    """
    member = find_member(session, workspace_id=workspace.id, slack_user_id=slack_user_id)
    if member is None:
        member = _make_known(session, workspace, slack_user_id, profile, now)
    if profile is not None:
        _bring_up_to_date(session, workspace, member, profile, now)
        _make_first_owner(session, member, profile, owner_hint, now)
    elif needs_profile(member, now) and member.zone_is_known:
        member.zone, member.zone_is_known = workspace.zone, False
    session.flush()
    return member


def needs_profile(member: Member | None, now: datetime) -> bool:
    """Tell whether Slack should be asked about the person: unknown, or not asked for a day."""
    if member is None or member.profile_at is None:
        return True
    return now - member.profile_at > PROFILE_FRESH_FOR


def find_member(session: Session, *, workspace_id: UUID, slack_user_id: str) -> Member | None:
    """Return the member with the Slack id, or None."""
    return session.scalars(
        select(Member).where(
            Member.workspace_id == workspace_id, Member.slack_user_id == slack_user_id
        )
    ).one_or_none()


def list_members(session: Session, *, workspace_id: UUID, at_least: str = "member") -> list[Member]:
    """List the active members who have at least the role, by name."""
    return holders(session, workspace_id=workspace_id, role=at_least)


def deactivate_member(
    session: Session, *, member: Member, actor: Member | None, surface: str, now: datetime
) -> bool:
    """Mark that a person has left, and return whether that changed anything.

    It only marks: whoever calls it stops the person's timer.

    Args:
        session: an open transaction.
        member: who left.
        actor: the owner who says so, or None where Slack does.
        surface: where it came from.
        now: the present instant.

    Raises:
        NotAllowed: if the actor is no owner.
        LastOwner: if the person is the last owner.
    """
    if actor is not None:
        require(session, actor, "owner", to="deactivate people", now=now)
    lock_roles(session, member.workspace_id)
    session.refresh(member)
    if member.deactivated_at is not None:
        return False
    if is_last_owner(session, member):
        raise LastOwner(member.name)
    by = Actor(actor.id if actor is not None else None, surface)
    _mark_gone(session, member, by, now)
    return True


def _make_known(
    session: Session,
    workspace: Workspace,
    slack_user_id: str,
    profile: Profile | None,
    now: datetime,
) -> Member:
    kind = profile.kind if profile is not None else "person"
    member = Member(
        workspace_id=workspace.id,
        slack_user_id=slack_user_id,
        name=_clean(profile.name if profile is not None else "", slack_user_id),
        kind=kind,
        role="member" if kind == "person" else "none",
        zone=workspace.zone,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(member)
            session.flush()
    except IntegrityError:
        # Two first commands at the same instant: the other one has made the person known.
        known = find_member(session, workspace_id=workspace.id, slack_user_id=slack_user_id)
        if known is None:
            raise
        return known
    _note(session, member, "member.met", None, {"kind": kind, "role": member.role}, now)
    return member


def _bring_up_to_date(
    session: Session, workspace: Workspace, member: Member, profile: Profile, now: datetime
) -> None:
    member.name = _clean(profile.name, member.name)
    zone, before = find_zone(profile.zone) if profile.zone else None, member.zone
    member.zone, member.zone_is_known = zone or workspace.zone, zone is not None
    if member.zone != before:
        refresh_homes(
            session, workspace_id=workspace.id, recipients=[member.slack_user_id], now=now
        )
    member.profile_at = now
    if profile.kind != member.kind:
        _change_kind(session, member, profile.kind, now)
    if profile.is_deleted and member.deactivated_at is None:
        # Reality has the last word over "the last owner stays": rights must end at once.
        _mark_gone(session, member, Actor(None, "slack"), now)
    elif not profile.is_deleted and member.deactivated_at is not None:
        _come_back(session, member, now)


def _change_kind(session: Session, member: Member, kind: Kind, now: datetime) -> None:
    """Write what kind of account it is; who is no person of the firm loses every right."""
    before = {"kind": member.kind, "role": member.role}
    member.kind = kind
    member.role = "member" if kind == "person" else "none"
    session.flush()
    after = {"kind": member.kind, "role": member.role}
    _note(session, member, "member.kind_changed", before, after, now)
    refresh_homes(
        session, workspace_id=member.workspace_id, recipients=[member.slack_user_id], now=now
    )


def _mark_gone(session: Session, member: Member, by: Actor, now: datetime) -> None:
    member.deactivated_at = now
    session.flush()
    record(
        session,
        workspace_id=member.workspace_id,
        actor=by,
        action="member.deactivated",
        subject_kind="member",
        subject_id=member.id,
        at=now,
        before={"role": member.role},
    )
    refresh_homes(session, workspace_id=member.workspace_id, now=now)


def _come_back(session: Session, member: Member, now: datetime) -> None:
    """Somebody who returns starts as a member; an owner gives the old role again, or not."""
    before = {"role": member.role}
    member.deactivated_at = None
    # The last owner stays one, or nobody could give roles any more.
    if member.role != "none" and not is_last_owner(session, member):
        member.role = "member"
    session.flush()
    _note(session, member, "member.reactivated", before, {"role": member.role}, now)


def _make_first_owner(
    session: Session, member: Member, profile: Profile, owner_hint: str | None, now: datetime
) -> None:
    if not may(member, "member") or not _becomes_owner(session, member, profile, owner_hint):
        return
    # Two admins may speak at the same instant: the second one waits here and finds an owner.
    lock_roles(session, member.workspace_id)
    if _becomes_owner(session, member, profile, owner_hint):
        change_role(session, member, "owner", by=Actor(None, "slack"), now=now)


def _becomes_owner(
    session: Session, member: Member, profile: Profile, owner_hint: str | None
) -> bool:
    owners = select(Member.id).where(
        Member.workspace_id == member.workspace_id, Member.role == "owner"
    )
    if owner_hint:
        # Whom the operator names may also follow an only owner who has left.
        owners = owners.where(Member.deactivated_at.is_(None))
    is_meant = member.slack_user_id == owner_hint if owner_hint else profile.is_workspace_admin
    return is_meant and session.execute(owners.limit(1)).first() is None


def _clean(name: str, otherwise: str) -> str:
    return " ".join(name.split())[:_LONGEST_NAME] or otherwise


def _note(
    session: Session,
    member: Member,
    action: str,
    before: dict[str, str] | None,
    after: dict[str, str],
    now: datetime,
) -> None:
    record(
        session,
        workspace_id=member.workspace_id,
        actor=Actor(member.id, "slack"),
        action=action,
        subject_kind="member",
        subject_id=member.id,
        at=now,
        before=before,
        after=after,
    )
