"""Budgets: hours or money used, told once at 80 and at 100 percent."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.billing.firm import DUE, Firm, a_firm
from tests.builders import an_entry
from timebot.billing.budgets import budget_uses, tell_crossings
from timebot.journal.models import OutboxMessage
from timebot.money import Money


def percent(firm: Firm) -> int:
    return budget_uses(firm.session, workspace=firm.workspace)[firm.project.id].percent


def test_a_budget_in_hours_counts_worked_time_but_not_internal(session: Session) -> None:
    firm = a_firm(session)
    firm.project.budget_minutes = 600
    firm.approved(hours=4)
    an_entry(session, firm.ada, firm.project, hours=4, billable="internal")
    an_entry(session, firm.ada, firm.project, hours=1.99)

    assert percent(firm) == 59


def test_a_budget_in_money_counts_billed_amounts_and_unbilled_time(session: Session) -> None:
    firm = a_firm(session)
    firm.project.budget_minor = 20_000
    firm.approved(hours=0.9)
    firm.release(firm.run())
    an_entry(session, firm.ada, firm.project, hours=0.5)

    use = budget_uses(session, workspace=firm.workspace)[firm.project.id]

    assert (use.money, use.percent) == (Money(9_500 + 4_750, "EUR"), 71)


def test_projects_without_a_budget_are_not_looked_at(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()

    assert budget_uses(session, workspace=firm.workspace) == {}


@pytest.mark.parametrize(("hours", "told"), [(7.9, []), (8, [80]), (10, [100]), (25, [100])])
def test_each_threshold_is_told_once(session: Session, hours: float, told: list[int]) -> None:
    firm = a_firm(session, billing_channel="C1")
    firm.project.budget_minutes = 600
    firm.approved(hours=hours)

    for _ in range(2):
        tell_crossings(session, workspace=firm.workspace, now=DUE)

    messages = session.scalars(select(OutboxMessage)).all()
    assert [message.payload["facts"]["percent"] for message in messages] == told
    assert {message.payload["recipient"] for message in messages} <= {"C1"}


def test_passing_the_second_threshold_later_is_told_again(session: Session) -> None:
    firm = a_firm(session)
    firm.project.budget_minutes = 600
    firm.approved(hours=8)
    first = tell_crossings(session, workspace=firm.workspace, now=DUE)
    firm.approved(days=1, hours=2)

    second = tell_crossings(session, workspace=firm.workspace, now=DUE)

    assert [use.percent for use in (*first, *second)] == [80, 100]
