"""Notices: what the rooms want shown or told in Slack. They never draw; Slack's room does, late.

Cards are drawn from the database at delivery, so a card that waits shows the newest state and one
waiting repaint stands for all.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from timebot.journal.outbox import enqueue, enqueue_latest
from timebot.journal.posted import list_homes, list_posted, note_wanted

CARD, TELL, HOME, PROFILE = "slack.card", "slack.tell", "slack.home", "slack.profile"
"""The kinds of outbox message that Slack's room handles."""


def show_card(
    session: Session,
    *,
    workspace_id: UUID,
    purpose: str,
    subject_id: UUID,
    recipients: Iterable[str],
    now: datetime,
) -> None:
    """Show a card to each recipient; where one already has it, it is repainted.

    Args:
        session: the transaction whose effect the card shows.
        workspace_id: whose Slack.
        purpose: submission, nag, run or invoice; it says which table `subject_id` is in.
        subject_id: the row that is shown.
        recipients: ids of Slack people or channels.
        now: the present business instant.
    """
    for recipient in dict.fromkeys(recipients):
        note_wanted(
            session,
            workspace_id=workspace_id,
            purpose=purpose,
            subject_id=subject_id,
            recipient=recipient,
        )
        _paint(session, workspace_id, purpose, subject_id, recipient, now)


def refresh_card(
    session: Session, *, workspace_id: UUID, purpose: str, subject_id: UUID, now: datetime
) -> None:
    """Repaint every copy of the card that exists or is on its way."""
    copies = list_posted(session, workspace_id=workspace_id, purpose=purpose, subject_id=subject_id)
    for copy in copies:
        _paint(session, workspace_id, purpose, subject_id, copy.recipient, now)


def tell(
    session: Session,
    *,
    workspace_id: UUID,
    notice: str,
    recipient: str,
    facts: Mapping[str, object],
    now: datetime,
    dedup_key: str | None = None,
) -> None:
    """Tell a Slack person or channel something once.

    Args:
        session: the transaction whose effect is told.
        workspace_id: whose Slack.
        notice: what is told, such as `entries_rejected`.
        recipient: the id of a Slack person or channel.
        facts: what the words need; ids and dates become text.
        now: the present business instant.
        dedup_key: a notice with the same key is never told again.
    """
    enqueue(
        session,
        workspace_id=workspace_id,
        kind=TELL,
        payload={"notice": notice, "recipient": recipient, "facts": facts},
        topic=f"tell:{recipient}",
        dedup_key=dedup_key,
        now=now,
    )


def publish_home(session: Session, *, workspace_id: UUID, member_id: UUID, now: datetime) -> None:
    """Draw a member's App Home again."""
    enqueue_latest(
        session,
        workspace_id=workspace_id,
        kind=HOME,
        payload={"member_id": member_id},
        topic=f"home:{member_id}",
        now=now,
    )


def refresh_homes(
    session: Session,
    *,
    workspace_id: UUID,
    now: datetime,
    recipients: Iterable[str] | None = None,
) -> None:
    """Draw Homes again that stand already; who has none is shown one when they open it.

    Args:
        session: the transaction whose effect they show.
        workspace_id: whose Slack.
        now: the present business instant.
        recipients: ids of Slack people; None for everybody.
    """
    wanted = None if recipients is None else set(recipients)
    for home in list_homes(session, workspace_id=workspace_id):
        if wanted is None or home.recipient in wanted:
            publish_home(session, workspace_id=workspace_id, member_id=home.subject_id, now=now)


def look_up(session: Session, *, workspace_id: UUID, slack_user_id: str, now: datetime) -> None:
    """Have Slack asked who a person is, and whether they are still there."""
    enqueue(
        session,
        workspace_id=workspace_id,
        kind=PROFILE,
        payload={"slack_user_id": slack_user_id},
        topic=f"profile:{slack_user_id}",
        now=now,
    )


def _paint(
    session: Session,
    workspace_id: UUID,
    purpose: str,
    subject_id: UUID,
    recipient: str,
    now: datetime,
) -> None:
    enqueue_latest(
        session,
        workspace_id=workspace_id,
        kind=CARD,
        payload={"purpose": purpose, "subject_id": subject_id, "recipient": recipient},
        topic=f"card:{purpose}:{subject_id}:{recipient}",
        now=now,
    )
