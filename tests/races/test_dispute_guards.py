"""What the database refuses of disputes."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from tests.builders import a_payment
from tests.races.crowd import CROWD, all_at_once
from tests.races.test_credit_guards import an_invoiced_firm, refused
from timebot.billing.payment_models import Payment, PaymentDispute
from timebot.db import Database

# Rows are made and broken one by one here, so what they tell together is no whole story.
pytestmark = pytest.mark.breaks_invariants


def a_paid_one(session: Session) -> Payment:
    _, invoice = an_invoiced_firm(session)
    return a_payment(session, invoice, state="succeeded", stripe_payment_intent="pi_1")


def columns_of(payment: Payment, **columns: object) -> dict[str, Any]:
    return {
        "workspace_id": payment.workspace_id,
        "id": uuid4(),
        "payment_id": payment.id,
        "stripe_id": "du_1",
        "state": "needs_answer",
        "is_inquiry": False,
        "amount_minor": 5_000,
        "currency": payment.currency,
        "lost_minor": 0,
        "page": "https://dashboard.example/du_1",
        "heard_at": payment.created_at,
        **columns,
    }


@pytest.mark.parametrize(
    ("state", "later"),
    [
        ("won", "needs_answer"),
        ("won", "with_bank"),
        ("won", "lost"),
        ("lost", "needs_answer"),
        ("lost", "with_bank"),
    ],
)
def test_the_end_of_a_dispute_is_never_taken_back(session: Session, state: str, later: str) -> None:
    session.execute(insert(PaymentDispute).values(columns_of(a_paid_one(session), state=state)))

    refused(session, update(PaymentDispute).values(state=later))


def test_a_lost_dispute_may_be_won_in_the_end(session: Session) -> None:
    session.execute(insert(PaymentDispute).values(columns_of(a_paid_one(session), state="lost")))

    session.execute(update(PaymentDispute).values(state="won"))

    assert session.scalars(select(PaymentDispute.state)).all() == ["won"]


@pytest.mark.parametrize("columns", [{"stripe_id": "du_2"}, {"id": uuid4()}], ids=" ".join)
def test_a_dispute_stays_about_what_it_is_about(session: Session, columns: dict[str, Any]) -> None:
    session.execute(insert(PaymentDispute).values(columns_of(a_paid_one(session))))

    refused(session, update(PaymentDispute).values(**columns))


def test_nothing_is_lost_while_a_dispute_is_open_and_never_less_than_nothing(
    session: Session,
) -> None:
    payment = a_paid_one(session)

    refused(session, insert(PaymentDispute).values(columns_of(payment, lost_minor=1)))
    refused(session, insert(PaymentDispute).values(columns_of(payment, state="won", lost_minor=-1)))


def test_no_dispute_is_deleted(session: Session) -> None:
    session.execute(insert(PaymentDispute).values(columns_of(a_paid_one(session))))

    refused(session, delete(PaymentDispute))


def test_of_thirty_two_who_write_one_dispute_down_one_does(database: Database) -> None:
    with database.transaction() as session:
        payment = a_paid_one(session)

    def write(_number: int) -> bool:
        with database.transaction() as session:
            session.execute(insert(PaymentDispute).values(columns_of(payment)))
        return True

    outcomes = all_at_once(write)

    assert (len(outcomes.won), outcomes.refused) == (1, CROWD - 1)
    with database.read_only() as session:
        assert session.scalar(select(func.count(PaymentDispute.id))) == 1
