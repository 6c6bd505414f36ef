"""What billing people do with an issued invoice: PDF, charge, send, mark paid, park, cancel."""

from collections.abc import Callable, Mapping
from datetime import date

from timebot.billing.charging import charge_again, park, resend_invoice_mail, send_pay_link
from timebot.billing.models import Invoice
from timebot.billing.numbers import get_invoice
from timebot.billing.outside import (
    HowMissing,
    MoreThanOwed,
    PaidInFuture,
    mark_paid_outside,
)
from timebot.billing.receivable import owed, owed_of
from timebot.billing.statuses import ListedInvoice, list_invoices
from timebot.billing.steps.plan import CUSTOMER_GONE
from timebot.billing.void import ReasonMissing, void_invoice
from timebot.locales import money_words
from timebot.money import AmountUnclear, Money
from timebot.slack.answer import NOTHING, Answer, AtField
from timebot.slack.billing_words import cleaned, today_of, whole_client
from timebot.slack.blocks import Block, actions, button, context, escape, header, modal, section
from timebot.slack.desk import SURFACE, Asked, Feature, viewer_of
from timebot.slack.file_sending import want_file
from timebot.slack.form_fields import Field, draw_fields, filled
from timebot.slack.ids import Act, Form
from timebot.slack.invoice_asking import invoice_of
from timebot.slack.invoice_card import draw_invoice
from timebot.slack.invoice_words import state_words
from timebot.slack.words import counted, isolated, sums_words
from timebot.team.rights import require

_SHOWN = 25
_ALL = 2_000
_ORDER = ("overdue", "sent", "draft", "paid", "cancelled")
_PAID = (
    Field("amount", "How much came", hint="All that is open, or a part of it."),
    Field("how", "How was it paid", hint="Printed on the receipt, such as: bank transfer."),
    Field("paid_on", "When did the money come", "day"),
)
_VOID = (Field("reason", "Why is it cancelled", hint="Kept with the invoice."),)
Decision = Callable[..., Invoice]


def invoices_typed(asked: Asked, text: str) -> Answer:
    """List invoices, what needs a decision first; of one client where it is named."""
    require(asked.session, asked.member, "billing", to="see invoices", now=asked.now)
    client = whole_client(asked, text) if text.strip() else None
    listed = list_invoices(
        asked.session,
        workspace=asked.workspace,
        client=client,
        today=today_of(asked),
        limit=_ALL,
    )
    whose = f" of {client.name}" if client else ""
    if not listed:
        return Answer(text=escape(f"There are no invoices{whose} yet."))
    return _draw_list(asked, sorted(listed, key=_urgency), whose)


def invoice_typed(asked: Asked, text: str) -> Answer:
    """Show the invoice of a number."""
    require(asked.session, asked.member, "billing", to="see invoices", now=asked.now)
    if not text.strip():
        return invoices_typed(asked, "")
    number = cleaned(text)
    return _draw(asked, get_invoice(asked.session, workspace_id=asked.workspace.id, number=number))


def show_invoice(asked: Asked) -> Answer:
    """Show the invoice of a button."""
    require(asked.session, asked.member, "billing", to="see invoices", now=asked.now)
    return _draw(asked, invoice_of(asked))


def pdf_clicked(asked: Asked) -> Answer:
    """Send the stored PDF to the person who asked."""
    require(asked.session, asked.member, "billing", to="see invoices", now=asked.now)
    invoice = invoice_of(asked)
    want_file(asked, invoice)
    return Answer(text=f"{invoice.number} comes as a direct message in a moment.")


def charge_clicked(asked: Asked) -> Answer:
    """Charge the card that is on file now."""
    return _decide(asked, charge_again)


def send_clicked(asked: Asked) -> Answer:
    """Mail the pay link."""
    return _decide(asked, send_pay_link)


def mail_clicked(asked: Asked) -> Answer:
    """Mail the invoice or the receipt once more."""
    return _decide(asked, resend_invoice_mail, said="The mail goes out again in a moment.")


def park_clicked(asked: Asked) -> Answer:
    """Stop collecting for now."""
    return _decide(asked, park)


def paid_clicked(asked: Asked) -> Answer:
    """Ask how and when an invoice was paid."""
    require(asked.session, asked.member, "billing", to="mark invoices as paid", now=asked.now)
    left = owed(asked.session, invoice_of(asked))
    initial = {
        "amount": left.plain,
        "how": "bank transfer",
        "paid_on": today_of(asked).isoformat(),
    }
    return _form(asked, Form.PAID_OUTSIDE, "Mark as paid", _PAID, initial, "Mark paid")


def save_paid(asked: Asked) -> Answer:
    """Note that an invoice was paid in another way."""
    invoice, day = invoice_of(asked), filled(asked.delivery, "paid_on")
    try:
        mark_paid_outside(
            asked.session,
            workspace=asked.workspace,
            actor=asked.member,
            invoice_id=invoice.id,
            how=filled(asked.delivery, "how"),
            paid_on=date.fromisoformat(day) if day else today_of(asked),
            amount=Money.parse(filled(asked.delivery, "amount"), invoice.currency),
            surface=SURFACE,
            now=asked.now,
        )
    except HowMissing as refusal:
        raise AtField("how", refusal) from None
    except PaidInFuture as refusal:
        raise AtField("paid_on", refusal) from None
    except (AmountUnclear, MoreThanOwed) as refusal:
        raise AtField("amount", refusal) from None
    left = owed(asked.session, invoice)
    if left:
        amount = escape(money_words(left, asked.workspace.locale))
        return Answer(text=f"The payment is noted. {amount} of {invoice.number} is still open.")
    return Answer(text=f"{invoice.number} is marked as paid. The receipt goes out by mail.")


