"""What billing people are told of a dispute: what the bank asks, until when, and how it ended.

The message that asks for an answer is repainted once there is none to give any more.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from timebot.billing.amounts import amount_words
from timebot.billing.disputes import please_answer
from timebot.billing.models import Invoice
from timebot.billing.payment_models import Payment, PaymentDispute
from timebot.clients.models import Client
from timebot.slack.blocks import Block, actions, button, escape, link_button, section
from timebot.slack.desk import Card, Drawn, Notice, Viewer
from timebot.slack.ids import Act
from timebot.slack.invoice_words import sees_money, without_money

_STATES = {"needs_answer": "disputed", "with_bank": "dispute answered"}
_ENDS = {
    "needs_answer": "The bank has made a dispute of what it asked.",
    "with_bank": "The answer is with the bank, which decides now.",
    "won": "The dispute was won: the money stays.",
    "lost": "The dispute was lost: the money went back to the client.",
}


def dispute_card(viewer: Viewer, dispute_id: str) -> Drawn | None:
    """Draw what a bank took back, with the way to answer while an answer counts."""
    return _card(viewer, dispute_id, of_inquiry=False)


def inquiry_card(viewer: Viewer, dispute_id: str) -> Drawn | None:
    """Draw what a bank asks, with the way to answer while it only asks."""
    return _card(viewer, dispute_id, of_inquiry=True)


def tell_dispute(viewer: Viewer, facts: dict[str, str]) -> Drawn | None:
    """Tell how a dispute went on."""
    invoice = viewer.session.get(Invoice, (viewer.workspace.id, UUID(facts["invoice_id"])))
    if invoice is None or not sees_money(viewer):
        return None
    sentence = facts["sentence"] or _ENDS[facts["state"]]
    return _drawn(viewer, invoice, facts["state"], sentence)


def answer_buttons(
    viewer: Viewer, invoice: Invoice, waiting: Sequence[PaymentDispute]
) -> list[Block]:
    """Return the ways to the pages at the processor where disputes are answered."""
    if len(waiting) == 1:
        return [link_button("Answer at Stripe", waiting[0].page)]
    return [
        link_button(
            f"Answer {amount_words(viewer.session, invoice, each.amount)} at Stripe",
            each.page,
            key=each.id.hex,
        )
        for each in waiting
    ]


def _card(viewer: Viewer, dispute_id: str, *, of_inquiry: bool) -> Drawn | None:
    here = viewer.workspace.id
    dispute = viewer.session.get(PaymentDispute, (here, UUID(dispute_id)))
    if dispute is None:
        return None
    if not sees_money(viewer):
        return without_money("this dispute")
    payment = viewer.session.get_one(Payment, (here, dispute.payment_id))
    invoice = viewer.session.get_one(Invoice, (here, payment.invoice_id))
    if dispute.state != "needs_answer" or dispute.is_inquiry != of_inquiry:
        return _drawn(viewer, invoice, dispute.state, _ENDS[dispute.state])
    sentence = please_answer(viewer.session, invoice, dispute)
    return _drawn(
        viewer, invoice, "needs_answer", sentence, link_button("Answer at Stripe", dispute.page)
    )


def _drawn(viewer: Viewer, invoice: Invoice, state: str, sentence: str, *ways: Block) -> Drawn:
    client = viewer.session.get_one(Client, (viewer.workspace.id, invoice.client_id))
    title = f"{invoice.number} for {client.name}: {_STATES.get(state, f'dispute {state}')}"
    show = button("Show invoice", Act.INVOICE_SHOW, {"invoice": invoice.id})
    return Drawn(
        text=escape(f"{title}. {sentence}"),
        blocks=[section(f"*{escape(title)}*\n{escape(sentence)}"), actions(*ways, show)],
    )


NOTICES: Mapping[str, Notice] = {"dispute": tell_dispute}
CARDS: Mapping[str, Card] = {"dispute": dispute_card, "inquiry": inquiry_card}
