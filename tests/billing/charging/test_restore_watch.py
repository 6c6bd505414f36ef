"""A database that was put back without `timebot restore` is noticed by what Stripe knows."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from tests.billing.charging.invoices import a_firm, a_payer, an_issued_invoice
from tests.billing.charging.world import World, open_world
from tests.databases import Databases
from timebot.app import build
from timebot.billing.models import Invoice, InvoiceRun
from timebot.billing.pausing import resume_billing
from timebot.billing.ports import ChargeLine, TryLater
from timebot.billing.reconciling import Reconciler
from timebot.billing.restore_watch import ASKS_AGAIN, LOOKS_EVERY, RestoreWatch
from timebot.db import Database
from timebot.gateways.stripe_gateway import StripeProcessor
from timebot.journal.models import AuditEvent, OutboxMessage
from timebot.migrations import upgrade
from timebot.money import Money
from timebot.settings import read_settings


@pytest.fixture
def closed_url(databases: Databases) -> Iterator[str]:
    """The URL of a database that nobody holds open, so that it can be copied."""
    url = databases.create(migrated=False)
    upgrade(url)
    yield url
    databases.drop(url)


def watch(world: World) -> RestoreWatch:
    return RestoreWatch(world.database, world.processor)


def numbers(world: World, looking: RestoreWatch | None = None) -> list[str]:
    found = (looking or watch(world)).look(world.workspace_id, now=world.clock.now())
    return [one.number for one in found]


def is_due(world: World, looking: RestoreWatch, *, later: timedelta = timedelta()) -> bool:
    with world.database.read_only() as session:
        workspace = world.workspace(session)
        return looking.is_due(session, workspace=workspace, now=world.clock.now() + later)


def is_paused(world: World) -> bool:
    with world.database.read_only() as session:
        return world.workspace(session).billing_paused_at is not None


def told(world: World) -> list[list[str]]:
    with world.database.read_only() as session:
        rows = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "slack.tell"))
        facts = [row.payload for row in rows if row.payload["notice"] == "books_differ"]
        return [each["facts"]["sentences"] for each in facts]


def make_unknown(world: World, number: str = "INV-2026-0009") -> None:
    """Make an invoice of this workspace at Stripe that these books know nothing of."""
    processor, key = world.processor, f"{uuid4()}/2026-01-01/1"
    customer = processor.create_customer(
        workspace_key=str(world.workspace_id),
        client_key=key,
        name="Acme",
        email="billing@acme.example",
        key=f"tests/{key}",
    )
    made = processor.create_invoice(
        customer=customer,
        card_id=None,
        currency="EUR",
        number=number,
        invoice_key=key,
        workspace_key=str(world.workspace_id),
        days_until_due=14,
        client_key=key,
        key=f"tests/{key}/draft",
    )
    finalize(world, made)


def finalize(world: World, made: str) -> None:
    """Let an empty draft ask for an hour."""
    nothing = Money.zero("EUR")
    line = ChargeLine("line", "One hour", Money(9_500, "EUR"), nothing, "VAT", 0)
    world.processor.add_lines(made, [line], key=f"tests/{made}/lines")
    world.processor.finalize(made, key=f"tests/{made}/finalize")


def test_a_copied_database_that_is_older_pauses_billing(
    databases: Databases, closed_url: str, tmp_path: Path
) -> None:
    database = Database(closed_url)
    with open_world(database, tmp_path) as today:
        today.invoice(today.client_with_card(name="Acme"))
        today.drain()
        database.dispose()
        url = databases.copy(closed_url)
        later = today.invoice(today.client_with_card(name="Borealis"), sequence=2)
        today.drain()
        yesterday = replace(today, database=Database(url))

        on_the_original, on_the_copy = numbers(today), numbers(yesterday)

        assert (on_the_original, on_the_copy) == ([], [later.number])
        assert (is_paused(today), is_paused(yesterday)) == (False, True)
        yesterday.database.dispose()
    database.dispose()
    databases.drop(url)


def test_the_billing_people_are_told_once_which_invoices_are_unknown(world: World) -> None:
    make_unknown(world)

    again = [numbers(world), numbers(world)]

    assert again == [["INV-2026-0009"]] * 2
    assert told(world) == [["INV-2026-0009 over €95.00 is open at Stripe and not known here."]]
    with world.database.read_only() as session:
        actions = session.scalars(select(AuditEvent.action)).all()
    assert actions.count("billing.paused") == 1


def test_nothing_is_charged_by_a_process_that_starts_on_an_old_database(
    world: World, database_url: str
) -> None:
    world.invoice(world.client_with_card())
    make_unknown(world)
    settings = read_settings(
        {
            "DATABASE_URL": database_url,
            "STRIPE_API_KEY": world.stripe.api_key,
            "STRIPE_API_BASE": world.stripe.url,
            "STRIPE_WEBHOOK_SECRET": world.stripe.webhook_secret,
        }
    )
    timebot = build(settings, clock=world.clock, renderer=world.renderer)

    timebot.worker.drain()
    timebot.close()

    assert is_paused(world)
    assert world.stripe.charges() == []


def test_nothing_is_charged_before_stripe_has_said_whether_the_books_are_old(
    world: World,
) -> None:
    world.invoice(world.client_with_card())
    make_unknown(world)
    pipeline = world.pipeline(watch=watch(world))
    world.stripe.fail_next("GET /v1/invoices", "drop_before")

    without_answer = world.drain(pipeline)
    world.clock.advance(ASKS_AGAIN)
    with_answer = world.drain(pipeline)

    assert (without_answer, with_answer) == (0, 0)
    assert is_paused(world)
    assert world.stripe.charges() == []


def test_what_waited_for_stripes_word_is_charged_once_it_is_good(world: World) -> None:
    world.invoice(world.client_with_card())
    pipeline = world.pipeline(watch=watch(world))
    world.stripe.fail_next("GET /v1/invoices", "500_before")
    world.drain(pipeline)

    world.clock.advance(ASKS_AGAIN)
    world.drain(pipeline)

    assert [one["status"] for one in world.stripe.charges()] == ["succeeded"]


def test_a_key_that_stripe_refuses_holds_back_and_is_told(world: World) -> None:
    world.invoice(world.client_with_card())
    wrong = StripeProcessor("sk_test_other", webhook_secret="hush", api_base=world.stripe.url)
    pipeline = world.pipeline(watch=RestoreWatch(world.database, wrong))

    for _ in range(2):
        world.drain(pipeline)
        world.clock.advance(ASKS_AGAIN)

    with world.database.read_only() as session:
        rows = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "slack.tell"))
        facts = [row.payload["facts"] for row in rows if row.payload["notice"] == "set_up_wrong"]
    assert facts == [{"trouble": "stripe_key"}]
    assert world.stripe.invoices() == []


def test_who_waits_for_stripes_word_keeps_no_other_firm_waiting(world: World) -> None:
    world.invoice(world.client_with_card())
    with world.database.transaction() as session:
        _, run = a_firm(session)
        an_issued_invoice(session, run, a_payer(session, run), mode="bank")
    # Whoever comes first hears nothing.
    world.stripe.fail_next("GET /v1/invoices", "drop_before")

    world.drain(world.pipeline(watch=watch(world)))

    with world.database.read_only() as session:
        documents = session.scalars(select(Invoice.document))
        assert sorted(documents) == ["issued", "rendered"]


def test_a_release_is_reason_to_look(world: World) -> None:
    invoice, looking = world.invoice(world.client_with_card()), watch(world)
    assert invoice.released_at is not None
    due = []

    for moment in (invoice.released_at - timedelta(milliseconds=1), invoice.released_at):
        looking.look(world.workspace_id, now=moment)
        with world.database.read_only() as session:
            workspace = world.workspace(session)
            due.append(looking.is_due(session, workspace=workspace, now=moment))

    assert due == [True, False]


def test_books_that_know_everything_are_looked_at_each_hour_only(world: World) -> None:
    world.invoice(world.client_with_card())
    world.drain()
    looking = watch(world)

    assert is_due(world, looking)
    assert numbers(world, looking) == []

    assert not is_paused(world)
    assert not is_due(world, looking)
    assert is_due(world, looking, later=LOOKS_EVERY)


def test_a_run_that_was_opened_since_is_reason_to_look(world: World) -> None:
    looking = watch(world)
    numbers(world, looking)
    opened_at = world.clock.now() + timedelta(seconds=1)

    with world.database.transaction() as session:
        session.execute(update(InvoiceRun).values(opened_at=opened_at, state="open"))

    assert is_due(world, looking)


def test_while_stripe_does_not_answer_it_stays_due(world: World) -> None:
    world.stripe.fail_next("GET /v1/invoices", "drop_before")
    looking = watch(world)

    with pytest.raises(TryLater):
        numbers(world, looking)

    assert is_due(world, looking)
    assert not is_paused(world)


def test_what_people_have_accepted_pauses_nothing_again(world: World) -> None:
    make_unknown(world)
    numbers(world)
    with world.database.transaction() as session:
        now = world.clock.now()
        resume_billing(
            session,
            workspace=world.workspace(session),
            actor=world.owner(session),
            surface="cli",
            now=now,
        )

    assert numbers(world) == []
    assert not is_paused(world)


def test_reconciling_names_what_the_watch_found(world: World) -> None:
    make_unknown(world)
    found = numbers(world)

    books = Reconciler(world.database, world.processor)
    differences = books.reconcile(world.workspace_id, now=world.clock.now())

    assert [one.number for one in differences] == found
    assert is_paused(world)


def test_an_invoice_whose_making_was_not_recorded_yet_is_ours(world: World) -> None:
    world.invoice(world.client_with_card())
    world.stripe.fail_next("POST /v1/invoices", "drop_after")
    world.drain()

    [made] = world.stripe.invoices()
    finalize(world, made["id"])

    assert numbers(world) == []
