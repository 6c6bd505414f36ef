"""What differs between our invoices and Stripe's, and the decision to let billing go on."""

import json
from collections.abc import Mapping

from timebot.billing.pausing import resume_billing
from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, actions, button, confirm, escape, section
from timebot.slack.desk import SURFACE, Asked, Drawn, Feature, Notice, Viewer
from timebot.slack.ids import Act
from timebot.slack.invoice_words import sees_money
from timebot.slack.words import counted

_MOST_SHOWN = 15
_SURE = confirm(
    "Let billing go on?",
    "Hours that were billed since that state of the database could be billed again. Look at each"
    " difference first.",
    "Go on",
)


def tell_differences(viewer: Viewer, facts: dict[str, str]) -> Drawn | None:
    """List what differs; while billing is paused, an owner may let it go on."""
    if not sees_money(viewer):
        return None
    given: object = facts["sentences"]
    sentences = json.loads(given) if isinstance(given, str) else given
    if not isinstance(sentences, list):
        return None
    title = f"{counted(len(sentences), 'invoice')} {_verb(len(sentences))} otherwise at Stripe."
    shown = [f"• {escape(str(one))}" for one in sentences[:_MOST_SHOWN]]
    missing = len(sentences) - len(shown)
    lines = [title, *shown, *([f"… and {missing} more"] if missing else [])]
    what = "Mend it where it is wrong; I compare again tonight."
    blocks: list[Block] = [section("\n".join([f"*{title}*", *lines[1:]])), section(what)]
    if viewer.workspace.billing_paused_at is not None:
        paused = "Billing is paused since the database was put back. An owner can let it go on."
        lines.append(paused)
        go_on = button("Let billing go on", Act.BILLING_RESUME, style="danger", confirm=_SURE)
        blocks += [section(paused), actions(go_on)]
    return Drawn("\n".join([*lines, what]), blocks)


def go_on(asked: Asked) -> Answer:
    """Let billing go on in spite of the differences."""
    was_paused = resume_billing(
        asked.session,
        workspace=asked.workspace,
        actor=asked.member,
        surface=SURFACE,
        now=asked.now,
    )
    if not was_paused:
        return Answer(text="Billing goes on already. Nothing was changed.")
    return Answer(text="Billing goes on. Runs open, and invoices are charged and mailed again.")


def _verb(count: int) -> str:
    return "is" if count == 1 else "are"


ACTIONS: Mapping[str, Feature] = {Act.BILLING_RESUME: go_on}
NOTICES: Mapping[str, Notice] = {"books_differ": tell_differences}
