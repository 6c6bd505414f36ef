"""What must be said is said: in order, after a pause, and never silently dropped."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from tests.builders import MONDAY_NINE
from timebot.db import Database
from timebot.journal.audit import Actor
from timebot.journal.models import AuditDetail, AuditEvent, OutboxMessage
from timebot.journal.outbox import (
    Delivered,
    GiveUp,
    MayHaveArrived,
    Outbox,
    OutboxJob,
    Outcome,
    TryAgain,
    enqueue,
    list_stuck,
    revive,
)
from timebot.journal.outcomes import LEASE, LONGEST_WAIT, MOST_ATTEMPTS, wait_before_retry

FIRM = UUID(int=1)
SECOND = timedelta(seconds=1)


class Slack:
    """A handler that answers as it was told to, and remembers what it was given."""

    def __init__(self, answers: Iterable[Outcome | Exception] = ()) -> None:
        self.answers = list(answers)
        self.jobs: list[OutboxJob] = []

    def handle(self, job: OutboxJob) -> Outcome:
        self.jobs.append(job)
        answer = self.answers.pop(0) if self.answers else Delivered()
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def heard(self) -> list[object]:
        return [job.payload["n"] for job in self.jobs]


def queue(database: Database, *numbers: int, **options: Any) -> None:  # noqa: ANN401 - passed on
    with database.transaction() as session:
        for number in numbers:
            enqueue(
                session,
                workspace_id=FIRM,
                kind="slack.tell",
                payload={"n": number},
                now=MONDAY_NINE,
                **options,
            )


def queue_and_give_up(session: Session) -> None:
    enqueue(session, workspace_id=FIRM, kind="slack.tell", payload={}, now=MONDAY_NINE)
    raise ZeroDivisionError


def run(
    database: Database,
    slack: Slack,
    *,
    now: datetime = MONDAY_NINE,
    real_now: datetime = MONDAY_NINE,
) -> int:
    return Outbox(database, {"slack.tell": slack.handle}).run_once(now=now, real_now=real_now)


def the_message(database: Database) -> OutboxMessage:
    with database.read_only() as session:
        return session.scalars(select(OutboxMessage)).one()


def test_a_message_is_delivered_once_and_its_result_kept(database: Database) -> None:
    queue(database, 1)
    slack = Slack([Delivered({"ts": "1.2"})])

    assert run(database, slack) == 1
    assert run(database, slack) == 0

    message = the_message(database)
    assert (message.state, message.result) == ("done", {"ts": "1.2"})
    assert message.settled_at == MONDAY_NINE
    assert slack.heard == [1]


def test_nothing_is_said_for_a_transaction_that_was_rolled_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        queue_and_give_up(session)

    assert run(database, Slack()) == 0


def test_the_handler_is_called_outside_any_transaction(database: Database) -> None:
    queue(database, 1)

    def write(_: OutboxJob) -> Outcome:
        with database.transaction() as session:
            session.scalars(select(OutboxMessage)).one()
        return Delivered()

    Outbox(database, {"slack.tell": write}).run_once(now=MONDAY_NINE, real_now=MONDAY_NINE)

    assert the_message(database).state == "done"


def test_a_message_waits_until_it_is_due_in_business_time(database: Database) -> None:
    due_at = MONDAY_NINE + timedelta(days=14)
    queue(database, 1, due_at=due_at)
    slack = Slack()

    assert run(database, slack, now=due_at - SECOND, real_now=due_at + timedelta(days=1)) == 0
    assert run(database, slack, now=due_at) == 1


def test_the_same_key_is_queued_once_even_when_it_was_delivered(database: Database) -> None:
    slack = Slack()
    queue(database, 1, dedup_key="budget 80")
    run(database, slack)
    queue(database, 2, dedup_key="budget 80")
    run(database, slack)

    assert slack.heard == [1]


def test_messages_of_a_topic_go_out_in_the_order_in_which_they_were_queued(
    database: Database,
) -> None:
    slack = Slack()
    queue(database, *range(9), topic="C1")

    run(database, slack)

    assert slack.heard == list(range(9))


def test_a_message_waits_for_the_one_before_it_in_its_topic(database: Database) -> None:
    slack = Slack([TryAgain("slack is away")])
    queue(database, 1, 2, topic="C1", due_at=MONDAY_NINE - SECOND)
    queue(database, 3, topic="C2")

    run(database, slack)
    assert slack.heard == [1, 3]

    run(database, slack, real_now=MONDAY_NINE + timedelta(minutes=1))
    assert slack.heard == [1, 3, 1, 2]


def test_a_topic_moves_on_when_a_message_was_given_up(database: Database) -> None:
    slack = Slack([GiveUp("no such channel")])
    queue(database, 1, 2, topic="C1")

    assert run(database, slack) == 2


def test_pauses_double_up_to_an_hour() -> None:
    waits = [wait_before_retry(attempts).total_seconds() for attempts in range(1, 13)]

    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]
    assert wait_before_retry(10_000) == LONGEST_WAIT


def test_a_failed_message_is_tried_again_after_a_pause_in_real_time(database: Database) -> None:
    queue(database, 1)
    slack = Slack([TryAgain("connection refused")])

    run(database, slack)
    assert the_message(database).last_error == "connection refused"
    # The business clock of the local world may jump; the outside does not.
    assert run(database, slack, now=MONDAY_NINE + timedelta(days=1)) == 0
    assert run(database, slack, real_now=MONDAY_NINE + timedelta(seconds=10)) == 1

    assert [job.attempt for job in slack.jobs] == [1, 2]


def test_the_pause_that_the_outside_asked_for_is_kept_and_is_no_failure(
    database: Database,
) -> None:
    queue(database, 1)
    slack = Slack([TryAgain("rate limited", after=timedelta(seconds=30))])

    run(database, slack)
    assert run(database, slack, real_now=MONDAY_NINE + timedelta(seconds=29)) == 0
    assert run(database, slack, real_now=MONDAY_NINE + timedelta(seconds=31)) == 1

    assert [job.attempt for job in slack.jobs] == [1, 1]


def test_a_message_that_never_works_is_given_up_where_people_see_it(database: Database) -> None:
    queue(database, 1)
    slack = Slack([TryAgain("connection refused")] * (MOST_ATTEMPTS + 5))

    with capture_logs() as logs:
        for hour in range(MOST_ATTEMPTS + 5):
            run(database, slack, real_now=MONDAY_NINE + timedelta(hours=2 * hour))

    assert len(slack.jobs) == MOST_ATTEMPTS
    assert [entry["why"] for entry in logs if entry["event"] == "outbox.stuck"] == ["given_up"]
    with database.read_only() as session:
        stuck = list_stuck(session, workspace_id=FIRM)
        assert [message.last_error for message in stuck] == ["connection refused"]
        event = session.scalars(select(AuditEvent)).one()
        detail = session.scalars(select(AuditDetail)).one()
    assert (event.action, event.subject_id) == ("outbox_message.given_up", stuck[0].id)
    assert detail.after == {
        "kind": "slack.tell",
        "reason": "connection refused",
        "attempts": MOST_ATTEMPTS,
    }


def test_a_message_that_may_have_arrived_is_never_repeated_blindly(database: Database) -> None:
    queue(database, 1)
    slack = Slack([MayHaveArrived("the answer was lost")])

    run(database, slack)
    assert run(database, slack, real_now=MONDAY_NINE + timedelta(days=1)) == 0

    assert the_message(database).state == "unknown"
    with database.read_only() as session:
        assert session.scalars(select(AuditEvent.action)).one() == "outbox_message.may_have_arrived"
        assert len(list_stuck(session, workspace_id=FIRM)) == 1


def test_a_person_may_have_a_stuck_message_sent_again(database: Database) -> None:
    queue(database, 1)
    slack = Slack([GiveUp("no such channel")])
    run(database, slack)
    message_id = the_message(database).id
    owner = Actor(UUID(int=2), "slack")

    with database.transaction() as session:
        named = {"workspace_id": FIRM, "message_id": message_id}
        assert revive(session, actor=owner, now=MONDAY_NINE, **named)
        assert not revive(session, actor=owner, now=MONDAY_NINE, **named)

    assert run(database, slack) == 1
    assert the_message(database).state == "done"


def test_a_handler_that_fails_holds_up_nobody(database: Database) -> None:
    queue(database, 1, 2)
    slack = Slack([RuntimeError("boom")])

    assert run(database, slack) == 2
    assert len(slack.heard) == 2
    with database.read_only() as session:
        errors = session.scalars(select(OutboxMessage.last_error)).all()
    assert sorted(map(str, errors)) == ["None", "the handler failed: RuntimeError"]


def test_a_kind_that_nobody_handles_waits_for_somebody_who_does(database: Database) -> None:
    queue(database, 1)

    Outbox(database, {}).run_once(now=MONDAY_NINE, real_now=MONDAY_NINE)

    message = the_message(database)
    assert (message.state, message.last_error) == ("waiting", "nobody handles this kind")


def test_the_message_of_a_worker_that_died_is_taken_over_after_its_lease(
    database: Database,
) -> None:
    class Killed(BaseException):
        """As if by SIGKILL: nothing is settled."""

    def die(_: OutboxJob) -> Outcome:
        raise Killed

    queue(database, 1)
    slack = Slack()
    with pytest.raises(Killed):
        Outbox(database, {"slack.tell": die}).run_once(now=MONDAY_NINE, real_now=MONDAY_NINE)

    assert run(database, slack, real_now=MONDAY_NINE + LEASE - SECOND) == 0
    assert run(database, slack, real_now=MONDAY_NINE + LEASE + SECOND) == 1
    assert slack.jobs[0].attempt == 2


def test_a_message_that_kills_every_worker_is_given_up(database: Database) -> None:
    queue(database, 1)
    with database.transaction() as session:
        message = session.scalars(select(OutboxMessage)).one()
        message.attempts = MOST_ATTEMPTS
    slack = Slack()

    run(database, slack)

    assert slack.jobs == []
    assert the_message(database).last_error == "no attempt came to an end"


@pytest.mark.parametrize(
    ("meanwhile", "state"), [(Delivered(), "done"), (TryAgain("away"), "waiting")]
)
def test_a_worker_that_lost_its_lease_settles_nothing(
    database: Database, meanwhile: Outcome, state: str
) -> None:
    queue(database, 1)

    def slow(_: OutboxJob) -> Outcome:
        # While this one dawdles its lease ends and another worker takes over.
        run(database, Slack([meanwhile]), real_now=MONDAY_NINE + 2 * LEASE)
        return GiveUp("too slow")

    with capture_logs() as logs:
        Outbox(database, {"slack.tell": slow}).run_once(now=MONDAY_NINE, real_now=MONDAY_NINE)

    message = the_message(database)
    assert (message.state, message.attempts) == (state, 2)
    assert message.last_error != "too slow"
    assert "outbox.lease_lost" in [entry["event"] for entry in logs]
