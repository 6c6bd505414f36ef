"""Where only one may win, one of 32 wins, on both databases."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from tests.builders import (
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
from tests.races.crowd import CROWD, all_at_once
from timebot.billing.models import BillingEntry, Invoice, InvoiceLine, InvoiceRun
from timebot.billing.payment_models import Payment
from timebot.db import Database
from timebot.timekeeping.models import TimeEntry

# Rows are made one by one here, so what they tell together is no whole story.
pytestmark = pytest.mark.breaks_invariants


def test_a_member_has_one_running_timer(database: Database) -> None:
    with database.transaction() as session:
        member = a_member(session, a_workspace(session))

    def start(number: int) -> None:
        with database.transaction() as session:
            an_entry(session, member, None, state="running", number=number)

    assert all_at_once(start).refused == CROWD - 1


def test_a_deleted_or_stopped_timer_makes_room_for_another(database: Database) -> None:
    with database.transaction() as session:
        member = a_member(session, a_workspace(session))
        an_entry(session, member, None, state="running", deleted_at=MONDAY_NINE)
        an_entry(session, member, None)

        assert an_entry(session, member, None, state="running")


def test_a_member_gives_each_short_number_once(database: Database) -> None:
    with database.transaction() as session:
        member = a_member(session, a_workspace(session))

    def add(_: int) -> None:
        with database.transaction() as session:
            an_entry(session, member, None, number=12)

    assert all_at_once(add).refused == CROWD - 1


def test_a_time_entry_is_billed_once(database: Database) -> None:
    with database.transaction() as session:
        workspace = a_workspace(session)
        client = a_client(session, workspace)
        project = a_project(session, client)
        entry = an_entry(session, a_member(session, workspace), project, state="approved")
        run = a_run(session, workspace)
        line = a_line(session, an_invoice(session, run, client))

    def bill(_: int) -> None:
        with database.transaction() as session:
            a_billing_entry(session, line, entry)

    assert all_at_once(bill).refused == CROWD - 1


def test_a_reversed_billing_entry_frees_the_time_entry_for_one_other(database: Database) -> None:
    with database.transaction() as session:
        workspace = a_workspace(session)
        client = a_client(session, workspace)
        project = a_project(session, client)
        entry = an_entry(session, a_member(session, workspace), project, state="approved")
        run = a_run(session, workspace)
        line = a_line(session, an_invoice(session, run, client))
        a_billing_entry(session, line, entry).reversed_by = run.id

    def bill(_: int) -> None:
        with database.transaction() as session:
            a_billing_entry(session, line, entry)

    assert all_at_once(bill).refused == CROWD - 1
    with database.read_only() as session:
        assert session.scalar(select(func.count()).select_from(BillingEntry)) == 2


def test_a_client_has_one_live_invoice_in_a_run(database: Database) -> None:
    with database.transaction() as session:
        workspace = a_workspace(session)
        client = a_client(session, workspace)
        run = a_run(session, workspace)

    def draft(_: int) -> None:
        with database.transaction() as session:
            an_invoice(session, run, client)

    assert all_at_once(draft).refused == CROWD - 1


def test_a_void_invoice_makes_room_for_another_in_its_run(database: Database) -> None:
    with database.transaction() as session:
        workspace = a_workspace(session)
        client = a_client(session, workspace)
        run = a_run(session, workspace)
        an_invoice(session, run, client, number="INV-1", document="void", voided_at=MONDAY_NINE)

        assert an_invoice(session, run, client)


def test_a_number_of_a_series_is_given_once(database: Database) -> None:
    with database.transaction() as session:
        workspace = a_workspace(session)
        client = a_client(session, workspace)

    def issue(number: int) -> None:
        with database.transaction() as session:
            run = a_run(session, workspace, kind="manual")
            printed = {"number": f"INV {number}", "sequence": 7}
            an_invoice(session, run, client, **printed)

    assert all_at_once(issue).refused == CROWD - 1


def test_a_printed_number_is_given_once(database: Database) -> None:
    with database.transaction() as session:
        workspace = a_workspace(session)
        client = a_client(session, workspace)

    def issue(number: int) -> None:
        with database.transaction() as session:
            run = a_run(session, workspace, kind="manual")
            an_invoice(session, run, client, number="INV 7", sequence=number)

    assert all_at_once(issue).refused == CROWD - 1


def test_a_period_has_one_scheduled_run(database: Database) -> None:
    with database.transaction() as session:
        workspace = a_workspace(session)

    def open_run(_: int) -> None:
        with database.transaction() as session:
            a_run(session, workspace)

    assert all_at_once(open_run).refused == CROWD - 1


def test_manual_runs_claim_no_period(database: Database) -> None:
    with database.transaction() as session:
        workspace = a_workspace(session)
        for _ in range(3):
            a_run(session, workspace, kind="manual")

        assert session.scalar(select(func.count()).select_from(InvoiceRun)) == 3


@pytest.mark.parametrize("state", ["pending", "unknown"])
def test_an_invoice_has_one_open_payment(database: Database, state: str) -> None:
    with database.transaction() as session:
        workspace = a_workspace(session)
        run = a_run(session, workspace)
        invoice = an_invoice(session, run, a_client(session, workspace))

    def charge(number: int) -> None:
        with database.transaction() as session:
            a_payment(session, invoice, attempt=number, state=state)

    assert all_at_once(charge).refused == CROWD - 1


def test_an_invoice_is_paid_once(database: Database) -> None:
    with database.transaction() as session:
        workspace = a_workspace(session)
        run = a_run(session, workspace)
        invoice = an_invoice(session, run, a_client(session, workspace))

    def pay(number: int) -> None:
        with database.transaction() as session:
            a_payment(session, invoice, attempt=number, state="succeeded", amount_minor=0)

    assert all_at_once(pay).refused == CROWD - 1


def test_a_declined_payment_makes_room_for_another(database: Database) -> None:
    with database.transaction() as session:
        workspace = a_workspace(session)
        run = a_run(session, workspace)
        invoice = an_invoice(session, run, a_client(session, workspace))
        a_payment(session, invoice, state="declined")
        a_payment(session, invoice, attempt=2)

        assert session.scalar(select(func.count()).select_from(Payment)) == 2


def test_no_line_slips_into_an_invoice_that_is_being_issued(database: Database) -> None:
    with database.transaction() as session:
        workspace = a_workspace(session)
        run = a_run(session, workspace)
        invoice = an_invoice(session, run, a_client(session, workspace))
        key = (invoice.workspace_id, invoice.id)

    def issue_or_add(number: int) -> int:
        with database.transaction() as session:
            if number != CROWD // 2:
                a_line(session, invoice, position=number)
                return 0
            draft = session.get_one(Invoice, key)
            for column, value in as_issued(run, sequence=1).items():
                setattr(draft, column, value)
            session.flush()
            return session.scalar(select(func.count()).select_from(InvoiceLine)) or 0

    outcomes = all_at_once(issue_or_add)

    with database.read_only() as session:
        lines = session.scalar(select(func.count()).select_from(InvoiceLine))
    assert lines == sum(outcomes.won)
    assert lines == CROWD - 1 - outcomes.refused


def test_issuing_waits_for_a_line_that_is_being_written(database: Database) -> None:
    with database.transaction() as session:
        workspace = a_workspace(session)
        run = a_run(session, workspace)
        invoice = an_invoice(session, run, a_client(session, workspace))
    counted = []

    def issue() -> None:
        with database.transaction() as session:
            session.execute(update(Invoice).values(**as_issued(run, sequence=1)))
            counted.append(session.scalar(select(func.count()).select_from(InvoiceLine)))

    issuing = threading.Thread(target=issue)
    with database.transaction() as session:
        a_line(session, invoice)
        issuing.start()
        issuing.join(timeout=0.3)
    issuing.join(timeout=30)

    assert counted == [1]


def test_a_line_waits_for_the_issuing_and_is_refused_then(database: Database) -> None:
    with database.transaction() as session:
        workspace = a_workspace(session)
        run = a_run(session, workspace)
        invoice = an_invoice(session, run, a_client(session, workspace))
    refused = []

    def add() -> None:
        try:
            with database.transaction() as session:
                a_line(session, invoice)
        except IntegrityError as error:
            refused.append(str(error.orig))

    adding = threading.Thread(target=add)
    with database.transaction() as session:
        session.execute(update(Invoice).values(**as_issued(run, sequence=1)))
        adding.start()
        adding.join(timeout=0.3)
    adding.join(timeout=30)

    assert len(refused) == 1
    assert "takes no more rows" in refused[0]


def test_two_members_may_run_a_timer_each(database: Database) -> None:
    with database.transaction() as session:
        workspace = a_workspace(session)
        members = [a_member(session, workspace) for _ in range(CROWD)]

    def start(number: int) -> None:
        with database.transaction() as session:
            later = MONDAY_NINE + timedelta(minutes=number)
            an_entry(session, members[number], None, state="running", started_at=later)

    assert all_at_once(start).refused == 0
    with database.read_only() as session:
        assert session.scalar(select(func.count()).select_from(TimeEntry)) == CROWD


def test_a_constraint_speaks_as_an_integrity_error(database: Database) -> None:
    with database.transaction() as session:
        workspace = a_workspace(session)
        a_run(session, workspace)
        with pytest.raises(IntegrityError), session.begin_nested():
            a_run(session, workspace)

        assert a_run(session, workspace, kind="manual")
