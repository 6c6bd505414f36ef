"""The speaker: calls to Slack's Web API, with its errors turned into what follows from them."""

import http.client
import json
import re
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from timebot.db import refuse_inside_transaction
from timebot.journal.outbox import Delivered, GiveUp, MayHaveArrived, Outcome, TryAgain
from timebot.slack.blocks import Block
from timebot.team.members import Kind, Profile

LISTENER_SECONDS = 1
"""The limit of the two calls that a listener may make itself."""

_WORKER_SECONDS = 15
_PAUSE_SECONDS = 30
# The conversation or the message is gone for good, or we may not write there.
_HOPELESS = frozenset(
    (
        "channel_not_found user_not_found not_in_channel is_archived cant_update_message "
        "message_not_found edit_window_closed user_disabled cannot_dm_bot messages_tab_disabled "
        "invalid_blocks msg_too_long no_text restricted_action user_not_visible expired_url "
        "used_url is_inactive invalid_arguments view_too_large not_enabled missing_scope"
    ).split()
)
# Only people can put these right. Until then nothing gets through, and nothing is lost.
_LOCKED_OUT = frozenset(
    (
        "token_revoked token_expired account_inactive invalid_auth not_authed no_permission "
        "team_access_not_granted org_login_required ekm_access_denied"
    ).split()
)
_LOCKED_OUT_PAUSE = timedelta(minutes=10)
GONE = frozenset("message_not_found cant_update_message edit_window_closed is_inactive".split())
"""The message to repaint is there no more, or may not be repainted."""

UNREACHABLE = frozenset(
    (
        "channel_not_found not_in_channel is_archived restricted_action not_private missing_scope"
    ).split()
)
"""The app may not post in the conversation."""

# https://docs.slack.dev/reference/methods/views.update
OVERTAKEN = frozenset("hash_conflict not_found".split())
"""The view is no longer the one that was to be replaced, or is closed."""

# Slack says that it may have done a part of it: https://docs.slack.dev/reference/methods
_DOUBTFUL = frozenset("internal_error fatal_error request_timeout service_unavailable".split())
_NO_ANSWER = (SlackClientError, OSError, http.client.HTTPException)
_ERROR_NAME = re.compile(r"[a-z0-9_]{1,60}")

