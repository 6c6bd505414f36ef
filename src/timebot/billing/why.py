"""Why: how a line of an invoice came to be, back to the instants that were worked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from timebot.billing.credit_models import CreditNote, CreditNoteLine
from timebot.billing.models import BillingEntry, Invoice, InvoiceLine
from timebot.billing.numbers import get_invoice
from timebot.errors import NotAllowed, NotFound
from timebot.money import Money
from timebot.team.models import Member, Workspace
from timebot.team.rights import may
from timebot.team.rounding_rule import RoundingRule
from timebot.timekeeping.models import TimeEntry


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
class WhyEntry:
    """One time entry behind a line.

    Attributes:
        entry_number: the member's own short number for it.
        started_at, ended_at: the exact instants, in UTC; `zone` is where they were worked.
        minutes_billed: its share of its rounding group.
        group_seconds, group_minutes: of the whole group: what was summed, and what it came to.
        rounding: the rule in words.
        rate, amount, rate_source: None for people who see no money.
    """

    entry_number: int
    member_name: str
    worked_on: date
    started_at: datetime
    ended_at: datetime
    zone: str
    text: str
    ticket_ref: str | None
    ticket_url: str | None
    permalink: str | None
    source: str
    approved_by: str
    approved_at: datetime
    seconds_worked: int
    minutes_billed: int
    group_seconds: int
    group_minutes: int
    rounding: str
    rate: Money | None
    rate_source: str | None
    amount: Money | None


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
    """

    number: str
    issued_on: date | None
    shows_money: bool
    lines: tuple[WhyLine, ...]


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
    found = _entries(session, invoice, chosen, None if shows_money else member)
    explained = tuple(
        _why_line(
            row,
            tuple(found.get(row.position, ())),
            invoice,
            taken_back=_credits(session, row, invoice) if shows_money else (),
            shows_money=shows_money,
        )
        for row in chosen
        if shows_money or row.position in found
    )
    if not explained:
        raise NotOnInvoice(invoice.number or number)
    return Explanation(invoice.number or number, invoice.issued_on, shows_money, explained)


def _lines(session: Session, invoice: Invoice) -> list[InvoiceLine]:
    query = select(InvoiceLine).where(
        InvoiceLine.workspace_id == invoice.workspace_id, InvoiceLine.invoice_id == invoice.id
    )
    return list(session.scalars(query.order_by(InvoiceLine.position)))


def _entries(
    session: Session, invoice: Invoice, lines: Sequence[InvoiceLine], only: Member | None
) -> dict[int, list[WhyEntry]]:
    author, approver = aliased(Member), aliased(Member)
    query = (
        select(BillingEntry, TimeEntry, author.name, approver.name)
        .join(
            TimeEntry,
            (TimeEntry.workspace_id == BillingEntry.workspace_id)
            & (TimeEntry.id == BillingEntry.time_entry_id),
        )
        .join(
            author,
            (author.workspace_id == TimeEntry.workspace_id) & (author.id == TimeEntry.member_id),
        )
        .outerjoin(
            approver,
            (approver.workspace_id == TimeEntry.workspace_id)
            & (approver.id == TimeEntry.approved_by),
        )
        .where(
            BillingEntry.workspace_id == invoice.workspace_id,
            BillingEntry.invoice_id == invoice.id,
        )
        .order_by(TimeEntry.worked_on, TimeEntry.started_at, TimeEntry.id)
    )
    if len(lines) == 1:
        query = query.where(BillingEntry.line_id == lines[0].id)
    if only is not None:
        query = query.where(BillingEntry.member_id == only.id)
    positions = {line.id: line.position for line in lines}
    found: dict[int, list[WhyEntry]] = {}
    for billed, entry, name, approved_by in session.execute(query):
        why = _why_entry(billed, entry, name, approved_by or "", shows_money=only is None)
        found.setdefault(positions[billed.line_id], []).append(why)
    return found


def _why_entry(
    billed: BillingEntry, entry: TimeEntry, name: str, approved_by: str, *, shows_money: bool
) -> WhyEntry:
    rule = RoundingRule(**billed.rounding)
    return WhyEntry(
        entry_number=entry.number,
        member_name=name,
        worked_on=billed.worked_on,
        started_at=entry.started_at,
        ended_at=entry.ended_at or entry.started_at,
        zone=entry.zone,
        text=entry.text,
        ticket_ref=entry.ticket_ref,
        ticket_url=entry.ticket_url,
        permalink=entry.permalink,
        source=entry.source,
        approved_by=approved_by,
        approved_at=entry.approved_at or entry.created_at,
        seconds_worked=billed.seconds_worked,
        minutes_billed=billed.minutes_billed,
        group_seconds=billed.group_seconds,
        group_minutes=billed.group_minutes,
        rounding=rule.words,
        rate=Money(billed.rate_minor, billed.currency) if shows_money else None,
        rate_source=billed.rate_source if shows_money else None,
        amount=Money(billed.amount_minor, billed.currency) if shows_money else None,
    )


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
        seconds_worked=sum(entry.seconds_worked for entry in entries),
        minutes_billed=sum(entry.minutes_billed for entry in entries),
        rate=Money(line.rate_minor, invoice.currency) if shows_money else None,
        amount=Money(line.amount_minor, invoice.currency) if shows_money else None,
        entries=entries,
        taken_back=taken_back,
    )


def _credits(session: Session, line: InvoiceLine, invoice: Invoice) -> tuple[WhyCredit, ...]:
    rows = session.execute(
        select(CreditNote, CreditNoteLine)
        .join(
            CreditNoteLine,
            (CreditNoteLine.workspace_id == CreditNote.workspace_id)
            & (CreditNoteLine.credit_note_id == CreditNote.id),
        )
        .where(CreditNoteLine.workspace_id == line.workspace_id, CreditNoteLine.line_id == line.id)
        .order_by(CreditNote.ordinal)
    )
    return tuple(
        WhyCredit(
            number=note.number or "",
            issued_on=note.issued_on,
            reason=note.reason,
            minutes=credited.minutes,
            amount=Money(credited.amount_minor, invoice.currency),
        )
        for note, credited in rows
    )
