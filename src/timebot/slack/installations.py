"""Installations: which token speaks in which workspace, kept encrypted where it is stored."""

from functools import lru_cache
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_sdk import WebClient

from timebot.db import Database
from timebot.settings import Settings
from timebot.slack.speaker import LISTENER_SECONDS, web_client
from timebot.team.models import SlackInstallation, Workspace
from timebot.team.workspaces import find_workspace

_WORKER_SECONDS = 15


class Installations:
    """Finds the client of a workspace: by the one token of the settings, else as installed."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        key = settings.secret_key
        self._box = _box(key.get_secret_value()) if key else None
        self._make = lru_cache(maxsize=256)(web_client)

    def token_for_team(self, slack_team_id: str) -> str | None:
        """Return the bot token of a Slack team, or None where timebot is not installed."""
        if self._settings.slack_bot_token:
            return self._settings.slack_bot_token.get_secret_value()
        with self._database.read_only() as session:
            workspace = find_workspace(session, slack_team_id)
            if workspace is None:
                return None
            return self._open(session.get(SlackInstallation, workspace.id))

    def client(self, workspace_id: UUID) -> WebClient | None:
        """Return the worker's client of a workspace, or None where timebot is not installed."""
        with self._database.read_only() as session:
            workspace = session.get(Workspace, workspace_id)
            installation = session.get(SlackInstallation, workspace_id)
        if workspace is None or (installation is not None and installation.revoked_at):
            return None
        token = self.token_for_team(workspace.slack_team_id)
        return self._client(token, _WORKER_SECONDS) if token else None

    def listener_client(self, slack_team_id: str) -> WebClient | None:
        """Return a client with a listener's time limit, or None."""
        token = self.token_for_team(slack_team_id)
        return self._client(token, LISTENER_SECONDS) if token else None

    def _client(self, token: str, seconds: int) -> WebClient:
        return self._make(token, self._settings.slack_api_url, seconds=seconds)

    def _open(self, installation: SlackInstallation | None) -> str | None:
        if installation is None or installation.revoked_at or not installation.bot_token:
            return None
        if self._box is None:
            return None
        try:
            return self._box.decrypt(installation.bot_token.encode()).decode()
        except InvalidToken:
            # Written with a key that is no longer in TIMEBOT_SECRET_KEY: as good as not installed.
            return None


def _box(keys: str) -> MultiFernet:
    return MultiFernet([Fernet(key.strip()) for key in keys.split(",") if key.strip()])
