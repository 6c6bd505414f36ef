"""Sending: what the outbox hands to Slack, drawn from the database at the moment it goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from timebot.billing.document_ports import Renderer
from timebot.db import Busy
from timebot.journal.models import PostedMessage
from timebot.journal.notices import HOME, show_card, tell
from timebot.journal.outbox import (
    Delivered,
    GiveUp,
    Handler,
    MayHaveArrived,
    OutboxJob,
    Outcome,
    TryAgain,
    enqueue,
)
from timebot.journal.posted import find_posted, note_posted
from timebot.slack.blocks import Block, escape, shortened
from timebot.slack.desk import Card, Desk, Drawn, Notice, Viewer
from timebot.slack.file_sending import KIND as FILE
from timebot.slack.file_sending import FileSender
from timebot.slack.home_publishing import HomeOf, HomePublisher
from timebot.slack.speaker import GONE, OVERTAKEN, UNREACHABLE, Speaker
from timebot.slack.whole_text import whole_text
from timebot.team.members import find_member, list_members
from timebot.team.models import Workspace

_WHY = {
    "is_archived": "it is archived",
    "not_private": "it is not private, and others would read the amounts",
}

SAID_AGAIN_AFTER = timedelta(minutes=15)
"""When what waits for a decision is posted once more, if nobody knows whether it arrived."""

NOTHING_LEFT: Outcome = Delivered({"skipped": "nothing left to show"})


@dataclass(frozen=True)
class Painters:
    """Who draws what: cards by purpose, notices by name, and Home."""

    cards: Mapping[str, Card]
    notices: Mapping[str, Notice]
    home: HomeOf


class Sending:
    """The outbox handlers of the Slack room.

    Args:
        renderer: draws the PDFs of drafts; None where nothing is drawn.
    """

    def __init__(
        self,
        desk: Desk,
        speaker: Speaker,
        painters: Painters,
        renderer: Renderer | None = None,
    ) -> None:
        self._send_file = FileSender(desk, speaker, renderer)
        self._publish_home = HomePublisher(desk, speaker, painters.home)
        self._desk = desk
        self._speaker = speaker
        self._painters = painters

    def handlers(self) -> dict[str, Handler]:
        """Return the handlers by kind of outbox message."""
        return {
            "slack.card": self.card,
            "slack.tell": self.tell,
            HOME: self._publish_home,
            "slack.respond": self.respond,
            "slack.dm": self.direct,
            "slack.view": self.view,
            FILE: self._send_file,
        }

    def card(self, job: OutboxJob) -> Outcome:
        """Post a card, or repaint the copy that stands already."""
        purpose, subject_id = job.payload["purpose"], job.payload["subject_id"]
        recipient = job.payload["recipient"]
        with self._desk.database.read_only() as session:
            posted = find_posted(
                session,
                workspace_id=job.workspace_id,
                purpose=purpose,
                subject_id=UUID(subject_id),
                recipient=recipient,
            )
            viewer = self._viewer(session, job.workspace_id, recipient)
            drawn = self._painters.cards[purpose](viewer, subject_id)
        if drawn is None or _has_left(viewer):
            return NOTHING_LEFT
        refused = self._refuse_in_the_open(job, viewer)
        if refused is not None:
            return self._or_elsewhere(job, viewer, refused)
        if "again" in job.payload and not _has_buttons(drawn):
            return NOTHING_LEFT
        outcome = self._repaint(job, posted, drawn) if posted and posted.ts else None
        if outcome is None or (_is_gone(outcome) and _has_buttons(drawn)):
            outcome = self._or_again(job, drawn, self._post_card(job, drawn))
        elif _is_gone(outcome):
            return Delivered({"skipped": "the message is gone, and nothing is left to decide"})
        return self._or_elsewhere(job, viewer, outcome)

    def tell(self, job: OutboxJob) -> Outcome:
        """Post a one-off message."""
        recipient = job.payload["recipient"]
        with self._desk.database.read_only() as session:
            viewer = self._viewer(session, job.workspace_id, recipient)
            facts = {key: value for key, value in job.payload["facts"].items() if value is not None}
            drawn = self._painters.notices[job.payload["notice"]](viewer, facts)
        if drawn is None or _has_left(viewer):
            return NOTHING_LEFT
        refused = self._refuse_in_the_open(job, viewer)
        outcome = refused or self._post(job, recipient, drawn.text, drawn.blocks)
        return self._or_elsewhere(job, viewer, self._or_again(job, drawn, outcome))

    def respond(self, job: OutboxJob) -> Outcome:
        """Answer a click or a form through its response_url, or by DM where that is used up."""
        payload, body = job.payload, job.payload["body"]
        outcome = self._speaker.respond(payload["response_url"], body)
        if not isinstance(outcome, GiveUp) or not payload.get("recipient"):
            return outcome
        return self._post(job, payload["recipient"], body["text"], body["blocks"])

    def direct(self, job: OutboxJob) -> Outcome:
        """Say something to one person in a DM."""
        payload = job.payload
        return self._post(job, payload["recipient"], payload["text"], payload["blocks"])

    def view(self, job: OutboxJob) -> Outcome:
        """Put a modal in the place of the one that was clicked in, unless that has gone on."""
        payload = job.payload
        outcome = self._speaker.update_view(
            job.workspace_id, payload["view_id"], payload["view"], replaces=payload["hash"]
        )
        if isinstance(outcome, TryAgain) and outcome.reason in OVERTAKEN:
            return Delivered({"skipped": "the modal has gone on"})
        return outcome

    def _post(self, job: OutboxJob, recipient: str, text: str, blocks: Sequence[Block]) -> Outcome:
        drawn = shortened(list(blocks))
        return self._speaker.post(job.workspace_id, recipient, whole_text(text, drawn), drawn)

    def _repaint(self, job: OutboxJob, posted: PostedMessage, drawn: Drawn) -> Outcome:
        blocks = shortened(drawn.blocks)
        return self._speaker.update(
            job.workspace_id,
            str(posted.channel),
            str(posted.ts),
            whole_text(drawn.text, blocks),
            blocks,
        )

    def _post_card(self, job: OutboxJob, drawn: Drawn) -> Outcome:
        recipient = job.payload["recipient"]
        outcome = self._post(job, recipient, drawn.text, drawn.blocks)
        if isinstance(outcome, Delivered) and outcome.result:
            self._note_place(job, str(outcome.result["channel"]), str(outcome.result["ts"]))
        return outcome

    def _note_place(self, job: OutboxJob, channel: str, ts: str) -> None:
        """Note where the card stands, however long other writers take: else it comes twice."""
        while True:
            try:
                with self._desk.database.transaction() as session:
                    note_posted(
                        session,
                        workspace_id=job.workspace_id,
                        purpose=job.payload["purpose"],
                        subject_id=UUID(job.payload["subject_id"]),
                        recipient=job.payload["recipient"],
                        channel=channel,
                        ts=ts,
                        now=job.now,
                    )
            except Busy:
                continue
            return

    def _refuse_in_the_open(self, job: OutboxJob, viewer: Viewer) -> Outcome | None:
        """Keep amounts out of channels that others can read; cards of a channel show money."""
        if viewer.member is not None or not viewer.recipient.startswith(("C", "G")):
            return None
        return self._speaker.refuse_unless_private(job.workspace_id, viewer.recipient)

    def _or_again(self, job: OutboxJob, drawn: Drawn, outcome: Outcome) -> Outcome:
        """Say once more, later, what somebody has to decide and may never have seen."""
        if isinstance(outcome, MayHaveArrived) and _has_buttons(drawn):
            with self._desk.database.transaction() as session:
                enqueue(
                    session,
                    workspace_id=job.workspace_id,
                    kind=job.kind,
                    payload={**job.payload, "again": True},
                    dedup_key=f"again:{job.id}",
                    now=job.now,
                    due_at=job.now + SAID_AGAIN_AFTER,
                )
        return outcome

    def _or_elsewhere(self, job: OutboxJob, viewer: Viewer, outcome: Outcome) -> Outcome:
        """Tell billing people and owners by DM what a channel does not take any more."""
        is_channel = viewer.member is None
        if not (is_channel and isinstance(outcome, GiveUp) and outcome.reason in UNREACHABLE):
            return outcome
        with self._desk.database.transaction() as session:
            people = list_members(session, workspace_id=job.workspace_id, at_least="billing")
            for person in people:
                _send_to(session, job, person.slack_user_id, self._excuse(viewer, outcome.reason))
        return Delivered({"rerouted": outcome.reason}) if people else outcome

    def _excuse(self, viewer: Viewer, reason: str) -> str:
        why = _WHY.get(reason, "I may not post there")
        return (
            f"I could not write to <#{escape(viewer.recipient)}>: {why}. So it comes to you."
            f" Invite me to a private channel, and choose it with"
            f" {self._desk.billing_command} settings."
        )

    def _viewer(self, session: Session, workspace_id: UUID, recipient: str) -> Viewer:
        workspace = session.get_one(Workspace, workspace_id)
        member = find_member(session, workspace_id=workspace_id, slack_user_id=recipient)
        return Viewer(session, self._desk, workspace, recipient, member, self._desk.clock.now())


def _send_to(session: Session, job: OutboxJob, person: str, excuse: str) -> None:
    """Queue the same for one person, after a word on why; once, however often it is repainted."""
    payload, channel = job.payload, job.payload["recipient"]
    subject = payload.get("subject_id") or str(job.id)
    enqueue(
        session,
        workspace_id=job.workspace_id,
        kind="slack.dm",
        payload={"recipient": person, "text": excuse, "blocks": []},
        dedup_key=f"elsewhere:{channel}:{subject}:{person}",
        # Before what it explains.
        now=job.now - timedelta(microseconds=1),
    )
    if job.kind == "slack.card":
        show_card(
            session,
            workspace_id=job.workspace_id,
            purpose=payload["purpose"],
            subject_id=UUID(subject),
            recipients=[person],
            now=job.now,
        )
        return
    tell(
        session,
        workspace_id=job.workspace_id,
        notice=payload["notice"],
        recipient=person,
        facts=payload["facts"],
        dedup_key=f"elsewhere:{job.id}:{person}",
        now=job.now,
    )


def _is_gone(outcome: Outcome) -> bool:
    return isinstance(outcome, GiveUp) and outcome.reason in GONE


def _has_buttons(drawn: Drawn) -> bool:
    """Whether something is left to decide; a card that only reports need not come back."""
    return any(block["type"] == "actions" or "accessory" in block for block in drawn.blocks)


def _has_left(viewer: Viewer) -> bool:
    return viewer.member is not None and viewer.member.deactivated_at is not None
