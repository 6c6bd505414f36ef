"""What was heard once counts once, what must be said is said by one, the chain has one end."""

from collections import Counter
from datetime import timedelta
from threading import Lock
from uuid import UUID, uuid4

from sqlalchemy import func, select

from tests.builders import MONDAY_NINE, a_workspace
from tests.races.crowd import CROWD, all_at_once
from timebot.db import Database
from timebot.journal.audit import WORKER, record
from timebot.journal.chain import ChainReport, seal, verify_chain
from timebot.journal.inbox import Taken, WebhookDelivery, WebhookInbox, keep_answer, take
from timebot.journal.models import AuditSeal, OutboxMessage
from timebot.journal.notices import refresh_card, show_card
from timebot.journal.outbox import Delivered, Outbox, OutboxJob, enqueue
from timebot.team.models import Workspace

FIRM = UUID(int=1)


class Listener:
    """A handler that remembers what it was given."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self._lock = Lock()

    def hear(self, job: OutboxJob) -> Delivered:
        with self._lock:
            self.heard.append(str(job.payload["n"]))
        return Delivered()

    def hear_webhook(self, delivery: WebhookDelivery) -> Delivered:
        with self._lock:
            self.heard.append(delivery.external_id)
        return Delivered()


def test_the_same_delivery_has_one_effect_and_one_answer(database: Database) -> None:
    def deliver(_: int) -> Taken:
        with database.transaction() as session:
            taken = take(session, scope="T1", source="slack", external_id="1", now=MONDAY_NINE)
            if taken.is_new:
                a_workspace(session)
                answer = {"text": "Started."}
                keep_answer(session, scope="T1", source="slack", external_id="1", answer=answer)
            return taken

    outcomes = all_at_once(deliver)

    news = [taken for taken in outcomes.won if taken.is_new]
    assert len(news) == 1
    assert [taken.answer for taken in outcomes.won if not taken.is_new] == (
        [{"text": "Started."}] * (CROWD - 1)
    )
    with database.read_only() as session:
        assert session.scalar(select(func.count()).select_from(Workspace)) == 1


def test_the_same_id_of_two_senders_is_two_deliveries(database: Database) -> None:
    def deliver(number: int) -> Taken:
        with database.transaction() as session:
            return take(
                session,
                scope=f"T{number}",
                source="slack",
                external_id="1",
                now=MONDAY_NINE,
            )

    assert all(taken.is_new for taken in all_at_once(deliver).won)


def test_a_message_with_a_key_is_queued_once(database: Database) -> None:
    def queue(_: int) -> None:
        with database.transaction() as session:
            enqueue(
                session,
                workspace_id=FIRM,
                kind="slack.tell",
                payload={"n": 1},
                dedup_key="budget 80",
                now=MONDAY_NINE,
            )

    assert all_at_once(queue).refused == 0
    with database.read_only() as session:
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 1


def test_32_workers_deliver_each_message_once(database: Database) -> None:
    listener = Listener()
    with database.transaction() as session:
        for number in range(100):
            enqueue(session, workspace_id=FIRM, kind="x", payload={"n": number}, now=MONDAY_NINE)
    outbox = Outbox(database, {"x": listener.hear})

    all_at_once(lambda _: outbox.run_once(now=MONDAY_NINE, real_now=MONDAY_NINE))
    outbox.run_once(now=MONDAY_NINE, real_now=MONDAY_NINE)

    assert Counter(listener.heard) == Counter(str(number) for number in range(100))


def test_32_workers_keep_the_order_of_a_topic(database: Database) -> None:
    listener = Listener()
    with database.transaction() as session:
        for number in range(20):
            enqueue(
                session,
                workspace_id=FIRM,
                kind="x",
                payload={"n": number},
                topic="C1",
                now=MONDAY_NINE,
            )
    outbox = Outbox(database, {"x": listener.hear})

    all_at_once(lambda _: outbox.run_once(now=MONDAY_NINE, real_now=MONDAY_NINE))
    outbox.run_once(now=MONDAY_NINE, real_now=MONDAY_NINE)

    assert listener.heard == [str(number) for number in range(20)]


def test_32_workers_handle_each_webhook_once(database: Database) -> None:
    listener = Listener()
    with database.transaction() as session:
        for number in range(40):
            take(
                session,
                scope="acct",
                source="stripe",
                external_id=f"evt_{number}",
                now=MONDAY_NINE,
                wait=True,
            )
    inbox = WebhookInbox(database, {"stripe": listener.hear_webhook})

    all_at_once(lambda _: inbox.run_once(now=MONDAY_NINE, real_now=MONDAY_NINE))
    inbox.run_once(now=MONDAY_NINE, real_now=MONDAY_NINE)

    assert Counter(listener.heard) == Counter(f"evt_{number}" for number in range(40))


def test_every_change_is_followed_by_a_repaint(database: Database) -> None:
    """The painter sees the newest figure last, although waiting repaints stand for one another."""
    card, painted, lock = uuid4(), [], Lock()
    with database.transaction() as session:
        workspace = a_workspace(session)
        show_card(
            session,
            workspace_id=workspace.id,
            purpose="run",
            subject_id=card,
            recipients=["C1"],
            now=MONDAY_NINE,
        )

    def paint(_: OutboxJob) -> Delivered:
        with database.read_only() as session, lock:
            painted.append(session.get_one(Workspace, workspace.id).terms_days)
        return Delivered()

    outbox = Outbox(database, {"slack.card": paint})

    def change_or_paint(number: int) -> None:
        if number % 2:
            outbox.run_once(now=MONDAY_NINE, real_now=MONDAY_NINE)
            return
        with database.transaction() as session:
            row = session.get_one(Workspace, workspace.id, with_for_update=True)
            row.terms_days += 1
            refresh_card(
                session,
                workspace_id=workspace.id,
                purpose="run",
                subject_id=card,
                now=MONDAY_NINE,
            )

    all_at_once(change_or_paint)
    outbox.run_once(now=MONDAY_NINE, real_now=MONDAY_NINE)

    assert painted[-1] == 14 + CROWD // 2


def test_the_chain_has_one_end_although_32_workers_seal_it(database: Database) -> None:
    with database.transaction() as session:
        for number in range(40):
            record(
                session,
                workspace_id=FIRM,
                actor=WORKER,
                action="client.added",
                subject_kind="client",
                subject_id=None,
                at=MONDAY_NINE + timedelta(minutes=number),
            )

    def seal_some(_: int) -> int:
        with database.transaction() as session:
            return seal(session, workspace_id=FIRM, limit=3)

    outcomes = all_at_once(seal_some)

    sealed = sum(outcomes.won)
    assert outcomes.refused == 0
    with database.transaction() as session:
        assert seal(session, workspace_id=FIRM, limit=100) == 40 - sealed
        assert verify_chain(session, workspace_id=FIRM) == ChainReport(40, 0, None)
        assert session.scalar(select(func.max(AuditSeal.position))) == 40
