"""Webhooks as hints: twice, late, in another order, before our own record."""

from collections.abc import Iterator

import pytest
from stripe import StripeClient

from tests.billing.charging.world import ASKS, DECLINES, World
from tests.playground.receiver import Receiver
from timebot.billing.charging import charge_again
from timebot.billing.models import Invoice
from timebot.billing.ports import Forged
from timebot.billing.settlement import ResendWebhooks, StripeWebhooks
from timebot.billing.steps.absorbing import absorb
from timebot.billing.void import void_invoice
from timebot.clock import real_now
from timebot.journal.inbox import WebhookDelivery, WebhookHandler, WebhookInbox, take
from timebot.journal.outcomes import Delivered


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    listening = Receiver()
    yield listening
    listening.stop()


def hear(world: World, receiver: Receiver, source: str) -> int:
    """Deliver what waits, verify and store it as the door does, and handle it."""
    local = world.stripe if source == "stripe" else world.resend
    local.deliver_pending()
    verify = world.processor.verify_webhook if source == "stripe" else world.mailer.verify_webhook
    for headers, body in receiver.taken:
        event_id, payload = verify(body, headers)
        with world.database.transaction() as session:
            take(
                session,
                scope="account",
                source=source,
                external_id=event_id,
                now=world.clock.now(),
                payload=payload,
                wait=True,
            )
    receiver.taken.clear()
    handlers: dict[str, WebhookHandler] = {
        "stripe": StripeWebhooks(world.database, world.processor),
        "resend": ResendWebhooks(world.database, world.mailer),
    }
    inbox = WebhookInbox(world.database, handlers)
    return inbox.run_once(now=world.clock.now(), real_now=real_now())


def connect(world: World, receiver: Receiver) -> None:
    for local in (world.stripe, world.resend):
        local.webhooks.paused = True
        local.connect(receiver.url)


def pay_by_link(world: World, invoice_id: str) -> None:
    """Pay as the client does on the hosted page."""
    sdk = StripeClient(world.stripe.api_key, base_addresses={"api": world.stripe.url})
    [theirs] = [each for each in world.stripe.invoices() if each["id"] == invoice_id]
    method = world.stripe.put_card_on_file(theirs["customer"])
    sdk.v1.invoices.pay(invoice_id, {"payment_method": method, "off_session": False})


def linked(world: World, invoice: Invoice) -> str:
    stripe_id = world.fresh(Invoice, invoice.id).stripe_invoice_id
    assert stripe_id is not None
    return stripe_id


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_client_pays_by_link_and_every_webhook_comes_twice(
    world: World, receiver: Receiver, *, newest_first: bool
) -> None:
    connect(world, receiver)
    world.stripe.webhooks.copies = 2
    world.stripe.webhooks.newest_first = newest_first
    invoice = world.invoice(world.client(collection="send"), mode="link")
    world.drain()
    pay_by_link(world, linked(world, invoice))

    hear(world, receiver, "stripe")
    world.drain()

    after = world.fresh(Invoice, invoice.id)
    assert (after.collection, after.paid_how) == ("paid", "the payment page")
    assert [(p.how, p.state) for p in world.payments()] == [("link", "succeeded")]
    assert [mail["subject"][:7] for mail in world.resend.mails()] == ["Invoice", "Receipt"]
    assert world.resend.mails()[1]["attachments"] == []


def test_a_declined_card_and_then_a_payment_by_link(world: World, receiver: Receiver) -> None:
    connect(world, receiver)
    invoice = world.invoice(world.client_with_card(DECLINES))
    world.drain()
    pay_by_link(world, linked(world, invoice))

    hear(world, receiver, "stripe")
    world.drain()

    after = world.fresh(Invoice, invoice.id)
    assert (after.collection, after.attention) == ("paid", None)
    assert [p.state for p in world.payments()] == ["declined", "succeeded"]


@pytest.mark.parametrize("card", [DECLINES, ASKS])
def test_a_refusal_whose_answer_was_lost_is_settled_by_its_webhook(
    world: World, receiver: Receiver, card: str
) -> None:
    connect(world, receiver)
    world.stripe.webhooks.copies = 2
    invoice = world.invoice(world.client_with_card(card))
    world.stripe.fail_next("POST /v1/invoices/*/pay", "drop_after")
    world.drain()
    assert world.fresh(Invoice, invoice.id).collection == "unknown"

    hear(world, receiver, "stripe")

    assert world.fresh(Invoice, invoice.id).collection == "failed"
    assert len(world.payments()) == 1


def test_an_older_refusal_does_not_settle_a_newer_attempt(world: World, receiver: Receiver) -> None:
    invoice = world.invoice(world.client_with_card(DECLINES))
    world.drain()
    connect(world, receiver)
    with world.database.transaction() as session:
        charge_again(
            session,
            workspace=world.workspace(session),
            actor=world.owner(session),
            invoice_id=invoice.id,
            now=world.clock.now(),
        )
    world.stripe.fail_next("POST /v1/invoices/*/pay", "drop_before")
    world.drain()
    theirs = world.processor.get_invoice(linked(world, invoice))

    with world.database.transaction() as session:
        row = session.get_one(Invoice, (world.workspace_id, invoice.id))
        absorb(session, row, theirs, now=world.clock.now())

    assert world.fresh(Invoice, invoice.id).collection == "unknown"
    assert [payment.state for payment in world.payments()] == ["declined", "unknown"]


