"""What the database refuses of credit notes, of client credit and of payments in parts."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.billing.firm import DUE, Firm, a_firm
from tests.builders import a_payment
from tests.races.crowd import CROWD, all_at_once
from timebot.billing.credit_models import (
    ClientCredit,
    CreditedEntry,
    CreditNote,
    CreditNoteLine,
    CreditNoteTax,
)
from timebot.billing.credit_note import issue_credit_note
from timebot.billing.crediting import NothingLeft, Part
from timebot.billing.deciding import AlreadyPaid
from timebot.billing.models import Invoice
from timebot.billing.outside import MoreThanOwed, mark_paid_outside
from timebot.billing.payment_models import Payment
from timebot.db import Base, Database
from timebot.money import Money
from timebot.team.models import Member, Workspace

# Rows are made and broken one by one here, so what they tell together is no whole story.
pytestmark = pytest.mark.breaks_invariants


def an_invoiced_firm(session: Session) -> tuple[Firm, Invoice]:
    firm = a_firm(session, tax_ppm=190_000)
    firm.approved(hours=2)
    return firm, firm.release(firm.run())


def credit(firm: Firm, invoice: Invoice, **facts: Any) -> CreditNote:  # noqa: ANN401 - as the use case
    return issue_credit_note(
        firm.session,
        workspace=firm.workspace,
        actor=firm.owner,
        invoice_id=invoice.id,
        **{"reason": "too much", "now": DUE, **facts},
    )


def refused(session: Session, statement: Any) -> None:  # noqa: ANN401 - any statement
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(statement)


@pytest.mark.parametrize(
    "columns",
    [
        {"reason": "another"},
        {"number": "CN-2026-0009"},
        {"sequence": 9},
        {"total_minor": 1, "subtotal_minor": 1, "tax_minor": 0, "reduces_minor": 1},
        {"printed": {}},
        {"frees_entries": True},
        {"document": "draft"},
        {"invoice_id": uuid4()},
    ],
    ids=" ".join,
)
def test_an_issued_credit_note_keeps_what_it_says(
    session: Session, columns: dict[str, Any]
) -> None:
    credit(*an_invoiced_firm(session), parts=[Part(1, minutes=30)])

    refused(session, update(CreditNote).values(**columns))


@pytest.mark.parametrize("table", [CreditNote, CreditNoteLine, CreditNoteTax, CreditedEntry])
def test_nothing_of_a_credit_note_is_deleted(session: Session, table: type[Base]) -> None:
    credit(*an_invoiced_firm(session), parts=[Part(1, minutes=30)])

    refused(session, delete(table))


@pytest.mark.parametrize("table", [CreditNoteLine, CreditNoteTax, CreditedEntry])
def test_an_issued_credit_note_takes_no_more_rows(session: Session, table: type[Base]) -> None:
    note = credit(*an_invoiced_firm(session), parts=[Part(1, minutes=30)])
    row = session.execute(select(table.__table__)).mappings().one()
    fresh = {name: uuid4() for name in ("id", "billing_entry_id") if name in row}
    if table is CreditNoteTax:
        fresh = {"position": 2}  # type: ignore[dict-item]  # a number, unlike the ids above

    refused(session, insert(table).values({**row, **fresh}))
    assert note.number == "CN-2026-0001"


def test_a_credit_note_is_never_written_as_issued(session: Session) -> None:
    note = credit(*an_invoiced_firm(session), parts=[Part(1, minutes=30)])
    row = dict(session.execute(select(CreditNote.__table__)).mappings().one())
    row |= {"id": uuid4(), "ordinal": 2, "sequence": 2, "number": "CN-2026-0002"}

    refused(session, insert(CreditNote).values(row))
    assert note.ordinal == 1


@pytest.mark.parametrize(
    "columns",
    [
        # More than its lines, than its tax, than the invoice asks for, than came by card.
        {"subtotal_minor": 4_751, "total_minor": 5_654, "reduces_minor": 5_654},
        {"tax_minor": 904, "total_minor": 5_654, "reduces_minor": 5_654},
        {"reduces_minor": 0, "refund_minor": 5_653, "refund_state": "wanted"},
        {"currency": "USD"},
    ],
    ids=" ".join,
)
def test_a_credit_note_whose_figures_are_not_its_rows_is_not_issued(
    session: Session, columns: dict[str, Any]
) -> None:
    firm, invoice = an_invoiced_firm(session)
    credit(firm, invoice, parts=[Part(1, minutes=30)])
    second = copied_as_draft(session, minutes=30)
    session.execute(update(CreditNote).where(CreditNote.id == second).values(**columns))

    refused(session, issued(second))


def test_a_line_is_never_credited_beyond_what_it_has(session: Session) -> None:
    firm = a_firm(session, tax_ppm=190_000)
    firm.approved(hours=1)
    firm.approved(hours=3, days=1)
    # As much again is left of the invoice and of its tax, but not of this line.
    credit(firm, firm.release(firm.run()), parts=[Part(1)])
    second = copied_as_draft(session, minutes=60)

    refused(session, issued(second))


def copied_as_draft(session: Session, *, minutes: int) -> UUID:
    """Write the first credit note's rows once more, as another draft; its id is returned."""
    new = uuid4()
    row = dict(session.execute(select(CreditNote.__table__)).mappings().one())
    row |= {"id": new, "ordinal": 2, "document": "draft"}
    row |= dict.fromkeys(("series", "year", "sequence", "number", "issued_on"))
    session.execute(insert(CreditNote).values(row))
    for table in (CreditNoteLine, CreditNoteTax, CreditedEntry):
        copied = dict(session.execute(select(table.__table__)).mappings().one())
        copied |= {"credit_note_id": new}
        if "id" in copied:
            copied |= {"id": uuid4(), "minutes": minutes}
        session.execute(insert(table).values(copied))
    return new


