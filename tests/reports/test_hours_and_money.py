"""Reports: what they say is what the invoices say, to the cent."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.billing.firm import DUE, Firm, a_firm
from tests.builders import MONDAY_NINE, a_client, a_member, a_project, an_entry
from tests.databases import SqliteDatabases
from timebot.billing.models import Invoice
from timebot.db import Database
from timebot.money import Money
from timebot.reports.hours_and_money import Report, make_report

MARCH = {"start": date(2026, 3, 1), "end": date(2026, 4, 1)}


def report(firm: Firm, **changes: Any) -> Report:  # noqa: ANN401 - arguments
    given = {"workspace": firm.workspace, "member": firm.owner, "grouped_by": "client", **MARCH}
    return make_report(firm.session, **{**given, **changes})


def test_hours_are_told_apart_by_how_far_they_are(session: Session) -> None:
    firm = a_firm(session)
    firm.approved(hours=0.9)
    firm.release(firm.run())
    firm.approved(days=1, hours=2, approved_at=DUE + timedelta(hours=1))
    an_entry(session, firm.ada, firm.project, hours=0.1, started_at=MONDAY_NINE + timedelta(days=2))

    (row,) = report(firm).rows

    assert (row.label, row.seconds_worked, row.seconds_approved) == ("Acme", 10_800, 10_440)
    assert (row.minutes_billed, row.billed) == (60, (Money(9_500, "EUR"),))
    assert (row.seconds_unbilled, row.minutes_unbilled) == (7_560, 135)
    assert row.unbilled == (Money(21_375, "EUR"),)


def test_members_see_their_own_hours_without_money(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    firm.approved(member=a_member(session, firm.workspace, name="Ben"))

    seen = report(firm, member=firm.ada, grouped_by="member")

    assert [(row.label, row.seconds_worked, row.billed) for row in seen.rows] == [("Ada", 3600, ())]
    assert (seen.shows_money, seen.total.unbilled) == (False, ())


def test_a_day_billed_in_part_is_priced_as_the_rest_of_the_day(session: Session) -> None:
    firm = a_firm(session)
    firm.approved(hours=0.1)
    firm.release(firm.run())
    firm.approved(started_at=MONDAY_NINE + timedelta(hours=1), hours=0.1)

    assert report(firm).total.unbilled == (Money(0, "EUR"),)


def test_each_currency_has_its_own_sum(session: Session) -> None:
    firm = a_firm(session)
    yen = a_client(session, firm.workspace, name="Kumo", currency="JPY")
    firm.approved()
    firm.approved(project=a_project(session, yen), rate=Money(9_000, "JPY"))

    assert report(firm).total.unbilled == (Money(9_500, "EUR"), Money(9_000, "JPY"))


def test_the_period_is_half_open_and_by_the_day_of_work(session: Session) -> None:
    firm = a_firm(session)
    for day in (0, 1, 2):
        firm.approved(days=day)

    seen = report(firm, start=date(2026, 3, 3), end=date(2026, 3, 4))

    assert seen.total.seconds_worked == 3600


@pytest.mark.parametrize("grouped_by", ["client", "project", "member"])
def test_a_project_can_be_looked_at_alone(session: Session, grouped_by: str) -> None:
    firm = a_firm(session)
    firm.approved()
    firm.approved(project=a_project(session, firm.client, name="Site"))

    seen = report(firm, project=firm.project, grouped_by=grouped_by)

    labels = {"client": "Acme", "project": "Acme Logo", "member": "Ada"}
    assert [(row.label, row.seconds_worked) for row in seen.rows] == [(labels[grouped_by], 3600)]


SPANS = st.lists(
    st.tuples(
        st.integers(0, 13),
        st.integers(1, 20_000),
        st.sampled_from([3_333, 9_500, 12_345]),
        st.sampled_from(["billable", "billable", "no_charge", "internal"]),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=15,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(spans=SPANS, grouping=st.sampled_from(["entry", "day", "person", "project"]))
def test_after_everything_is_released_the_report_equals_the_invoices(
    sqlite_databases: SqliteDatabases,
    spans: list[tuple[int, int, int, str, int]],
    grouping: str,
) -> None:
    url = sqlite_databases.create()
    database = Database(url)
    with database.transaction() as session:
        firm = a_firm(session)
        ben = a_member(session, firm.workspace, name="Ben")
        other = a_client(session, firm.workspace, name="Borg", line_grouping=grouping)
        projects = [firm.project, a_project(session, other), a_project(session, other)]
        for day, seconds, rate, kind, who in spans:
            firm.approved(
                days=day,
                hours=seconds / 3600,
                rate=Money(rate, "EUR"),
                billable=kind,
                member=[firm.ada, ben][who % 2],
                project=projects[who % 3],
            )
        run = firm.run()
        if run.state == "open":
            firm.release_all(run)

        invoiced = sum(session.scalars(select(Invoice.subtotal_minor)))
        minutes = sum(session.scalars(select(Invoice.minutes_billed)))
        for grouped_by in ("client", "project", "member"):
            seen = report(firm, grouped_by=grouped_by)
            assert sum(money.minor for money in seen.total.billed) == invoiced
            assert sum(money.minor for row in seen.rows for money in row.billed) == invoiced
            assert seen.total.minutes_billed == minutes
            assert sum(money.minor for money in seen.total.unbilled) == 0
    database.dispose()
    sqlite_databases.drop(url)
