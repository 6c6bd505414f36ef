"""The clicked card: messages outlive what they show, so a refused click repaints them."""

from timebot.journal.notices import refresh_card
from timebot.journal.posted import find_posted_at
from timebot.slack.desk import Asked


def repaint_clicked(asked: Asked) -> None:
    """Repaint every copy of the card that was clicked; other messages stay as they are."""
    delivery = asked.delivery
    if delivery.kind != "click" or not delivery.message_ts or delivery.is_ephemeral:
        return
    posted = find_posted_at(
        asked.session,
        workspace_id=asked.workspace.id,
        channel=delivery.channel_id,
        ts=delivery.message_ts,
    )
    if posted is not None:
        refresh_card(
            asked.session,
            workspace_id=asked.workspace.id,
            purpose=posted.purpose,
            subject_id=posted.subject_id,
            now=asked.now,
        )
