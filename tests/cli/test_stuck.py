"""`timebot stuck`: what Slack was not told is listed, and said once more where people want it."""

import json

import pytest
from sqlalchemy import select

from tests.billing.firm import a_firm
from tests.cli.conftest import Run
from timebot.clock import real_now
from timebot.db import Database
from timebot.journal.models import AuditEvent, OutboxMessage
from timebot.journal.notices import TELL, tell
from timebot.journal.outbox import Outbox
from timebot.journal.outcomes import Delivered, GiveUp, MayHaveArrived, Outcome

REFUSED = GiveUp("no such channel")
LOST = MayHaveArrived("the answer was lost")


def let_one_be(database: Database, outcome: Outcome) -> None:
    """Let a firm's message about a budget end like this."""
    with database.transaction() as session:
        firm = a_firm(session)
        tell(
            session,
            workspace_id=firm.workspace.id,
            notice="budget_crossed",
            recipient="U0OLIVE",
            facts={},
            dedup_key="once",
            now=real_now(),
        )
    deliver(database, outcome)


def deliver(database: Database, outcome: Outcome) -> int:
    outbox = Outbox(database, {TELL: lambda _job: outcome})
    return outbox.run_once(now=real_now(), real_now=real_now())


def state(database: Database) -> str:
    with database.read_only() as session:
        return session.scalars(select(OutboxMessage.state).where(OutboxMessage.kind == TELL)).one()


@pytest.mark.parametrize(
    ("outcome", "kept", "words"),
    [(REFUSED, "given_up", "given up"), (LOST, "unknown", "may have arrived")],
)
def test_what_slack_was_not_told_is_listed_with_its_reason(
    run: Run, database: Database, outcome: GiveUp | MayHaveArrived, kept: str, words: str
) -> None:
    let_one_be(database, outcome)

    shown = run("stuck")
    (row,) = json.loads(run("stuck", "--json").stdout)

    assert "budget_crossed" in shown.stdout
    assert (row["state"], row["why"]) == (words, outcome.reason)
    assert state(database) == kept


def test_the_worker_sends_what_was_stuck_once_more(run: Run, database: Database) -> None:
    let_one_be(database, REFUSED)

    said = run("stuck", "--again")

    assert (said.exit_code, said.stdout) == (0, "1 message goes out again.\n")
    assert deliver(database, Delivered()) == 1
    assert state(database) == "done"
    with database.read_only() as session:
        revived = select(AuditEvent).where(AuditEvent.action == "outbox_message.revived")
        event = session.scalars(revived).one()
    assert event.surface == "cli"
    assert event.actor_id is not None


def test_without_anything_stuck_it_says_so_and_changes_nothing(
    run: Run, database: Database
) -> None:
    with database.transaction() as session:
        a_firm(session)

    assert run("stuck").stdout == "Slack was told everything.\n"
    assert run("stuck", "--json").stdout == "[]\n"
    assert run("stuck", "--again").stdout == "Nothing is stuck, so nothing is sent again.\n"
