"""What is needed rarely: one menu on Home and in the panel, and the question about an invoice."""

from collections.abc import Callable, Mapping

from timebot.slack import time_lists, timer_verbs
from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, field, modal, option, text_field
from timebot.slack.channel_command import open_link_form
from timebot.slack.desk import Asked
from timebot.slack.help import show_help
from timebot.slack.ids import Act, Form
from timebot.slack.why_command import explain
from timebot.team.rights import require
from timebot.timekeeping.wording import clean_plain

INVOICE, LINE = "invoice", "line"
"""The fields of the question, by block id."""


def rare_menu() -> Block:
    """Return the menu of what is needed rarely."""
    return {
        "type": "overflow",
        "action_id": str(Act.MORE),
        "options": [option(label, name) for name, (label, _) in _RARE.items()],
    }


def do_rarely(asked: Asked) -> Answer:
    """Do what was chosen in the menu."""
    _, feature = _RARE[asked.delivery.chosen or "help"]
    return feature(asked)


def open_why(_asked: Asked) -> Answer:
    """Open the modal that asks which line of which invoice is to be explained."""
    fields = [
        field(INVOICE, "Invoice number", text_field(placeholder="INV-2026-0001")),
        field(
            LINE,
            "Line",
            text_field(placeholder="1"),
            hint="Empty for the whole invoice.",
            optional=True,
        ),
    ]
    return Answer(modal=modal(Form.WHY, "How a line came to be", fields, submit="Explain"))


def save_why(asked: Asked) -> Answer:
    """Explain the line that was asked for."""
    require(asked.session, asked.member, "member", to="see how a line came to be", now=asked.now)
    state = asked.delivery.state
    return explain(asked, clean_plain(f"{state.get(INVOICE) or ''} {state.get(LINE) or ''}"))


_RARE: Mapping[str, tuple[str, Callable[[Asked], Answer]]] = {
    "undo": ("Undo my last change", timer_verbs.undo),
    "last_week": ("Show last week", lambda asked: time_lists.show_week(asked, "last")),
    "why": ("Explain an invoice line", open_why),
    "link": ("Link a channel", open_link_form),
    "help": ("Help", show_help),
}
