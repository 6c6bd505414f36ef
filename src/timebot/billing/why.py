"""Why: how a line of an invoice came to be, back to the instants that were worked."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.credit_models import CreditNote, CreditNoteLine
from timebot.billing.models import Invoice, InvoiceLine
from timebot.billing.numbers import get_invoice
from timebot.billing.why_entries import WhyEntry, entries_behind
from timebot.billing.why_settled import WhySettled, what_became_of
from timebot.errors import NotAllowed, NotFound
from timebot.money import Money
from timebot.team.models import Member, Workspace
from timebot.team.rights import may


class LineUnknown(NotFound):
    """The invoice has no such line."""

    def __init__(self, number: str, lines: int) -> None:
        many = "one line" if lines == 1 else f"lines 1 to {lines}"
        super().__init__(f"{number} has {many}.", example=f"/timer why {number} 1")


class NotOnInvoice(NotAllowed):
    """Members see their own lines only."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"None of your hours are on that part of {number}. You can see your own; billing"
            " people see all."
        )


@dataclass(frozen=True)
class WhyCredit:
    """What a credit note took back of a line.

    Attributes:
        amount: None for people who see no money.
    """

    number: str
    issued_on: date | None
    reason: str
    minutes: int
    amount: Money | None


@dataclass(frozen=True)
class WhyLine:
    """A line, and what is behind it.

    Attributes:
        rate, amount: None for people who see no money.
        taken_back: what credit notes took back of it.
    """

    position: int
    project_name: str
    text: str
    kind: str
    tax_ppm: int
    seconds_worked: int
    minutes_billed: int
    rate: Money | None
    amount: Money | None
    entries: tuple[WhyEntry, ...]
    taken_back: tuple[WhyCredit, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """How an invoice, or one line of it, came to be.

    Attributes:
        shows_money: whether the person may see amounts.
        settled: what the lines came to and what became of it; None for people who see no money.
    """

    invoice_id: UUID
    number: str
    issued_on: date | None
    shows_money: bool
    lines: tuple[WhyLine, ...]
    settled: WhySettled | None


def explain_line(
    session: Session, *, workspace: Workspace, member: Member, number: str, line: int | None
) -> Explanation:
    """Explain a line of an issued invoice, or all of them.

    Billing people see everything; others see their own entries, in minutes, without money.

    Raises:
        InvoiceUnknown: if there is no such invoice.
        LineUnknown: if it has no such line.
        NotOnInvoice: if none of it is the member's own work.
    """
    invoice = get_invoice(session, workspace_id=workspace.id, number=number)
    lines = _lines(session, invoice)
    if line is not None and not 1 <= line <= len(lines):
        raise LineUnknown(invoice.number or number, len(lines))
    chosen = lines if line is None else [lines[line - 1]]
    shows_money = may(member, "billing")
    explained = _explained(session, invoice, chosen, only=None if shows_money else member)
    if not explained:
        raise NotOnInvoice(invoice.number or number)
    return Explanation(
        invoice_id=invoice.id,
        number=invoice.number or number,
        issued_on=invoice.issued_on,
        shows_money=shows_money,
        lines=explained,
        settled=what_became_of(session, invoice, workspace=workspace) if shows_money else None,
    )


def explain_lines(session: Session, invoice: Invoice) -> tuple[WhyLine, ...]:
    """Explain all lines of an issued invoice, for documents; it asks for nobody's rights."""
    return _explained(session, invoice, _lines(session, invoice), only=None)


def _explained(
    session: Session, invoice: Invoice, lines: Sequence[InvoiceLine], *, only: Member | None
) -> tuple[WhyLine, ...]:
    """Explain some lines, with money; or the part of one member in them, without."""
    found = entries_behind(session, invoice, line_ids={row.id for row in lines}, only=only)
    taken_back = _credits(session, invoice) if only is None else {}
    return tuple(
        _why_line(
            row,
            tuple(found.get(row.id, ())),
            invoice,
            taken_back=tuple(taken_back.get(row.id, ())),
            shows_money=only is None,
        )
        for row in lines
        if only is None or row.id in found
    )


def _lines(session: Session, invoice: Invoice) -> list[InvoiceLine]:
    query = select(InvoiceLine).where(
        InvoiceLine.workspace_id == invoice.workspace_id, InvoiceLine.invoice_id == invoice.id
    )
    return list(session.scalars(query.order_by(InvoiceLine.position)))


def _why_line(
    line: InvoiceLine,
    entries: tuple[WhyEntry, ...],
    invoice: Invoice,
    *,
    taken_back: tuple[WhyCredit, ...],
    shows_money: bool,
) -> WhyLine:
    """Sum up what the person may see: all of the line, or their own part of it."""
    return WhyLine(
        position=line.position,
        project_name=line.project_name,
        text=line.text if shows_money else "; ".join(filter(None, (e.text for e in entries))),
        kind=line.kind,
        tax_ppm=line.tax_ppm,
        seconds_worked=sum(entry.seconds_worked for entry in entries),
        minutes_billed=sum(entry.minutes_billed for entry in entries),
        rate=Money(line.rate_minor, invoice.currency) if shows_money else None,
        amount=Money(line.amount_minor, invoice.currency) if shows_money else None,
        entries=entries,
        taken_back=taken_back,
    )


def _credits(session: Session, invoice: Invoice) -> dict[UUID, list[WhyCredit]]:
    """Return what credit notes took back, by line."""
    rows = session.execute(
        select(CreditNote, CreditNoteLine)
        .join(
            CreditNoteLine,
            (CreditNoteLine.workspace_id == CreditNote.workspace_id)
            & (CreditNoteLine.credit_note_id == CreditNote.id),
        )
        .where(CreditNote.workspace_id == invoice.workspace_id, CreditNote.invoice_id == invoice.id)
        .order_by(CreditNote.ordinal)
    )
    found: dict[UUID, list[WhyCredit]] = defaultdict(list)
    for note, credited in rows:
        taken = WhyCredit(
            number=note.number or "",
            issued_on=note.issued_on,
            reason=note.reason,
            minutes=credited.minutes,
            amount=Money(credited.amount_minor, invoice.currency),
        )
        found[credited.line_id].append(taken)
    return found