def void_clicked(asked: Asked) -> Answer:
    """Ask why an invoice is cancelled."""
    require(asked.session, asked.member, "billing", to="cancel invoices", now=asked.now)
    is_deserted = invoice_of(asked).stripe_status == CUSTOMER_GONE
    initial = {"reason": "the customer was deleted at Stripe"} if is_deserted else {}
    return _form(asked, Form.VOID, "Cancel the invoice", _VOID, initial, "Cancel invoice")


def save_void(asked: Asked) -> Answer:
    """Cancel an invoice; its hours can be billed again."""
    invoice = invoice_of(asked)
    try:
        void_invoice(
            asked.session,
            workspace=asked.workspace,
            actor=asked.member,
            invoice_id=invoice.id,
            reason=filled(asked.delivery, "reason"),
            surface=SURFACE,
            now=asked.now,
        )
    except ReasonMissing as refusal:
        raise AtField("reason", refusal) from None
    text = (
        f"{invoice.number} is cancelled. Its number stays used, and its hours are approved again:"
        " the next run takes them."
    )
    value = {"client": invoice.client_id}
    again = button("Open a run for them now", Act.RUN_OPEN, value, key=invoice.client_id.hex)
    return Answer(text=text, blocks=[section(text), actions(again)])


def _decide(asked: Asked, decision: Decision, *, said: str = "") -> Answer:
    invoice = decision(
        asked.session,
        workspace=asked.workspace,
        actor=asked.member,
        invoice_id=invoice_of(asked).id,
        surface=SURFACE,
        now=asked.now,
    )
    if asked.delivery.is_ephemeral:
        drawn = draw_invoice(viewer_of(asked), invoice)
        return Answer(text=drawn.text, blocks=drawn.blocks, replace=True)
    return Answer(text=said) if said else NOTHING


def _form(
    asked: Asked,
    form: Form,
    title: str,
    fields: tuple[Field, ...],
    initial: Mapping[str, str | None],
    submit: str,
) -> Answer:
    invoice = invoice_of(asked)
    amount = money_words(owed(asked.session, invoice), asked.workspace.locale)
    blocks = [section(f"*{invoice.number}*, {escape(amount)}"), *draw_fields(fields, initial)]
    kept = {"invoice": invoice.id}
    return Answer(modal=modal(form, title, blocks, submit=submit, close="Not now", kept=kept))


def _draw(asked: Asked, invoice: Invoice) -> Answer:
    drawn = draw_invoice(viewer_of(asked), invoice)
    return Answer(text=drawn.text, blocks=drawn.blocks)


def _draw_list(asked: Asked, listed: list[ListedInvoice], whose: str) -> Answer:
    unpaid = [one for one in listed if one.status in {"sent", "overdue"}]
    drafts = sum(one.status == "draft" for one in listed)
    kinds = [counted(len(listed) - drafts, "invoice")] if len(listed) > drafts else []
    kinds += [counted(drafts, "draft")] if drafts else []
    title = f"{' and '.join(kinds)}{whose}"
    open_ones = [one.invoice for one in unpaid]
    left = owed_of(asked.session, workspace_id=asked.workspace.id, invoices=open_ones)
    sums = sums_words(left.values(), asked.workspace.locale)
    summary = f"{len(unpaid)} not paid yet, {sums}" if unpaid else "No invoice waits to be paid"
    blocks: list[Block] = [header(title), section(f"*{escape(summary)}.*")]
    spoken = [f"{title}. {summary}."]
    for one in listed[:_SHOWN]:
        line = _line(asked, one)
        spoken.append(line)
        name, _, rest = line.partition(" · ")
        text = f"*{escape(name)}* · {escape(rest)}"
        blocks.append(section(text, accessory=_details(one)))
    if len(listed) > _SHOWN:
        command = asked.desk.billing_command
        more = f"… and {len(listed) - _SHOWN} more. Name a client or a number:"
        blocks.append(context(f"{more} `{command} invoices Acme`"))
        spoken.append(f"{more} {command} invoices Acme")
    return Answer(text=escape("\n".join(spoken)), blocks=blocks)


def _line(asked: Asked, one: ListedInvoice) -> str:
    amount = money_words(one.invoice.total, asked.workspace.locale)
    state = state_words(asked.session, one.invoice, today=today_of(asked))
    name = isolated(one.client.name)
    line = f"{one.invoice.number or 'Draft'} · {name} · {amount} · {state}"
    return f"{line} · please decide" if one.invoice.attention else line


def _details(one: ListedInvoice) -> Block:
    act = Act.RUN_CLIENT if one.status == "draft" else Act.INVOICE_SHOW
    name = one.invoice.number or f"the draft for {one.client.name}"
    value = {"invoice": one.invoice.id}
    return button("Details", act, value, key=one.invoice.id.hex, says=f"Details of {name}")


def _urgency(one: ListedInvoice) -> tuple[bool, int]:
    return (one.invoice.attention is None, _ORDER.index(one.status))


ACTIONS: Mapping[str, Feature] = {
    Act.INVOICE_SHOW: show_invoice,
    Act.INVOICE_PDF: pdf_clicked,
    Act.INVOICE_CHARGE: charge_clicked,
    Act.INVOICE_SEND: send_clicked,
    Act.INVOICE_MAIL: mail_clicked,
    Act.INVOICE_PARK: park_clicked,
    Act.INVOICE_PAID_OUTSIDE: paid_clicked,
    Act.INVOICE_VOID_FORM: void_clicked,
}
FORMS: Mapping[str, Feature] = {Form.PAID_OUTSIDE: save_paid, Form.VOID: save_void}
