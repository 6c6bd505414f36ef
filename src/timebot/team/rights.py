"""Rights: what a role may do, who may do what, and how roles are given."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.errors import NotAllowed, Refusal
from timebot.journal.audit import Actor, record
from timebot.journal.notices import refresh_homes, tell
from timebot.team.models import ROLES, Member, Workspace

PROFILE_TRUSTED_FOR = timedelta(days=7)
"""How long a profile from Slack vouches for a role that reaches beyond one's own time."""

_HOLDERS = {
    "member": "people of this workspace",
    "approver": "approvers, billing people and owners",
    "billing": "billing people and owners",
    "owner": "owners",
}


class RoleUnknown(Refusal):
    """The word is no role."""

    def __init__(self, word: str) -> None:
        super().__init__(
            f"{word or 'That'} is not a role. Choose member, approver, billing or owner.",
            example="/billing role @ana approver",
        )


class LastOwner(Refusal):
    """A workspace always has an owner."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is the last owner, so this was not changed."
            " Make somebody else an owner first.",
            example="/billing role @ana owner",
        )


class RoleNotPossible(Refusal):
    """Guests, bots, people of other firms and people who left get no role."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} cannot have a role: only active people of this workspace can, not guests,"
            " apps or people of other organizations. Choose somebody else."
        )


def may(member: Member, role: str) -> bool:
    """Tell whether the member is active and has at least the role."""
    if member.deactivated_at is not None or member.kind != "person":
        return False
    return ROLES.index(member.role) >= ROLES.index(role)


def has_left(member: Member) -> bool:
    """Tell whether somebody records no time here: deactivated, or no person of this workspace.

    Who became a guest has left as well as who was deactivated; what they recorded stays.
    """
    return not may(member, "member")


def require(session: Session, member: Member, role: str, *, to: str, now: datetime) -> None:
    """Make sure that the member may do something that needs the role.

    Anything beyond one's own time needs a profile that Slack confirmed within the last 7 days:
    a person who became a guest or left must not approve hours or touch money.

    Args:
        session: to name the people who may.
        member: the person who asks.
        role: the least role that may.
        to: what they want to do, such as `approve hours`.
        now: the present instant.

    Raises:
        NotAllowed: if they may not; it names who may.
    """
    if not may(member, role):
        raise NotAllowed(_refused(session, member, role, to))
    if role != "member" and not _is_trusted(member, now):
        raise NotAllowed(
            f"I could not check your Slack profile lately, so I cannot let you {to} just now."
            " Nothing was changed. Please try again in a minute."
        )


def grant_role(
    session: Session, *, actor: Member, member: Member, role: str, surface: str, now: datetime
) -> bool:
    """Give a member a role, and return whether that changed anything.

    Raises:
        NotAllowed: if the actor is no owner.
        RoleUnknown: if there is no such role.
        RoleNotPossible: if the person is a guest, a bot, from elsewhere, or has left.
        LastOwner: if it would leave the workspace without an owner.
    """
    require(session, actor, "owner", to="change roles", now=now)
    if role not in ROLES[1:]:
        raise RoleUnknown(role)
    lock_roles(session, member.workspace_id)
    session.refresh(member)
    if member.kind != "person" or member.deactivated_at is not None:
        raise RoleNotPossible(member.name)
    if member.role == role:
        return False
    if is_last_owner(session, member):
        raise LastOwner(member.name)
    change_role(session, member, role, by=Actor(actor.id, surface), now=now)
    tell(
        session,
        workspace_id=member.workspace_id,
        notice="role_changed",
        recipient=member.slack_user_id,
        facts={"role": role, "by_member_id": str(actor.id)},
        now=now,
    )
    return True


def change_role(session: Session, member: Member, role: str, *, by: Actor, now: datetime) -> None:
    """Write the role and the audit, and show it; the callers decide whether it may be."""
    before, member.role = member.role, role
    session.flush()
    record(
        session,
        workspace_id=member.workspace_id,
        actor=by,
        action="member.role_changed",
        subject_kind="member",
        subject_id=member.id,
        at=now,
        before={"role": before},
        after={"role": role},
    )
    # Homes of others say with whom their hours wait.
    refresh_homes(session, workspace_id=member.workspace_id, now=now)


def lock_roles(session: Session, workspace_id: UUID) -> None:
    """Let role changes of one workspace queue, so that two owners cannot remove each other."""
    session.execute(
        select(Workspace.id).where(Workspace.id == workspace_id).with_for_update(key_share=True)
    )


def is_last_owner(session: Session, member: Member) -> bool:
    """Tell whether the member is the only active owner."""
    if not may(member, "owner"):
        return False
    others = select(Member.id).where(
        Member.workspace_id == member.workspace_id,
        Member.id != member.id,
        Member.role == "owner",
        Member.deactivated_at.is_(None),
    )
    return session.execute(others.limit(1)).first() is None


def holders(session: Session, *, workspace_id: UUID, role: str) -> list[Member]:
    """List the active members who have at least the role, by name."""
    found = select(Member).where(
        Member.workspace_id == workspace_id,
        Member.role.in_(ROLES[ROLES.index(role) :]),
        Member.kind == "person",
        Member.deactivated_at.is_(None),
    )
    return list(session.scalars(found.order_by(Member.name, Member.id)))


def no_owner_words(session: Session, workspace_id: UUID) -> str:
    """Say how a workspace comes to an owner who can give roles, where it has none."""
    left = select(Member.id).where(Member.workspace_id == workspace_id, Member.role == "owner")
    if session.execute(left.limit(1)).first() is not None:
        # No name of a setting: shown literally, it could not be copied as it is.
        return "The last owner here has left; whoever runs timebot names another one in its set-up."
    return "Nobody has that role yet. The first owner or admin of Slack who types /timer gives it."


def _is_trusted(member: Member, now: datetime) -> bool:
    return member.profile_at is not None and now - member.profile_at <= PROFILE_TRUSTED_FOR


def _refused(session: Session, member: Member, role: str, to: str) -> str:
    who = holders(session, workspace_id=member.workspace_id, role=role)
    ask = f"Ask {_either(who)}." if who else no_owner_words(session, member.workspace_id)
    if member.kind != "person":
        sentence = (
            f"Only people of this workspace may {to}, not guests, apps or people of other"
            " organizations."
        )
        # Whoever cannot track time at all is sent to those who can tell why.
        return (
            f"{sentence} {_ask_owners(session, member)}"
            if role == "member"
            else f"{sentence} {ask}"
        )
    if member.deactivated_at is not None:
        sentence = f"{member.name} is no longer active here and may not {to}."
        return (
            f"{sentence} {_ask_owners(session, member)}"
            if role == "member"
            else f"{sentence} {ask}"
        )
    return f"Only {_HOLDERS[role]} may {to}. {ask}"


def _ask_owners(session: Session, member: Member) -> str:
    owners = holders(session, workspace_id=member.workspace_id, role="owner")
    return f"If you should, ask {_either(owners)}." if owners else "If you should, ask an owner."


def _either(members: list[Member]) -> str:
    names = [member.name for member in members[:4]]
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]
