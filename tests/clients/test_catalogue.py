"""Clients and projects are added, changed and archived."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import MONDAY_NINE, a_client, a_member, a_project, a_workspace
from timebot.clients.budget import BudgetUnclear, parse_budget
from timebot.clients.catalogue import (
    ClientHasOpenTime,
    CurrencyLocked,
    FieldsRefused,
    NameTaken,
    add_client,
    add_project,
    archive_client,
    change_client,
    change_project,
    list_clients,
    list_projects,
    set_project_state,
)
from timebot.clients.models import Client, Project
from timebot.clients.projects import BudgetCurrencyDiffers, ProjectHasOpenTime
from timebot.clients.rates import RateTarget, list_rates
from timebot.clients.rounding import rule_for
from timebot.errors import NotAllowed
from timebot.journal.models import AuditDetail, AuditEvent
from timebot.money import Money
from timebot.team.models import Member, Workspace


@pytest.fixture
def workspace(session: Session) -> Workspace:
    return a_workspace(session, locale="de_DE")


@pytest.fixture
def billing(session: Session, workspace: Workspace) -> Member:
    return a_member(session, workspace, role="billing")


def added(
    session: Session,
    workspace: Workspace,
    billing: Member,
    name: str = "Acme",
    rate: Money | None = None,
    details: Mapping[str, object] | None = None,
) -> Client:
    return add_client(
        session,
        workspace=workspace,
        actor=billing,
        name=name,
        emails=["billing@acme.example"],
        rate=rate,
        details=details,
        surface="slack",
        now=MONDAY_NINE,
    )


def changed(
    session: Session, billing: Member, client: Client, *, has_unbilled: bool = True, **to: object
) -> list[str]:
    return change_client(
        session,
        actor=billing,
        client=client,
        changes=to,
        has_unbilled=has_unbilled,
        surface="slack",
        now=MONDAY_NINE,
    )


def with_project(
    session: Session, billing: Member, client: Client, name: str = "Logo", budget: str | None = None
) -> Project:
    return add_project(
        session,
        workspace=session.get_one(Workspace, client.workspace_id),
        actor=billing,
        client=client,
        name=name,
        rate=Money(10_000, client.currency),
        budget=budget,
        surface="slack",
        now=MONDAY_NINE,
    )


def test_a_client_takes_currency_and_locale_from_the_workspace(
    session: Session, workspace: Workspace, billing: Member
) -> None:
    client = added(session, workspace, billing, name="  Acme   Inc ")

    assert (client.name, client.name_key) == ("Acme Inc", "acme inc")
    assert (client.currency, client.locale) == ("EUR", "de_DE")


def test_a_clients_currency_is_that_of_its_rate(
    session: Session, workspace: Workspace, billing: Member
) -> None:
    client = added(session, workspace, billing, rate=Money(9_500, "USD"))

    assert client.currency == "USD"
    assert [rate.amount_minor for rate in list_rates(session, target=RateTarget(client))] == [9_500]


def test_every_fault_of_a_client_is_told_at_once(
    session: Session, workspace: Workspace, billing: Member
) -> None:
    details: dict[str, Any] = {
        "emails": "x",
        "locale": "xx_YY",
        "tax_ppm": "200%",
        "terms_days": "-3",
        "foo": 1,
    }

    with pytest.raises(FieldsRefused) as refusal:
        changed(session, billing, a_client(session, workspace), **details)

    assert set(refusal.value.faults) == set(details)


@pytest.mark.parametrize("name", ["acme", "ACME ", "Ａｃｍｅ"])  # noqa: RUF001 - wide letters
def test_two_clients_never_have_one_name(
    session: Session, workspace: Workspace, billing: Member, name: str
) -> None:
    added(session, workspace, billing, name="Acme")

    with pytest.raises(NameTaken) as refusal:
        added(session, workspace, billing, name=name)

    assert refusal.value.sentence.startswith("There is already a client Acme.")


def test_an_alias_is_a_name_too(session: Session, workspace: Workspace, billing: Member) -> None:
    added(session, workspace, billing, name="International Business", details={"aliases": "IB"})

    with pytest.raises(NameTaken, match="IB, which is another name of International Business"):
        added(session, workspace, billing, name="ib")


def test_a_change_is_audited_with_what_was_before(
    session: Session, workspace: Workspace, billing: Member
) -> None:
    client = added(session, workspace, billing)

    assert changed(session, billing, client, terms_days="30 days", rounding="law") == [
        "rounding_increment",
        "rounding_minimum",
        "rounding_mode",
        "rounding_scope",
        "terms_days",
    ]

    detail = session.scalars(
        select(AuditDetail)
        .join(AuditEvent, AuditEvent.id == AuditDetail.event_id)
        .where(AuditEvent.action == "client.changed")
    ).one()
    assert detail.before is not None
    assert detail.after is not None
    assert (detail.before["terms_days"], detail.after["terms_days"]) == (None, 30)


def test_a_change_to_what_is_already_so_says_nothing(
    session: Session, workspace: Workspace, billing: Member
) -> None:
    client = added(session, workspace, billing)

    assert changed(session, billing, client, name="Acme", emails="billing@acme.example") == []


def test_the_currency_is_locked_unless_everything_is_billed(
    session: Session, workspace: Workspace, billing: Member
) -> None:
    client = added(session, workspace, billing)

    with pytest.raises(CurrencyLocked):
        changed(session, billing, client, currency="USD")
    assert changed(session, billing, client, has_unbilled=False, currency="usd") == ["currency"]


def test_an_optional_field_can_be_emptied(
    session: Session, workspace: Workspace, billing: Member
) -> None:
    client = added(session, workspace, billing, details={"tax_ppm": "19%", "rounding": "law"})

    changed(session, billing, client, tax_ppm=None, rounding=None)

    assert (client.tax_ppm, client.rounding_increment) == (None, None)


def test_members_and_approvers_add_no_clients(session: Session, workspace: Workspace) -> None:
    with pytest.raises(NotAllowed):
        added(session, workspace, a_member(session, workspace, role="approver"))


def test_archiving_a_client_archives_its_projects_and_frees_the_names(
    session: Session, workspace: Workspace, billing: Member
) -> None:
    client = added(session, workspace, billing)
    project = with_project(session, billing, client)

    archive_client(
        session,
        actor=billing,
        client=client,
        has_running=False,
        has_unbilled=False,
        surface="slack",
        now=MONDAY_NINE,
    )

    assert (client.archived_at, project.state) == (MONDAY_NINE, "archived")
    assert list_clients(session, workspace_id=workspace.id) == []
    assert added(session, workspace, billing).name == "Acme"


@pytest.mark.parametrize(("has_running", "has_unbilled"), [(True, False), (False, True)])
def test_a_client_with_open_time_is_not_archived(
    session: Session,
    workspace: Workspace,
    billing: Member,
    has_running: bool,  # noqa: FBT001 - pytest passes it by name
    has_unbilled: bool,  # noqa: FBT001 - pytest passes it by name
) -> None:
    client = added(session, workspace, billing)

    with pytest.raises(ClientHasOpenTime):
        archive_client(
            session,
            actor=billing,
            client=client,
            has_running=has_running,
            has_unbilled=has_unbilled,
            surface="slack",
            now=MONDAY_NINE,
        )


def test_two_projects_of_a_client_never_have_one_name_but_those_of_two_clients_may(
    session: Session, workspace: Workspace, billing: Member
) -> None:
    one, two = added(session, workspace, billing), added(session, workspace, billing, name="Beta")
    with_project(session, billing, one)

    with_project(session, billing, two)
    with pytest.raises(NameTaken, match="a project of Acme called Logo"):
        with_project(session, billing, one, name="logo")


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("40h", timedelta(hours=40)),
        ("1.5 h", timedelta(minutes=90)),
        ("5000", Money(500_000, "EUR")),
        ("5,000.50 EUR", Money(500_050, "EUR")),
    ],
)
def test_a_budget_is_hours_or_money(text: str, budget: timedelta | Money) -> None:
    assert parse_budget(text, "EUR") == budget


@pytest.mark.parametrize("text", ["", "soon", "0", "0h", "-5", "5000 USD", "0.001h"])
def test_what_is_no_budget_is_refused(text: str) -> None:
    with pytest.raises(BudgetUnclear):
        parse_budget(text, "EUR")


def test_a_new_budget_is_alerted_anew(
    session: Session, workspace: Workspace, billing: Member
) -> None:
    project = with_project(session, billing, added(session, workspace, billing), budget="40h")
    project.budget_alerted_percent = 80

    change_project(
        session,
        actor=billing,
        project=project,
        changes={"budget": "5000"},
        surface="slack",
        now=MONDAY_NINE,
    )

    assert (project.budget_minutes, project.budget_minor) == (None, 500_000)
    assert project.budget_alerted_percent == 0


def test_a_budget_in_another_currency_is_refused(
    session: Session, workspace: Workspace, billing: Member
) -> None:
    project = with_project(session, billing, added(session, workspace, billing))

    with pytest.raises(BudgetCurrencyDiffers):
        change_project(
            session,
            actor=billing,
            project=project,
            changes={"budget": Money(1, "USD")},
            surface="slack",
            now=MONDAY_NINE,
        )


def test_only_active_projects_take_time(
    session: Session, workspace: Workspace, billing: Member
) -> None:
    project = with_project(session, billing, added(session, workspace, billing))

    assert set_state(session, billing, project, "paused")

    assert list_projects(session, workspace_id=workspace.id, takes_time=True) == []
    assert list_projects(session, workspace_id=workspace.id, takes_time=False) == [project]
    assert not set_state(session, billing, project, "paused")


def test_a_project_with_open_time_is_not_archived(
    session: Session, workspace: Workspace, billing: Member
) -> None:
    project = with_project(session, billing, added(session, workspace, billing))

    with pytest.raises(ProjectHasOpenTime):
        set_state(session, billing, project, "archived", has_open_time=True)


def test_a_project_does_not_return_under_a_name_that_is_taken(
    session: Session, workspace: Workspace, billing: Member
) -> None:
    client = added(session, workspace, billing)
    project = with_project(session, billing, client)
    set_state(session, billing, project, "archived")
    with_project(session, billing, client)

    with pytest.raises(NameTaken):
        set_state(session, billing, project, "active")


def set_state(
    session: Session, billing: Member, project: Project, state: str, *, has_open_time: bool = False
) -> bool:
    return set_project_state(
        session,
        actor=billing,
        project=project,
        state=state,
        has_open_time=has_open_time,
        surface="slack",
        now=MONDAY_NINE,
    )


def test_the_projects_rounding_rule_counts_before_the_clients_and_the_workspaces(
    session: Session, workspace: Workspace
) -> None:
    client = a_client(session, workspace)
    project = a_project(session, client)

    assert rule_for(workspace, client, project).increment == 15
    for row, increment in ((client, 6), (project, 30)):
        row.rounding_increment = increment
        row.rounding_mode, row.rounding_minimum, row.rounding_scope = "up", 0, "day"
        assert rule_for(workspace, client, project).increment == increment
