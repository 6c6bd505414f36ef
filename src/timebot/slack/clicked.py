"""What was clicked: messages and Homes outlive what they show; a click brings them up to date."""

from uuid import UUID

from timebot.journal.models import PostedMessage
from timebot.journal.notices import publish_home, refresh_card
from timebot.journal.posted import find_posted_at
from timebot.slack.answer import Answer
from timebot.slack.desk import Asked
from timebot.timekeeping.models import Submission
from timebot.timekeeping.submitted import repaint_submission


def show_at_home(asked: Asked, answer: Answer) -> None:
    """Redraw Home after a click on it that is answered with nothing else, whatever it changed."""
    if asked.delivery.is_home and not (answer.text or answer.modal):
        _redraw_home(asked)


def repaint_clicked(asked: Asked) -> None:
    """Repaint every copy of the card that was clicked, or that a form was opened from; or Home."""
    delivery = asked.delivery
    if delivery.kind == "submission" and delivery.value.get("submission"):
        _repaint_hours(asked, delivery.value["submission"])
    if delivery.is_home:
        _redraw_home(asked)
    if delivery.kind != "click" or not delivery.message_ts or delivery.is_ephemeral:
        return
    posted = card_clicked(asked)
    if posted is not None:
        refresh_card(
            asked.session,
            workspace_id=asked.workspace.id,
            purpose=posted.purpose,
            subject_id=posted.subject_id,
            now=asked.now,
        )


def card_clicked(asked: Asked) -> PostedMessage | None:
    """Return the card that was clicked; None for any other message, such as a copy on request."""
    return find_posted_at(
        asked.session,
        workspace_id=asked.workspace.id,
        channel=asked.delivery.channel_id,
        ts=asked.delivery.message_ts,
    )


def gives_way(asked: Asked) -> bool:
    """Tell whether the answer takes the place of the message that was clicked.

    A card is repainted by itself, every copy of it.
    """
    return bool(asked.delivery.message_ts) and card_clicked(asked) is None


def _repaint_hours(asked: Asked, submission_id: str) -> None:
    submission = find_submission(asked, submission_id)
    if submission is not None:
        repaint_submission(asked.session, submission, now=asked.now)


def find_submission(asked: Asked, submission_id: str) -> Submission | None:
    """Return the submission that a button or form carries, or None."""
    try:
        meant = UUID(submission_id)
    except ValueError:
        return None
    return asked.session.get(Submission, (asked.workspace.id, meant))


def _redraw_home(asked: Asked) -> None:
    publish_home(
        asked.session, workspace_id=asked.workspace.id, member_id=asked.member.id, now=asked.now
    )
