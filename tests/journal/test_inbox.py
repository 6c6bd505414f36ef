"""What was heard once counts once; stored webhooks are handled until they are."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from tests.builders import MONDAY_NINE
from timebot.db import Database
from timebot.journal.inbox import (
    Taken,
    WebhookDelivery,
    WebhookInbox,
    forget_handled,
    keep_answer,
    take,
)
from timebot.journal.models import InboxDelivery
from timebot.journal.outcomes import (
    LEASE,
    MOST_ATTEMPTS,
    Delivered,
    GiveUp,
    MayHaveArrived,
    Outcome,
    TryAgain,
)

SECOND = timedelta(seconds=1)


class Stripe:
    """A handler that answers as it was told to, and remembers what it was given."""

    def __init__(self, answers: Iterable[Outcome | Exception] = ()) -> None:
        self.answers = list(answers)
        self.heard: list[WebhookDelivery] = []

    def handle(self, delivery: WebhookDelivery) -> Outcome:
        self.heard.append(delivery)
        answer = self.answers.pop(0) if self.answers else Delivered()
        if isinstance(answer, Exception):
            raise answer
        return answer


def store(database: Database, *ids: str) -> None:
    with database.transaction() as session:
        for external_id in ids:
            take(
                session,
                scope="acct_1",
                source="stripe",
                external_id=external_id,
                payload={"type": "invoice.paid"},
                now=MONDAY_NINE,
                wait=True,
            )


def run(database: Database, stripe: Stripe, *, real_now: datetime = MONDAY_NINE) -> int:
    inbox = WebhookInbox(database, {"stripe": stripe.handle})
    return inbox.run_once(now=MONDAY_NINE, real_now=real_now)


def the_row(database: Database) -> InboxDelivery:
    with database.read_only() as session:
        return session.scalars(select(InboxDelivery)).one()


def test_a_repeated_delivery_hears_the_first_answer(session: Session) -> None:
    first = take(session, scope="T1", source="slack", external_id="1", now=MONDAY_NINE)
    keep_answer(session, scope="T1", source="slack", external_id="1", answer={"text": "Started."})
    again = take(session, scope="T1", source="slack", external_id="1", now=MONDAY_NINE)

    assert first == Taken(is_new=True, answer=None)
    assert again == Taken(is_new=False, answer={"text": "Started."})


def test_a_repeated_delivery_without_an_answer_hears_none(session: Session) -> None:
    take(session, scope="T1", source="slack", external_id="1", now=MONDAY_NINE)

    again = take(session, scope="T1", source="slack", external_id="1", now=MONDAY_NINE)

    assert again == Taken(is_new=False, answer=None)


def test_a_webhook_is_handled_once_with_what_was_kept_of_it(database: Database) -> None:
    stripe = Stripe()
    store(database, "evt_1")
    store(database, "evt_1")

    assert run(database, stripe) == 1
    assert run(database, stripe) == 0

    assert [heard.payload for heard in stripe.heard] == [{"type": "invoice.paid"}]
    assert the_row(database).state == "handled"
    assert the_row(database).handled_at == MONDAY_NINE


def test_what_was_handled_at_once_does_not_wait_for_a_worker(database: Database) -> None:
    with database.transaction() as session:
        take(session, scope="T1", source="slack", external_id="1", now=MONDAY_NINE)

    assert run(database, Stripe()) == 0


def test_a_webhook_that_fails_is_tried_again_after_a_pause(database: Database) -> None:
    stripe = Stripe([TryAgain("stripe is away"), RuntimeError("boom"), MayHaveArrived("?")])
    store(database, "evt_1")

    for hour in range(5):
        run(database, stripe, real_now=MONDAY_NINE + timedelta(hours=hour))
        run(database, stripe, real_now=MONDAY_NINE + timedelta(hours=hour, seconds=1))

    assert [heard.attempt for heard in stripe.heard] == [1, 2, 3, 4]
    assert the_row(database).state == "handled"


def test_the_pause_that_the_provider_asked_for_is_kept(database: Database) -> None:
    stripe = Stripe([TryAgain("rate limited", after=timedelta(minutes=7))])
    store(database, "evt_1")

    run(database, stripe)

    assert run(database, stripe, real_now=MONDAY_NINE + timedelta(minutes=6)) == 0
    assert run(database, stripe, real_now=MONDAY_NINE + timedelta(minutes=8)) == 1


def test_a_webhook_that_never_works_is_given_up_where_people_see_it(database: Database) -> None:
    stripe = Stripe([TryAgain("no such invoice")] * (MOST_ATTEMPTS + 5))
    store(database, "evt_1")

    with capture_logs() as logs:
        for hour in range(MOST_ATTEMPTS + 5):
            run(database, stripe, real_now=MONDAY_NINE + timedelta(hours=2 * hour))

    assert len(stripe.heard) == MOST_ATTEMPTS
    assert (the_row(database).state, the_row(database).last_error) == (
        "given_up",
        "no such invoice",
    )
    assert [entry["event"] for entry in logs].count("webhook.given_up") == 1


def test_a_webhook_that_makes_no_sense_is_given_up_at_once(database: Database) -> None:
    store(database, "evt_1")

    run(database, Stripe([GiveUp("not ours")]))

    assert the_row(database).state == "given_up"


def test_a_source_that_nobody_handles_waits(database: Database) -> None:
    store(database, "evt_1")

    WebhookInbox(database, {}).run_once(now=MONDAY_NINE, real_now=MONDAY_NINE)

    assert the_row(database).state == "waiting"
    assert the_row(database).last_error == "nobody handles this source"


def test_a_webhook_that_kills_every_worker_is_given_up(database: Database) -> None:
    store(database, "evt_1")
    with database.transaction() as session:
        session.scalars(select(InboxDelivery)).one().attempts = MOST_ATTEMPTS
    stripe = Stripe()

    run(database, stripe)

    assert stripe.heard == []
    assert the_row(database).state == "given_up"


@pytest.mark.parametrize(
    ("meanwhile", "state"), [(Delivered(), "handled"), (TryAgain("away"), "waiting")]
)
def test_a_worker_that_lost_its_lease_settles_nothing(
    database: Database, meanwhile: Outcome, state: str
) -> None:
    store(database, "evt_1")

    def slow(_: WebhookDelivery) -> Outcome:
        run(database, Stripe([meanwhile]), real_now=MONDAY_NINE + LEASE + SECOND)
        return GiveUp("too slow")

    WebhookInbox(database, {"stripe": slow}).run_once(now=MONDAY_NINE, real_now=MONDAY_NINE)

    assert (the_row(database).state, the_row(database).attempts) == (state, 2)


def test_what_was_handled_long_ago_is_forgotten(database: Database) -> None:
    store(database, "evt_waiting")
    with database.transaction() as session:
        take(session, scope="T1", source="slack", external_id="1", now=MONDAY_NINE)
        later = MONDAY_NINE + timedelta(days=7)
        take(session, scope="T1", source="slack", external_id="2", now=later)

    with database.transaction() as session:
        assert forget_handled(session, before=later) == 1
        left = session.scalars(select(InboxDelivery.external_id)).all()

    assert sorted(left) == ["2", "evt_waiting"]
