"""Where messages stand in Slack, so that each copy can be repainted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from timebot.journal.conflicts import insert_unless_there
from timebot.journal.models import PostedMessage

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
