"""People who were named but never came by: the worker asks Slack who they are."""

from collections.abc import Callable
from uuid import UUID

from slack_sdk import WebClient

from timebot.journal.notices import look_up
from timebot.journal.outbox import Delivered, OutboxJob, Outcome, TryAgain
from timebot.slack.desk import SURFACE, Asked, Desk
from timebot.slack.speaker import ask_profile
from timebot.team.members import meet_member
from timebot.team.models import Workspace
from timebot.timekeeping.leavers import see_off

ClientFor = Callable[[UUID], WebClient | None]


def want_profile(asked: Asked, slack_user_id: str) -> None:
    """Let the worker ask Slack about somebody; a listener's second is for the one who acted."""
    look_up(
        asked.session,
        workspace_id=asked.workspace.id,
        slack_user_id=slack_user_id,
        now=asked.now,
    )


class ProfileAsking:
    """Asks Slack about people, and keeps what it says."""

    def __init__(self, desk: Desk, client_for: ClientFor) -> None:
        self._desk = desk
        self._client_for = client_for

    def __call__(self, job: OutboxJob) -> Outcome:
        """Ask about one person."""
        slack_user_id = str(job.payload["slack_user_id"])
        with self._desk.database.read_only() as session:
            team_id = session.get_one(Workspace, job.workspace_id).slack_team_id
        client = self._client_for(job.workspace_id)
        profile = ask_profile(client, slack_user_id, team_id) if client else None
        if profile is None:
            return TryAgain("Slack does not say who it is")
        with self._desk.database.transaction() as session:
            now = self._desk.clock.now()
            member = meet_member(
                session,
                workspace=session.get_one(Workspace, job.workspace_id),
                slack_user_id=slack_user_id,
                profile=profile,
                owner_hint=self._desk.owner_hint,
                now=now,
            )
            see_off(session, member=member, now=now, surface=SURFACE)
        return Delivered()
