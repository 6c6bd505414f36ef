"""Freezing: turns drafts into issued invoices, set by set and not row by row."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, exists, select, update
from sqlalchemy.orm import Session

from timebot.billing.approved_work import Books
from timebot.billing.assessing import Assessment
from timebot.billing.bulk import insert_many, new_ids
from timebot.billing.client_credit import apply_credit
from timebot.billing.composing import compose
from timebot.billing.document import DocumentTax, InvoiceDocument, printed_texts
from timebot.billing.line_texts import line_texts
from timebot.billing.models import (
    BillingEntry,
    DraftEntry,
    Invoice,
    InvoiceLine,
    InvoiceRun,
    InvoiceTax,
)
from timebot.billing.numbers import next_sequence, number_text
from timebot.billing.payment_models import StoredFile
from timebot.billing.pricing import PricedLine, Share
from timebot.journal.audit import Actor, record
from timebot.journal.notices import refresh_card
from timebot.team.models import Workspace
from timebot.team.rounding_rule import RoundingRule
from timebot.timekeeping.models import TimeEntry

Columns = dict[str, Sequence[Any]]


@dataclass(frozen=True)
class Ready:
    """A draft that is about to be issued.

    Attributes:
        document: what it will print, without its lines.
    """

    invoice: Invoice
    assessment: Assessment
    document: InvoiceDocument


class EntriesChanged(RuntimeError):
    """Entries moved between being locked and being applied; the transaction must roll back."""


def issue(
    session: Session,
    *,
    books: Books,
    run: InvoiceRun,
    drafts: Sequence[tuple[Invoice, Assessment]],
    by: Actor,
    now: datetime,
) -> list[Invoice]:
    """Freeze drafts whose rows and entries are locked, give them numbers, apply their entries.

    Args:
        session: the transaction that locked them.
        books: what they were assessed with.
        run: the run they belong to.
        drafts: each with what it comes to now.
        by: who releases them.
        now: the present instant; the issue date is its day in the workspace's zone.
    """
    ready = [
        Ready(draft, assessment, compose(session, books, assessment, invoice=draft, now=now))
        for draft, assessment in drafts
    ]
    _write_rows(session, ready)
    _apply_entries(session, books.workspace, ready)
    for one in _by_series(books.workspace, ready):
        _flip(session, books.workspace, one, by=by, now=now)
    close_run_when_done(session, run, now=now)
    refresh_card(session, workspace_id=run.workspace_id, purpose="run", subject_id=run.id, now=now)
    return [one.invoice for one in ready]


def close_run_when_done(session: Session, run: InvoiceRun, *, now: datetime) -> None:
    """Close a run that has no draft left."""
    waiting = exists().where(
        Invoice.workspace_id == run.workspace_id,
        Invoice.run_id == run.id,
        Invoice.document == "draft",
    )
    session.execute(
        update(InvoiceRun)
        .where(
            InvoiceRun.workspace_id == run.workspace_id,
            InvoiceRun.id == run.id,
            InvoiceRun.state == "open",
            ~waiting,
        )
        .values(state="closed", closed_at=now)
        .execution_options(synchronize_session=False)
    )
    session.refresh(run)


def _by_series(workspace: Workspace, ready: Sequence[Ready]) -> list[Ready]:
    """Order invoices so that two releases take the counters of several series in one order."""
    return sorted(ready, key=lambda one: (_series(workspace, one), one.assessment.client.name_key))


def _series(workspace: Workspace, one: Ready) -> str:
    return one.assessment.client.invoice_series or workspace.invoice_series


def _apply_entries(session: Session, workspace: Workspace, ready: Sequence[Ready]) -> None:
    """Move all entries of the drafts from approved to applied, in one UPDATE."""
    ids = [one.invoice.id for one in ready]
    drafted = select(DraftEntry.time_entry_id).where(
        DraftEntry.workspace_id == workspace.id, DraftEntry.invoice_id.in_(ids)
    )
    result = session.execute(
        update(TimeEntry)
        .where(
            TimeEntry.workspace_id == workspace.id,
            TimeEntry.id.in_(drafted),
            TimeEntry.state == "approved",
        )
        .values(state="applied", version=TimeEntry.version + 1)
        .execution_options(synchronize_session=False)
    )
    expected = sum(len(line.shares) for one in ready for line in one.assessment.priced.lines)
    if cast("CursorResult[Any]", result).rowcount != expected:
        raise EntriesChanged
    session.execute(
        delete(DraftEntry)
        .where(DraftEntry.workspace_id == workspace.id, DraftEntry.invoice_id.in_(ids))
        .execution_options(synchronize_session=False)
    )


def _flip(session: Session, workspace: Workspace, one: Ready, *, by: Actor, now: datetime) -> None:
    """Take the number and make the draft, whose row is locked, an issued invoice."""
    document, client = one.document, one.assessment.client
    series, year = _series(workspace, one), document.issued_on.year
    sequence = next_sequence(session, workspace=workspace, series=series, year=year)
    number = number_text(series, year, sequence)
    logo = _keep_logo(session, document, one.invoice, now)
    is_charged = one.assessment.charge_mode == "charge"
    for name, value in {
        "document": "issued",
        "collection": "open",
        "hold": None,
        "hold_reason": None,
        "currency": document.currency,
        "series": series,
        "year": year,
        "sequence": sequence,
        "number": number,
        "issued_on": document.issued_on,
        "due_on": document.due_on,
        "subtotal_minor": document.subtotal.minor,
        "tax_minor": document.tax.minor,
        "total_minor": document.total.minor,
        "credit_minor": document.credit.minor,
        "due_minor": document.due.minor,
        "seconds_worked": document.seconds_worked,
        "minutes_billed": document.minutes_billed,
        "charge_mode": one.assessment.charge_mode,
        "printed": printed_texts(document, logo_sha256=logo),
        "released_at": now,
        "released_by": by.member_id,
        "stripe_customer_id": client.stripe_customer_id,
        "stripe_card_id": client.card_id if is_charged else None,
        "next_step_at": now,
    }.items():
        setattr(one.invoice, name, value)
    session.flush()
    apply_credit(session, one.invoice, by=by, now=now)
    record(
        session,
        workspace_id=workspace.id,
        actor=by,
        action="invoice.issued",
        subject_kind="invoice",
        subject_id=one.invoice.id,
        at=now,
        after={
            "number": number,
            "client_id": client.id,
            "total_minor": document.total.minor,
            "currency": document.currency,
            "charge_mode": one.assessment.charge_mode,
            "accepted": [red.code for red in one.assessment.reds],
        },
    )


def _write_rows(session: Session, ready: Sequence[Ready]) -> None:
    """Write the rows of the invoices while they are drafts; afterwards the database refuses."""
    lines = [
        (one, position, line)
        for one in ready
        for position, line in enumerate(one.assessment.priced.lines, start=1)
    ]
    ids = new_ids(len(lines))
    entries = [
        (one, line_id, share)
        for line_id, (one, _, line) in zip(ids, lines, strict=True)
        for share in line.shares
    ]
    insert_many(session, InvoiceLine, _line_columns(ids, lines))
    insert_many(session, BillingEntry, _entry_columns(entries))
    taxes = [
        (one, position, tax)
        for one in ready
        for position, tax in enumerate(one.document.taxes, start=1)
    ]
    insert_many(session, InvoiceTax, _tax_columns(taxes))


def _keep_logo(
    session: Session, document: InvoiceDocument, invoice: Invoice, now: datetime
) -> str | None:
    """Store the logo's bytes once under their hash, and return the hash."""
    logo = document.seller.logo
    if logo is None:
        return None
    content = base64.b64decode(logo.content)
    sha256 = hashlib.sha256(content).hexdigest()
    here = StoredFile.workspace_id == invoice.workspace_id
    if session.scalar(select(StoredFile.sha256).where(here, StoredFile.sha256 == sha256)) is None:
        session.add(
            StoredFile(
                workspace_id=invoice.workspace_id,
                sha256=sha256,
                content_type=logo.content_type,
                content=content,
                created_at=now,
            )
        )
        session.flush()
    return sha256


