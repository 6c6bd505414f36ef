"""Sending: what the outbox hands to Slack, drawn from the database at the moment it goes out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from timebot.billing.ports import Renderer
from timebot.journal.outbox import Delivered, Handler, OutboxJob, Outcome
from timebot.journal.posted import find_posted, note_posted
from timebot.slack.blocks import Block, shortened
from timebot.slack.desk import Card, Desk, Drawn, Notice, Viewer
from timebot.slack.file_sending import KIND as FILE
from timebot.slack.file_sending import FileSender
from timebot.slack.speaker import Speaker
from timebot.team.members import find_member
from timebot.team.models import Member, Workspace

HomeOf = Callable[[Viewer], Block]
"""Draws a person's Home."""

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
        self._desk = desk
        self._speaker = speaker
        self._painters = painters

    def handlers(self) -> dict[str, Handler]:
        """Return the handlers by kind of outbox message."""
        return {
            "slack.card": self.card,
            "slack.tell": self.tell,
            "slack.home": self.home,
            "slack.respond": self.respond,
            "slack.dm": self.direct,
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
        if drawn is None:
            return NOTHING_LEFT
        if posted and posted.channel and posted.ts:
            return self._speaker.update(
                job.workspace_id, posted.channel, posted.ts, drawn.text, shortened(drawn.blocks)
            )
        return self._post_card(job, drawn)

    def tell(self, job: OutboxJob) -> Outcome:
        """Post a one-off message."""
        recipient = job.payload["recipient"]
        with self._desk.database.read_only() as session:
            viewer = self._viewer(session, job.workspace_id, recipient)
            facts = {key: value for key, value in job.payload["facts"].items() if value is not None}
            drawn = self._painters.notices[job.payload["notice"]](viewer, facts)
        if drawn is None:
            return NOTHING_LEFT
        return self._speaker.post(job.workspace_id, recipient, drawn.text, shortened(drawn.blocks))

    def home(self, job: OutboxJob) -> Outcome:
        """Publish a member's Home."""
        with self._desk.database.read_only() as session:
            member = session.get(Member, (job.workspace_id, UUID(job.payload["member_id"])))
            if member is None or member.deactivated_at or member.kind != "person":
                return NOTHING_LEFT
            viewer = self._viewer(session, job.workspace_id, member.slack_user_id)
            view = self._painters.home(viewer)
        return self._speaker.publish_home(job.workspace_id, member.slack_user_id, view)

    def respond(self, job: OutboxJob) -> Outcome:
        """Answer a click or a form through its response_url."""
        return self._speaker.respond(job.payload["response_url"], job.payload["body"])

    def direct(self, job: OutboxJob) -> Outcome:
        """Say something to one person in a DM."""
        payload = job.payload
        return self._speaker.post(
            job.workspace_id, payload["recipient"], payload["text"], payload["blocks"]
        )

    def _post_card(self, job: OutboxJob, drawn: Drawn) -> Outcome:
        recipient = job.payload["recipient"]
        outcome = self._speaker.post(
            job.workspace_id, recipient, drawn.text, shortened(drawn.blocks)
        )
        if isinstance(outcome, Delivered) and outcome.result:
            with self._desk.database.transaction() as session:
                note_posted(
                    session,
                    workspace_id=job.workspace_id,
                    purpose=job.payload["purpose"],
                    subject_id=UUID(job.payload["subject_id"]),
                    recipient=recipient,
                    channel=str(outcome.result["channel"]),
                    ts=str(outcome.result["ts"]),
                    now=self._desk.clock.now(),
                )
        return outcome

    def _viewer(self, session: Session, workspace_id: UUID, recipient: str) -> Viewer:
        workspace = session.get_one(Workspace, workspace_id)
        member = find_member(session, workspace_id=workspace_id, slack_user_id=recipient)
        return Viewer(session, self._desk, workspace, recipient, member, self._desk.clock.now())
