"""Metrics: rows counted by state, and nothing that names anybody."""

from prometheus_client import generate_latest

from tests.builders import a_client, a_member, a_project, a_workspace, an_entry
from timebot.db import Database
from timebot.metrics import create_registry


def test_rows_are_counted_by_state_when_they_are_asked_for(database: Database) -> None:
    registry = create_registry(database)
    with database.transaction() as session:
        workspace = a_workspace(session)
        project = a_project(session, a_client(session, workspace, name="Acme"))
        for _ in range(2):
            an_entry(session, a_member(session, workspace), project)

    text = generate_latest(registry).decode()

    assert 'timebot_time_entries{state="draft"} 2.0' in text
    assert "Acme" not in text


def test_nothing_is_read_before_it_is_asked_for(empty_database_url: str) -> None:
    database = Database(empty_database_url)

    registry = create_registry(database)
    database.dispose()

    assert registry is not None
