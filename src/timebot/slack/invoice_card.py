"""One invoice: how it stands in plain words, and the buttons that make sense in that state."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from timebot.billing.credit_models import CreditNote
from timebot.billing.disputes import list_waiting
from timebot.billing.mending import came_back
from timebot.billing.models import Invoice
from timebot.billing.receivable import is_touched, list_credit_notes, owed
from timebot.billing.steps.plan import CUSTOMER_GONE
from timebot.clients.models import Client
from timebot.locales import money_words
from timebot.slack.blocks import (
    Block,
    actions,
    button,
    confirm,
    context,
    escape,
    fields,
    header,
    section,
)
from timebot.slack.correction_words import correction_lines
from timebot.slack.desk import Card, Drawn, Viewer
from timebot.slack.dispute_notice import answer_buttons
from timebot.slack.ids import Act
from timebot.slack.invoice_words import (
    delivery_words,
    last_payment,
    says_attention,
    sees_money,
    state_words,
    today_at,
    without_money,
)
from timebot.slack.rate_words import card_words
from timebot.slack.words import days_words, started
from timebot.team.days import day_in_words

_UNPAID = frozenset(("open", "failed"))
_MOST_NOTES = _MOST_ANSWERS = 5
_CLOSED_THERE = frozenset(("void", "uncollectible", "unclosed", "paid", CUSTOMER_GONE))
_NOT_AGAIN = frozenset(("ended", "confirm"))
"""Troubles of a card that another try at it does not mend."""

_NEEDS_CARD = frozenset(("short", "ended", "refused", "no_card"))
"""Troubles that another card mends."""


def invoice_card(viewer: Viewer, invoice_id: str) -> Drawn | None:
    """Draw an invoice for billing people, or for the billing channel."""
    invoice = viewer.session.get(Invoice, (viewer.workspace.id, UUID(invoice_id)))
    if invoice is None or invoice.document == "draft":
        return None
    if not sees_money(viewer):
        return without_money("this invoice")
    return draw_invoice(viewer, invoice)


def draw_invoice(viewer: Viewer, invoice: Invoice) -> Drawn:
    """Draw an issued invoice as it stands now."""
    client = viewer.session.get_one(Client, (viewer.workspace.id, invoice.client_id))
    title = f"{invoice.number} for {client.name}"
    state = started(state_words(viewer.session, invoice, today=today_at(viewer)))
    facts = _facts(viewer, invoice, client)
    blocks: list[Block] = [header(title), section(f"*{escape(state)}*")]
    attention = _attention(viewer, invoice)
    if attention:
        blocks.append(section(f"Please decide: {escape(attention)}"))
    blocks.append(fields(*(f"*{label}*\n{escape(value)}" for label, value in facts)))
    corrections = correction_lines(viewer, invoice)
    if corrections:
        blocks.append(section("\n".join(map(escape, corrections))))
    hint = _hint(viewer, invoice, client)
    if hint:
        blocks.append(context(escape(hint)))
    blocks.append(actions(*_buttons(viewer, invoice, client)))
    told = [f"{label}: {value}." for label, value in facts]
    words = [f"{title}.", f"{state}.", attention, *told, *corrections, hint]
    return Drawn(text=escape(" ".join(word for word in words if word)), blocks=blocks)


def _attention(viewer: Viewer, invoice: Invoice) -> str:
    """Return what a person has to decide about, unless the state says just that already."""
    is_said = says_attention(viewer.session, invoice)
    return "" if is_said else invoice.attention or ""


def _facts(viewer: Viewer, invoice: Invoice, client: Client) -> list[tuple[str, str]]:
    locale = viewer.workspace.locale
    found = [("Amount", money_words(invoice.total, locale))]
    if invoice.credit_minor:
        found.append(("To pay after credit", money_words(invoice.due, locale)))
    left = owed(viewer.session, invoice)
    if left != invoice.due and invoice.collection in {"open", "failed", "unknown"}:
        found.append(("Still open", money_words(left, locale)))
    found.append(("Work of", days_words(invoice.period_start, invoice.period_end)))
    if invoice.issued_on:
        found.append(("Issued", day_in_words(invoice.issued_on)))
    if invoice.due_on and invoice.collection != "paid":
        found.append(("Due", day_in_words(invoice.due_on)))
    found.append(("Mail", started(delivery_words(invoice, can_mail=viewer.desk.can_mail))))
    found.append(("Client", started(card_words(client))))
    return found


def _hint(viewer: Viewer, invoice: Invoice, client: Client) -> str:
    """Return what a person may want to know before they choose."""
    if invoice.document == "void":
        return "Its number stays used; its hours can be billed again."
    if invoice.collection == "unknown" and invoice.uncollected_at is not None:
        return "I have stopped asking Stripe by myself. Nothing is charged meanwhile."
    if invoice.collection == "unknown":
        return (
            "I keep asking Stripe: after 5 minutes, after an hour, then daily. Nothing is"
            " charged twice."
        )
    can_pay_there = viewer.desk.can_charge and invoice.stripe_status not in _CLOSED_THERE
    if invoice.collection == "failed" and client.card_id is None and can_pay_there:
        return "There is no card on file now; ask the client for one, or send the pay link."
    if invoice.collection in _UNPAID and invoice.charge_mode == "charge" and not _waits(invoice):
        return "The card is charged in a moment; this message changes when it is settled."
    return ""


def _buttons(viewer: Viewer, invoice: Invoice, client: Client) -> list[Block]:
    notes = list_credit_notes(viewer.session, invoice)[-_MOST_NOTES:]
    return [*_mends(viewer, invoice, notes), *_usual(viewer, invoice, client, notes)]


def _mends(viewer: Viewer, invoice: Invoice, notes: Sequence[CreditNote]) -> list[Block]:
    """Return what puts right what went astray; it stands first, because it is what is asked for."""
    found = []
    if came_back(viewer.session, invoice) and invoice.document != "void":
        found.append(button("Mend address", Act.INVOICE_ADDRESS_FORM, {"invoice": invoice.id}))
    for note in notes:
        if note.refund_state == "failed":
            label = f"Try the refund of {note.number} again"
            found.append(button(label, Act.CREDIT_REFUND, {"note": note.id}, key=note.id.hex))
    return found


def _usual(
    viewer: Viewer, invoice: Invoice, client: Client, notes: Sequence[CreditNote]
) -> list[Block]:
    value = {"invoice": invoice.id}
    found = [button("PDF", Act.INVOICE_PDF, value), button("Why", Act.INVOICE_WHY, value)]
    found += [
        button(f"{each.number} PDF", Act.CREDIT_PDF, {"note": each.id}, key=each.id.hex)
        for each in notes
    ]
    if invoice.collection == "unknown":
        return [button("Ask Stripe again", Act.INVOICE_ASK, value), *found]
    if invoice.collection == "disputed":
        waiting = list_waiting(viewer.session, invoice)[:_MOST_ANSWERS]
        return [*answer_buttons(viewer, invoice, waiting), *found]
    if invoice.document == "void" or invoice.collection == "credited":
        return found
    credit = button("Credit note", Act.INVOICE_CREDIT_FORM, value)
    if invoice.collection == "paid":
        return [*found, button("Mail the receipt again", Act.INVOICE_MAIL, value), credit]
    if not _waits(invoice):
        return found
    ways = _ways_to_be_paid(viewer, invoice, client, value)
    return [*ways, *found, credit, *_other(viewer, invoice, value)]


def _waits(invoice: Invoice) -> bool:
    """Tell whether people may decide: nothing is being charged at this moment."""
    is_charging = invoice.charge_mode == "charge" and invoice.collection == "open"
    return not is_charging or invoice.uncollected_at is not None


def _ways_to_be_paid(
    viewer: Viewer, invoice: Invoice, client: Client, value: Mapping[str, object]
) -> list[Block]:
    found = []
    if viewer.desk.can_charge and invoice.stripe_status not in _CLOSED_THERE:
        trouble = _trouble(viewer, invoice, client)
        if client.card_id is not None and trouble not in _NOT_AGAIN:
            found.append(_charge_button(viewer, invoice, client, value))
        label = "Send the pay link again" if invoice.charge_mode == "link" else "Send pay link"
        style = "primary" if trouble == "confirm" else None
        found.append(button(label, Act.INVOICE_SEND, value, style=style))
        if trouble in _NEEDS_CARD:
            label = "Ask for a card" if client.card_id is None else "Ask for another card"
            found.append(button(label, Act.CARD_LINK, {"client": client.id}))
    found.append(button("Mark paid", Act.INVOICE_PAID_OUTSIDE, value))
    return found


def _trouble(viewer: Viewer, invoice: Invoice, client: Client) -> str | None:
    """Return what is wrong with the card on file now, see `CardTrouble`; None if nothing is.

    A card that was replaced since it was refused is as good as any.
    """
    if client.card_id is not None:
        return client.card_trouble
    payment = last_payment(viewer.session, invoice)
    return "no_card" if invoice.collection == "failed" and payment is not None else None


def _charge_button(
    viewer: Viewer, invoice: Invoice, client: Client, value: Mapping[str, object]
) -> Block:
    amount = money_words(owed(viewer.session, invoice), viewer.workspace.locale)
    card = card_words(client).partition(",")[0]
    sure = confirm("Charge the card?", f"{client.name}: {card}, {amount}.", "Charge")
    label = "Try the card again" if invoice.collection == "failed" else "Charge the card"
    return button(label, Act.INVOICE_CHARGE, value, style="primary", confirm=sure)


def _other(viewer: Viewer, invoice: Invoice, value: Mapping[str, object]) -> list[Block]:
    found = []
    if invoice.charge_mode == "bank":
        found.append(button("Mail it again", Act.INVOICE_MAIL, value))
    if invoice.uncollected_at is None:
        found.append(button("Park", Act.INVOICE_PARK, value))
    if is_touched(viewer.session, invoice):
        # Money came or a credit note was written; the rest is credited, not cancelled.
        return found
    is_deserted = invoice.stripe_status == CUSTOMER_GONE
    label = "Cancel and bill again" if is_deserted else "Cancel invoice"
    return [*found, button(label, Act.INVOICE_VOID_FORM, value, style="danger")]


CARDS: Mapping[str, Card] = {"invoice": invoice_card}
