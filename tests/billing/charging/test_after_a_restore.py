"""A backup is restored after the run: the same work is issued again under other ids."""

from dataclasses import replace

from tests.billing.charging.world import World
from tests.builders import a_client, a_run, a_workspace
from tests.databases import Databases
from timebot.billing.models import Invoice
from timebot.clients.models import Client
from timebot.db import Database


def restored(world: World, database: Database, client: Client) -> World:
    """Return the world with the database as it was before the run: same workspace and client."""
    with database.transaction() as session:
        workspace = a_workspace(session, id=world.workspace_id)
        a_client(
            session,
            workspace,
            id=client.id,
            name=client.name,
            stripe_customer_id=client.stripe_customer_id,
            card_id=client.card_id,
            card_brand=client.card_brand,
            card_last4=client.card_last4,
        )
        run_id = a_run(session, workspace).id
    return replace(world, database=database, run_id=run_id)


def test_the_same_period_is_charged_once(world: World, databases: Databases) -> None:
    client = world.client_with_card()
    invoice = world.invoice(client)
    world.drain()
    world.stripe.expire_idempotency_keys()
    url = databases.create()
    database = Database(url)

    before = restored(world, database, client)
    again = before.invoice(client)
    before.drain()

    assert again.id != invoice.id
    assert before.fresh(Invoice, again.id).collection == "paid"
    assert world.succeeded() == [invoice.total_minor]
    assert len(world.stripe.invoices()) == 1
    # Not by the client on the payment page, which is what it would be without a restore.
    assert before.fresh(Invoice, again.id).paid_how == "at Stripe"
    database.dispose()
    databases.drop(url)
