"""The credit note of an invoice: what is taken back, a look at it, and then its issue."""

import re
from collections.abc import Mapping
from datetime import timedelta

from timebot.billing.credit_note import issue_credit_note
from timebot.billing.crediting import (
    CreditPlan,
    LineNotThere,
    MoreThanLeft,
    NotInSteps,
    Part,
    can_refund,
    left_of_lines,
    plan_credit,
)
from timebot.billing.models import Invoice, InvoiceLine
from timebot.billing.void import ReasonMissing
from timebot.errors import Refusal
from timebot.locales import money_words
from timebot.money import AmountUnclear, Money
from timebot.slack.answer import Answer, AtField
from timebot.slack.blocks import Block, context, escape, field, modal, option, plain, section
from timebot.slack.desk import SURFACE, Asked, Feature
from timebot.slack.file_sending import want_credit_note
from timebot.slack.form_fields import Field, draw_fields, filled
from timebot.slack.ids import Act, Form
from timebot.slack.invoice_asking import credit_note_of, invoice_of
from timebot.slack.words import counted, minutes_words
from timebot.team.rights import require
from timebot.timekeeping.durations import parse_duration

_MOST_CHOICES = 100
_LONGEST_REASON = 300
_LINES, _PART, _BACK, _FREES, _REASON = "lines", "part", "back", "frees", "reason"
_NUMBERS = Field(
    _LINES,
    "Line numbers",
    hint="As on the invoice, such as 1, 4-6. Leave it empty for everything that is left.",
    is_optional=True,
)
_PART_FIELD = Field(
    _PART,
    "Only part of that line",
    hint="A time such as 0:30, or an amount without tax such as 50.00. Leave it empty for the"
    " whole line.",
    is_optional=True,
)
_BACK_FIELD = Field(
    _BACK,
    "Money that was paid",
    "choice",
    choices=(("refund", "Back to the card"), ("credit", "Kept as credit for the next invoice")),
)
_FREES_FIELD = Field(
    _FREES,
    "The hours",
    "choice",
    choices=(("no", "Stay billed, the client just pays less"), ("yes", "May be billed again")),
    hint="Only whole lines can be billed again.",
)
_REASON_FIELD = Field(_REASON, "Why", hint="The client reads it on the credit note.")


