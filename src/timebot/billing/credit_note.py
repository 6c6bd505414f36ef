"""Credit notes: an issued invoice never changes; another document takes back what was wrong."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from timebot.billing.client_credit import grant
from timebot.billing.credit_document import credit_texts
from timebot.billing.credit_models import CreditNote, CreditNoteCounter
from timebot.billing.credit_rows import write_rows
from timebot.billing.crediting import CreditPlan, Part, PartlyFreed, plan_credit
from timebot.billing.deciding import BeingCharged, OutcomeOpen, lock_issued, number_of
from timebot.billing.delivery import note_invoice
from timebot.billing.models import BillingEntry, Invoice
from timebot.billing.numbers import next_sequence, number_text
from timebot.billing.receivable import card_payment
from timebot.billing.steps.plan import open_payment
from timebot.billing.steps.settling import settle_if_nothing_is_owed
from timebot.billing.void import ReasonMissing
from timebot.errors import Refusal
from timebot.journal.audit import Actor
from timebot.team.days import day_of
from timebot.team.models import Member, Workspace
from timebot.team.rights import require
from timebot.timekeeping.models import TimeEntry

SERIES = "CN"
"""The letters before a credit note's number: a series of its own, without gaps."""


class UnderDispute(Refusal):
    """The bank decides about the money at this moment."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"The payment of {number} is disputed at the bank. Please wait until that is decided,"
            " so that nothing goes back twice."
        )


class CreditChanged(Refusal):
    """What was shown is not what would be issued now."""

    def __init__(self) -> None:
        super().__init__(
            "The invoice changed since you looked, so nothing was credited. Please look again."
        )


def issue_credit_note(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    invoice_id: UUID,
    reason: str,
    parts: Sequence[Part] = (),
    refunds: bool = False,
    frees: bool = False,
    digest: str | None = None,
    now: datetime,
    surface: str = "slack",
) -> CreditNote:
    """Take back all or part of an issued invoice; PDF, mail and refund follow by the worker.

    What is not paid yet is no longer asked for. Of what was paid, money goes back to the card if
    `refunds` and as far as it came from one; the rest lowers the client's next invoice.

    Args:
        session: an open transaction.
        workspace: whose invoice.
        actor: who decides.
        invoice_id: the invoice.
        reason: why; it is printed.
        parts: what is taken back, one for each line; none for all that is left.
        refunds: whether paid money goes back to the card.
        frees: whether the hours of wholly credited lines may be billed again.
        digest: of the plan that was shown (`CreditPlan.digest`), or None.
        now: the present instant.
        surface: where it came from, for the audit.

    Raises:
        NotAllowed: if the actor has no billing role.
        ReasonMissing: without a reason.
        InvoiceUnknown, NotIssued, AlreadyVoid: if there is nothing to credit.
        BeingCharged, OutcomeOpen, UnderDispute: if nobody knows yet where the money is.
        LineNotThere, NothingLeft, MoreThanLeft, NotInSteps: if the parts make no sense.
        PartlyFreed: if hours would be billed again of which a part stays billed.
        CreditChanged: if it is not what was shown.
    """
    require(session, actor, "billing", to="write credit notes", now=now)
    words = " ".join(reason.split())
    if not words:
        raise ReasonMissing
    invoice = lock_issued(session, workspace=workspace, invoice_id=invoice_id)
    _refuse_while_unclear(session, invoice)
    plan = plan_credit(session, invoice, parts=parts, refunds=refunds)
    if digest is not None and digest != plan.digest:
        raise CreditChanged
    if frees:
        _refuse_partly_freed(plan)
    by = Actor(actor.id, surface)
    note = _write(session, workspace, plan, words, frees=frees, by=actor, now=now)
    freed = _free_entries(session, note, plan) if frees else 0
    grant(session, invoice, note, by=by, now=now)
    note_invoice(
        session,
        invoice,
        action="invoice.credited",
        actor=by,
        at=now,
        after={
            "credit_note": note.number,
            "total_minor": note.total_minor,
            "reduces_minor": note.reduces_minor,
            "refund_minor": note.refund_minor,
            "credit_minor": note.credit_minor,
            "entries_freed": freed,
        },
        note=words,
    )
    invoice.next_step_at = now
    settle_if_nothing_is_owed(session, invoice, actor=by, now=now)
    return note


def _refuse_while_unclear(session: Session, invoice: Invoice) -> None:
    if invoice.collection == "disputed":
        raise UnderDispute(number_of(invoice))
    payment = open_payment(session, invoice)
    if invoice.collection == "unknown" or (payment is not None and payment.state == "unknown"):
        raise OutcomeOpen(number_of(invoice))
    if payment is not None:
        raise BeingCharged(number_of(invoice))


def _refuse_partly_freed(plan: CreditPlan) -> None:
    for one in plan.lines:
        if not one.is_all:
            raise PartlyFreed(one.line.position)


def _write(
    session: Session,
    workspace: Workspace,
    plan: CreditPlan,
    reason: str,
    *,
    frees: bool,
    by: Member,
    now: datetime,
) -> CreditNote:
    """Write the rows while it is a draft, then give it its number: then the database looks."""
    invoice = plan.invoice
    payment = card_payment(session, invoice) if plan.refund_minor else None
    note = CreditNote(
        workspace_id=invoice.workspace_id,
        id=uuid4(),
        invoice_id=invoice.id,
        ordinal=_next_ordinal(session, invoice),
        document="draft",
        created_at=now,
        created_by=by.id,
        reason=reason,
        currency=invoice.currency,
        subtotal_minor=plan.subtotal_minor,
        tax_minor=plan.tax_minor,
        total_minor=plan.total_minor,
        reduces_minor=plan.reduces_minor,
        refund_minor=plan.refund_minor,
        credit_minor=plan.credit_minor,
        frees_entries=frees,
        printed=credit_texts(invoice, card=payment.card_label if payment else None),
        refund_state="wanted" if plan.refund_minor else "none",
    )
    session.add(note)
    session.flush()
    write_rows(session, note, plan)
    issued_on = day_of(now, workspace.zone)
    sequence = next_sequence(
        session, workspace=workspace, series=SERIES, year=issued_on.year, counter=CreditNoteCounter
    )
    note.series, note.year, note.sequence = SERIES, issued_on.year, sequence
    note.number = number_text(SERIES, issued_on.year, sequence)
    note.issued_on, note.document = issued_on, "issued"
    session.flush()
    return note


def _next_ordinal(session: Session, invoice: Invoice) -> int:
    last = session.scalar(
        select(func.max(CreditNote.ordinal)).where(
            CreditNote.workspace_id == invoice.workspace_id, CreditNote.invoice_id == invoice.id
        )
    )
    return (last or 0) + 1


def _free_entries(session: Session, note: CreditNote, plan: CreditPlan) -> int:
    """Reverse the billing entries of the credited lines; their time entries are approved again."""
    lines = [one.line.id for one in plan.lines]
    mine = (
        BillingEntry.workspace_id == note.workspace_id,
        BillingEntry.invoice_id == note.invoice_id,
        BillingEntry.line_id.in_(lines),
        BillingEntry.reversed_by.is_(None),
    )
    freed = session.execute(
        update(TimeEntry)
        .where(
            TimeEntry.workspace_id == note.workspace_id,
            TimeEntry.id.in_(select(BillingEntry.time_entry_id).where(*mine)),
            TimeEntry.state == "applied",
        )
        .values(state="approved", version=TimeEntry.version + 1)
        .returning(TimeEntry.id)
        .execution_options(synchronize_session=False)
    ).all()
    session.execute(
        update(BillingEntry)
        .where(*mine)
        .values(reversed_by=note.id)
        .execution_options(synchronize_session=False)
    )
    return len(freed)
