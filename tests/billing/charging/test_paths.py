"""Each way in which an invoice is collected, from issued to mailed."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select
from stripe import StripeClient

from tests.billing.charging.invoices import BANK, an_issued_invoice
from tests.billing.charging.world import ASKS, DECLINES, World
from tests.builders import a_run
from timebot.billing.models import Invoice
from timebot.billing.pipeline import InvoicePipeline
from timebot.clients.models import Client
from timebot.gateways.letters import Letters
from timebot.gateways.stripe_gateway import StripeProcessor
from timebot.journal.models import OutboxMessage
from timebot.team.models import Member


def test_a_card_on_file_is_charged_and_one_mail_brings_invoice_and_receipt(world: World) -> None:
    invoice = world.invoice(world.client_with_card())

    world.drain()

    after = world.fresh(Invoice, invoice.id)
    assert (after.document, after.collection, after.delivery) == ("rendered", "paid", "sent")
    assert after.next_step_at is None
    assert world.succeeded() == [after.total_minor]
    [mail] = world.resend.mails()
    assert mail["subject"].startswith("Receipt for invoice INV-2026-0001")
    assert [a["filename"] for a in mail["attachments"]] == ["INV-2026-0001.pdf"]
    assert mail["cc"] == ["copy@acme.example"]


def test_a_client_with_link_gets_the_invoice_with_a_pay_link(world: World) -> None:
    invoice = world.invoice(world.client(collection="send"), mode="link")

    world.drain()

    after = world.fresh(Invoice, invoice.id)
    assert (after.collection, after.delivery) == ("open", "sent")
    assert after.pay_url is not None
    [mail] = world.resend.mails()
    assert mail["subject"].startswith("Invoice INV-2026-0001")
    assert after.pay_url in mail["text"]
    assert after.pay_url in mail["html"]
    [theirs] = world.stripe.invoices()
    assert theirs["collection_method"] == "send_invoice"
    assert theirs["due_date"] is not None
    assert theirs["number"] == "INV-2026-0001"


def test_a_transfer_needs_nothing_at_stripe(world: World) -> None:
    invoice = world.invoice(world.client(), mode="bank")

    world.drain()

    after = world.fresh(Invoice, invoice.id)
    assert (after.collection, after.delivery, after.next_step_at) == ("open", "sent", None)
    assert world.stripe.requests == []
    [mail] = world.resend.mails()
    assert BANK in mail["text"]


def test_a_declined_card_is_not_charged_again_by_itself(world: World) -> None:
    invoice = world.invoice(world.client_with_card(DECLINES))

    world.drain()
    world.clock.advance(timedelta(days=3))
    world.drain()

    after = world.fresh(Invoice, invoice.id)
    assert (after.collection, after.next_step_at) == ("failed", None)
    assert after.attention is not None
    assert after.attention.startswith("The client can ask their bank why.")
    [payment] = world.payments()
    assert (payment.state, payment.decline_code) == ("declined", "generic_decline")
    assert len(world.stripe.charges()) == 1
    [mail] = world.resend.mails()
    assert after.pay_url is not None
    assert after.pay_url in mail["text"]


def test_a_card_that_needs_the_client_waits_for_them(world: World) -> None:
    invoice = world.invoice(world.client_with_card(ASKS))

    world.drain()

    after = world.fresh(Invoice, invoice.id)
    assert after.collection == "failed"
    assert [payment.state for payment in world.payments()] == ["needs_action"]
    assert [mail["subject"][:7] for mail in world.resend.mails()] == ["Invoice"]


def test_a_decision_is_put_before_the_billing_people(world: World) -> None:
    invoice = world.invoice(world.client_with_card(DECLINES))

    world.drain()

    with world.database.read_only() as session:
        cards = session.scalars(
            select(OutboxMessage.payload).where(OutboxMessage.kind == "slack.card")
        ).all()
        owner = session.scalars(select(Member).where(Member.role == "owner")).one()
    assert {(card["purpose"], card["recipient"]) for card in cards} == {
        ("invoice", owner.slack_user_id)
    }
    assert {card["subject_id"] for card in cards} == {str(invoice.id)}


def test_without_a_mailer_the_mail_stays_unsent_and_written(world: World) -> None:
    invoice = world.invoice(world.client_with_card())
    pipeline = InvoicePipeline(world.database, world.renderer, Letters(), None, world.processor)

    world.drain(pipeline)

    after = world.fresh(Invoice, invoice.id)
    assert (after.collection, after.delivery, after.next_step_at) == ("paid", "none", None)
    [mail] = world.mails()
    assert mail.state == "unsent"
    assert mail.message["subject"].startswith("Receipt")


def test_without_a_processor_the_charge_waits(world: World) -> None:
    invoice = world.invoice(world.client_with_card())
    pipeline = InvoicePipeline(world.database, world.renderer, Letters(), world.mailer, None)

    world.drain(pipeline)
    waiting = world.fresh(Invoice, invoice.id)
    world.clock.advance(timedelta(hours=1))
    world.drain()

    assert waiting.last_error == "no card processor is set up"
    assert world.fresh(Invoice, invoice.id).collection == "paid"


@pytest.mark.parametrize("trouble", ["stripe_key", "mail_domain"])
def test_a_wrong_set_up_is_told_once_a_day_and_then_all_goes_on(world: World, trouble: str) -> None:
    invoice = world.invoice(world.client_with_card())
    wrong = StripeProcessor("sk_test_wrong", api_base=world.stripe.url)
    if trouble == "mail_domain":
        world.resend.allowance.verified_domains = frozenset()
    for _ in range(3):
        world.drain(world.pipeline(processor=wrong if trouble == "stripe_key" else None))
        world.clock.advance(timedelta(hours=1))

    world.resend.allowance.verified_domains = None
    with world.database.read_only() as session:
        found = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "slack.tell"))
        said = [str(each.payload["facts"]["trouble"]) for each in found]
    world.settle()

    assert said == [trouble]
    assert world.fresh(Invoice, invoice.id).collection == "paid"
    assert len(world.resend.mails()) == 1


def test_an_invoice_whose_totals_differ_is_parked_and_not_charged(world: World) -> None:
    client = world.client_with_card()
    assert client.stripe_customer_id is not None
    # A balance at Stripe lowers the amount due, but not the total.
    sdk = StripeClient(world.stripe.api_key, base_addresses={"api": world.stripe.url})
    sdk.v1.customers.update(client.stripe_customer_id, {"balance": -1_000})
    invoice = world.invoice(client)

    world.drain()

    after = world.fresh(Invoice, invoice.id)
    assert after.collection == "open"
    assert after.uncollected_at is not None
    assert after.attention == (
        "Stripe's amount due is €216.10, but invoice INV-2026-0001 asks for €226.10."
        " Nothing was charged."
    )
    assert [each["status"] for each in world.stripe.invoices()] == ["draft"]
    assert world.resend.mails() == []


def test_the_pdf_that_is_mailed_is_the_stored_one(world: World) -> None:
    invoice = world.invoice(world.client_with_card())

    world.drain()

    after = world.fresh(Invoice, invoice.id)
    [mail] = world.resend.mails()
    content = mail["attachments"][0]["content"]
    assert hashlib.sha256(content).hexdigest() == after.pdf_sha256
    assert world.renderer.drawn == ["INV-2026-0001"]


def test_a_client_is_made_known_to_stripe_once(world: World) -> None:
    client = world.client(collection="send")
    first = world.invoice(client, mode="link")

    world.drain()
    with world.database.transaction() as session:
        second_run = a_run(session, world.workspace(session), kind="manual")
        second = an_issued_invoice(session, second_run, client, mode="link", sequence=2)
    world.drain()

    [customer] = world.stripe.customers()
    invoices = [world.fresh(Invoice, each.id) for each in (first, second)]
    assert [each.stripe_customer_id for each in invoices] == [customer["id"]] * 2
    assert len(world.stripe.invoices()) == 2


def test_yen_are_charged_as_yen(world: World) -> None:
    invoice = world.invoice(world.client_with_card(currency="JPY"))

    world.drain()

    assert world.succeeded() == [invoice.total_minor]
    assert [charge["currency"] for charge in world.stripe.charges()] == ["jpy"]


def test_the_bill_at_stripe_has_one_line_per_project_and_our_tax(world: World) -> None:
    invoice = world.invoice(world.client_with_card())

    world.drain()

    [theirs] = world.stripe.invoices()
    assert theirs["total"] == theirs["amount_paid"] == invoice.total_minor
    assert sum(tax["amount"] for tax in theirs["total_taxes"]) == invoice.tax_minor
    assert len(theirs["lines"]["data"]) == 2


def test_a_summed_up_invoice_brings_every_entry_as_a_file(world: World) -> None:
    world.invoice(world.client(), mode="bank", has_detail_file=True)

    world.drain()

    [mail] = world.resend.mails()
    names = [attachment["filename"] for attachment in mail["attachments"]]
    assert names == ["INV-2026-0001.pdf", "INV-2026-0001.csv"]
    assert b"Robin" in mail["attachments"][1]["content"]


def test_whoever_is_a_retainer_when_the_card_would_be_charged_gets_a_link(world: World) -> None:
    client = world.client_with_card()
    invoice = world.invoice(client)
    with world.database.transaction() as session:
        session.get_one(Client, (world.workspace_id, client.id)).is_retainer = True

    world.settle()

    after = world.fresh(Invoice, invoice.id)
    assert (after.charge_mode, after.collection) == ("link", "open")
    assert (world.payments(), world.succeeded()) == ([], [])
    assert after.pay_url is not None
    assert after.pay_url in world.resend.mails()[0]["text"]