def _line_columns(ids: Sequence[UUID], lines: Sequence[tuple[Ready, int, PricedLine]]) -> Columns:
    texts = [line_texts(line) for _, _, line in lines]
    firsts = [line.first for _, _, line in lines]
    return {
        "workspace_id": [one.invoice.workspace_id for one, _, _ in lines],
        "id": ids,
        "invoice_id": [one.invoice.id for one, _, _ in lines],
        "position": [position for _, position, _ in lines],
        "worked_on": [text.worked_on for text in texts],
        "member_name": [text.member for text in texts],
        "project_name": [first.project_name for first in firsts],
        "text": [text.text for text in texts],
        "ticket_ref": [text.ticket_ref for text in texts],
        "ticket_url": [text.ticket_url for text in texts],
        "kind": [first.kind for first in firsts],
        "seconds_worked": [line.seconds for _, _, line in lines],
        "minutes_billed": [line.minutes for _, _, line in lines],
        "rate_minor": [line.rate_minor for _, _, line in lines],
        "amount_minor": [line.amount_minor for _, _, line in lines],
        "tax_ppm": [first.tax_ppm for first in firsts],
        "tax_note": [one.assessment.client.tax_note for one, _, _ in lines],
    }


def _entry_columns(entries: Sequence[tuple[Ready, UUID, Share]]) -> Columns:
    shares = [share for _, _, share in entries]
    works = [share.work for share in shares]
    # One object per rule, so that it is written as JSON once.
    facts = {rule: _facts(rule) for rule in {work.rule for work in works}}
    return {
        "workspace_id": [one.invoice.workspace_id for one, _, _ in entries],
        "id": new_ids(len(entries)),
        "invoice_id": [one.invoice.id for one, _, _ in entries],
        "line_id": [line_id for _, line_id, _ in entries],
        "time_entry_id": [work.entry_id for work in works],
        "project_id": [work.project_id for work in works],
        "member_id": [work.member_id for work in works],
        "worked_on": [work.worked_on for work in works],
        "kind": [work.kind for work in works],
        "seconds_worked": [work.seconds for work in works],
        "minutes_billed": [share.minutes for share in shares],
        "rate_minor": [work.rate_minor for work in works],
        "rate_source": [work.rate_source for work in works],
        "currency": [work.currency for work in works],
        "amount_minor": [share.amount_minor for share in shares],
        "tax_ppm": [work.tax_ppm for work in works],
        "group_key": [share.group_key for share in shares],
        "group_seconds": [share.group_seconds for share in shares],
        "group_minutes": [share.group_minutes for share in shares],
        "rounding": [facts[work.rule] for work in works],
    }


def _facts(rule: RoundingRule) -> dict[str, Any]:
    return {
        "increment": rule.increment,
        "mode": rule.mode,
        "minimum": rule.minimum,
        "scope": rule.scope,
    }


def _tax_columns(taxes: Sequence[tuple[Ready, int, DocumentTax]]) -> Columns:
    return {
        "workspace_id": [one.invoice.workspace_id for one, _, _ in taxes],
        "invoice_id": [one.invoice.id for one, _, _ in taxes],
        "position": [position for _, position, _ in taxes],
        "name": [tax.name for _, _, tax in taxes],
        "tax_ppm": [tax.tax_ppm for _, _, tax in taxes],
        "note": [tax.note for _, _, tax in taxes],
        "base_minor": [tax.base.minor for _, _, tax in taxes],
        "tax_minor": [tax.amount.minor for _, _, tax in taxes],
    }
