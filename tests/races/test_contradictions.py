"""A row that contradicts itself is refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.builders import (
    MONDAY_NINE,
    a_client,
    a_line,
    a_member,
    a_payment,
    a_project,
    a_rate,
    a_run,
    a_workspace,
    an_entry,
    an_invoice,
)
from timebot.billing.models import Invoice
from timebot.db import Database
from timebot.team.models import Workspace

# Rows are made one by one here, so what they tell together is no whole story.
pytestmark = pytest.mark.breaks_invariants

LATER = MONDAY_NINE + timedelta(hours=1)

ENTRIES: dict[str, dict[str, Any]] = {
    "running with an end": {"state": "running", "ended_at": LATER},
    "a draft without an end": {"state": "draft", "ended_at": None},
    "an end before the start": {"ended_at": MONDAY_NINE - timedelta(seconds=1)},
    "a state nobody knows": {"state": "billed", "ended_at": LATER},
    "a kind nobody knows": {"billable": "maybe"},
    "a source nobody knows": {"source": "guess"},
    "approved by nobody": {"state": "approved", "approved_by": None},
    "approved at no time": {"state": "approved", "approved_at": None},
    "applied without approval": {"state": "applied", "approved_by": None, "approved_at": None},
    "pending without a submission": {"state": "pending_review", "submission_id": None},
    "approved without a project": {"state": "approved", "project_id": None},
    "approved with a guessed end": {"state": "approved", "is_confirmed": False},
    "deleted while pending": {"state": "pending_review", "deleted_at": LATER},
    "deleted when billed": {"state": "applied", "deleted_at": LATER},
    "a rate without a currency": {"rate_minor": 1, "rate_currency": None},
    "a rate from nowhere": {"rate_source": None},
    "a currency without a rate": {"rate_minor": None},
}


@pytest.mark.parametrize("columns", ENTRIES.values(), ids=ENTRIES.keys())
def test_a_time_entry_whose_state_contradicts_it_is_refused(
    session: Session, columns: dict[str, Any]
) -> None:
    workspace = a_workspace(session)
    member = a_member(session, workspace)
    project = a_project(session, a_client(session, workspace))

    with pytest.raises(IntegrityError, match=r"(?i)check"), session.begin_nested():
        an_entry(session, member, project, **columns)


def test_a_draft_with_an_approver_is_refused(session: Session) -> None:
    workspace = a_workspace(session)
    member, approver = a_member(session, workspace), a_member(session, workspace)

    with pytest.raises(IntegrityError, match=r"(?i)check"), session.begin_nested():
        an_entry(session, member, None, approved_by=approver.id, approved_at=LATER)


def test_nobody_approves_their_own_hours(session: Session) -> None:
    workspace = a_workspace(session)
    member = a_member(session, workspace)
    project = a_project(session, a_client(session, workspace))

    with pytest.raises(IntegrityError, match="approver_is_not_author"), session.begin_nested():
        an_entry(
            session, member, project, state="approved", approved_by=member.id, approved_at=LATER
        )


def test_a_firm_of_one_may_approve_its_own_hours(session: Session) -> None:
    workspace = a_workspace(session, self_approval=True)
    member = a_member(session, workspace)
    project = a_project(session, a_client(session, workspace))

    entry = an_entry(
        session,
        member,
        project,
        state="approved",
        approved_by=member.id,
        approved_at=LATER,
        self_approval=True,
    )

    assert entry.approved_by == member.id


@pytest.mark.parametrize("state", ["running", "draft", "pending_review", "approved", "applied"])
def test_every_state_has_an_entry_that_is_in_order(session: Session, state: str) -> None:
    workspace = a_workspace(session)
    project = a_project(session, a_client(session, workspace))

    entry = an_entry(session, a_member(session, workspace), project, state=state)

    assert entry.state == state


INVOICES: dict[str, dict[str, Any]] = {
    "a draft with a number": {"document": "draft", "number": "INV-1"},
    "issued without a number": {"number": "INV-1", "document": "issued", "sequence": None},
    "a number without a date": {"number": "INV-1", "issued_on": None},
    "a number without a series": {"number": "INV-1", "series": None},
    "a number without a year": {"number": "INV-1", "year": None},
    "a number without a release": {"number": "INV-1", "released_at": None},
    "a draft that collects": {"collection": "open"},
    "void at no time": {"number": "INV-1", "document": "void"},
    "voided but issued": {"number": "INV-1", "voided_at": LATER},
    "paid at no time": {"number": "INV-1", "collection": "paid"},
    "a total that is not its sum": {
        "subtotal_minor": 100,
        "tax_minor": 19,
        "total_minor": 118,
        "due_minor": 118,
    },
    "a due amount that is not what is left": {
        "subtotal_minor": 100,
        "total_minor": 100,
        "credit_minor": 40,
        "due_minor": 100,
    },
    "a document nobody knows": {"document": "sent", "number": "INV-1"},
    "a collection nobody knows": {"collection": "maybe", "number": "INV-1"},
    "a delivery nobody knows": {"delivery": "maybe"},
    "a hold nobody knows": {"hold": "maybe"},
    "a way to pay nobody knows": {"charge_mode": "barter"},
}


@pytest.mark.parametrize("columns", INVOICES.values(), ids=INVOICES.keys())
def test_an_invoice_that_contradicts_itself_is_refused(
    session: Session, columns: dict[str, Any]
) -> None:
    workspace = a_workspace(session)
    run, client = a_run(session, workspace), a_client(session, workspace)

    with pytest.raises(IntegrityError, match=r"(?i)check"), session.begin_nested():
        an_invoice(session, run, client, **columns)


def _a_draft(session: Session, workspace: Workspace) -> Invoice:
    return an_invoice(session, a_run(session, workspace), a_client(session, workspace))


def _nameless(session: Session, workspace: Workspace) -> None:
    a_client(session, workspace).name = ""
    session.flush()


Attempt = Callable[[Session, Workspace], object]

OTHERS: dict[str, Attempt] = {
    "a run that ends before it begins": lambda session, workspace: a_run(
        session, workspace, period_end=MONDAY_NINE.date()
    ),
    "a run of a kind nobody knows": lambda session, workspace: a_run(
        session, workspace, kind="monthly"
    ),
    "a bot with rights": lambda session, workspace: a_member(session, workspace, kind="bot"),
    "a role nobody knows": lambda session, workspace: a_member(session, workspace, role="king"),
    "a client without a name": _nameless,
    "more tax than the price": lambda session, workspace: a_client(
        session, workspace, tax_ppm=1_000_001
    ),
    "half a rounding rule": lambda session, workspace: a_client(
        session, workspace, rounding_increment=15
    ),
    "the other half of a rounding rule": lambda session, workspace: a_client(
        session, workspace, rounding_mode="up"
    ),
    "rounding up to nothing": lambda session, workspace: a_client(
        session,
        workspace,
        rounding_increment=0,
        rounding_mode="up",
        rounding_minimum=0,
        rounding_scope="day",
    ),
    "a budget in time and in money": lambda session, workspace: a_project(
        session, a_client(session, workspace), budget_minutes=60, budget_minor=1
    ),
    "a negative rate": lambda session, workspace: a_rate(
        session, client=a_client(session, workspace), amount_minor=-1
    ),
    "a rate whose scope is not its own": lambda session, workspace: a_rate(
        session, client=a_client(session, workspace), scope="project"
    ),
    "a payment in a state nobody knows": lambda session, workspace: a_payment(
        session, _a_draft(session, workspace), state="maybe"
    ),
    "negative minutes": lambda session, workspace: a_line(
        session, _a_draft(session, workspace), minutes_billed=-1
    ),
    "a line of a kind nobody knows": lambda session, workspace: a_line(
        session, _a_draft(session, workspace), kind="internal"
    ),
}


@pytest.mark.parametrize("attempt", OTHERS.values(), ids=OTHERS.keys())
def test_nonsense_is_refused(session: Session, attempt: Attempt) -> None:
    workspace = a_workspace(session)

    with pytest.raises(IntegrityError, match=r"(?i)check"), session.begin_nested():
        attempt(session, workspace)


def test_sqlite_refuses_text_where_a_number_belongs(database: Database) -> None:
    if not database.is_sqlite:
        return  # PostgreSQL does anyway
    with database.transaction() as session:
        a_workspace(session)
        with pytest.raises(IntegrityError, match="cannot store TEXT"), session.begin_nested():
            session.execute(text("UPDATE workspace SET terms_days = 'abc'"))
