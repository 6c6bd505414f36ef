"""A firm of three hundred clients: every list, menu and message still keeps Slack's limits."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from tests.builders import MONDAY_NINE, a_client, a_member, a_project, a_rate, a_workspace, an_entry
from tests.databases import SqliteDatabases
from tests.slack.rendering.crawler import Crawler, Walk
from tests.slack.rendering.hostile_firm import NOW, mischief
from tests.slack.rendering.test_everything_drawn import PAINTERS, ROUTES, a_desk
from timebot.billing.cards_to_ask import list_id
from timebot.billing.runs import open_due_runs
from timebot.db import Database

CLIENTS = 300
TIMER = ("", "today", "week", "week last", "submit week", "start zzz", "add 1h zzz", "link")
BILLING = (
    *("", "client", "client zzz", "project", "project add", "rate", "approvers", "preview", "run"),
    *("report client", "report project", "report member", "invoices", "settings", "holidays"),
    *("rounding", "rounding zzz"),
)


@pytest.fixture(scope="module")
def walk(sqlite_databases: SqliteDatabases) -> Iterator[Walk]:
    """A look at everything that lists, of somebody who worked for each of the clients."""
    url = sqlite_databases.create()
    database = Database(url)
    walk = Walk()
    with database.transaction() as session:
        workspace = a_workspace(session, name=mischief(0), seller_name="x", seller_address="x")
        ben = a_member(session, workspace, name=mischief(1), role="billing", profile_at=NOW)
        kim = a_member(session, workspace, name=mischief(2), role="approver", profile_at=NOW)
        for number in range(CLIENTS):
            client = a_client(session, workspace, name=mischief(number))
            project = a_project(session, client, name=mischief(number))
            a_rate(session, client=client)
            at = MONDAY_NINE + timedelta(minutes=20 * number)
            an_entry(
                session,
                ben,
                project,
                state="approved",
                hours=0.3,
                started_at=at,
                text=mischief(number, 1_000),
                approved_by=kim.id,
                approved_at=at + timedelta(hours=1),
            )
        (run,) = open_due_runs(session, workspace=workspace, can_charge=False, now=NOW)
        desk = a_desk(database, can_charge=False)
        one = Crawler(session, desk, ROUTES, PAINTERS, workspace, ben, NOW, walk, deepest=1)
        one.opens_home()
        one.sees_card("run", str(run.id))
        one.sees_card("cards_to_ask", str(list_id(workspace, date(2026, 3, 16))))
        for text in TIMER:
            one.types("/timer", text)
        for text in BILLING:
            one.types("/billing", text)
    yield walk
    database.dispose()
    sqlite_databases.drop(url)


def test_three_hundred_clients_fit_everywhere(walk: Walk) -> None:
    assert sorted(set(walk.wrong)) == []
