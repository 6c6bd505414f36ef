"""Invoice numbers have no gaps, whoever gives up."""

import pytest
from sqlalchemy import select

from tests.builders import a_client, a_run, a_workspace, an_invoice
from tests.races.crowd import CROWD, all_at_once
from timebot.billing.models import Invoice
from timebot.billing.numbers import next_sequence
from timebot.db import Database

# Rows are made one by one here, so what they tell together is no whole story.
pytestmark = pytest.mark.breaks_invariants

TRIES = 8


class ChangedTheirMind(Exception):
    """Every fourth transaction is rolled back."""


def test_numbers_have_no_gaps_although_every_fourth_issue_is_rolled_back(
    database: Database,
) -> None:
    with database.transaction() as session:
        workspace = a_workspace(session)
        client = a_client(session, workspace)

    def issue(is_kept: bool) -> None:  # noqa: FBT001 - read at a glance below
        with database.transaction() as session:
            sequence = next_sequence(session, workspace=workspace, series="INV", year=2026)
            run = a_run(session, workspace, kind="manual")
            number = f"INV-2026-{sequence:04}"
            an_invoice(session, run, client, number=number, sequence=sequence)
            if not is_kept:
                raise ChangedTheirMind

    def issue_some(person: int) -> int:
        kept = 0
        for attempt in range(TRIES):
            try:
                issue((person + attempt) % 4 != 0)
                kept += 1
            except ChangedTheirMind:
                continue
        return kept

    outcomes = all_at_once(issue_some)

    kept = sum(outcomes.won)
    assert outcomes.refused == 0
    assert kept == CROWD * TRIES * 3 // 4
    with database.read_only() as session:
        taken = session.scalars(select(Invoice.sequence).order_by(Invoice.sequence)).all()
    assert list(taken) == list(range(1, kept + 1))


def test_two_workspaces_count_apart(database: Database) -> None:
    with database.transaction() as session:
        firms = [a_workspace(session), a_workspace(session)]

    def take(number: int) -> int:
        with database.transaction() as session:
            return next_sequence(session, workspace=firms[number % 2], series="INV", year=2026)

    outcomes = all_at_once(take)

    assert sorted(outcomes.won) == sorted([*range(1, CROWD // 2 + 1)] * 2)