class PartUnclear(Refusal):
    """It is neither a time nor an amount, or it is not clear of which line."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


def credit_clicked(asked: Asked) -> Answer:
    """Ask what of an invoice is taken back."""
    require(asked.session, asked.member, "billing", to="write credit notes", now=asked.now)
    invoice = invoice_of(asked)
    plan = plan_credit(asked.session, invoice)
    locale = asked.workspace.locale
    left = left_of_lines(asked.session, invoice)
    blocks = [
        section(f"*{invoice.number}*, {escape(money_words(plan.total, locale))} left to credit"),
        _which(left, invoice, locale),
        _PART_FIELD.draw(),
        *([_BACK_FIELD.draw("refund")] if can_refund(asked.session, invoice) else []),
        *draw_fields((_FREES_FIELD, _REASON_FIELD), {_FREES: "no"}),
    ]
    kept = {"invoice": invoice.id}
    view = modal(Form.CREDIT, "Credit note", blocks, submit="Look at it", kept=kept)
    return Answer(modal=view)


def show_plan(asked: Asked) -> Answer:
    """Show what the credit note would say and do, before it is issued."""
    require(asked.session, asked.member, "billing", to="write credit notes", now=asked.now)
    invoice = invoice_of(asked)
    lines, part = filled(asked.delivery, _LINES), filled(asked.delivery, _PART)
    reason = " ".join(filled(asked.delivery, _REASON).split())
    if not reason:
        raise AtField(_REASON, ReasonMissing())
    if len(reason) > _LONGEST_REASON:
        raise AtField(_REASON, f"Please say it in up to {_LONGEST_REASON} characters.")
    refunds = filled(asked.delivery, _BACK) == "refund"
    try:
        plan = plan_credit(
            asked.session, invoice, parts=_parts(lines, part, invoice.currency), refunds=refunds
        )
    except LineNotThere as refusal:
        raise AtField(_LINES, refusal) from None
    except (AmountUnclear, PartUnclear, MoreThanLeft, NotInSteps) as refusal:
        raise AtField(_PART, refusal) from None
    frees = filled(asked.delivery, _FREES) == "yes"
    if frees and not all(one.is_all for one in plan.lines):
        raise AtField(_FREES, "Only whole lines can be billed again. Leave the part field empty.")
    kept = {
        "invoice": invoice.id,
        "lines": lines,
        "part": part,
        "back": "refund" if refunds else "credit",
        "frees": "yes" if frees else "no",
        "reason": reason,
        "digest": plan.digest,
    }
    blocks = _plan_blocks(plan, frees=frees, reason=reason, locale=asked.workspace.locale)
    view = modal(
        Form.CREDIT_CONFIRM,
        "Credit note",
        blocks,
        submit="Issue credit note",
        close="Not now",
        kept=kept,
    )
    return Answer(next_view=view)


def save_credit(asked: Asked) -> Answer:
    """Issue the credit note exactly as it was shown."""
    invoice, value = invoice_of(asked), asked.delivery.value
    note = issue_credit_note(
        asked.session,
        workspace=asked.workspace,
        actor=asked.member,
        invoice_id=invoice.id,
        reason=value.get("reason", ""),
        parts=_parts(value.get("lines", ""), value.get("part", ""), invoice.currency),
        refunds=value.get("back") == "refund",
        frees=value.get("frees") == "yes",
        digest=value.get("digest"),
        surface=SURFACE,
        now=asked.now,
    )
    amount = money_words(note.total, asked.workspace.locale)
    return Answer(
        text=f"{note.number} over {escape(amount)} is issued. The client gets it by mail in a"
        " moment."
    )


def pdf_clicked(asked: Asked) -> Answer:
    """Send the stored PDF of a credit note to the person who asked."""
    require(asked.session, asked.member, "billing", to="see invoices", now=asked.now)
    note = credit_note_of(asked)
    want_credit_note(asked, note)
    return Answer(text=f"{note.number} comes as a direct message in a moment.")


def _which(left: list[tuple[InvoiceLine, int, int]], invoice: Invoice, locale: str) -> Block:
    """Return the choice of lines; of very many their numbers are typed."""
    if len(left) > _MOST_CHOICES:
        return _NUMBERS.draw()
    choices = []
    for line, minutes, minor in left:
        amount = money_words(Money(minor, invoice.currency), locale)
        label = f"{line.position} \u00b7 {amount} \u00b7 {line.project_name}"
        said = f"{minutes_words(minutes)} {line.text}".strip()
        choices.append(option(label, str(line.position), description=said))
    element: Block = {
        "type": "multi_static_select",
        "action_id": "value",
        "options": choices,
        "placeholder": plain("All that is left"),
    }
    hint = "Leave it empty for everything that is left."
    return field(_LINES, "Which lines", element, optional=True, hint=hint)


def _parts(lines: str, part: str, currency: str) -> list[Part]:
    positions = _positions(lines)
    if not part.strip():
        return [Part(position) for position in positions]
    if len(positions) != 1:
        raise PartUnclear("Please choose just one line for a part of it.")
    if re.search(r"[hm:]", part.casefold()):
        try:
            length = parse_duration(part)
        except Refusal as refusal:
            raise PartUnclear(refusal.sentence) from None
        if not isinstance(length, timedelta):
            raise PartUnclear("Please write a time such as 0:30, not from when to when.")
        return [Part(positions[0], minutes=int(length.total_seconds()) // 60)]
    return [Part(positions[0], amount=Money.parse(part, currency))]


def _positions(lines: str) -> list[int]:
    found: set[int] = set()
    for word in re.split(r"[,\s]+", lines.strip()):
        span = re.fullmatch(r"(\d{1,5})(?:[-\u2013](\d{1,5}))?", word)
        if word and span is None:
            raise AtField(_LINES, "Please write line numbers such as 1, 4-6.")
        if span is not None:
            first, last = int(span[1]), int(span[2] or span[1])
            found.update(range(first, last + 1))
    return sorted(found)


def _plan_blocks(plan: CreditPlan, *, frees: bool, reason: str, locale: str) -> list[Block]:
    def words(minor: int) -> str:
        return money_words(Money(minor, plan.invoice.currency), locale)

    tax = f", of it {words(plan.tax_minor)} tax" if plan.tax_minor else ""
    what, total = counted(len(plan.lines), "line"), escape(words(plan.total_minor))
    told = [
        f"*{total}* of {plan.invoice.number} is taken back ({what}{escape(tax)}).",
    ]
    if plan.reduces_minor:
        told.append(f"{escape(words(plan.reduces_minor))} no longer has to be paid.")
    if plan.refund_minor:
        told.append(f"{escape(words(plan.refund_minor))} goes back to the card.")
    if plan.credit_minor:
        told.append(f"{escape(words(plan.credit_minor))} lowers the client's next invoice.")
    told.append(
        "The hours are approved again: the next run takes them."
        if frees
        else "The hours stay billed."
    )
    return [
        section("\n".join(told)),
        section(f"Reason: {escape(reason)}"),
        context("It gets a number of its own and cannot be changed. The client gets it by mail."),
    ]


ACTIONS: Mapping[str, Feature] = {
    Act.INVOICE_CREDIT_FORM: credit_clicked,
    Act.CREDIT_PDF: pdf_clicked,
}
FORMS: Mapping[str, Feature] = {Form.CREDIT: show_plan, Form.CREDIT_CONFIRM: save_credit}
