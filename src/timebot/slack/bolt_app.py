"""The Bolt app: five catch-all listeners that parse, decide, and ack last.

Bolt matches listeners one by one, so features are found in our own tables instead. It runs with
`process_before_response`: the answer leaves after the commit, in the server's own thread, and a
listener never raises, because Bolt throws an ack away when one does.
"""

import http
import re
import secrets
from collections.abc import Callable
from typing import Any
from wsgiref.types import WSGIApplication

import structlog
from slack_bolt import Ack, App, BoltRequest, BoltResponse
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.adapter.wsgi.http_request import WsgiHttpRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from timebot.slack.delivery import (
    read_click,
    read_command,
    read_event,
    read_options,
    read_shortcut,
    read_submission,
)
from timebot.slack.door import Door

_ANYTHING = re.compile("")
# slack_sdk stumbles over a timestamp that is no number and a signature that is not ASCII.
_TIMESTAMP, _SIGNATURE = re.compile(r"[0-9]{1,12}"), re.compile(r"v0=[0-9a-f]{64}")
BoltApp = App
"""Bolt's app, for those outside this room who only hand it on."""

log = structlog.get_logger(__name__)
TokenFor = Callable[[str], str | None]


def create_bolt_app(
    door: Door, *, signing_secret: str | None, client: WebClient, token_for_team: TokenFor
) -> App:
    """Return the app that serves HTTP and Socket Mode alike.

    Args:
        door: decides every delivery.
        signing_secret: proves that a request is Slack's; None only with Socket Mode, whose
            connection is authenticated already. Over HTTP every request is refused then.
        client: the base of the clients that Bolt hands out.
        token_for_team: the bot token of a Slack team, or None where it is not installed.
    """
    app = App(
        name="slack_bolt",  # its logger's name, too
        signing_secret=signing_secret or secrets.token_hex(32),
        client=client,
        authorize=_authorize(token_for_team),
        process_before_response=True,
    )
    _listen(app, door)
    return app


def _authorize(token_for_team: TokenFor) -> Callable[..., AuthorizeResult]:
    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        # Bolt's own way asks Slack and the database on every request.
        token = token_for_team(team_id or "")
        if token is None:
            return None  # type: ignore[return-value]  # Bolt takes None for "not installed"
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)

    return authorize


def _listen(app: App, door: Door) -> None:
    def command(ack: Ack, body: dict[str, Any]) -> BoltResponse:
        return _said(ack, door.answer(read_command, body))

    def click(ack: Ack, body: dict[str, Any]) -> BoltResponse:
        return _said(ack, door.answer(read_click, body))

    def submission(ack: Ack, body: dict[str, Any]) -> BoltResponse:
        return _said(ack, door.answer(read_submission, body))

    def closed(ack: Ack) -> None:
        ack()

    def options(ack: Ack, body: dict[str, Any]) -> None:
        ack(**door.options(read_options, body))

    def shortcut(ack: Ack, body: dict[str, Any]) -> BoltResponse:
        return _said(ack, door.answer(read_shortcut, body))

    def event(ack: Ack, body: dict[str, Any]) -> BoltResponse:
        # Slack sends an event again that was not taken; a command or a click is never sent again.
        return ack() if door.hear(read_event, body) else _not_taken()

    app.command(_ANYTHING)(command)
    app.action(_ANYTHING)(click)
    app.view(_ANYTHING)(submission)
    app.view_closed(_ANYTHING)(closed)
    app.options(_ANYTHING)(options)
    app.shortcut(_ANYTHING)(shortcut)
    app.event(_ANYTHING)(event)


def _said(ack: Ack, body: dict[str, Any] | None) -> BoltResponse:
    # Beside a click that was not taken, Slack itself shows that something went wrong.
    return _not_taken() if body is None else ack(**body)


def _not_taken() -> BoltResponse:
    return BoltResponse(status=http.HTTPStatus.SERVICE_UNAVAILABLE, body="")


def create_slack_handler(app: App) -> WSGIApplication:
    """Return Bolt's own WSGI handler, which serves `/slack/events` and the OAuth pages."""
    handler: WSGIApplication = _Handler(app)
    return handler


class _Handler(SlackRequestHandler):
    """Bolt's handler, which answers also what Bolt stumbles over."""

    def dispatch(self, request: WsgiHttpRequest) -> BoltResponse:
        """Hand a request to Bolt, unless nobody but a stranger would send it so."""
        environ = request.environ
        if not (
            _TIMESTAMP.fullmatch(environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP", ""))
            and _SIGNATURE.fullmatch(environ.get("HTTP_X_SLACK_SIGNATURE", ""))
        ):
            return BoltResponse(status=401, body={"error": "invalid request"})
        try:
            asked = _bolt_request(request)
        except (ValueError, TypeError, AttributeError):
            log.warning("slack.unreadable_request")
            return BoltResponse(status=400, body={"error": "unreadable"})
        response = self.app.dispatch(asked)
        if response.status == http.HTTPStatus.NOT_FOUND:
            # It is signed, but of a kind that timebot does not know: an error would help nobody.
            log.warning("slack.unhandled", type=str(asked.body.get("type"))[:60])
            return BoltResponse(status=200, body="")
        return response


def _bolt_request(request: WsgiHttpRequest) -> BoltRequest:
    """Read a request.

    Raises:
        ValueError, TypeError, AttributeError: if it is neither a form nor a JSON object, or a click
            on nothing, over which Bolt stumbles.
    """
    body = request.get_body()
    # Bolt takes any form with this word in it for an interaction: "/timer start payload service".
    hidden = body if "payload=" in body else body.replace("payload", "p%61yload")
    asked = BoltRequest(body=hidden, query=request.query_string, headers=request.get_headers())
    # The signature covers the bytes as they came.
    asked.raw_body = body
    clicked = asked.body.get("actions", [{}])
    if not isinstance(clicked, list) or not clicked or not isinstance(clicked[0], dict):
        raise ValueError("a click on nothing")
    return asked
