"""Rates: dated, most specific first, in the client's currency."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from tests.builders import MONDAY_NINE, a_client, a_member, a_project, a_rate, a_workspace
from timebot.clients.models import Client, Project, Rate
from timebot.clients.rates import (
    ALWAYS,
    RateCurrencyDiffers,
    RateTarget,
    describe,
    resolve_rate,
    resolve_rates,
    set_rate,
)
from timebot.errors import NotAllowed
from timebot.journal.models import AuditEvent
from timebot.money import Money
from timebot.team.models import Member, Workspace

DAY = date(2026, 3, 2)


class Firm:
    """A firm with one of everything."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.workspace: Workspace = a_workspace(session)
        self.member: Member = a_member(session, self.workspace, role="billing")
        self.client: Client = a_client(session, self.workspace)
        self.project: Project = a_project(session, self.client)

    def source(self, day: date = DAY) -> str | None:
        captured = resolve_rate(
            self.session,
            workspace_id=self.workspace.id,
            member_id=self.member.id,
            project_id=self.project.id,
            day=day,
        )
        return f"{captured.amount.minor} {captured.source}" if captured else None

    def set(self, target: RateTarget, minor: int, day: date | None = None) -> Rate:
        return set_rate(
            self.session,
            actor=self.member,
            target=target,
            amount=Money(minor, "EUR"),
            valid_from=day,
            surface="slack",
            now=MONDAY_NINE,
        )


@pytest.fixture
def firm(session: Session) -> Firm:
    return Firm(session)


def test_the_most_specific_rate_counts(firm: Firm) -> None:
    steps = [
        (RateTarget(client=firm.client), "client rate"),
        (RateTarget(member=firm.member), "member rate"),
        (RateTarget(project=firm.project), "project rate"),
        (RateTarget(member=firm.member, project=firm.project), "member rate on this project"),
    ]

    assert firm.source() is None
    for minor, (target, words) in enumerate(steps, start=1):
        firm.set(target, minor)
        assert firm.source() == f"{minor} {words}"


def test_the_latest_rate_that_has_begun_counts(firm: Firm) -> None:
    target = RateTarget(project=firm.project)
    firm.set(target, 100)
    firm.set(target, 200, date(2026, 11, 1))

    assert firm.source(date(2026, 10, 31)) == "100 project rate"
    assert firm.source(date(2026, 11, 1)) == "200 project rate since 1 Nov 2026"


def test_a_rate_that_has_not_begun_leaves_the_next_level(firm: Firm) -> None:
    firm.set(RateTarget(client=firm.client), 100)
    firm.set(RateTarget(project=firm.project), 200, date(2026, 11, 1))

    assert firm.source() == "100 client rate"


def test_a_members_rate_in_another_currency_is_passed_over(firm: Firm) -> None:
    firm.set(RateTarget(client=firm.client), 100)
    a_rate(firm.session, Money(999, "USD"), member=firm.member)

    assert firm.source() == "100 client rate"


def test_a_rate_in_another_currency_than_the_clients_is_refused(firm: Firm) -> None:
    for target in (RateTarget(client=firm.client), RateTarget(project=firm.project)):
        with pytest.raises(RateCurrencyDiffers) as refusal:
            set_rate(
                firm.session,
                actor=firm.member,
                target=target,
                amount=Money(100, "USD"),
                valid_from=None,
                surface="slack",
                now=MONDAY_NINE,
            )
        assert "is billed in EUR" in refusal.value.sentence


def test_the_first_rate_counts_always_and_a_later_one_from_today(firm: Firm) -> None:
    target = RateTarget(client=firm.client)

    assert firm.set(target, 100).valid_from == ALWAYS
    assert firm.set(target, 200).valid_from == DAY
    assert firm.source(DAY - timedelta(days=1)) == "100 client rate"


def test_setting_the_same_day_again_replaces_the_rate_and_is_audited(
    firm: Firm, session: Session
) -> None:
    target = RateTarget(client=firm.client)
    firm.set(target, 100, DAY)
    firm.set(target, 200, DAY)
    firm.set(target, 200, DAY)

    assert session.scalars(select(Rate.amount_minor)).all() == [200]
    said = select(func.count()).where(AuditEvent.action == "rate.set")
    assert session.scalars(said).one() == 2


def test_setting_rates_needs_the_billing_role(firm: Firm) -> None:
    firm.member.role = "approver"

    with pytest.raises(NotAllowed):
        firm.set(RateTarget(client=firm.client), 100)


def test_many_rates_are_found_with_two_queries(firm: Firm, session: Session) -> None:
    firm.set(RateTarget(client=firm.client), 100)
    projects = [a_project(session, firm.client) for _ in range(20)]
    days = [DAY + timedelta(days=count) for count in range(20)]
    wanted = [(firm.member.id, project.id, day) for project in projects for day in days]
    asked: list[str] = []
    connection = session.connection()

    @event.listens_for(connection, "before_cursor_execute")
    def remember(*arguments: object) -> None:
        asked.append(str(arguments[2]))

    found = resolve_rates(session, workspace_id=firm.workspace.id, wanted=wanted)

    assert len(found) == 400
    assert all(rate is not None and rate.amount.minor == 100 for rate in found.values())
    assert len(asked) == 2


def test_a_project_of_another_workspace_has_no_rate(firm: Firm, session: Session) -> None:
    firm.set(RateTarget(client=firm.client), 100)
    wanted = (firm.member.id, firm.project.id, DAY)

    other = a_workspace(session)

    assert resolve_rates(session, workspace_id=other.id, wanted=[wanted]) == {wanted: None}


def test_a_rate_says_where_it_comes_from(firm: Firm) -> None:
    rate = firm.set(RateTarget(project=firm.project), 100, date(2026, 11, 1))

    assert describe(rate) == "project rate since 1 Nov 2026"


def test_a_rate_is_for_something() -> None:
    with pytest.raises(ValueError, match="a rate is for"):
        RateTarget()
