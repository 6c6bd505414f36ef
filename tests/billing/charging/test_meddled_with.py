"""What people do at Stripe meanwhile: delete a draft, change what is due, finalize before us."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from stripe import StripeClient

from tests.billing.charging.test_buttons import press
from tests.billing.charging.world import World
from timebot.billing.charging import charge_again, send_pay_link
from timebot.billing.models import Invoice
from timebot.billing.ports import ChargeLine, ProcessorInvoice
from timebot.billing.void import void_invoice
from timebot.gateways.stripe_gateway import StripeProcessor


def sdk(world: World) -> StripeClient:
    return StripeClient(world.stripe.api_key, base_addresses={"api": world.stripe.url})


def whose_totals_differ(world: World) -> Invoice:
    """Return an invoice whose draft at Stripe asks for more, so that it is parked."""
    client = world.client_with_card()
    assert client.stripe_customer_id is not None
    sdk(world).v1.customers.update(client.stripe_customer_id, {"balance": 500})
    invoice = world.invoice(client)
    world.drain()
    return invoice


def whose_draft_was_deleted(world: World) -> Invoice:
    """Return one whose draft somebody deleted after that, and whose card was then charged."""
    invoice = whose_totals_differ(world)
    [draft] = world.stripe.invoices()
    sdk(world).v1.invoices.delete(draft["id"])
    sdk(world).v1.customers.update(draft["customer"], {"balance": 0})
    press(world, charge_again, invoice)
    world.drain()
    return invoice


def test_whoever_charges_while_the_totals_differ_can_decide_again(world: World) -> None:
    invoice = whose_totals_differ(world)
    press(world, charge_again, invoice)
    world.drain()

    press(world, void_invoice, invoice, reason="Wrong project")
    world.settle()

    assert world.fresh(Invoice, invoice.id).document == "void"
    assert world.succeeded() == []


def test_a_draft_that_was_deleted_is_told_of_and_nothing_is_charged(world: World) -> None:
    invoice = whose_draft_was_deleted(world)

    after = world.fresh(Invoice, invoice.id)
    assert after.attention is not None
    assert after.attention.startswith("Somebody deleted the draft of INV-2026-0001 at Stripe.")
    assert world.succeeded() == []


@pytest.mark.parametrize("button", [charge_again, send_pay_link])
@pytest.mark.parametrize("days", [0, 2])
def test_whoever_goes_on_after_that_has_another_draft_made(
    world: World, button: type, days: int
) -> None:
    invoice = whose_draft_was_deleted(world)
    if days:
        world.clock.advance(timedelta(days=days))
        world.stripe.expire_idempotency_keys()

    press(world, button, invoice)
    world.settle()

    [theirs] = world.stripe.invoices()
    is_charged = button is charge_again
    assert theirs["status"] == ("paid" if is_charged else "open")
    assert world.succeeded() == ([invoice.total_minor] if is_charged else [])
    assert len(world.resend.mails()) == 1


def test_a_draft_that_is_deleted_while_its_lines_are_added_is_told_of_too(world: World) -> None:
    class Overtaken(StripeProcessor):
        """Somebody in the Dashboard deletes the draft just before."""

        def add_lines(self, invoice_id: str, lines: Sequence[ChargeLine], *, key: str) -> None:
            self.delete_draft(invoice_id)
            super().add_lines(invoice_id, lines, key=key)

    invoice = world.invoice(world.client_with_card())
    overtaken = Overtaken(world.stripe.api_key, api_base=world.stripe.url)
    world.drain(world.pipeline(processor=overtaken))
    told = world.fresh(Invoice, invoice.id).attention

    press(world, charge_again, invoice)
    world.settle()

    assert told is not None
    assert told.startswith("Somebody deleted the draft")
    assert world.succeeded() == [invoice.total_minor]


def test_an_invoice_without_its_draft_can_be_cancelled(world: World) -> None:
    invoice = whose_draft_was_deleted(world)

    press(world, void_invoice, invoice, reason="Wrong project")
    world.settle()

    after = world.fresh(Invoice, invoice.id)
    assert (after.document, after.stripe_status, after.next_step_at) == ("void", "none", None)


def test_a_draft_that_somebody_finalized_a_moment_before_is_charged_once(world: World) -> None:
    class Overtaken(StripeProcessor):
        """Somebody in the Dashboard is faster, every time."""

        def finalize(self, invoice_id: str, *, key: str) -> ProcessorInvoice:
            super().finalize(invoice_id, key="by hand")
            return super().finalize(invoice_id, key=key)

    invoice = world.invoice(world.client_with_card())
    overtaken = Overtaken(world.stripe.api_key, api_base=world.stripe.url)

    world.settle(world.pipeline(processor=overtaken))

    after = world.fresh(Invoice, invoice.id)
    assert (after.collection, after.attention) == ("paid", None)
    assert world.succeeded() == [invoice.total_minor]
