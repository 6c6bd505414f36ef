"""The books are laid beside Stripe's: what lags is caught up, what differs is told."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.billing.charging.world import World
from timebot.billing.charging import charge_again
from timebot.billing.issuing import release_all
from timebot.billing.models import Invoice
from timebot.billing.pausing import BillingPaused, resume_billing
from timebot.billing.ports import TryLater
from timebot.billing.reconciling import Difference, Reconciler, reconcile_due
from timebot.billing.runs import open_due_runs
from timebot.errors import NotAllowed
from timebot.journal.models import OutboxMessage
from timebot.journal.notices import show_card
from timebot.team.models import Workspace


def reconcile(world: World, now: datetime | None = None) -> list[Difference]:
    books = Reconciler(world.database, world.processor)
    return list(books.reconcile(world.workspace_id, now=now or world.clock.now()))


def pause(world: World) -> None:
    with world.database.transaction() as session:
        world.workspace(session).billing_paused_at = world.clock.now()


def is_paused(world: World) -> bool:
    with world.database.read_only() as session:
        return world.workspace(session).billing_paused_at is not None


def forget(session: Session, invoice: Invoice) -> None:
    """Let our books say that Stripe holds another invoice than it does."""
    session.execute(
        update(Invoice).where(Invoice.id == invoice.id).values(stripe_invoice_id="in_elsewhere")
    )


def told(world: World) -> int:
    with world.database.read_only() as session:
        rows = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "slack.tell"))
        return sum(row.payload["notice"] == "books_differ" for row in rows)


def test_books_that_agree_show_no_difference(world: World) -> None:
    world.invoice(world.client_with_card())
    world.drain()

    assert reconcile(world) == []
    assert told(world) == 0


def test_a_payment_whose_webhook_was_lost_is_caught_up(world: World) -> None:
    invoice = world.invoice(world.client(collection="send"))
    world.drain()
    held = world.fresh(Invoice, invoice.id)
    world.processor.note_paid_outside(str(held.stripe_invoice_id), key="tests/paid")

    assert reconcile(world) == []
    assert world.fresh(Invoice, invoice.id).collection == "paid"


def test_an_invoice_that_only_stripe_knows_is_named(world: World) -> None:
    invoice = world.invoice(world.client_with_card())
    world.drain()
    with world.database.transaction() as session:
        forget(session, invoice)

    found = reconcile(world, invoice.released_at)

    assert {one.what for one in found} == {"unknown_here", "missing_there"}
    assert all(str(invoice.number) in one.sentence for one in found)


def test_the_same_differences_are_told_once(world: World) -> None:
    invoice = world.invoice(world.client_with_card())
    world.drain()
    with world.database.transaction() as session:
        forget(session, invoice)

    reconcile(world)
    once = told(world)
    reconcile(world)

    assert once > 0
    assert told(world) == once


def test_an_invoice_of_another_workspace_is_not_ours_to_miss(world: World) -> None:
    client = world.client_with_card()
    world.processor.create_invoice(
        customer=str(client.stripe_customer_id),
        card_id=client.card_id,
        currency="EUR",
        number="INV-OTHER-1",
        invoice_key="x",
        workspace_key="another",
        days_until_due=14,
        client_key="x",
        key="tests/other",
    )

    assert reconcile(world) == []


def test_nothing_changes_where_stripe_does_not_answer(world: World) -> None:
    pause(world)
    world.stripe.fail_next("GET *", "drop_before", times=9)

    with pytest.raises(TryLater):
        reconcile(world)

    assert is_paused(world)


def test_a_pause_ends_where_nothing_differs(world: World) -> None:
    pause(world)

    assert reconcile(world) == []
    assert not is_paused(world)


def test_the_card_of_an_open_run_is_painted_again_when_a_pause_ends(world: World) -> None:
    # In Slack it shows what came after the backup, without the buttons that are needed again.
    with world.database.transaction() as session:
        show_card(
            session,
            workspace_id=world.workspace_id,
            purpose="run",
            subject_id=world.run_id,
            recipients=["C0BILLING"],
            now=world.clock.now(),
        )
        session.execute(update(OutboxMessage).values(state="done"))
    pause(world)

    reconcile(world)

    with world.database.read_only() as session:
        waiting = session.scalars(select(OutboxMessage).where(OutboxMessage.state == "waiting"))
        assert [one.payload["subject_id"] for one in waiting] == [str(world.run_id)]


def test_a_pause_stays_where_something_differs_until_an_owner_lets_it_go_on(world: World) -> None:
    invoice = world.invoice(world.client_with_card())
    world.drain()
    with world.database.transaction() as session:
        forget(session, invoice)
    pause(world)
    reconcile(world)
    assert is_paused(world)

    with world.database.transaction() as session:
        resume_billing(
            session,
            workspace=world.workspace(session),
            actor=world.owner(session),
            surface="tests",
            now=world.clock.now(),
        )

    assert not is_paused(world)


def test_only_an_owner_lets_billing_go_on(world: World) -> None:
    pause(world)

    with world.database.transaction() as session:
        member = world.owner(session)
        member.role = "billing"
        with pytest.raises(NotAllowed):
            resume_billing(
                session,
                workspace=world.workspace(session),
                actor=member,
                surface="tests",
                now=world.clock.now(),
            )
        member.role = "owner"
    assert is_paused(world)


def test_no_step_of_an_invoice_is_taken_while_billing_is_paused(world: World) -> None:
    invoice = world.invoice(world.client_with_card())
    pause(world)

    assert world.drain() == 0
    assert world.fresh(Invoice, invoice.id).document == "issued"
    assert world.stripe.invoices() == []

    reconcile(world)
    world.drain()
    assert world.fresh(Invoice, invoice.id).collection == "paid"


def test_a_card_is_not_charged_again_while_billing_is_paused(world: World) -> None:
    client = world.client_with_card("4000000000000341")
    invoice = world.invoice(client)
    world.drain()
    pause(world)
    with world.database.transaction() as session:
        charge_again(
            session,
            workspace=world.workspace(session),
            actor=world.owner(session),
            invoice_id=invoice.id,
            now=world.clock.now(),
        )

    assert world.drain() == 0
    assert len(world.stripe.charges()) == 1


def test_no_run_opens_and_none_is_released_while_billing_is_paused(world: World) -> None:
    pause(world)
    later = world.clock.now() + timedelta(days=60)

    with world.database.transaction() as session:
        workspace = world.workspace(session)
        owner = world.owner(session)
        owner.profile_at = later
        assert open_due_runs(session, workspace=workspace, can_charge=True, now=later) == []
        with pytest.raises(BillingPaused):
            release_all(
                session,
                workspace=workspace,
                actor=owner,
                run_id=world.run_id,
                digest=None,
                can_charge=True,
                surface="tests",
                now=later,
            )


def test_books_are_due_once_a_night_where_something_is_at_stripe(world: World) -> None:
    world.invoice(world.client_with_card())
    world.drain()
    noon = world.clock.now().replace(hour=12)

    with world.database.transaction() as session:
        workspace = session.get_one(Workspace, world.workspace_id)
        assert reconcile_due(session, workspace=workspace, now=noon)
        workspace.reconciled_at = noon
        assert not reconcile_due(session, workspace=workspace, now=noon + timedelta(hours=14))
        assert reconcile_due(session, workspace=workspace, now=noon + timedelta(hours=16))


def test_books_without_anything_at_stripe_are_not_compared(world: World) -> None:
    with world.database.transaction() as session:
        workspace = session.get_one(Workspace, world.workspace_id)

        noon = world.clock.now().replace(hour=12)
        assert not reconcile_due(session, workspace=workspace, now=noon)
