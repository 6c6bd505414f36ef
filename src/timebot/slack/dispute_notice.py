"""What billing people are told of a dispute: what the bank asks, until when, and how it ended."""

from collections.abc import Mapping
from uuid import UUID

from timebot.billing.models import Invoice
from timebot.clients.models import Client
from timebot.slack.blocks import actions, button, escape, link_button, section
from timebot.slack.desk import Drawn, Notice, Viewer
from timebot.slack.ids import Act
from timebot.slack.invoice_words import sees_money

_ENDS = {
    "with_bank": "The answer is with the bank, which decides now.",
    "won": "The dispute was won: the money stays.",
}


def tell_dispute(viewer: Viewer, facts: dict[str, str]) -> Drawn | None:
    """Tell that a client disputes a payment, or how that went on."""
    invoice = viewer.session.get(Invoice, (viewer.workspace.id, UUID(facts["invoice_id"])))
    if invoice is None or not sees_money(viewer):
        return None
    client = viewer.session.get_one(Client, (viewer.workspace.id, invoice.client_id))
    title = f"{invoice.number} for {client.name}: {_what(facts['state'])}"
    sentence = facts["sentence"] or _ENDS.get(facts["state"], "")
    buttons = [button("Show invoice", Act.INVOICE_SHOW, {"invoice": invoice.id})]
    if facts["state"] == "needs_answer":
        buttons.insert(0, link_button("Answer at Stripe", facts["page"]))
    return Drawn(
        text=escape(f"{title}. {sentence}"),
        blocks=[section(f"*{escape(title)}*\n{escape(sentence)}"), actions(*buttons)],
    )


def _what(state: str) -> str:
    words = {"needs_answer": "disputed", "with_bank": "dispute answered"}
    return words.get(state, f"dispute {state}")


NOTICES: Mapping[str, Notice] = {"dispute": tell_dispute}