def test_a_webhook_that_is_faster_than_our_record_changes_nothing_twice(
    world: World, receiver: Receiver
) -> None:
    connect(world, receiver)
    invoice = world.invoice(world.client_with_card())
    world.stripe.fail_next("POST /v1/invoices/*/pay", "drop_after")
    world.drain()

    hear(world, receiver, "stripe")
    world.settle()

    assert world.fresh(Invoice, invoice.id).collection == "paid"
    assert [p.state for p in world.payments()] == ["succeeded"]
    assert len(world.resend.mails()) == 1


def test_a_webhook_about_an_invoice_we_have_not_noted_yet_waits(
    world: World, receiver: Receiver
) -> None:
    connect(world, receiver)
    invoice = world.invoice(world.client_with_card())
    world.stripe.fail_next("POST /v1/invoices", "drop_after")
    world.drain()
    assert world.fresh(Invoice, invoice.id).stripe_invoice_id is None

    hear(world, receiver, "stripe")
    world.settle()

    assert world.fresh(Invoice, invoice.id).collection == "paid"
    assert len(world.stripe.invoices()) == 1


def test_webhooks_about_what_is_not_ours_are_done_with(world: World, receiver: Receiver) -> None:
    connect(world, receiver)
    sdk = StripeClient(world.stripe.api_key, base_addresses={"api": world.stripe.url})
    customer = sdk.v1.customers.create({"name": "Somebody else's"})
    sdk.v1.invoices.create({"customer": customer.id, "currency": "eur"})

    handled = hear(world, receiver, "stripe")

    assert handled == 2
    assert hear(world, receiver, "stripe") == 0


@pytest.mark.parametrize("kind", ["invoice.upcoming", "balance.available"])
def test_an_event_about_nothing_that_could_be_asked_for_is_done_with(
    world: World, kind: str
) -> None:
    event = WebhookDelivery(
        scope="account",
        source="stripe",
        external_id="evt_1",
        payload={"type": kind, "object_id": ""},
        attempt=1,
        now=world.clock.now(),
    )

    assert StripeWebhooks(world.database, world.processor)(event) == Delivered()


def test_a_mail_is_delivered(world: World, receiver: Receiver) -> None:
    connect(world, receiver)
    invoice = world.invoice(world.client(), mode="bank")
    world.drain()

    hear(world, receiver, "resend")

    assert world.fresh(Invoice, invoice.id).delivery == "delivered"
    assert [mail.state for mail in world.mails()] == ["delivered"]


def test_a_mail_that_comes_back_is_put_before_people(world: World, receiver: Receiver) -> None:
    connect(world, receiver)
    world.resend.webhooks.newest_first = True
    invoice = world.invoice(world.client(emails=["bounce@acme.example"]), mode="bank")
    world.drain()

    hear(world, receiver, "resend")

    after = world.fresh(Invoice, invoice.id)
    assert after.delivery == "bounced"
    assert after.attention == ("The mail about INV-2026-0001 came back. Please check the address.")


def test_a_complaint_about_a_mail_is_told(world: World, receiver: Receiver) -> None:
    connect(world, receiver)
    invoice = world.invoice(world.client(emails=["complained@resend.dev"]), mode="bank")
    world.drain()

    hear(world, receiver, "resend")

    after = world.fresh(Invoice, invoice.id)
    assert after.delivery == "delivered"
    assert after.attention is not None
    assert after.attention.startswith("The client's mailbox called the mail about INV-2026-0001")


def test_a_mail_that_comes_back_is_noticed_with_a_key_that_may_only_send(
    world: World, receiver: Receiver
) -> None:
    connect(world, receiver)
    world.resend.allowance.only_sends = True
    invoice = world.invoice(world.client(emails=["bounce@acme.example"]), mode="bank")
    world.resend.fail_next("POST /emails", "drop_after")
    world.settle()

    hear(world, receiver, "resend")

    assert world.fresh(Invoice, invoice.id).delivery == "bounced"
    assert len(world.resend.mails()) == 1


def test_the_tag_tells_of_a_mail_whose_answer_was_lost(world: World, receiver: Receiver) -> None:
    connect(world, receiver)
    invoice = world.invoice(world.client(), mode="bank")
    world.resend.fail_next("POST /emails", "drop_after")
    world.drain()

    hear(world, receiver, "resend")
    world.settle()

    assert world.fresh(Invoice, invoice.id).delivery == "delivered"
    assert len(world.resend.mails()) == 1


def test_a_payment_after_the_invoice_was_cancelled_is_told(
    world: World, receiver: Receiver
) -> None:
    connect(world, receiver)
    invoice = world.invoice(world.client(collection="send"), mode="link")
    world.drain()
    with world.database.transaction() as session:
        void_invoice(
            session,
            workspace=world.workspace(session),
            actor=world.owner(session),
            invoice_id=invoice.id,
            reason="Wrong project",
            now=world.clock.now(),
        )
    pay_by_link(world, linked(world, invoice))

    world.drain()
    hear(world, receiver, "stripe")

    after = world.fresh(Invoice, invoice.id)
    assert after.document == "void"
    assert after.attention == (
        "INV-2026-0001 was cancelled, but Stripe collected €226.10. Please refund it there."
    )


def test_a_forged_webhook_is_refused(world: World, receiver: Receiver) -> None:
    connect(world, receiver)
    world.stripe.put_card_on_file(
        world.processor.create_customer(
            workspace_key="w", client_key="c", name="Acme", email="a@acme.example", key="k"
        )
    )
    world.stripe.deliver_pending()
    headers, body = receiver.taken[0]

    with pytest.raises(Forged):
        world.processor.verify_webhook(body + b" ", headers)
    with pytest.raises(Forged):
        world.processor.verify_webhook(body, {})
    with pytest.raises(Forged):
        world.mailer.verify_webhook(body, {"svix-id": "1", "svix-timestamp": "1"})
