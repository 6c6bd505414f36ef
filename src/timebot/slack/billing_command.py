"""The billing command: finds the word that was typed and lets its feature decide."""

from collections.abc import Callable, Mapping

from timebot.errors import NotAllowed
from timebot.slack.answer import Answer
from timebot.slack.billing_help import draw_billing_help, draw_unknown_word, find_word
from timebot.slack.billing_panel import open_panel
from timebot.slack.blocks import escape
from timebot.slack.card_command import card_typed
from timebot.slack.client_command import client_typed
from timebot.slack.desk import Asked, Feature
from timebot.slack.holidays_command import holidays_typed
from timebot.slack.ids import Act
from timebot.slack.invoice_actions import invoice_typed, invoices_typed
from timebot.slack.lock_cards import open_typed
from timebot.slack.place_refusals import UNCLEAR, draw_unclear_place
from timebot.slack.preview_command import preview_typed
from timebot.slack.project_command import project_typed
from timebot.slack.rate_command import rate_typed
from timebot.slack.report_command import report_typed
from timebot.slack.rerate_command import rerate_typed
from timebot.slack.role_command import role_typed
from timebot.slack.rounding_command import rounding_typed
from timebot.slack.routing_command import approvers_typed
from timebot.slack.run_actions import hold_typed, release_typed, run_typed, unhold_typed
from timebot.slack.settings_form import settings_typed
from timebot.team.rights import require

Typed = Callable[[Asked, str], Answer]
"""A feature with the words that stand after its own."""


def help_typed(asked: Asked, text: str) -> Answer:
    """Show the person what they may do here: one word in detail, or the list."""
    try:
        require(asked.session, asked.member, "member", to="see reports", now=asked.now)
    except NotAllowed as refused:
        # Asking for help is no attempt at anything, so it does not go into the audit.
        return Answer(text=escape(refused.sentence))
    return draw_billing_help(asked.desk.billing_command, text.strip(), role=asked.member.role)


TYPED: Mapping[str, Typed] = {
    "": open_panel,
    "client": client_typed,
    "project": project_typed,
    "rate": rate_typed,
    "rerate": rerate_typed,
    "role": role_typed,
    "approvers": approvers_typed,
    "run": run_typed,
    "release": release_typed,
    "hold": hold_typed,
    "unhold": unhold_typed,
    "card": card_typed,
    "invoices": invoices_typed,
    "invoice": invoice_typed,
    "preview": preview_typed,
    "report": report_typed,
    "rounding": rounding_typed,
    "open": open_typed,
    "holidays": holidays_typed,
    "settings": settings_typed,
    "help": help_typed,
}


def billing_typed(asked: Asked) -> Answer:
    """Decide a typed command."""
    return _decide(asked, asked.delivery.text)


def billing_clicked(asked: Asked) -> Answer:
    """Decide a button that stands for a typed command."""
    return _decide(asked, asked.delivery.value.get("text", ""))


def _decide(asked: Asked, text: str) -> Answer:
    word, _, rest = text.strip().partition(" ")
    word, newline, more = word.partition("\n")
    rest = f"{more} {rest}".strip() if newline else rest
    known = find_word(word)
    feature = TYPED.get(known.name if known else word)
    if feature is None:
        command = asked.desk.billing_command
        return draw_unknown_word(command, word, role=asked.member.role)
    try:
        return feature(asked, rest)
    except UNCLEAR as refusal:
        # Lookups change nothing, so there is nothing to roll back.
        return draw_unclear_place(asked, text.strip(), refusal)


ACTIONS: Mapping[str, Feature] = {
    Act.BILLING_DO: billing_clicked,
}
