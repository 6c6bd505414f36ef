"""Where messages stand in Slack, so that each copy can be repainted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from timebot.journal.conflicts import insert_unless_there
from timebot.journal.models import PostedMessage

HOME_PURPOSE = "home"
"""The purpose under which a member's Home is kept: its subject is the member, its `ts` the hash."""

KEY = ("workspace_id", "purpose", "subject_id", "recipient")


def note_posted(
    session: Session,
    *,
    workspace_id: UUID,
    purpose: str,
    subject_id: UUID,
    recipient: str,
    channel: str,
    ts: str,
    now: datetime,
) -> None:
    """Note where a copy stands; a copy that was posted again replaces the old place."""
    note_wanted(
        session,
        workspace_id=workspace_id,
        purpose=purpose,
        subject_id=subject_id,
        recipient=recipient,
    )
    row = session.get_one(PostedMessage, (workspace_id, purpose, subject_id, recipient))
    row.channel, row.ts, row.posted_at = channel, ts, now
    session.flush()


def note_home(
    session: Session,
    *,
    workspace_id: UUID,
    member_id: UUID,
    recipient: str,
    view_id: str,
    view_hash: str,
    now: datetime,
) -> None:
    """Note the Home that stands for a member; the next one is to replace just this one."""
    note_posted(
        session,
        workspace_id=workspace_id,
        purpose=HOME_PURPOSE,
        subject_id=member_id,
        recipient=recipient,
        channel=view_id,
        ts=view_hash,
        now=now,
    )


def find_home_hash(
    session: Session, *, workspace_id: UUID, member_id: UUID, recipient: str
) -> str | None:
    """Return the hash of the Home that stands for a member, or None if none was published."""
    home = find_posted(
        session,
        workspace_id=workspace_id,
        purpose=HOME_PURPOSE,
        subject_id=member_id,
        recipient=recipient,
    )
    return home.ts if home is not None else None


def list_homes(session: Session, *, workspace_id: UUID) -> list[PostedMessage]:
    """List every Home that stands; `subject_id` is its member."""
    return list(
        session.scalars(
            select(PostedMessage)
            .where(
                PostedMessage.workspace_id == workspace_id, PostedMessage.purpose == HOME_PURPOSE
            )
            .order_by(PostedMessage.recipient)
        )
    )


def note_wanted(
    session: Session, *, workspace_id: UUID, purpose: str, subject_id: UUID, recipient: str
) -> None:
    """Note that the recipient is to get a copy, which stands nowhere yet."""
    values = {
        "workspace_id": workspace_id,
        "purpose": purpose,
        "subject_id": subject_id,
        "recipient": recipient,
    }
    insert_unless_there(session, PostedMessage, values, key=KEY)


def find_posted(
    session: Session, *, workspace_id: UUID, purpose: str, subject_id: UUID, recipient: str
) -> PostedMessage | None:
    """Return the recipient's copy, or None without one; with no `ts` it stands nowhere yet."""
    return session.get(PostedMessage, (workspace_id, purpose, subject_id, recipient))


def find_posted_at(
    session: Session, *, workspace_id: UUID, channel: str, ts: str
) -> PostedMessage | None:
    """Return the copy that stands at this place in Slack, or None."""
    return session.scalars(
        select(PostedMessage)
        .where(
            PostedMessage.workspace_id == workspace_id,
            PostedMessage.channel == channel,
            PostedMessage.ts == ts,
        )
        .limit(1)
    ).first()


def list_posted(
    session: Session, *, workspace_id: UUID, purpose: str, subject_id: UUID
) -> list[PostedMessage]:
    """List every copy of the message, posted or still to be posted."""
    return list(
        session.scalars(
            select(PostedMessage)
            .where(
                PostedMessage.workspace_id == workspace_id,
                PostedMessage.purpose == purpose,
                PostedMessage.subject_id == subject_id,
            )
            .order_by(PostedMessage.recipient)
        )
    )


def forget_posted(session: Session, *, workspace_id: UUID, purpose: str, subject_id: UUID) -> None:
    """Forget every copy of the message: the next one is posted anew and nothing is repainted."""
    session.execute(
        delete(PostedMessage).where(
            PostedMessage.workspace_id == workspace_id,
            PostedMessage.purpose == purpose,
            PostedMessage.subject_id == subject_id,
        )
    )
