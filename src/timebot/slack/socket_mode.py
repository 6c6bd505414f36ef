"""Socket Mode: Slack's deliveries through a connection that timebot opens itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackApiError

from timebot.errors import Refusal


class SocketRefused(Refusal):
    """Slack does not take the app-level token."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"Slack refused SLACK_APP_TOKEN ({code}). It needs the scope connections:write, and"
            " Socket Mode must be on."
        )


@contextmanager
def listening(app: App, app_token: str) -> Iterator[None]:
    """Answer what comes through Socket Mode until the block ends.

    Args:
        app: the same app that serves HTTP.
        app_token: the app-level token, `xapp-...`.

    Raises:
        SocketRefused: if Slack does not take the token.
    """
    handler = SocketModeHandler(app, app_token)
    try:
        handler.connect()  # type: ignore[no-untyped-call]  # slack_bolt ships it untyped
    except SlackApiError as error:
        raise SocketRefused(str(error.response.get("error", "unknown"))) from error
    try:
        yield
    finally:
        handler.close()  # type: ignore[no-untyped-call]  # slack_bolt ships it untyped