log = structlog.get_logger(__name__)
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

    def refuse_unless_private(self, workspace_id: UUID, channel: str) -> Outcome | None:
        """Return why amounts must not go to a channel just now, or None where they may.

        A channel can become public, or be shared with another organization, after it was chosen.
        """
        seen: dict[str, Any] = {}

        def look(client: WebClient) -> dict[str, Any]:
            seen.update(client.conversations_info(channel=channel)["channel"])
            return {}

        outcome = self._call(workspace_id, look, repeatable=True)
        if not isinstance(outcome, Delivered):
            return outcome
        is_shared = seen.get("is_ext_shared") or seen.get("is_org_shared") or seen.get("is_shared")
        return None if seen.get("is_private") and not is_shared else GiveUp("not_private")

    def publish_home(
        self, workspace_id: UUID, user_id: str, view: Block, *, replaces: str | None
    ) -> Outcome:
        """Publish a person's Home; the result holds its id and hash.

        Args:
            workspace_id: whose Slack.
            user_id: whose Home.
            view: what is drawn.
            replaces: the hash of the Home it was drawn to replace, or None to replace any.
        """
        seen: dict[str, Any] = {}

        def publish(client: WebClient) -> dict[str, Any]:
            published = client.views_publish(user_id=user_id, view=view, hash=replaces)
            seen.update(published.get("view") or {})
            return {}

        outcome = self._call(workspace_id, publish, repeatable=True)
        if not isinstance(outcome, Delivered):
            return outcome
        return Delivered({"id": seen.get("id"), "hash": seen.get("hash")})

    def update_view(
        self, workspace_id: UUID, view_id: str, view: Block, *, replaces: str
    ) -> Outcome:
        """Put a modal in the place of an open one, if that still shows what it did.

        Args:
            workspace_id: whose Slack.
            view_id: the open modal.
            view: what is drawn.
            replaces: the hash of what the modal showed.
        """
        return self._call(
            workspace_id,
            lambda client: client.views_update(view_id=view_id, view=view, hash=replaces or None),
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
        try:
            request = urllib.request.Request(  # noqa: S310 - Slack's own address, from a signed payload
                response_url,
                data=json.dumps(body).encode(),
                headers={"Content-Type": "application/json; charset=utf-8"},
            )
            with urllib.request.urlopen(request, timeout=_WORKER_SECONDS):  # noqa: S310 - as above
                return Delivered({})
        except urllib.error.HTTPError as error:
            with error:
                return _from_response_url(error.code, error.headers.get("Retry-After"))
        except (OSError, http.client.HTTPException) as error:
            return _from_broken_line(error, repeatable=False)
        except ValueError:
            return GiveUp("no_such_url")

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
            return _from_error(error, repeatable=repeatable)
        except (OSError, http.client.HTTPException) as error:
            return _from_broken_line(error, repeatable=repeatable)
        except SlackClientError as error:
            # An upload that broke off before its last step, or a request that was never sent.
            return TryAgain(type(error).__name__)
        return Delivered({"channel": response.get("channel"), "ts": response.get("ts")})


def open_view(client: WebClient, trigger_id: str, view: Block, *, push: bool = False) -> bool:
    """Open or push a modal within a listener's second; say whether it opened."""
    refuse_inside_transaction("views.open")
    try:
        (client.views_push if push else client.views_open)(trigger_id=trigger_id, view=view)
    except _NO_ANSWER as error:
        log.warning("slack.view_not_opened", reason=_reason(error))
        return False
    return True


def ask_profile(client: WebClient, user_id: str, team_id: str) -> Profile | None:
    """Ask Slack about a person; None where it cannot say within a listener's second."""
    refuse_inside_transaction("users.info")
    try:
        user = client.users_info(user=user_id).get("user")
    except _NO_ANSWER as error:
        log.warning("slack.profile_unknown", reason=_reason(error))
        return None
    if not isinstance(user, Mapping):
        return None
    return read_profile(user, team_id)


def read_profile(user: Mapping[str, Any], team_id: str) -> Profile:
    """Read what timebot keeps of a Slack user object."""
    profile = user.get("profile") or {}
    # An invoice is read outside the team, so the full name goes before the handle.
    name = profile.get("real_name") or user.get("real_name") or profile.get("display_name")
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


def _from_error(error: SlackApiError, *, repeatable: bool) -> Outcome:
    name = _reason(error)
    if name in _HOPELESS:
        return GiveUp(name)
    if name in _LOCKED_OUT:
        log.error("slack.locked_out", reason=name)
        return TryAgain(name, _LOCKED_OUT_PAUSE)
    status = getattr(error.response, "status_code", 200)
    if status == http.client.TOO_MANY_REQUESTS or name == "ratelimited":
        headers = getattr(error.response, "headers", None) or {}
        return _pause(headers.get("Retry-After") or headers.get("retry-after"))
    if (status >= http.client.INTERNAL_SERVER_ERROR or name in _DOUBTFUL) and not repeatable:
        return MayHaveArrived(name)
    return TryAgain(name)


def _from_response_url(status: int, retry_after: str | None) -> Outcome:
    if status == http.client.TOO_MANY_REQUESTS:
        return _pause(retry_after)
    reason = f"response_url {status}"
    if status >= http.client.INTERNAL_SERVER_ERROR:
        return MayHaveArrived(reason)
    return GiveUp(reason)


def _from_broken_line(error: Exception, *, repeatable: bool) -> Outcome:
    """Without an answer: repeat what is harmless, or what surely never left."""
    cause = getattr(error, "reason", error)
    never_left = isinstance(cause, ConnectionRefusedError | socket.gaierror)
    reason = type(cause if isinstance(cause, Exception) else error).__name__
    return TryAgain(reason) if repeatable or never_left else MayHaveArrived(reason)


def _pause(retry_after: str | None) -> TryAgain:
    seconds = int(retry_after) if retry_after and retry_after.isdecimal() else _PAUSE_SECONDS
    return TryAgain("ratelimited", timedelta(seconds=seconds))


def _reason(error: Exception) -> str:
    """Name what went wrong; a body that is no answer of Slack's is never repeated."""
    if not isinstance(error, SlackApiError):
        return type(error).__name__
    name = error.response.get("error") if error.response is not None else None
    return name if isinstance(name, str) and _ERROR_NAME.fullmatch(name) else "unreadable_answer"
