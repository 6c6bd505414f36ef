"""The invoice as a value: everything the PDF prints, apart from how it looks."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.models import Invoice, InvoiceLine, InvoiceTax
from timebot.billing.payment_models import StoredFile
from timebot.billing.printed_moment import Moment
from timebot.billing.why_printed import PrintedLine
from timebot.money import Money

MOST_PRINTED_LINES = 1_500
"""Longer invoices print one line per day and project, with the detail as a file beside them."""


@dataclass(frozen=True)
class Logo:
    """A picture of the seller.

    Attributes:
        content: the bytes in base64.
        content_type: such as `image/png`.
    """

    content: str
    content_type: str


@dataclass(frozen=True)
class Party:
    """The seller or the buyer, as printed.

    Attributes:
        address: one or more lines, without the name.
    """

    name: str
    address: str | None
    tax_id: str | None
    email: str | None
    logo: Logo | None = None


@dataclass(frozen=True)
class DocumentLine:
    """A line item.

    Attributes:
        worked_on, member: None where the line stands for several.
        kind: billable or no_charge; the latter is printed at zero.
        seconds_worked, minutes_billed: exact, and after rounding.
        rate: money per hour; `amount` is rate times `minutes_billed` / 60, half-up.
        tax_ppm: the tax rate in parts per million, 190_000 is 19 %.
    """

    position: int
    worked_on: date | None
    member: str | None
    project: str
    text: str
    ticket_ref: str | None
    ticket_url: str | None
    kind: str
    seconds_worked: int
    minutes_billed: int
    rate: Money
    amount: Money
    tax_ppm: int
    tax_note: str | None


@dataclass(frozen=True)
class DocumentTax:
    """The tax on all lines of one rate, computed once on their sum."""

    name: str
    tax_ppm: int
    note: str | None
    base: Money
    amount: Money


@dataclass(frozen=True)
class AnnexRow:
    """One time entry: what was worked beside what is billed.

    Attributes:
        began, ended: to the second, in `zone`; they differ by what was worked.
    """

    worked_on: date
    member: str
    project: str
    text: str
    ticket_ref: str | None
    kind: str
    seconds_worked: int
    minutes_billed: int
    # Documents that were frozen before have none of these.
    ticket_url: str | None = None
    began: Moment | None = None
    ended: Moment | None = None
    zone: str = ""


@dataclass(frozen=True)
class HowToPay:
    """The way in which the invoice is paid.

    Attributes:
        mode: charge (the card on file), link (hosted pay page) or bank.
        card: what may be shown of the card, such as `Visa ending in 4242`; charge only.
        pay_url: the hosted page, None while it is not known; the mail carries it then.
        bank: the seller's bank details, as typed.
    """

    mode: str
    card: str | None
    pay_url: str | None
    bank: str | None


@dataclass(frozen=True)
class InvoiceDocument:
    """Everything an invoice prints.

    Attributes:
        number: None on a draft, which has none.
        is_draft: print the watermark DRAFT.
        locale: how dates and amounts are written, such as `de_DE`.
        period_start, period_end: half-open; `period_last` is the last day.
        grouping: what a line stands for: entry, day, person or project.
        project_word: how the firm calls a project, such as `matter`.
        subtotal, tax, total: total = subtotal + tax; due = total - credit.
        rounding: the rounding rules in words, one sentence each.
        notes: sentences below the totals, such as a tax exemption.
        annex: each time entry, where the annex shows times.
        has_detail_file: there is more than can be printed, and a CSV beside the PDF has every
            entry.
        annex_detail: how much the client is to see of what the lines are made of.
        explained: each line with all of it, where the annex shows everything.
    """

    number: str | None
    is_draft: bool
    locale: str
    currency: str
    issued_on: date
    due_on: date
    period_start: date
    period_end: date
    purchase_order: str | None
    grouping: str
    project_word: str
    seller: Party
    buyer: Party
    lines: tuple[DocumentLine, ...]
    taxes: tuple[DocumentTax, ...]
    subtotal: Money
    tax: Money
    total: Money
    credit: Money
    due: Money
    seconds_worked: int
    minutes_billed: int
    rounding: tuple[str, ...]
    notes: tuple[str, ...]
    how_to_pay: HowToPay
    annex: tuple[AnnexRow, ...]
    has_detail_file: bool
    # Documents that were frozen before have none of these.
    annex_detail: str = "none"
    explained: tuple[PrintedLine, ...] = ()

    @property
    def period_last(self) -> date:
        """The last day of the period, for people."""
        return self.period_end - timedelta(days=1)

    def to_json(self) -> dict[str, Any]:
        """Return the document as JSON values; `from_json` is the inverse."""
        return cast("dict[str, Any]", _DOCUMENT.dump_python(self, mode="json"))

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "InvoiceDocument":
        """Return the document that `to_json` wrote."""
        return _DOCUMENT.validate_python(dict(value))


_DOCUMENT = TypeAdapter(InvoiceDocument)

# What `Invoice.printed` leaves out, because rows of its own hold it: never two truths.
_IN_ROWS = (
    *("number", "is_draft", "issued_on", "due_on", "lines", "taxes", "subtotal", "tax", "total"),
    *("credit", "due", "seconds_worked", "minutes_billed", "currency"),
    *("period_start", "period_end"),
)


def printed_texts(document: InvoiceDocument, *, logo_sha256: str | None) -> dict[str, Any]:
    """Return what `Invoice.printed` keeps: the texts that no line, tax or column holds.

    The logo is named by the hash of its stored file, so that its bytes are kept once.
    """
    texts = {key: value for key, value in document.to_json().items() if key not in _IN_ROWS}
    logo = texts["seller"]["logo"]
    if logo is not None:
        logo["content"] = logo_sha256
    return texts


def load_document(session: Session, invoice: Invoice) -> InvoiceDocument:
    """Return an issued invoice as it was frozen; nothing that changed since shows in it.

    Raises:
        ValueError: if the invoice is a draft, which has no frozen texts; see `draft_document`.
    """
    if invoice.printed is None or invoice.issued_on is None or invoice.due_on is None:
        message = f"invoice {invoice.id} is not issued"
        raise ValueError(message)
    lines, taxes = _lines(session, invoice), _taxes(session, invoice)
    texts = with_logo(session, invoice.workspace_id, invoice.printed)
    pay = texts["how_to_pay"]
    return InvoiceDocument.from_json(
        {
            **texts,
            "number": invoice.number,
            "is_draft": False,
            "currency": invoice.currency,
            "period_start": invoice.period_start,
            "period_end": invoice.period_end,
            "issued_on": invoice.issued_on,
            "due_on": invoice.due_on,
            "lines": lines,
            "taxes": taxes,
            "subtotal": Money(invoice.subtotal_minor, invoice.currency),
            "tax": Money(invoice.tax_minor, invoice.currency),
            "total": invoice.total,
            "credit": Money(invoice.credit_minor, invoice.currency),
            "due": invoice.due,
            "seconds_worked": invoice.seconds_worked,
            "minutes_billed": invoice.minutes_billed,
            "how_to_pay": {**pay, "pay_url": invoice.pay_url or pay["pay_url"]},
        }
    )


def with_logo(session: Session, workspace_id: UUID, texts: dict[str, Any]) -> dict[str, Any]:
    """Put the bytes of the logo back in the place of its hash."""
    logo = texts["seller"]["logo"]
    if logo is None:
        return texts
    stored = session.get(StoredFile, (workspace_id, logo["content"]))
    kept = None if stored is None else {**logo, "content": _base64(stored.content)}
    return {**texts, "seller": {**texts["seller"], "logo": kept}}


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _lines(session: Session, invoice: Invoice) -> tuple[DocumentLine, ...]:
    rows = session.scalars(
        select(InvoiceLine)
        .where(
            InvoiceLine.workspace_id == invoice.workspace_id, InvoiceLine.invoice_id == invoice.id
        )
        .order_by(InvoiceLine.position)
    )
    return tuple(_line(row, invoice.currency) for row in rows)


def _line(row: InvoiceLine, currency: str) -> DocumentLine:
    return DocumentLine(
        position=row.position,
        worked_on=row.worked_on,
        member=row.member_name,
        project=row.project_name,
        text=row.text,
        ticket_ref=row.ticket_ref,
        ticket_url=row.ticket_url,
        kind=row.kind,
        seconds_worked=row.seconds_worked,
        minutes_billed=row.minutes_billed,
        rate=Money(row.rate_minor, currency),
        amount=Money(row.amount_minor, currency),
        tax_ppm=row.tax_ppm,
        tax_note=row.tax_note,
    )


def _taxes(session: Session, invoice: Invoice) -> tuple[DocumentTax, ...]:
    rows = session.scalars(
        select(InvoiceTax)
        .where(InvoiceTax.workspace_id == invoice.workspace_id, InvoiceTax.invoice_id == invoice.id)
        .order_by(InvoiceTax.position)
    )
    return tuple(
        DocumentTax(
            name=row.name,
            tax_ppm=row.tax_ppm,
            note=row.note,
            base=Money(row.base_minor, invoice.currency),
            amount=Money(row.tax_minor, invoice.currency),
        )
        for row in rows
    )
