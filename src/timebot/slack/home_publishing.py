"""Publishes Homes: each replaces the one it was drawn for, so that no change is overwritten."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from timebot.db import Busy
from timebot.journal.outbox import Delivered, OutboxJob, Outcome, TryAgain
from timebot.journal.posted import find_home_hash, note_home
from timebot.slack.blocks import Block
from timebot.slack.desk import Desk, Viewer
from timebot.slack.speaker import OVERTAKEN, Speaker
from timebot.team.models import Member, Workspace

HomeOf = Callable[[Viewer], Block]
"""Draws a person's Home."""

_HAVE_HOME = ("person", "guest")
"""Who may have opened it: a guest is told there that it is none of theirs."""


@dataclass(frozen=True)
class _Sketch:
    """A Home as it was drawn, and the hash of the one it replaces."""

    user_id: str
    view: Block
    replaces: str | None


class HomePublisher:
    """The outbox handler of Homes.

    Args:
        desk: what features need.
        speaker: calls Slack.
        home: draws a Home.
    """

    def __init__(self, desk: Desk, speaker: Speaker, home: HomeOf) -> None:
        self._desk = desk
        self._speaker = speaker
        self._home = home

    def __call__(self, job: OutboxJob) -> Outcome:
        """Publish a member's Home; where another one stands by now, draw once more."""
        first = self._draw(job)
        if first is None:
            return Delivered({"skipped": "nobody to show it to"})
        outcome = self._publish(job, first)
        if not _is_stale(outcome) or first.replaces is None:
            return outcome
        again = self._draw(job)
        if again is None:
            return Delivered({"skipped": "nobody to show it to"})
        if again.replaces == first.replaces:
            # Nobody has noted the Home that stands, so its hash cannot be known: an answer of Slack
            # was lost, or timebot was installed anew. What was drawn after that answer is newer.
            again = _Sketch(again.user_id, again.view, replaces=None)
        return self._publish(job, again)

    def _draw(self, job: OutboxJob) -> _Sketch | None:
        member_id = UUID(job.payload["member_id"])
        with self._desk.database.read_only() as session:
            member = session.get(Member, (job.workspace_id, member_id))
            if member is None or member.deactivated_at or member.kind not in _HAVE_HOME:
                return None
            # The hash comes first: a Home that is published while this one is drawn refuses it.
            replaces = find_home_hash(
                session,
                workspace_id=job.workspace_id,
                member_id=member_id,
                recipient=member.slack_user_id,
            )
            workspace = session.get_one(Workspace, job.workspace_id)
            user_id, now = member.slack_user_id, self._desk.clock.now()
            viewer = Viewer(session, self._desk, workspace, user_id, member, now)
            return _Sketch(user_id, self._home(viewer), replaces)

    def _publish(self, job: OutboxJob, sketch: _Sketch) -> Outcome:
        outcome = self._speaker.publish_home(
            job.workspace_id, sketch.user_id, sketch.view, replaces=sketch.replaces
        )
        if isinstance(outcome, Delivered) and outcome.result:
            self._note(job, sketch.user_id, outcome.result)
        return outcome

    def _note(self, job: OutboxJob, user_id: str, published: Mapping[str, object]) -> None:
        """Note which Home stands, however long other writers take."""
        if not published.get("hash"):
            return
        while True:
            try:
                with self._desk.database.transaction() as session:
                    note_home(
                        session,
                        workspace_id=job.workspace_id,
                        member_id=UUID(job.payload["member_id"]),
                        recipient=user_id,
                        view_id=str(published["id"]),
                        view_hash=str(published["hash"]),
                        now=job.now,
                    )
            except Busy:
                continue
            return


def _is_stale(outcome: Outcome) -> bool:
    return isinstance(outcome, TryAgain) and outcome.reason in OVERTAKEN
