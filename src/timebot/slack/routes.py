"""Routes: which feature decides which delivery, and who draws which message."""

from timebot.slack.answer import Answer
from timebot.slack.billing_command import billing_typed
from timebot.slack.billing_routes import (
    BILLING_ACTIONS,
    BILLING_CARDS,
    BILLING_FORMS,
    BILLING_NOTICES,
    BILLING_OPTIONS,
)
from timebot.slack.desk import Asked
from timebot.slack.door import Routes
from timebot.slack.sending import Painters


def create_routes(*, command: str, billing_command: str) -> Routes:
    """Return every route; the two commands are named by the settings."""
    _ = command
    return Routes(
        commands={billing_command: billing_typed},
        actions={**BILLING_ACTIONS},
        forms={**BILLING_FORMS},
        options={**BILLING_OPTIONS},
        shortcuts={},
        events={},
        unknown=unknown,
    )


def create_painters() -> Painters:
    """Return who draws each card and notice, and Home."""
    return Painters(
        cards={**BILLING_CARDS},
        notices={**BILLING_NOTICES},
        home=lambda _viewer: {"type": "home", "blocks": []},
    )


def unknown(asked: Asked) -> Answer:
    """Answer a button or form of an older version, so that no click is ever ignored."""
    return Answer(
        text="This button belongs to an older message. "
        f"Type {asked.desk.command} to see where things stand."
    )
