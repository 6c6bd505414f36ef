"""The speaker: calls to Slack's Web API, with its errors turned into what follows from them."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from timebot.db import refuse_inside_transaction
from timebot.journal.outbox import Delivered, GiveUp, MayHaveArrived, Outcome, TryAgain
from timebot.slack.blocks import Block
from timebot.team.members import Kind, Profile

LISTENER_SECONDS = 1
"""The limit of the two calls that a listener may make itself."""

_WORKER_SECONDS = 15
# The conversation or the message is gone for good, or we may not write there.
_HOPELESS = frozenset(
    (
        "channel_not_found user_not_found not_in_channel is_archived cant_update_message "
        "message_not_found edit_window_closed user_disabled cannot_dm_bot messages_tab_disabled "
        "invalid_blocks msg_too_long no_text restricted_action user_not_visible expired_url "
        "used_url is_inactive"
    ).split()
)
ClientFor = Callable[[UUID], WebClient | None]


def web_client(token: str | None, base_url: str, *, seconds: int = _WORKER_SECONDS) -> WebClient:
    """Return a client that never repeats a request by itself: the outbox decides that."""
    return WebClient(token=token, base_url=base_url, timeout=seconds, retry_handlers=[])


class Speaker:
    """Says things in Slack, one call at a time, never inside a transaction.

    Args:
        client_for: returns the client of a workspace, or None where timebot was removed.
    """

    def __init__(self, client_for: ClientFor) -> None:
        self._client_for = client_for

    def post(
        self, workspace_id: UUID, recipient: str, text: str, blocks: Sequence[Block]
    ) -> Outcome:
        """Post a message; the result holds its channel and ts.

        A lost answer is reported as such: Slack knows no key that would make a repeat harmless.
        """
        return self._call(
            workspace_id,
            lambda client: client.chat_postMessage(
                channel=recipient, text=text, blocks=list(blocks) or None, unfurl_links=False
            ),
            repeatable=False,
        )

    def update(
        self, workspace_id: UUID, channel: str, ts: str, text: str, blocks: Sequence[Block]
    ) -> Outcome:
        """Repaint a message of ours."""
        return self._call(
            workspace_id,
            lambda client: client.chat_update(
                channel=channel, ts=ts, text=text, blocks=list(blocks)
            ),
            repeatable=True,
        )

    def publish_home(self, workspace_id: UUID, user_id: str, view: Block) -> Outcome:
        """Publish a person's Home."""
        return self._call(
            workspace_id,
            lambda client: client.views_publish(user_id=user_id, view=view),
            repeatable=True,
        )

    def upload(
        self, workspace_id: UUID, channel: str, name: str, content: bytes, comment: str
    ) -> Outcome:
        """Upload a file into a person's DM or a channel."""

        def send(client: WebClient) -> Any:  # noqa: ANN401 - slack_sdk's response
            place = channel
            if channel.startswith(("U", "W")):
                place = client.conversations_open(users=channel)["channel"]["id"]
            return client.files_upload_v2(
                channel=place, filename=name, title=name, content=content, initial_comment=comment
            )

        return self._call(workspace_id, send, repeatable=False)

    def respond(self, response_url: str, body: Mapping[str, object]) -> Outcome:
        """Answer through a response_url, which takes five answers within half an hour."""
        refuse_inside_transaction("a call to Slack")
        request = urllib.request.Request(  # noqa: S310 - Slack's own address, from a signed payload
            response_url,
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json; charset=utf-8"},
        )
        try:
            with urllib.request.urlopen(request, timeout=_WORKER_SECONDS):  # noqa: S310 - as above
                return Delivered({})
        except urllib.error.HTTPError as error:
            return _from_status(error.code, error.headers.get("Retry-After"), "response_url")
        except OSError as error:
            return MayHaveArrived(type(error).__name__)

    def _call(
        self, workspace_id: UUID, call: Callable[[WebClient], Any], *, repeatable: bool
    ) -> Outcome:
        refuse_inside_transaction("a call to Slack")
        client = self._client_for(workspace_id)
        if client is None:
            return GiveUp("timebot is no longer installed there")
        try:
            response = call(client)
        except SlackApiError as error:
            return _from_error(error)
        except ConnectionRefusedError:
            return TryAgain("Slack refused the connection")
        except OSError as error:
            if repeatable or isinstance(getattr(error, "reason", None), ConnectionRefusedError):
                return TryAgain(type(error).__name__)
            return MayHaveArrived(type(error).__name__)
        return Delivered({"channel": response.get("channel"), "ts": response.get("ts")})


def open_view(client: WebClient, trigger_id: str, view: Block, *, push: bool = False) -> bool:
    """Open or push a modal within a listener's second; say whether it opened."""
    refuse_inside_transaction("views.open")
    try:
        (client.views_push if push else client.views_open)(trigger_id=trigger_id, view=view)
    except (SlackApiError, OSError):
        return False
    return True


def ask_profile(client: WebClient, user_id: str, team_id: str) -> Profile | None:
    """Ask Slack about a person; None where it cannot say within a listener's second."""
    refuse_inside_transaction("users.info")
    try:
        user = client.users_info(user=user_id)["user"]
    except (SlackApiError, OSError):
        return None
    return read_profile(user, team_id)


def read_profile(user: Mapping[str, Any], team_id: str) -> Profile:
    """Read what timebot keeps of a Slack user object."""
    profile = user.get("profile") or {}
    name = profile.get("display_name") or profile.get("real_name") or user.get("real_name")
    return Profile(
        name=name or user.get("name") or "Somebody",
        zone=user.get("tz"),
        kind=_kind(user, team_id),
        is_workspace_admin=bool(user.get("is_admin") or user.get("is_owner")),
        is_deleted=bool(user.get("deleted")),
    )


def _kind(user: Mapping[str, Any], team_id: str) -> Kind:
    if user.get("is_bot") or user.get("id") == "USLACKBOT":
        return "bot"
    if user.get("is_stranger") or (user.get("team_id") or team_id) != team_id:
        return "external"
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return "guest"
    return "person"


def _from_error(error: SlackApiError) -> Outcome:
    response = error.response
    name = str(response.get("error", "unknown")) if response is not None else "unknown"
    status = getattr(response, "status_code", 200)
    headers = getattr(response, "headers", {}) or {}
    if name in _HOPELESS:
        return GiveUp(name)
    return _from_status(status, headers.get("Retry-After") or headers.get("retry-after"), name)


def _from_status(status: int, retry_after: str | None, name: str) -> Outcome:
    if status == 429 or name == "ratelimited":
        wait = int(retry_after) if retry_after and retry_after.isdigit() else 30
        return TryAgain("ratelimited", timedelta(seconds=wait))
    if status == 404:
        return GiveUp(name)
    if status >= 500:
        return MayHaveArrived(f"{name} {status}")
    return TryAgain(name)
