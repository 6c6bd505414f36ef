"""Routes: which feature decides which delivery, and who draws which message."""

from timebot.slack import (
    approvals,
    bulk_approval,
    nag_card,
    slack_events,
    submission_card,
    timer_buttons,
    timer_notices,
)
from timebot.slack.again import type_again
from timebot.slack.answer import NOTHING, Answer
from timebot.slack.billing_command import billing_typed
from timebot.slack.billing_routes import (
    BILLING_ACTIONS,
    BILLING_CARDS,
    BILLING_FORMS,
    BILLING_NOTICES,
    BILLING_OPTIONS,
)
from timebot.slack.capture_routes import CAPTURE_ACTIONS, CAPTURE_FORMS, CAPTURE_OPTIONS
from timebot.slack.correction_routes import (
    CORRECTION_ACTIONS,
    CORRECTION_CARDS,
    CORRECTION_FORMS,
    CORRECTION_NOTICES,
)
from timebot.slack.desk import Asked
from timebot.slack.door import Routes
from timebot.slack.home import draw_home
from timebot.slack.ids import Act
from timebot.slack.sending import Painters
from timebot.slack.shortcuts import SHORTCUTS
from timebot.slack.timer_command import timer_command
from timebot.slack.working_day_routes import (
    WORKING_DAY_ACTIONS,
    WORKING_DAY_CARDS,
    WORKING_DAY_FORMS,
    WORKING_DAY_NOTICES,
)


def create_routes(*, command: str, billing_command: str) -> Routes:
    """Return every route; the two commands are named by the settings."""
    commands = {command: timer_command, billing_command: billing_typed}
    return Routes(
        commands=commands,
        actions={
            **timer_buttons.ACTIONS,
            **CAPTURE_ACTIONS,
            **CORRECTION_ACTIONS,
            **WORKING_DAY_ACTIONS,
            **approvals.ACTIONS,
            **bulk_approval.ACTIONS,
            **BILLING_ACTIONS,
            Act.TYPE_AGAIN: type_again(commands),
        },
        forms={
            **timer_buttons.FORMS,
            **CAPTURE_FORMS,
            **CORRECTION_FORMS,
            **WORKING_DAY_FORMS,
            **approvals.FORMS,
            **bulk_approval.FORMS,
            **BILLING_FORMS,
        },
        options={**timer_buttons.OPTIONS, **CAPTURE_OPTIONS, **BILLING_OPTIONS},
        shortcuts=SHORTCUTS,
        events=slack_events.EVENTS,
        news=slack_events.NEWS,
        unknown=unknown,
    )


def create_painters() -> Painters:
    """Return who draws each card and notice, and Home."""
    return Painters(
        cards={
            **submission_card.CARDS,
            **nag_card.CARDS,
            **CORRECTION_CARDS,
            **WORKING_DAY_CARDS,
            **BILLING_CARDS,
        },
        notices={
            **timer_notices.NOTICES,
            **CORRECTION_NOTICES,
            **WORKING_DAY_NOTICES,
            **BILLING_NOTICES,
        },
        home=draw_home,
    )


def unknown(asked: Asked) -> Answer:
    """Answer a button or form of an older version, so that no click is ever ignored."""
    if asked.delivery.kind == "event":
        return NOTHING
    return Answer(
        text="This button belongs to an older message. "
        f"Type {asked.desk.command} to see where things stand."
    )
