"""The credit note as a value: everything its PDF prints, apart from how it looks."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.credit_models import CreditNote, CreditNoteLine, CreditNoteTax
from timebot.billing.document import DocumentTax, Party, with_logo
from timebot.billing.models import Invoice, InvoiceLine
from timebot.money import Money


@dataclass(frozen=True)
class CreditLine:
    """What is taken back of one line of the invoice.

    Attributes:
        position: of the line on the invoice.
        minutes: 0 where only the price was lowered.
    """

    position: int
    worked_on: date | None
    member: str | None
    project: str
    text: str
    minutes: int
    rate: Money
    amount: Money
    tax_ppm: int


@dataclass(frozen=True)
class CreditDocument:
    """Everything a credit note prints.

    Attributes:
        invoice_number, invoice_issued_on: the invoice that it corrects.
        reason: why, as a person said it.
        total: subtotal + tax, which is reduces + refund + credit.
        reduces: what no longer has to be paid; refund: what goes back to the card; credit: what
            lowers the next invoice.
        card: what may be shown of the card that money goes back to, or None.
        notes: sentences below the totals, such as a tax exemption.
    """

    number: str
    invoice_number: str
    invoice_issued_on: date
    issued_on: date
    locale: str
    currency: str
    project_word: str
    seller: Party
    buyer: Party
    reason: str
    lines: tuple[CreditLine, ...]
    taxes: tuple[DocumentTax, ...]
    subtotal: Money
    tax: Money
    total: Money
    reduces: Money
    refund: Money
    credit: Money
    card: str | None
    notes: tuple[str, ...]


_DOCUMENT = TypeAdapter(CreditDocument)
_FROM_INVOICE = ("locale", "project_word", "seller", "buyer", "notes")
"""The texts that a credit note takes over as the invoice printed them."""


def credit_texts(invoice: Invoice, *, card: str | None) -> dict[str, Any]:
    """Return what `CreditNote.printed` keeps: the texts that no row or column holds."""
    printed = invoice.printed or {}
    texts = {name: printed.get(name) for name in _FROM_INVOICE}
    return {**texts, "card": card}


def load_credit_document(session: Session, note: CreditNote) -> CreditDocument:
    """Return an issued credit note as it was frozen."""
    invoice = session.get_one(Invoice, (note.workspace_id, note.invoice_id))
    texts = with_logo(session, note.workspace_id, note.printed or {})
    return _DOCUMENT.validate_python(
        {
            **texts,
            "number": note.number,
            "invoice_number": invoice.number,
            "invoice_issued_on": invoice.issued_on,
            "issued_on": note.issued_on,
            "currency": note.currency,
            "reason": note.reason,
            "lines": _lines(session, note),
            "taxes": _taxes(session, note),
            "subtotal": Money(note.subtotal_minor, note.currency),
            "tax": Money(note.tax_minor, note.currency),
            "total": note.total,
            "reduces": Money(note.reduces_minor, note.currency),
            "refund": Money(note.refund_minor, note.currency),
            "credit": Money(note.credit_minor, note.currency),
        }
    )


def _lines(session: Session, note: CreditNote) -> tuple[CreditLine, ...]:
    rows = session.execute(
        select(CreditNoteLine, InvoiceLine)
        .join(
            InvoiceLine,
            (InvoiceLine.workspace_id == CreditNoteLine.workspace_id)
            & (InvoiceLine.id == CreditNoteLine.line_id),
        )
        .where(
            CreditNoteLine.workspace_id == note.workspace_id,
            CreditNoteLine.credit_note_id == note.id,
        )
        .order_by(InvoiceLine.position)
    )
    return tuple(
        CreditLine(
            position=line.position,
            worked_on=line.worked_on,
            member=line.member_name,
            project=line.project_name,
            text=line.text,
            minutes=credited.minutes,
            rate=Money(line.rate_minor, note.currency),
            amount=Money(credited.amount_minor, note.currency),
            tax_ppm=line.tax_ppm,
        )
        for credited, line in rows
    )


def _taxes(session: Session, note: CreditNote) -> tuple[DocumentTax, ...]:
    rows = session.scalars(
        select(CreditNoteTax)
        .where(
            CreditNoteTax.workspace_id == note.workspace_id,
            CreditNoteTax.credit_note_id == note.id,
        )
        .order_by(CreditNoteTax.position)
    )
    return tuple(
        DocumentTax(
            name=row.name,
            tax_ppm=row.tax_ppm,
            note=row.note,
            base=Money(row.base_minor, note.currency),
            amount=Money(row.tax_minor, note.currency),
        )
        for row in rows
    )
