"""How long releasing takes: 10,000 approved entries of 20 clients, on SQLite.

Run it with `python -m tests.benchmarks.bench_issuing`. Beside it stands a floor: bare inserts of
the same rows into the same tables, which nothing that keeps the guards can beat.
"""

import tempfile
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from tests.builders import MONDAY_NINE, a_client, a_member, a_project, a_submission, a_workspace
from timebot.billing.issuing import release_all
from timebot.billing.runs import open_due_runs
from timebot.db import Database
from timebot.migrations import upgrade
from timebot.team.models import Member, Workspace
from timebot.timekeeping.models import TimeEntry

CLIENTS, ENTRIES, MEMBERS = 20, 10_000, 6
RELEASED_AT = MONDAY_NINE + timedelta(days=15)


def main() -> None:
    """Measure a few times and print the best and the worst."""
    with tempfile.TemporaryDirectory() as folder:
        runs = [_measure(Path(folder) / f"{number}.db") for number in range(3)]
    for what in runs[0]:
        seconds = [run[what] for run in runs]
        print(f"{what:>20}: best {min(seconds):.3f} s, worst {max(seconds):.3f} s")


def _measure(path: Path) -> dict[str, float]:
    url = f"sqlite:///{path}"
    upgrade(url)
    database = Database(url)
    with database.transaction() as session:
        workspace_id, owner_id = _fill(session)
    figures = {}
    with database.transaction() as session:
        workspace = session.get_one(Workspace, workspace_id)
        began = time.perf_counter()
        (run,) = open_due_runs(session, workspace=workspace, can_charge=True, now=RELEASED_AT)
        figures["draft and show"] = time.perf_counter() - began
    spent = time.process_time()
    began = time.perf_counter()
    with database.transaction() as session:
        workspace = session.get_one(Workspace, workspace_id)
        invoices = release_all(
            session,
            workspace=workspace,
            actor=session.get_one(Member, (workspace_id, owner_id)),
            run_id=run.id,
            digest=None,
            can_charge=True,
            surface="cli",
            now=RELEASED_AT,
        )
    figures["release all"] = time.perf_counter() - began
    figures["of it our CPU time"] = time.process_time() - spent
    assert len(invoices) == CLIENTS
    figures["floor: bare inserts"] = _floor(database, path)
    database.dispose()
    return figures


def _floor(database: Database, path: Path) -> float:
    """Insert the same lines and billing entries as plain tuples into a copy of the schema."""
    url = f"sqlite:///{path}.floor"
    upgrade(url)
    with database.read_only() as session:
        connection = session.connection().connection.cursor()
        rows = {
            table: connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - our names
            for table in ("invoice_line", "billing_entry")
        }
    bare = Database(url)
    with bare.engine.connect() as opened:
        raw = opened.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF")  # the rows these point at are not in the copy
        raw.execute("BEGIN IMMEDIATE")
        began = time.perf_counter()
        for table, values in rows.items():
            marks = ", ".join("?" * len(values[0]))
            raw.executemany(f"INSERT INTO {table} VALUES ({marks})", values)  # noqa: S608
        raw.execute("COMMIT")
        spent = time.perf_counter() - began
    bare.dispose()
    return spent


def _fill(session: Session) -> tuple[UUID, UUID]:
    """Fill two weeks with work of six people, already approved."""
    workspace = a_workspace(session, tax_ppm=190_000, tax_name="VAT")
    owner = a_member(session, workspace, role="owner", profile_at=RELEASED_AT)
    members = [a_member(session, workspace, name=f"Member {n}") for n in range(MEMBERS)]
    submissions = {member.id: a_submission(session, member).id for member in members}
    projects = [
        a_project(session, a_client(session, workspace, name=f"Client {n:02}"), name="Website")
        for n in range(CLIENTS)
    ]
    session.execute(
        insert(TimeEntry),
        [
            {
                "workspace_id": workspace.id,
                "id": uuid4(),
                "member_id": (member := members[number % MEMBERS]).id,
                "number": number + 1,
                "project_id": projects[number % CLIENTS].id,
                "text": f"Part {number} of the work",
                "started_at": (start := MONDAY_NINE + timedelta(minutes=number * 2 % 20_000)),
                "ended_at": start + timedelta(seconds=600 + number % 3_000),
                "worked_on": start.date(),
                "zone": "UTC",
                "state": "approved",
                "billable": "billable",
                "source": "timer",
                "is_confirmed": True,
                "rate_minor": 9_500,
                "rate_currency": "EUR",
                "rate_source": "client rate",
                "submission_id": submissions[member.id],
                "approved_by": owner.id,
                "approved_at": MONDAY_NINE,
                "self_approval": False,
                "version": 1,
                "created_at": start,
            }
            for number in range(ENTRIES)
        ],
    )
    return workspace.id, owner.id


if __name__ == "__main__":
    main()
