"""Work on the time of somebody else: who may, and that the person is told."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from timebot.errors import NotAllowed
from timebot.journal.notices import tell
from timebot.team.models import Member
from timebot.team.rights import has_left, require
from timebot.timekeeping.history import Change, entry_facts
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.turns import lock_member, take_turn


class NoTimeOfTheirs(NotAllowed):
    """Time for an account that records none: a guest, an app, somebody of another firm."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} records no time here: only people of this workspace do, not guests, apps or"
            " people of other organizations. Choose somebody else."
        )


class NotKnownYet(NotAllowed):
    """New time for somebody whose Slack profile was never seen."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"I do not know {name} yet, so I cannot tell whether they record time here."
            " Ask them to use /timer once."
        )


class HasLeft(NotAllowed):
    """New time for somebody who has left."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is no longer active, so no new time can be added for them."
            " What they recorded can still be corrected, confirmed and handed in."
        )


def take_turn_at(
    session: Session, *, actor: Member, author_id: UUID, to: str, now: datetime
) -> Member:
    """Lock the author for a change of their time, by themselves or by somebody who may.

    Approvers and above change the time of others; it is never more than they may do with their
    own. Somebody who has left, or became a guest, can still be corrected, or their hours could
    never be handed in.

    Args:
        session: the open transaction.
        actor: who wants to change something.
        author_id: whose time it is.
        to: what they want to do, such as `change time`.
        now: the present instant.

    Raises:
        NotAllowed: if the actor may not; it names who may.
    """
    if actor.id == author_id:
        return take_turn(session, actor, to=to, now=now)
    author = lock_member(session, workspace_id=actor.workspace_id, member_id=author_id)
    session.refresh(actor)
    require(session, actor, "approver", to=f"{to} for others", now=now)
    return author


def ensure_active(author: Member) -> None:
    """Make sure that new time can be added for somebody.

    Raises:
        NoTimeOfTheirs: if they are a guest, an app or of another firm.
        HasLeft: if they are no longer active.
        NotKnownYet: if Slack was never asked who they are; a guest must not slip in.
    """
    if author.kind != "person":
        raise NoTimeOfTheirs(author.name)
    if author.profile_at is None:
        raise NotKnownYet(author.name)
    if author.deactivated_at is not None:
        raise HasLeft(author.name)


def tell_author(
    session: Session,
    change: Change,
    entry: TimeEntry,
    what: str,
    *,
    before: dict[str, Any] | None = None,
) -> None:
    """Tell the author what somebody else did to their entry; nothing where they did it.

    Args:
        session: the open transaction.
        change: who did it.
        entry: the entry as it is now.
        what: added, edited, split, joined, trimmed, deleted or restored.
        before: what it was.
    """
    author = session.get_one(Member, (entry.workspace_id, entry.member_id))
    if change.member.id == author.id or has_left(author):
        return
    # The notice tells what was done then, whatever happens to the entry until it is delivered.
    tell(
        session,
        workspace_id=entry.workspace_id,
        notice="entry_corrected",
        recipient=author.slack_user_id,
        facts={
            "entry_id": str(entry.id),
            "by_member_id": str(change.member.id),
            "what": what,
            "before": json.dumps(before) if before else "",
            "after": json.dumps(entry_facts(entry)),
        },
        now=change.now,
    )