def issued(note_id: UUID) -> Any:  # noqa: ANN401 - a statement
    given = {"series": "CN", "year": 2026, "sequence": 2, "number": "CN-2026-0002"}
    return (
        update(CreditNote)
        .where(CreditNote.id == note_id)
        .values(document="issued", issued_on=DUE.date(), **given)
    )


def test_an_invoice_of_which_money_came_is_not_cancelled(session: Session) -> None:
    _, invoice = an_invoiced_firm(session)
    a_payment(session, invoice, how="outside", state="succeeded", amount_minor=1)

    refused(session, update(Invoice).values(document="void", voided_at=DUE))


def test_payments_never_come_to_more_than_is_owed(session: Session) -> None:
    firm, invoice = an_invoiced_firm(session)
    credit(firm, invoice, parts=[Part(1, minutes=60)])
    left = invoice.due_minor // 2
    a_payment(session, invoice, how="outside", state="succeeded", amount_minor=left)

    with pytest.raises(IntegrityError), session.begin_nested():
        a_payment(session, invoice, how="outside", attempt=2, state="succeeded", amount_minor=1)
    waiting = a_payment(session, invoice, attempt=2, amount_minor=1)
    refused(session, update(Payment).where(Payment.id == waiting.id).values(state="succeeded"))


def test_a_client_never_uses_more_credit_than_there_is(session: Session) -> None:
    firm, invoice = an_invoiced_firm(session)

    move = {
        "workspace_id": firm.workspace.id,
        "id": uuid4(),
        "client_id": firm.client.id,
        "currency": "EUR",
        "kind": "applied",
        "amount_minor": -1,
        "invoice_id": invoice.id,
        "created_at": DUE,
    }

    refused(session, insert(ClientCredit).values(move))


def test_a_crowd_credits_an_invoice_once(database: Database) -> None:
    with database.transaction() as session:
        firm, invoice = an_invoiced_firm(session)
        keys = firm.workspace.id, firm.owner.id

    def credit_all(_number: int) -> str | None:
        with database.transaction(wait_seconds=30) as session:
            workspace = session.get_one(Workspace, keys[0])
            actor = session.get_one(Member, keys)
            try:
                note = issue_credit_note(
                    session,
                    workspace=workspace,
                    actor=actor,
                    invoice_id=invoice.id,
                    reason="all of it",
                    now=DUE,
                )
            except NothingLeft:
                return None
            return note.number

    numbers = all_at_once(credit_all).won

    assert sorted(filter(None, numbers)) == ["CN-2026-0001"]
    assert len(numbers) == CROWD


def test_a_crowd_pays_in_parts_no_more_than_is_owed(database: Database) -> None:
    with database.transaction() as session:
        firm, invoice = an_invoiced_firm(session)
        keys = firm.workspace.id, firm.owner.id
    tenth = Money(invoice.due_minor // 10, "EUR")

    def pay(_number: int) -> bool:
        with database.transaction(wait_seconds=30) as session:
            try:
                mark_paid_outside(
                    session,
                    workspace=session.get_one(Workspace, keys[0]),
                    actor=session.get_one(Member, keys),
                    invoice_id=invoice.id,
                    how="transfer",
                    paid_on=DUE.date(),
                    amount=tenth,
                    now=DUE,
                )
            except (MoreThanOwed, AlreadyPaid):
                return False
            return True

    all_at_once(pay)

    with database.read_only() as session:
        received = session.scalar(select(func.sum(Payment.amount_minor)))
    assert received == tenth.minor * 10
    assert received <= invoice.due_minor


def test_a_crowd_writes_rows_past_the_rules_and_one_wins(database: Database) -> None:
    """Without any rule in code: only the database stands between 32 payments and one debt."""
    with database.transaction() as session:
        _, invoice = an_invoiced_firm(session)

    def pay(number: int) -> None:
        with database.transaction(wait_seconds=30) as session:
            a_payment(
                session,
                invoice,
                how="outside",
                attempt=number,
                state="succeeded",
                amount_minor=invoice.due_minor,
            )

    assert all_at_once(pay).refused == CROWD - 1
