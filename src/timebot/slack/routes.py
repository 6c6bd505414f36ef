"""Routes: which feature decides which delivery, and who draws which message."""

from timebot.slack.answer import Answer
from timebot.slack.desk import Asked
from timebot.slack.door import Routes
from timebot.slack.sending import Painters


def create_routes(*, command: str, billing_command: str) -> Routes:
    """Return every route; the two commands are named by the settings."""
    _ = (command, billing_command)
    return Routes(
        commands={}, actions={}, forms={}, options={}, shortcuts={}, events={}, unknown=unknown
    )


def create_painters() -> Painters:
    """Return who draws each card and notice, and Home."""
    return Painters(cards={}, notices={}, home=lambda _viewer: {"type": "home", "blocks": []})


def unknown(asked: Asked) -> Answer:
    """Answer a button or form of an older version, so that no click is ever ignored."""
    return Answer(
        text="This button belongs to an older message. "
        f"Type {asked.desk.command} to see where things stand."
    )
