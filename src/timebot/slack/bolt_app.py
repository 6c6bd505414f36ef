"""The Bolt app: five catch-all listeners that parse, decide, and ack last.

Bolt matches listeners one by one, so features are found in our own tables instead. It runs with
`process_before_response`: the answer leaves after the commit, in the server's own thread, and a
listener never raises, because Bolt throws an ack away when one does.
"""

import re
from collections.abc import Callable
from typing import Any
from wsgiref.types import WSGIApplication

from slack_bolt import Ack, App
from slack_bolt.adapter.wsgi import SlackRequestHandler
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

EVENTS = ("app_home_opened", "app_uninstalled", "tokens_revoked", "user_change")
_ANYTHING = re.compile("")
BoltApp = App
"""Bolt's app, for those outside this room who only hand it on."""

TokenFor = Callable[[str], str | None]


def create_bolt_app(
    door: Door, *, signing_secret: str | None, client: WebClient, token_for_team: TokenFor
) -> App:
    """Return the app that serves HTTP and Socket Mode alike.

    Args:
        door: decides every delivery.
        signing_secret: proves that a request is Slack's; None only with Socket Mode, whose
            connection is authenticated already.
        client: the base of the clients that Bolt hands out.
        token_for_team: the bot token of a Slack team, or None where it is not installed.
    """
    app = App(
        name="timebot",
        signing_secret=signing_secret or "unused",
        request_verification_enabled=signing_secret is not None,
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
    def command(ack: Ack, body: dict[str, Any]) -> None:
        ack(**door.answer(read_command, body))

    def click(ack: Ack, body: dict[str, Any]) -> None:
        door.answer(read_click, body)
        ack()

    def submission(ack: Ack, body: dict[str, Any]) -> None:
        ack(**door.answer(read_submission, body))

    def closed(ack: Ack) -> None:
        ack()

    def options(ack: Ack, body: dict[str, Any]) -> None:
        ack(**door.options(read_options, body))

    def shortcut(ack: Ack, body: dict[str, Any]) -> None:
        door.answer(read_shortcut, body)
        ack()

    def event(ack: Ack, body: dict[str, Any]) -> None:
        door.answer(read_event, body)
        ack()

    app.command(_ANYTHING)(command)
    app.action(_ANYTHING)(click)
    app.view(_ANYTHING)(submission)
    app.view_closed(_ANYTHING)(closed)
    app.options(_ANYTHING)(options)
    app.shortcut(_ANYTHING)(shortcut)
    for name in EVENTS:
        app.event(name)(event)


def create_slack_handler(app: App) -> WSGIApplication:
    """Return Bolt's own WSGI handler, which serves `/slack/events` and the OAuth pages."""
    handler: WSGIApplication = SlackRequestHandler(app)
    return handler
