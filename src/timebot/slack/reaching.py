"""Reaching Slack: whether it knows the bot's token, and gave the app every scope.

Sources: https://docs.slack.dev/reference/methods/auth.test,
https://docs.slack.dev/reference/methods/apps.connections.open
"""

import http.client
from collections.abc import Mapping

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from timebot.db import refuse_inside_transaction
from timebot.reach import Reach
from timebot.slack.manifest import SCOPES
from timebot.slack.speaker import web_client

_REFUSALS = frozenset(
    (
        "invalid_auth not_authed account_inactive token_revoked token_expired no_permission"
        " org_login_required ekm_access_denied team_access_not_granted not_allowed_token_type"
    ).split()
)
_LACKING = {
    "socket_mode_not_enabled": "Socket Mode is off",
    "missing_scope": "SLACK_APP_TOKEN lacks the scope connections:write",
}
_GIVEN = "x-oauth-scopes"
"""The header in which Slack names the scopes of the token."""


def reach_slack(token: str, base_url: str, *, seconds: int) -> Reach:
    """Ask Slack who the bot is; it changes nothing.

    Args:
        token: the bot's.
        base_url: where the Web API is.
        seconds: how long Slack may take.
    """
    refuse_inside_transaction("asking Slack")
    try:
        answer = web_client(token, base_url, seconds=seconds).auth_test()
    except SlackApiError as error:
        return _refused(error)
    except (SlackClientError, OSError, http.client.HTTPException):
        return Reach("silent")
    missing = _missing_scopes(answer.headers)
    if missing:
        return Reach("lacks", missing)
    return Reach("answers", (str(answer.get("user")), str(answer.get("team"))))


def reach_socket(app_token: str, base_url: str, *, seconds: int) -> Reach:
    """Ask Slack for an address at which this app could listen.

    It is never connected to, and forgotten: Slack counts a connection only once there is one, so
    who listens already is not disturbed.

    Args:
        app_token: the app-level token.
        base_url: where the Web API is.
        seconds: how long Slack may take.
    """
    refuse_inside_transaction("asking Slack")
    try:
        web_client(app_token, base_url, seconds=seconds).apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        lacking = _LACKING.get(str(error.response.get("error")))
        return _refused(error) if lacking is None else Reach("lacks", (lacking,))
    except (SlackClientError, OSError, http.client.HTTPException):
        return Reach("silent")
    return Reach("answers")


def _refused(error: SlackApiError) -> Reach:
    answer = error.response
    if not isinstance(answer, SlackResponse):
        return Reach("silent")
    name = answer.get("error")
    if answer.status_code == http.client.TOO_MANY_REQUESTS or name == "ratelimited":
        return Reach("busy")
    return Reach("refuses" if name in _REFUSALS else "silent")


def _missing_scopes(headers: Mapping[str, object]) -> tuple[str, ...]:
    """Name the scopes that the token lacks; none where Slack does not list them."""
    listed = next((each for name, each in headers.items() if name.lower() == _GIVEN), None)
    if listed is None:
        return ()
    # The HTTP client hands out one text or a list of them.
    words = listed if isinstance(listed, str) else ",".join(map(str, _many(listed)))
    given = {word.strip() for word in words.split(",")}
    return tuple(scope for scope in SCOPES if scope not in given)


def _many(listed: object) -> list[object]:
    return list(listed) if isinstance(listed, list | tuple) else [listed]
