"""Drafting: one live draft per client, over work that no other draft holds."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from timebot.billing.approved_work import drafted_work, free_work, may_be_billed
from timebot.billing.assessing import Assessment, Assessor, open_assessor
from timebot.billing.bulk import insert_many
from timebot.billing.models import DraftEntry, Invoice, InvoiceRun
from timebot.billing.pricing import Work
from timebot.team.models import Workspace
from timebot.timekeeping.models import TimeEntry


def draft_clients(
    session: Session,
    *,
    assessor: Assessor,
    run: InvoiceRun,
    client_id: UUID | None = None,
    now: datetime,
) -> list[Invoice]:
    """Draft an invoice for every client with work before the run's cut-off, by name.

    Work that comes to nothing is not drafted; it stays free for the next run.

    Args:
        session: the open session.
        assessor: what clients are assessed by.
        run: the run; it takes what is worked before its `period_end`.
        client_id: only this client.
        now: the present instant.
    """
    found = free_work(session, assessor.books, cut_off=run.period_end, client_id=client_id)
    drafts = []
    for one_id in sorted(found, key=lambda key: assessor.books.clients[key].name_key):
        assessment = assessor.assess(session, one_id, found[one_id])
        if assessment.priced.total_minor or assessment.reds:
            drafts.append(_draft(session, run, assessment, now))
            _take(session, drafts[-1], found[one_id])
    return drafts


def refresh_draft(
    session: Session, *, workspace: Workspace, invoice: Invoice, can_charge: bool
) -> Assessment | None:
    """Bring a draft up to date, and return it; None if nothing is left, and it is removed.

    What may no longer be billed is let go. What was approved before the run was opened and is free
    now, such as an entry whose hold was lifted, is taken in; later approvals wait for the next run.
    """
    run = session.get_one(InvoiceRun, (workspace.id, invoice.run_id))
    assessor = open_assessor(session, workspace=workspace, can_charge=can_charge)
    let_go(session, workspace=workspace, run=run, invoice_ids=[invoice.id])
    free = free_work(
        session,
        assessor.books,
        cut_off=run.period_end,
        approved_until=run.opened_at,
        client_id=invoice.client_id,
    )
    _take(session, invoice, free.get(invoice.client_id, []))
    works = drafted_work(session, assessor.books, invoice_ids=[invoice.id], run=run).get(
        invoice.id, []
    )
    if not works:
        remove_draft(session, invoice)
        return None
    assessment = assessor.assess(session, invoice.client_id, works)
    write_figures(session, invoice, assessment)
    return assessment


def let_go(
    session: Session, *, workspace: Workspace, run: InvoiceRun, invoice_ids: Collection[UUID]
) -> None:
    """Free the entries of drafts that may no longer be billed, such as rejected ones."""
    may_still = exists().where(
        TimeEntry.id == DraftEntry.time_entry_id,
        *may_be_billed(workspace, cut_off=run.period_end, approved_until=run.opened_at),
    )
    session.execute(
        delete(DraftEntry)
        .where(
            DraftEntry.workspace_id == workspace.id,
            DraftEntry.invoice_id.in_(invoice_ids),
            ~may_still,
        )
        .execution_options(synchronize_session=False)
    )


def drafts_with_work(
    session: Session, *, workspace: Workspace, drafts: Collection[Invoice]
) -> set[UUID]:
    """Return the ids of the drafts that hold an entry."""
    held = select(DraftEntry.invoice_id).where(
        DraftEntry.workspace_id == workspace.id,
        DraftEntry.invoice_id.in_([draft.id for draft in drafts]),
    )
    return set(session.scalars(held.distinct()))


def remove_draft(session: Session, invoice: Invoice) -> None:
    """Delete a draft and free its entries; drafts have no number, so nothing is missing."""
    session.execute(
        delete(DraftEntry)
        .where(DraftEntry.workspace_id == invoice.workspace_id, DraftEntry.invoice_id == invoice.id)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        delete(Invoice).where(
            Invoice.workspace_id == invoice.workspace_id,
            Invoice.id == invoice.id,
            Invoice.document == "draft",
        )
    )


def write_figures(session: Session, invoice: Invoice, assessment: Assessment) -> None:
    """Write what the draft comes to; red ones are parked, unless a person holds them already."""
    figures = _figures(assessment)
    if invoice.hold == "held":
        figures |= {"hold": "held", "hold_reason": invoice.hold_reason}
    session.execute(
        update(Invoice)
        .where(
            Invoice.workspace_id == invoice.workspace_id,
            Invoice.id == invoice.id,
            Invoice.document == "draft",
        )
        .values(**figures)
        .execution_options(synchronize_session=False)
    )
    session.refresh(invoice)


def _draft(session: Session, run: InvoiceRun, assessment: Assessment, now: datetime) -> Invoice:
    invoice = Invoice(
        workspace_id=run.workspace_id,
        id=uuid4(),
        run_id=run.id,
        client_id=assessment.client.id,
        created_at=now,
        period_start=run.period_start,
        period_end=run.period_end,
        **_figures(assessment),
    )
    session.add(invoice)
    session.flush()
    return invoice


def _figures(assessment: Assessment) -> dict[str, object]:
    priced = assessment.priced
    reasons = " ".join(concern.sentence for concern in assessment.reds)
    return {
        "currency": priced.currency,
        "subtotal_minor": priced.subtotal_minor,
        "tax_minor": priced.tax_minor,
        "total_minor": priced.total_minor,
        "due_minor": priced.total_minor,
        "seconds_worked": priced.seconds,
        "minutes_billed": priced.minutes,
        "charge_mode": assessment.charge_mode,
        "hold": "parked" if assessment.reds else None,
        "hold_reason": reasons or None,
    }


def _take(session: Session, invoice: Invoice, works: Collection[Work]) -> None:
    """Put entries into a draft; the primary key refuses a second draft for an entry."""
    insert_many(
        session,
        DraftEntry,
        {
            "workspace_id": [invoice.workspace_id] * len(works),
            "time_entry_id": [work.entry_id for work in works],
            "invoice_id": [invoice.id] * len(works),
        },
    )
