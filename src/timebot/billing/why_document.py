"""Why, as a document: how every amount of an issued invoice came to be, for the client's eyes."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from timebot.billing.document import InvoiceDocument, load_document
from timebot.billing.models import Invoice
from timebot.billing.why import explain_lines
from timebot.billing.why_printed import PrintedLine, is_too_long, print_line
from timebot.billing.why_settled import WhyPayment, WhySettled, what_became_of
from timebot.money import Money
from timebot.team.models import Workspace


@dataclass(frozen=True)
class PrintedPayment:
    """Money that came: when, and how people call the way."""

    came_on: date
    words: str
    amount: Money
    lost: Money
    is_disputed: bool


@dataclass(frozen=True)
class PrintedAttempt:
    """An attempt that reached the client's bank and has brought no money; why is the bank's."""

    tried_on: date
    card: str
    amount: Money


@dataclass(frozen=True)
class PrintedNote:
    """A credit note and what became of what it took back."""

    number: str
    issued_on: date | None
    reason: str
    total: Money
    reduces: Money
    refund: Money
    is_refund_done: bool
    credit: Money


@dataclass(frozen=True)
class WhyDocument:
    """Everything that the document prints.

    Attributes:
        invoice: the invoice, as it was frozen.
        as_of: the day on which payments and credit notes were looked up.
        payments, attempts, notes: the first first.
        owed: what is still to be paid.
    """

    invoice: InvoiceDocument
    lines: tuple[PrintedLine, ...]
    as_of: date
    is_cancelled: bool
    payments: tuple[PrintedPayment, ...]
    attempts: tuple[PrintedAttempt, ...]
    notes: tuple[PrintedNote, ...]
    owed: Money

    @property
    def is_too_long(self) -> bool:
        """Whether it has more than can be printed; `why_csv` then takes its place."""
        return is_too_long(self.lines)


def load_why_document(
    session: Session, invoice: Invoice, *, workspace: Workspace, today: date
) -> WhyDocument:
    """Return how an issued invoice came to be, and what became of it until today.

    Raises:
        ValueError: if it is a draft.
    """
    settled = what_became_of(session, invoice, workspace=workspace)
    return WhyDocument(
        invoice=load_document(session, invoice),
        lines=tuple(map(print_line, explain_lines(session, invoice))),
        as_of=today,
        is_cancelled=settled.voided_at is not None,
        payments=tuple(map(_payment, settled.payments)),
        attempts=tuple(
            PrintedAttempt(one.tried_on, one.card, one.amount)
            for one in settled.attempts
            if one.reached_bank
        ),
        notes=_notes(settled),
        owed=settled.owed,
    )


def _payment(payment: WhyPayment) -> PrintedPayment:
    is_disputed = payment.dispute in {"needs_answer", "with_bank"}
    return PrintedPayment(payment.came_on, payment.words, payment.amount, payment.lost, is_disputed)


def _notes(settled: WhySettled) -> tuple[PrintedNote, ...]:
    return tuple(
        PrintedNote(
            number=note.number or "",
            issued_on=note.issued_on,
            reason=note.reason,
            total=note.total,
            reduces=Money(note.reduces_minor, note.currency),
            refund=Money(note.refund_minor, note.currency),
            is_refund_done=note.refund_state == "done",
            credit=Money(note.credit_minor, note.currency),
        )
        for note in settled.notes
    )
