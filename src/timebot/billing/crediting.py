"""Crediting: what a credit note would take back of an invoice, computed before it is issued."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from timebot.billing.amounts import amount_words
from timebot.billing.credit_models import CreditNote, CreditNoteLine, CreditNoteTax
from timebot.billing.models import Invoice, InvoiceLine, InvoiceTax
from timebot.billing.pricing import line_amount
from timebot.billing.receivable import card_payment, owed
from timebot.errors import NotFound, Refusal
from timebot.money import Money, billing_step, percent_of


class NothingLeft(Refusal):
    """All of it was credited before."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"Nothing is left to credit of {what}. Nothing was changed.",
            example="/billing invoices",
        )


class MoreThanLeft(Refusal):
    """More was asked for than a line still has."""

    def __init__(self, position: int, left: str) -> None:
        super().__init__(f"Line {position} has {left} left to credit. Please take that or less.")


class NotInSteps(Refusal):
    """The card network takes no such fraction."""

    def __init__(self, currency: str, step: str, given: str) -> None:
        super().__init__(
            f"Amounts in {currency} go in steps of {step}, not {given}. Choose another."
        )


class LineNotThere(NotFound):
    """The invoice has no such line."""

    def __init__(self, position: int, lines: int) -> None:
        many = "one line" if lines == 1 else f"lines 1 to {lines}"
        super().__init__(f"There is no line {position}; choose one of {many}.")


class PartlyFreed(Refusal):
    """Hours are billed again as a whole or not at all."""

    def __init__(self, position: int) -> None:
        super().__init__(
            f"Line {position} is credited in part, so its hours cannot be billed again."
            " Credit the whole line, or leave its hours as billed."
        )


@dataclass(frozen=True)
class Part:
    """What is to be credited of one line.

    Attributes:
        minutes: billed minutes to take back at the line's rate, or None.
        amount: money without tax to take back, the minutes left as they are, or None.
            With neither, all that is left of the line.
    """

    position: int
    minutes: int | None = None
    amount: Money | None = None


@dataclass(frozen=True)
class CreditedLine:
    """A line, and what is taken back of it.

    Attributes:
        is_all: whether nothing is left of the line after that.
    """

    line: InvoiceLine
    minutes: int
    amount_minor: int
    is_all: bool


@dataclass(frozen=True)
class CreditedTax:
    """Tax of one rate, and what is taken back of it."""

    tax: InvoiceTax
    base_minor: int
    tax_minor: int


@dataclass(frozen=True)
class CreditPlan:
    """What a credit note would say; total = subtotal + tax = reduces + refund + credit."""

    invoice: Invoice
    lines: tuple[CreditedLine, ...]
    taxes: tuple[CreditedTax, ...]
    reduces_minor: int
    refund_minor: int
    credit_minor: int

    @property
    def subtotal_minor(self) -> int:
        """The sum of the lines, without tax."""
        return sum(line.amount_minor for line in self.lines)

    @property
    def tax_minor(self) -> int:
        """The sum of the taxes."""
        return sum(tax.tax_minor for tax in self.taxes)

    @property
    def total_minor(self) -> int:
        """What is taken back, tax included."""
        return self.subtotal_minor + self.tax_minor

    @property
    def total(self) -> Money:
        """What is taken back, tax included."""
        return Money(self.total_minor, self.invoice.currency)

    @property
    def digest(self) -> str:
        """A short text that changes with anything that was shown of the plan."""
        facts = [f"{line.line.id} {line.minutes} {line.amount_minor}" for line in self.lines]
        facts += [f"{self.tax_minor} {self.reduces_minor} {self.refund_minor} {self.credit_minor}"]
        return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:24]


def plan_credit(
    session: Session, invoice: Invoice, *, parts: Sequence[Part] = (), refunds: bool = False
) -> CreditPlan:
    """Return what a credit note over these parts would say; reads only.

    Args:
        session: the open session.
        invoice: an issued invoice.
        parts: what is taken back, one for each line; none for all that is left.
        refunds: whether paid money goes back to the card, as far as it came from it; the rest
            becomes the client's credit.

    Raises:
        LineNotThere, NothingLeft, MoreThanLeft, NotInSteps: if there is no such thing to credit.
    """
    lines = _lines(session, invoice)
    left = _left_of_lines(session, invoice, lines)
    wanted = {part.position: part for part in parts}
    for position in wanted:
        if not 1 <= position <= len(lines):
            raise LineNotThere(position, len(lines))
    chosen = [
        _credited(session, invoice, line, left[line.id], wanted.get(line.position))
        for line in lines
        if line.position in wanted or (not wanted and any(left[line.id]))
    ]
    taxes = _taxes(session, invoice, chosen)
    total = sum(one.amount_minor for one in chosen) + sum(tax.tax_minor for tax in taxes)
    if total <= 0:
        raise NothingLeft(invoice.number or "it")
    reduces = min(total, owed(session, invoice).minor)
    refund = min(total - reduces, _refundable(session, invoice)) if refunds else 0
    return CreditPlan(
        invoice, tuple(chosen), taxes, reduces, refund, credit_minor=total - reduces - refund
    )


def left_of_lines(session: Session, invoice: Invoice) -> list[tuple[InvoiceLine, int, int]]:
    """List the lines of which something is left to credit, with minutes and minor units."""
    lines = _lines(session, invoice)
    left = _left_of_lines(session, invoice, lines)
    return [(line, *left[line.id]) for line in lines if any(left[line.id])]


