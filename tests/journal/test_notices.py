"""Cards and notices reach Slack's room, each copy once and repainted as often as needed."""

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import MONDAY_NINE
from timebot.db import Database
from timebot.journal.models import OutboxMessage
from timebot.journal.notices import publish_home, refresh_card, show_card, tell
from timebot.journal.outbox import Delivered, Outbox, OutboxJob, TryAgain
from timebot.journal.posted import find_posted, list_posted, note_posted

FIRM, CARD, KIM = UUID(int=1), UUID(int=2), UUID(int=3)


def show(session: Session, *recipients: str) -> None:
    show_card(
        session,
        workspace_id=FIRM,
        purpose="run",
        subject_id=CARD,
        recipients=recipients,
        now=MONDAY_NINE,
    )


def refresh(session: Session) -> None:
    refresh_card(session, workspace_id=FIRM, purpose="run", subject_id=CARD, now=MONDAY_NINE)


def waiting(session: Session) -> list[tuple[str, dict[str, Any]]]:
    rows = session.scalars(
        select(OutboxMessage).filter_by(state="waiting").order_by(OutboxMessage.topic)
    )
    return [(row.kind, row.payload) for row in rows]


def paint(recipient: str) -> tuple[str, dict[str, str]]:
    return "slack.card", {"purpose": "run", "subject_id": str(CARD), "recipient": recipient}


def test_a_card_is_painted_for_each_recipient_once(session: Session) -> None:
    show(session, "U2", "U1", "U2")

    assert waiting(session) == [paint("U1"), paint("U2")]


def test_a_repaint_that_waits_stands_for_the_next_one(session: Session) -> None:
    show(session, "U1")
    refresh(session)
    refresh(session)

    assert waiting(session) == [paint("U1")]


def test_a_copy_that_was_painted_is_painted_again(database: Database) -> None:
    with database.transaction() as session:
        show(session, "U1")
    outbox = Outbox(database, {"slack.card": lambda _: Delivered()})
    outbox.run_once(now=MONDAY_NINE, real_now=MONDAY_NINE)

    with database.transaction() as session:
        refresh(session)
        assert waiting(session) == [paint("U1")]


def test_a_change_during_a_repaint_is_painted_after_it(database: Database) -> None:
    with database.transaction() as session:
        show(session, "U1")
    painted = []

    def change_meanwhile(job: OutboxJob) -> Delivered:
        painted.append(job.id)
        if len(painted) == 1:
            with database.transaction() as session:
                refresh(session)
        return Delivered()

    Outbox(database, {"slack.card": change_meanwhile}).run_once(
        now=MONDAY_NINE, real_now=MONDAY_NINE
    )

    assert len(set(painted)) == 2


def test_a_repaint_waits_for_the_change_that_counts_on_it(database: Database) -> None:
    with database.transaction() as session:
        show(session, "U1")
    tried: list[int] = []
    outbox = Outbox(database, {"slack.card": lambda _: Delivered()})

    def work() -> None:
        tried.append(outbox.run_once(now=MONDAY_NINE, real_now=MONDAY_NINE))

    with database.transaction() as session:
        refresh(session)
        worker = threading.Thread(target=work)
        worker.start()
        worker.join(timeout=30)
    work()

    assert tried == [0, 1]


def test_while_slack_is_away_repaints_do_not_pile_up(database: Database) -> None:
    with database.transaction() as session:
        show(session, "U1")
    Outbox(database, {"slack.card": lambda _: TryAgain("away")}).run_once(
        now=MONDAY_NINE, real_now=MONDAY_NINE
    )

    with database.transaction() as session:
        refresh(session)
        assert waiting(session) == [paint("U1")]


def test_only_the_copies_of_the_card_are_repainted(session: Session) -> None:
    show_card(
        session,
        workspace_id=FIRM,
        purpose="invoice",
        subject_id=KIM,
        recipients=["U1"],
        now=MONDAY_NINE,
    )
    refresh(session)

    assert [payload["purpose"] for _, payload in waiting(session)] == ["invoice"]


def test_a_notice_carries_its_facts_as_text(session: Session) -> None:
    facts = {"entry_ids": [CARD], "on": MONDAY_NINE.date(), "percent": 80}
    tell(
        session,
        workspace_id=FIRM,
        notice="entries_rejected",
        recipient="U1",
        facts=facts,
        now=MONDAY_NINE,
    )

    told = {"entry_ids": [str(CARD)], "on": "2026-03-02", "percent": 80}
    assert waiting(session) == [
        ("slack.tell", {"notice": "entries_rejected", "recipient": "U1", "facts": told})
    ]


def test_a_notice_with_a_key_is_told_once(session: Session) -> None:
    for _ in range(3):
        tell(
            session,
            workspace_id=FIRM,
            notice="budget_crossed",
            recipient="C1",
            facts={},
            now=MONDAY_NINE,
            dedup_key="budget 80",
        )

    assert len(waiting(session)) == 1


def test_a_home_is_drawn_once_for_many_changes(session: Session) -> None:
    publish_home(session, workspace_id=FIRM, member_id=KIM, now=MONDAY_NINE)
    publish_home(session, workspace_id=FIRM, member_id=KIM, now=MONDAY_NINE + timedelta(hours=1))
    publish_home(session, workspace_id=FIRM, member_id=CARD, now=MONDAY_NINE)

    assert waiting(session) == [
        ("slack.home", {"member_id": str(CARD)}),
        ("slack.home", {"member_id": str(KIM)}),
    ]


def test_a_copy_stands_nowhere_until_it_is_posted(session: Session) -> None:
    show(session, "U1")
    before = find_posted(session, workspace_id=FIRM, purpose="run", subject_id=CARD, recipient="U1")
    assert before is not None
    assert before.ts is None

    for ts in ("1.1", "2.2"):
        note_posted(
            session,
            workspace_id=FIRM,
            purpose="run",
            subject_id=CARD,
            recipient="U1",
            channel="D1",
            ts=ts,
            now=MONDAY_NINE,
        )

    copies = list_posted(session, workspace_id=FIRM, purpose="run", subject_id=CARD)
    assert [(copy.channel, copy.ts, copy.posted_at) for copy in copies] == [
        ("D1", "2.2", MONDAY_NINE)
    ]


def test_there_is_no_copy_for_somebody_who_was_shown_none(session: Session) -> None:
    assert (
        find_posted(session, workspace_id=FIRM, purpose="run", subject_id=CARD, recipient="U9")
        is None
    )
