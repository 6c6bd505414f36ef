"""What was said to a client, or written down, stays as it was said."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Executable, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.builders import (
    HOURLY,
    MONDAY_NINE,
    a_billing_entry,
    a_client,
    a_line,
    a_member,
    a_payment,
    a_project,
    a_run,
    a_workspace,
    an_entry,
    an_invoice,
    as_issued,
)
from timebot.billing.models import BillingEntry, Invoice, InvoiceLine, InvoiceTax
from timebot.billing.payment_models import Payment, StoredFile
from timebot.db import Base, Database
from timebot.journal.audit import WORKER, erase_details, record
from timebot.journal.models import AuditDetail, AuditEvent, AuditSeal

# Rows are made one by one here, so what they tell together is no whole story.
pytestmark = pytest.mark.breaks_invariants

TOMORROW = MONDAY_NINE + timedelta(days=1)


def an_issued_invoice(session: Session) -> Invoice:
    """An invoice with a line, its tax and a billing entry, then issued."""
    workspace = a_workspace(session)
    client, run = a_client(session, workspace), a_run(session, workspace)
    project = a_project(session, client)
    member = a_member(session, workspace)
    invoice = an_invoice(session, run, client)
    line = a_line(session, invoice)
    _add_tax(session, invoice, position=1)
    a_billing_entry(session, line, an_entry(session, member, project, state="approved"))
    for column, value in as_issued(run, sequence=1).items():
        setattr(invoice, column, value)
    session.flush()
    return invoice


def _add_tax(session: Session, invoice: Invoice, *, position: int) -> None:
    session.add(
        InvoiceTax(
            workspace_id=invoice.workspace_id,
            invoice_id=invoice.id,
            position=position,
            name="VAT",
            tax_ppm=0,
            base_minor=HOURLY.minor,
            tax_minor=0,
        )
    )
    session.flush()


def is_refused(session: Session, statement: Executable) -> None:
    with pytest.raises(IntegrityError, match=r"never|only ever|no more"), session.begin_nested():
        session.execute(statement)


@pytest.mark.parametrize(
    "columns",
    [
        {"run_id": uuid4()},
        {"client_id": uuid4()},
        {"id": uuid4()},
        {"currency": "USD"},
        {"series": "OLD"},
        {"year": 2025},
        {"sequence": 2},
        {"number": "INV-2026-0002"},
        {"issued_on": TOMORROW.date()},
        {"due_on": TOMORROW.date()},
        {"due_on": None},
        {"period_start": TOMORROW.date()},
        {"period_end": TOMORROW.date()},
        {"subtotal_minor": 1, "total_minor": 1, "due_minor": 1},
        {"tax_minor": 1, "total_minor": 1, "due_minor": 1},
        {"credit_minor": 1, "due_minor": -1},
        {"seconds_worked": 1},
        {"minutes_billed": 1},
        {"printed": {"seller": "Somebody else"}},
        {"printed": None},
        {"released_at": TOMORROW},
        {"released_by": uuid4()},
        {"created_at": TOMORROW},
        {"document": "draft"},
    ],
    ids=" ".join,
)
def test_an_issued_invoice_keeps_what_it_says(session: Session, columns: dict[str, Any]) -> None:
    an_issued_invoice(session)

    is_refused(session, update(Invoice).values(**columns))


def test_an_issued_invoice_moves_on_in_everything_else(session: Session) -> None:
    an_issued_invoice(session)

    session.execute(
        update(Invoice).values(
            document="rendered",
            collection="open",
            delivery="sent",
            pdf_sha256="f" * 64,
            stripe_invoice_id="in_1",
            fence=2,
            next_step_at=TOMORROW,
        )
    )
    session.execute(update(Invoice).values(document="void", voided_at=TOMORROW))


def test_a_draft_may_still_change(session: Session) -> None:
    workspace = a_workspace(session)
    an_invoice(session, a_run(session, workspace), a_client(session, workspace))

    session.execute(update(Invoice).values(currency="USD", seconds_worked=60))


def test_a_void_invoice_stays_void(session: Session) -> None:
    an_issued_invoice(session)
    session.execute(update(Invoice).values(document="void", voided_at=TOMORROW))

    is_refused(session, update(Invoice).values(document="issued", voided_at=None))


@pytest.mark.parametrize("other", ["e" * 64, None])
def test_an_invoice_is_printed_once(session: Session, other: str | None) -> None:
    an_issued_invoice(session)
    session.execute(update(Invoice).values(pdf_sha256="f" * 64))

    is_refused(session, update(Invoice).values(pdf_sha256=other))


def test_an_invoice_with_a_number_is_not_deleted(session: Session) -> None:
    workspace = a_workspace(session)
    an_invoice(session, a_run(session, workspace), a_client(session, workspace), number="INV-1")

    is_refused(session, delete(Invoice))


def test_a_draft_may_be_deleted(session: Session) -> None:
    workspace = a_workspace(session)
    an_invoice(session, a_run(session, workspace), a_client(session, workspace))

    session.execute(delete(Invoice))


@pytest.mark.parametrize("table", [InvoiceLine, InvoiceTax, BillingEntry])
def test_what_an_invoice_consists_of_is_not_deleted(session: Session, table: type[Base]) -> None:
    an_issued_invoice(session)

    is_refused(session, delete(table))


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        (InvoiceLine, {"text": "Something else"}),
        (InvoiceLine, {"amount_minor": 1}),
        (InvoiceTax, {"tax_minor": 1}),
        (BillingEntry, {"amount_minor": 1}),
        (BillingEntry, {"minutes_billed": 1}),
        (BillingEntry, {"time_entry_id": uuid4()}),
        (BillingEntry, {"rounding": {}}),
        (BillingEntry, {"reversed_by": uuid4(), "amount_minor": 1}),
    ],
)
def test_what_an_invoice_consists_of_is_not_changed(
    session: Session, table: type[Base], columns: dict[str, Any]
) -> None:
    an_issued_invoice(session)

    is_refused(session, update(table).values(**columns))


@pytest.mark.parametrize("other", [uuid4(), None])
def test_a_billing_entry_is_reversed_once(session: Session, other: UUID | None) -> None:
    an_issued_invoice(session)
    session.execute(update(BillingEntry).values(reversed_by=uuid4()))

    is_refused(session, update(BillingEntry).values(reversed_by=other))


def test_an_issued_invoice_takes_no_more_rows(session: Session) -> None:
    invoice = an_issued_invoice(session)
    line, entry = (
        session.scalars(select(InvoiceLine)).one(),
        session.scalars(select(BillingEntry)).one(),
    )
    entry.reversed_by = uuid4()
    session.flush()
    again = {column.name: getattr(entry, column.name) for column in BillingEntry.__table__.columns}

    with pytest.raises(IntegrityError, match="no more rows"), session.begin_nested():
        a_line(session, invoice, position=2)
    with pytest.raises(IntegrityError, match="no more rows"), session.begin_nested():
        _add_tax(session, invoice, position=2)
    is_refused(session, insert(BillingEntry).values(again | {"id": uuid4(), "reversed_by": None}))
    assert line.position == 1


def a_settled_payment(session: Session, state: str) -> Payment:
    workspace = a_workspace(session)
    run, client = a_run(session, workspace), a_client(session, workspace)
    invoice = an_invoice(
        session, run, client, total_minor=9_500, subtotal_minor=9_500, due_minor=9_500
    )
    return a_payment(session, invoice, state=state)


@pytest.mark.parametrize(
    "columns",
    [{"amount_minor": 1}, {"currency": "USD"}, {"idempotency_key": "other"}, {"attempt": 2}],
)
def test_a_payment_keeps_what_it_is_about(session: Session, columns: dict[str, Any]) -> None:
    a_settled_payment(session, "pending")

    is_refused(session, update(Payment).values(**columns))


@pytest.mark.parametrize(
    ("state", "later"),
    [
        ("succeeded", "pending"),
        ("succeeded", "unknown"),
        ("succeeded", "declined"),
        ("succeeded", "needs_action"),
        ("declined", "pending"),
        ("declined", "succeeded"),
        ("needs_action", "pending"),
        ("needs_action", "unknown"),
    ],
)
def test_a_settled_payment_is_never_open_again(session: Session, state: str, later: str) -> None:
    a_settled_payment(session, state)

    is_refused(session, update(Payment).values(state=later))


@pytest.mark.parametrize("state", ["succeeded", "declined", "needs_action", "unknown"])
def test_an_open_payment_may_be_settled(session: Session, state: str) -> None:
    a_settled_payment(session, "pending")

    session.execute(update(Payment).values(state=state, settled_at=TOMORROW))


@pytest.mark.parametrize("lost_minor", [-1, 9_501])
def test_no_more_of_a_payment_is_lost_than_came(session: Session, lost_minor: int) -> None:
    a_settled_payment(session, "succeeded")

    is_refused(session, update(Payment).values(lost_minor=lost_minor))


def test_of_an_attempt_that_brought_nothing_nothing_is_lost(session: Session) -> None:
    a_settled_payment(session, "declined")

    is_refused(session, update(Payment).values(lost_minor=1))


def test_what_was_lost_and_paid_another_way_does_not_come_back(session: Session) -> None:
    payment = a_settled_payment(session, "succeeded")
    session.execute(update(Payment).values(lost_minor=9_500))
    invoice = session.get_one(Invoice, (payment.workspace_id, payment.invoice_id))
    a_payment(session, invoice, attempt=2, how="outside", state="succeeded")

    is_refused(session, update(Payment).where(Payment.attempt == 1).values(lost_minor=0))


def test_a_payment_is_not_deleted(session: Session) -> None:
    a_settled_payment(session, "declined")

    is_refused(session, delete(Payment))


def test_a_stored_file_is_neither_changed_nor_deleted(session: Session) -> None:
    workspace = a_workspace(session)
    session.add(
        StoredFile(
            workspace_id=workspace.id,
            sha256="f" * 64,
            content_type="application/pdf",
            content=b"%PDF",
            created_at=MONDAY_NINE,
        )
    )
    session.flush()

    is_refused(session, update(StoredFile).values(content=b"another"))
    is_refused(session, delete(StoredFile))


def an_audited_change(session: Session) -> UUID:
    firm = uuid4()
    record(
        session,
        workspace_id=firm,
        actor=WORKER,
        action="rate.set",
        subject_kind="rate",
        subject_id=None,
        at=MONDAY_NINE,
        before={"amount_minor": 9_000},
        after={"amount_minor": 9_500},
        note="New year",
    )
    event = session.scalars(select(AuditEvent)).one()
    session.add(
        AuditSeal(workspace_id=firm, position=1, event_id=event.id, previous_hash="0", hash="1")
    )
    session.flush()
    return firm


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        (AuditEvent, {"action": "rate.removed"}),
        (AuditEvent, {"actor_id": uuid4()}),
        (AuditSeal, {"hash": "2"}),
        (AuditDetail, {"after": {"amount_minor": 1}}),
        (AuditDetail, {"before": {}}),
        (AuditDetail, {"note": ""}),
        (AuditDetail, {"salt": "00"}),
        (AuditDetail, {"event_id": uuid4(), "note": None}),
    ],
)
def test_the_audit_is_not_changed(
    session: Session, table: type[Base], columns: dict[str, Any]
) -> None:
    an_audited_change(session)

    is_refused(session, update(table).values(**columns))


@pytest.mark.parametrize("table", [AuditEvent, AuditDetail, AuditSeal])
def test_the_audit_is_not_deleted(session: Session, table: type[Base]) -> None:
    an_audited_change(session)

    is_refused(session, delete(table))


def test_an_erasure_may_empty_what_the_audit_said(session: Session) -> None:
    firm = an_audited_change(session)
    event = session.scalars(select(AuditEvent)).one()

    assert erase_details(session, workspace_id=firm, event_ids=[event.id]) == 1

    detail = session.scalars(select(AuditDetail).execution_options(populate_existing=True)).one()
    assert (detail.salt, detail.before, detail.after, detail.note) == (None, None, None, None)
    is_refused(session, update(AuditDetail).values(note="Once more"))


def test_replacing_a_row_of_the_audit_on_sqlite_is_refused(database: Database) -> None:
    if not database.is_sqlite:
        return  # PostgreSQL has no INSERT OR REPLACE
    with database.transaction() as session:
        an_audited_change(session)
        is_refused(session, text("INSERT OR REPLACE INTO audit_seal SELECT * FROM audit_seal"))


@pytest.mark.parametrize(
    "table",
    [
        *["audit_event", "audit_detail", "audit_seal", "invoice", "invoice_line", "invoice_tax"],
        *["billing_entry", "payment", "stored_file"],
    ],
)
def test_truncating_is_refused_on_postgresql(database: Database, table: str) -> None:
    if database.is_sqlite:
        return  # SQLite knows only DELETE
    with database.transaction() as session:
        is_refused(session, text(f"TRUNCATE {table} CASCADE"))
