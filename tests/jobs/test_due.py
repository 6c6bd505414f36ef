"""What the heartbeat asks for: each workspace by itself, and nothing twice."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import a_client, a_member, a_project, a_workspace, an_entry
from timebot.clock import SystemClock
from timebot.db import Database
from timebot.jobs.due import for_each_workspace, heartbeat_tasks
from timebot.jobs.tasks import Worker
from timebot.journal.audit import WORKER, record
from timebot.journal.chain import verify_chain
from timebot.journal.models import InboxDelivery, OutboxMessage
from timebot.team.models import Workspace

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_one_failing_workspace_does_not_stop_the_others(database: Database) -> None:
    with database.transaction() as session:
        names = [a_workspace(session, name=name).name for name in ("Ash", "Birch", "Cedar")]

    def work(session: Session, workspace: Workspace, _now: datetime) -> int:
        workspace.name += " done"
        session.flush()
        if workspace.name.startswith("Birch"):
            raise RuntimeError("broken for this one")
        return 1

    done = for_each_workspace("try", database, work).run(NOW, NOW)

    with database.read_only() as session:
        now_called = sorted(session.scalars(select(Workspace.name)))
    assert done == 2
    assert now_called == ["Ash done", names[1], "Cedar done"]


def test_a_timer_is_asked_about_once_when_it_is_due(database: Database) -> None:
    with database.transaction() as session:
        workspace = a_workspace(session)
        project = a_project(session, a_client(session, workspace))
        entry = an_entry(
            session,
            a_member(session, workspace),
            project,
            state="running",
            started_at=NOW - timedelta(hours=5),
            ended_at=None,
            next_nag_at=NOW,
        )
        assert entry.ended_at is None
    task = heartbeat_tasks(database, can_charge=False)[0]

    counts = [task.run(NOW, NOW), task.run(NOW, NOW)]

    with database.read_only() as session:
        cards = session.scalar(select(func.count()).select_from(OutboxMessage))
    assert counts == [1, 0]
    assert cards == 1


def test_a_beat_seals_the_audit_and_forgets_old_deliveries(database: Database) -> None:
    with database.transaction() as session:
        workspace = a_workspace(session)
        record(
            session,
            workspace_id=workspace.id,
            actor=WORKER,
            action="trial.done",
            subject_kind="trial",
            subject_id=None,
            at=NOW,
        )
        for name, days in (("old", 9), ("new", 1)):
            session.add(
                InboxDelivery(
                    scope="T1",
                    source="slack",
                    external_id=name,
                    received_at=NOW - timedelta(days=days),
                    state="handled",
                )
            )

    for task in heartbeat_tasks(database, can_charge=False):
        task.run(NOW, NOW)

    with database.read_only() as session:
        assert verify_chain(session, workspace_id=workspace.id).sealed == 1
        assert list(session.scalars(select(InboxDelivery.external_id))) == ["new"]


def test_an_empty_house_has_nothing_to_do(database: Database) -> None:
    ticks = heartbeat_tasks(database, can_charge=True)

    assert Worker(clock=SystemClock(), steps=[], ticks=ticks).drain() == 0
