"""What billing people decide, pressed once or twice."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from stripe import StripeClient

from tests.billing.charging.world import DECLINES, WORKS, World
from tests.builders import a_member, a_workspace
from timebot.billing.charging import charge_again, park, resend_invoice_mail, send_pay_link
from timebot.billing.deciding import (
    AlreadyPaid,
    AlreadyVoid,
    BeingCharged,
    InvoiceUnknown,
    NoCardOnFile,
    OutcomeOpen,
)
from timebot.billing.models import BillingEntry, Invoice
from timebot.billing.outside import HowMissing, PaidInFuture, mark_paid_outside
from timebot.billing.void import ReasonMissing, void_invoice
from timebot.clients.models import Client
from timebot.errors import NotAllowed
from timebot.timekeeping.models import TimeEntry

UseCase = Callable[..., Invoice]


def press(world: World, button: UseCase, invoice: Invoice, **facts: Any) -> Invoice:  # noqa: ANN401 - as the use cases
    with world.database.transaction() as session:
        return button(
            session,
            workspace=world.workspace(session),
            actor=world.owner(session),
            invoice_id=invoice.id,
            now=world.clock.now(),
            **facts,
        )


def new_card(world: World, client: Client, number: str = WORKS) -> None:
    """Let the client put another card on file."""
    assert client.stripe_customer_id is not None
    card_id = world.stripe.put_card_on_file(client.stripe_customer_id, number)
    with world.database.transaction() as session:
        session.get_one(Client, (world.workspace_id, client.id)).card_id = card_id


def test_a_declined_invoice_is_charged_again_on_the_new_card(world: World) -> None:
    client = world.client_with_card(DECLINES)
    invoice = world.invoice(client)
    world.drain()
    new_card(world, client)

    press(world, charge_again, invoice)
    world.drain()

    assert world.fresh(Invoice, invoice.id).collection == "paid"
    assert [(p.attempt, p.state) for p in world.payments()] == [(1, "declined"), (2, "succeeded")]
    assert [mail["subject"][:7] for mail in world.resend.mails()] == ["Invoice", "Receipt"]


def test_a_second_press_does_not_charge_a_second_time(world: World) -> None:
    client = world.client_with_card(DECLINES)
    invoice = world.invoice(client)
    world.drain()
    new_card(world, client)

    press(world, charge_again, invoice)
    with pytest.raises(BeingCharged):
        press(world, charge_again, invoice)
    world.drain()
    with pytest.raises(AlreadyPaid):
        press(world, charge_again, invoice)

    assert world.succeeded() == [invoice.total_minor]


def test_a_second_decline_whose_answer_is_lost_is_found_though_stripe_forgot_the_key(
    world: World,
) -> None:
    client = world.client_with_card(DECLINES)
    invoice = world.invoice(client)
    world.drain()
    press(world, charge_again, invoice)
    world.stripe.fail_next("POST /v1/invoices/*/pay", "drop_after")
    world.drain()

    world.stripe.expire_idempotency_keys()
    world.clock.advance(timedelta(days=2))
    world.settle()

    assert [(p.attempt, p.state) for p in world.payments()] == [(1, "declined"), (2, "declined")]
    # The bank was asked once for each press; nobody asked it a third time.
    assert len(world.stripe.charges()) == 2


def test_what_nobody_knows_is_not_charged_again(world: World) -> None:
    invoice = world.invoice(world.client_with_card())
    world.stripe.fail_next("POST /v1/invoices/*/pay", "drop_after")
    world.drain()

    for button, facts in (
        (charge_again, {}),
        (send_pay_link, {}),
        (park, {}),
        (mark_paid_outside, {"how": "cash", "paid_on": world.clock.now().date()}),
        (void_invoice, {"reason": "wrong"}),
    ):
        with pytest.raises(OutcomeOpen):
            press(world, button, invoice, **facts)


def test_without_a_card_there_is_nothing_to_charge(world: World) -> None:
    invoice = world.invoice(world.client(collection="send"), mode="link")
    world.drain()

    with pytest.raises(NoCardOnFile):
        press(world, charge_again, invoice)


def test_a_pay_link_is_mailed_again(world: World) -> None:
    invoice = world.invoice(world.client_with_card(DECLINES))
    world.drain()

    press(world, send_pay_link, invoice)
    world.drain()

    after = world.fresh(Invoice, invoice.id)
    assert (after.collection, after.charge_mode, after.attention) == ("open", "link", None)
    assert after.pay_url is not None
    assert [after.pay_url in mail["text"] for mail in world.resend.mails()] == [True, True]


def test_a_parked_invoice_with_other_totals_is_charged_once_they_agree(world: World) -> None:
    client = world.client_with_card()
    assert client.stripe_customer_id is not None
    sdk = StripeClient(world.stripe.api_key, base_addresses={"api": world.stripe.url})
    sdk.v1.customers.update(client.stripe_customer_id, {"balance": -1_000})
    invoice = world.invoice(client)
    world.drain()
    sdk.v1.customers.update(client.stripe_customer_id, {"balance": 0})
    [theirs] = world.stripe.invoices()
    # The local Stripe counts a draft anew when its lines change.
    sdk.v1.invoices.add_lines(theirs["id"], {"lines": [{"amount": 0, "description": "Looked at"}]})

    press(world, charge_again, invoice)
    world.drain()

    after = world.fresh(Invoice, invoice.id)
    assert (after.collection, after.attention) == ("paid", None)
    assert world.succeeded() == [invoice.total_minor]


def test_a_transfer_is_noted_and_the_receipt_goes_out(world: World) -> None:
    invoice = world.invoice(world.client(), mode="bank")
    world.drain()
    paid_on = world.clock.now().date() - timedelta(days=1)

    press(world, mark_paid_outside, invoice, how=" bank  transfer ", paid_on=paid_on)
    world.drain()

    after = world.fresh(Invoice, invoice.id)
    assert (after.collection, after.paid_how) == ("paid", "bank transfer")
    assert [(p.how, p.state) for p in world.payments()] == [("outside", "succeeded")]
    assert [mail["subject"][:7] for mail in world.resend.mails()] == ["Invoice", "Receipt"]


def test_what_was_paid_outside_cannot_be_paid_at_stripe_any_more(world: World) -> None:
    invoice = world.invoice(world.client(collection="send"), mode="link")
    world.drain()

    press(world, mark_paid_outside, invoice, how="transfer", paid_on=world.clock.now().date())
    world.drain()

    assert [each["status"] for each in world.stripe.invoices()] == ["paid"]
    assert world.succeeded() == []
    assert world.fresh(Invoice, invoice.id).next_step_at is None


def test_a_payment_needs_words_and_a_day_that_has_come(world: World) -> None:
    invoice = world.invoice(world.client(), mode="bank")
    today = world.clock.now().date()

    with pytest.raises(HowMissing):
        press(world, mark_paid_outside, invoice, how="  ", paid_on=today)
    with pytest.raises(PaidInFuture):
        press(world, mark_paid_outside, invoice, how="cash", paid_on=today + timedelta(days=2))


def test_a_cancelled_invoice_frees_its_entries_and_closes_at_stripe(world: World) -> None:
    invoice = world.invoice(world.client(collection="send"), mode="link")
    world.drain()

    press(world, void_invoice, invoice, reason="Wrong project")
    world.drain()

    after = world.fresh(Invoice, invoice.id)
    assert (after.document, after.number, after.next_step_at) == ("void", "INV-2026-0001", None)
    assert [each["status"] for each in world.stripe.invoices()] == ["void"]
    with world.database.read_only() as session:
        states = session.scalars(select(TimeEntry.state)).all()
        live = select(func.count()).where(BillingEntry.reversed_by.is_(None))
        assert (set(states), session.scalar(live)) == ({"approved"}, 0)


def test_an_invoice_cancelled_before_its_first_step_leaves_nothing_at_stripe(
    world: World,
) -> None:
    invoice = world.invoice(world.client_with_card())

    press(world, void_invoice, invoice, reason="Too early")
    world.drain()

    assert world.fresh(Invoice, invoice.id).next_step_at is None
    assert world.stripe.invoices() == []
    assert world.resend.mails() == []


def test_a_cancelled_draft_at_stripe_is_deleted(world: World) -> None:
    invoice = world.invoice(world.client_with_card())
    world.stripe.fail_next("POST /v1/invoices/*/add_lines", "drop_before")
    world.drain()

    press(world, void_invoice, invoice, reason="Too early")
    world.settle()

    assert world.stripe.invoices() == []


def test_cancelling_needs_a_reason_and_happens_once(world: World) -> None:
    invoice = world.invoice(world.client(), mode="bank")

    with pytest.raises(ReasonMissing):
        press(world, void_invoice, invoice, reason=" ")
    press(world, void_invoice, invoice, reason="Wrong client")
    with pytest.raises(AlreadyVoid):
        press(world, void_invoice, invoice, reason="Wrong client")


def test_a_paid_invoice_cannot_be_cancelled(world: World) -> None:
    invoice = world.invoice(world.client_with_card())
    world.drain()

    with pytest.raises(AlreadyPaid):
        press(world, void_invoice, invoice, reason="Regret")


def test_a_parked_invoice_is_left_alone(world: World) -> None:
    invoice = world.invoice(world.client_with_card(DECLINES))
    world.drain()

    press(world, park, invoice)
    world.drain()

    after = world.fresh(Invoice, invoice.id)
    assert (after.collection, after.attention, after.next_step_at) == ("failed", None, None)
    assert after.uncollected_at is not None


def test_the_mail_is_sent_again_on_request(world: World) -> None:
    invoice = world.invoice(world.client_with_card())
    world.drain()

    press(world, resend_invoice_mail, invoice)
    world.drain()

    first, second = world.resend.mails()
    assert first["subject"] == second["subject"]
    assert len(second["attachments"]) == 1
    assert [(mail.kind, mail.attempt) for mail in world.mails()] == [("receipt", 1), ("receipt", 2)]


def test_only_billing_people_decide(world: World) -> None:
    invoice = world.invoice(world.client_with_card(DECLINES))

    with world.database.transaction() as session:
        workspace = world.workspace(session)
        member = a_member(session, workspace, profile_at=world.clock.now())
        for button in (charge_again, send_pay_link, park, resend_invoice_mail):
            with pytest.raises(NotAllowed):
                button(
                    session,
                    workspace=workspace,
                    actor=member,
                    invoice_id=invoice.id,
                    now=world.clock.now(),
                )


def test_an_invoice_of_another_workspace_is_unknown(world: World) -> None:
    invoice = world.invoice(world.client(), mode="bank")
    other = type(world)(**{**vars(world), "workspace_id": another(world)})

    with pytest.raises(InvoiceUnknown), other.database.transaction() as session:
        park(
            session,
            workspace=other.workspace(session),
            actor=a_member(
                session,
                other.workspace(session),
                role="owner",
                profile_at=world.clock.now(),
            ),
            invoice_id=invoice.id,
            now=world.clock.now(),
        )


def another(world: World) -> UUID:
    with world.database.transaction() as session:
        return a_workspace(session).id
