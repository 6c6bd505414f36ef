"""Races: many hands on one run, one effect."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.billing.firm import DUE, a_firm
from tests.builders import a_client, a_project
from timebot.billing.issuing import release_all
from timebot.billing.models import BillingEntry, Invoice, InvoiceRun
from timebot.billing.runs import open_due_runs
from timebot.db import Busy, Database
from timebot.errors import Refusal
from timebot.team.models import Member, Workspace

HANDS = 8


def together(database: Database, move: Callable[[Session], object]) -> list[object]:
    """Make the move in many threads at once; return what each got, refusals included."""

    def one(_: int) -> object:
        while True:
            try:
                with database.transaction() as session:
                    return move(session)
            except Busy:
                continue
            except Refusal as refused:
                return refused

    with ThreadPoolExecutor(HANDS) as hands:
        return list(hands.map(one, range(HANDS)))


def set_up(database: Database) -> tuple[UUID, UUID]:
    with database.transaction() as session:
        firm = a_firm(session)
        for number in range(3):
            client = a_client(session, firm.workspace, name=f"Client {number}")
            firm.approved(project=a_project(session, client))
        return firm.workspace.id, firm.owner.id


def test_a_due_run_is_opened_by_one_of_many_workers(database: Database) -> None:
    workspace_id, _ = set_up(database)

    def open_runs(session: Session) -> int:
        workspace = session.get_one(Workspace, workspace_id)
        return len(open_due_runs(session, workspace=workspace, can_charge=False, now=DUE))

    opened = together(database, open_runs)

    assert sorted(map(str, opened)) == ["0"] * (HANDS - 1) + ["1"]
    with database.read_only() as session:
        assert session.scalar(select(func.count()).select_from(Invoice)) == 3


def release(session: Session, ids: tuple[UUID, UUID]) -> int:
    (run_id,) = session.scalars(select(InvoiceRun.id))
    issued = release_all(
        session,
        workspace=session.get_one(Workspace, ids[0]),
        actor=session.get_one(Member, ids),
        run_id=run_id,
        digest=None,
        can_charge=False,
        surface="slack",
        now=DUE,
    )
    return len(issued)


def open_run(database: Database, workspace_id: UUID) -> None:
    with database.transaction() as session:
        workspace = session.get_one(Workspace, workspace_id)
        open_due_runs(session, workspace=workspace, can_charge=False, now=DUE)


def test_many_releases_of_one_run_issue_each_client_once(database: Database) -> None:
    ids = set_up(database)
    open_run(database, ids[0])

    outcomes = together(database, lambda session: release(session, ids))

    assert [outcome for outcome in outcomes if not isinstance(outcome, Refusal)] == [3]
    with database.read_only() as session:
        numbers = session.scalars(select(Invoice.sequence).order_by(Invoice.sequence)).all()
        assert numbers == [1, 2, 3]
        assert session.scalar(select(func.count()).select_from(BillingEntry)) == 3
        assert session.scalars(select(InvoiceRun.state)).all() == ["closed"]


class PowerCut(Refusal):
    """The transaction does not make it."""


def test_a_release_that_failed_leaves_nothing_and_gives_its_numbers_back(
    database: Database,
) -> None:
    ids = set_up(database)
    open_run(database, ids[0])

    def fail_late(session: Session) -> None:
        release(session, ids)
        raise PowerCut("no power")

    together(database, fail_late)
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(BillingEntry)) == 0
        release(session, ids)

    with database.read_only() as session:
        numbers = session.scalars(select(Invoice.number).order_by(Invoice.number)).all()
    assert numbers == ["INV-2026-0001", "INV-2026-0002", "INV-2026-0003"]


def test_an_approval_withdrawn_meanwhile_is_not_billed(database: Database) -> None:
    with database.transaction() as session:
        firm = a_firm(session)
        firm.approved()
        gone = firm.approved(days=1)
        run = firm.run()
        gone.state, gone.approved_by, gone.approved_at = "draft", None, None
        session.flush()
        (invoice,) = firm.release_all(run, digest=None, now=DUE + timedelta(minutes=1))

    assert invoice.minutes_billed == 60
    assert gone.state == "draft"