def can_refund(session: Session, invoice: Invoice) -> bool:
    """Tell whether money can go back to a card."""
    return _refundable(session, invoice) > 0


def _lines(session: Session, invoice: Invoice) -> list[InvoiceLine]:
    query = select(InvoiceLine).where(
        InvoiceLine.workspace_id == invoice.workspace_id, InvoiceLine.invoice_id == invoice.id
    )
    return list(session.scalars(query.order_by(InvoiceLine.position)))


def _left_of_lines(
    session: Session, invoice: Invoice, lines: Sequence[InvoiceLine]
) -> dict[UUID, tuple[int, int]]:
    rows = session.execute(
        select(
            CreditNoteLine.line_id,
            func.sum(CreditNoteLine.minutes),
            func.sum(CreditNoteLine.amount_minor),
        )
        .join(CreditNote, _of_note(CreditNoteLine))
        .where(
            CreditNote.workspace_id == invoice.workspace_id,
            CreditNote.invoice_id == invoice.id,
            CreditNote.document != "draft",
        )
        .group_by(CreditNoteLine.line_id)
    )
    gone = {line_id: (int(minutes), int(minor)) for line_id, minutes, minor in rows}
    left = {}
    for line in lines:
        minutes, minor = gone.get(line.id, (0, 0))
        left[line.id] = (line.minutes_billed - minutes, line.amount_minor - minor)
    return left


def _credited(
    session: Session,
    invoice: Invoice,
    line: InvoiceLine,
    left: tuple[int, int],
    part: Part | None,
) -> CreditedLine:
    minutes_left, minor_left = left
    if not any(left):
        raise NothingLeft(f"line {line.position}")
    minutes, minor = left
    if part is not None and part.minutes is not None:
        minutes = part.minutes
        if not 0 < minutes <= minutes_left:
            shown = f"{minutes_left // 60}:{minutes_left % 60:02}"
            raise MoreThanLeft(line.position, f"{shown} hours")
        # Rounded pieces of a line may come to more than the line does.
        minor = min(line_amount(minutes, line.rate_minor, invoice.currency), minor_left)
        minor = minor_left if minutes == minutes_left else minor
    elif part is not None and part.amount is not None:
        minutes, minor = 0, part.amount.minor
        step = Money(billing_step(invoice.currency), invoice.currency)
        if minor % step.minor:
            shown, given = (amount_words(session, invoice, money) for money in (step, part.amount))
            raise NotInSteps(invoice.currency, shown, given)
        if not 0 < minor <= minor_left:
            most = amount_words(session, invoice, Money(minor_left, invoice.currency))
            raise MoreThanLeft(line.position, most)
        minutes = minutes_left if minor == minor_left else 0
    is_all = (minutes, minor) == left
    return CreditedLine(line, minutes, minor, is_all)


def _taxes(
    session: Session, invoice: Invoice, chosen: Sequence[CreditedLine]
) -> tuple[CreditedTax, ...]:
    """Mirror the tax per rate: computed once on the sum, and what is left when all of it goes."""
    bases: dict[int, int] = {}
    for one in chosen:
        bases[one.line.tax_ppm] = bases.get(one.line.tax_ppm, 0) + one.amount_minor
    gone = _credited_taxes(session, invoice)
    rows = session.scalars(
        select(InvoiceTax)
        .where(InvoiceTax.workspace_id == invoice.workspace_id, InvoiceTax.invoice_id == invoice.id)
        .order_by(InvoiceTax.position)
    )
    found = []
    for row in rows:
        base = bases.get(row.tax_ppm, 0)
        base_gone, tax_gone = gone.get(row.position, (0, 0))
        tax_left = row.tax_minor - tax_gone
        tax = percent_of(base, row.tax_ppm, step=billing_step(invoice.currency))
        if base == row.base_minor - base_gone:
            tax = tax_left
        if base:
            found.append(CreditedTax(row, base, min(tax, tax_left)))
    return tuple(found)


def _credited_taxes(session: Session, invoice: Invoice) -> Mapping[int, tuple[int, int]]:
    rows = session.execute(
        select(
            CreditNoteTax.position,
            func.sum(CreditNoteTax.base_minor),
            func.sum(CreditNoteTax.tax_minor),
        )
        .join(CreditNote, _of_note(CreditNoteTax))
        .where(
            CreditNote.workspace_id == invoice.workspace_id,
            CreditNote.invoice_id == invoice.id,
            CreditNote.document != "draft",
        )
        .group_by(CreditNoteTax.position)
    )
    return {position: (int(base), int(tax)) for position, base, tax in rows}


def _of_note(child: type[CreditNoteLine] | type[CreditNoteTax]) -> ColumnElement[bool]:
    return (CreditNote.workspace_id == child.workspace_id) & (CreditNote.id == child.credit_note_id)


def _refundable(session: Session, invoice: Invoice) -> int:
    payment = card_payment(session, invoice)
    if payment is None:
        return 0
    gone = session.scalar(
        select(func.sum(CreditNote.refund_minor)).where(
            CreditNote.workspace_id == invoice.workspace_id,
            CreditNote.invoice_id == invoice.id,
            CreditNote.document != "draft",
        )
    )
    return max(0, payment.amount_minor - payment.lost_minor - int(gone or 0))
