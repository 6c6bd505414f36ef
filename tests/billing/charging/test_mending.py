"""An address is mended and the mail goes out again; a lost answer is asked about once more."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.billing.charging.test_buttons import press
from tests.billing.charging.test_webhooks import connect, hear
from tests.billing.charging.world import World
from tests.playground.receiver import Receiver
from tests.races.crowd import all_at_once
from timebot.billing.charging import ask_again
from timebot.billing.deciding import OutcomeKnown
from timebot.billing.mending import NothingCameBack, mend_address
from timebot.billing.models import Invoice
from timebot.billing.steps.settling import MOST_CHECKS, settle_unknown
from timebot.clients.client_fields import FieldsRefused
from timebot.clients.models import Client

BOUNCES, WORKS = "bounce@acme.example", "pay@acme.example, copy@acme.example"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    listening = Receiver()
    yield listening
    listening.stop()


def bounced(world: World, receiver: Receiver) -> Invoice:
    connect(world, receiver)
    invoice = world.invoice(world.client(emails=[BOUNCES]), mode="bank")
    world.drain()
    hear(world, receiver, "resend")
    return world.fresh(Invoice, invoice.id)


def test_a_mended_address_gets_the_mail_that_came_back(world: World, receiver: Receiver) -> None:
    invoice = bounced(world, receiver)
    assert invoice.delivery == "bounced"

    press(world, mend_address, invoice, emails=WORKS)
    world.drain()
    hear(world, receiver, "resend")

    after = world.fresh(Invoice, invoice.id)
    assert (after.delivery, after.attention) == ("delivered", None)
    assert world.fresh(Client, invoice.client_id).emails == WORKS.split(", ")
    assert [mail["to"] for mail in world.resend.mails()] == [[BOUNCES], ["pay@acme.example"]]


def test_nothing_is_sent_twice_to_a_mended_address(world: World, receiver: Receiver) -> None:
    invoice = bounced(world, receiver)

    def mend(_number: int) -> bool:
        try:
            press(world, mend_address, invoice, emails=WORKS)
        except NothingCameBack:
            return False
        return True

    outcomes = all_at_once(mend)
    world.drain()

    assert sum(outcomes.won) == 1
    assert len(world.resend.mails()) == 2


def test_what_is_no_address_changes_nothing(world: World, receiver: Receiver) -> None:
    invoice = bounced(world, receiver)

    with pytest.raises(FieldsRefused):
        press(world, mend_address, invoice, emails="nobody")

    assert world.fresh(Client, invoice.client_id).emails == [BOUNCES]
    assert len(world.mails()) == 1


def test_whoever_paid_meanwhile_is_sent_the_receipt(world: World, receiver: Receiver) -> None:
    connect(world, receiver)
    invoice = world.invoice(world.client_with_card(emails=[BOUNCES]))
    world.drain()
    hear(world, receiver, "resend")

    press(world, mend_address, invoice, emails=WORKS)
    world.drain()

    last = world.resend.mails()[-1]
    assert last["subject"].startswith("Receipt")
    assert [each["filename"] for each in last["attachments"]] == ["INV-2026-0001.pdf"]


def test_an_outcome_that_was_given_up_is_asked_about_by_hand(world: World) -> None:
    invoice = world.invoice(world.client_with_card())
    world.stripe.fail_next("POST /v1/invoices/*/pay", "drop_after")
    world.drain()
    with world.database.transaction() as session:
        for _ in range(MOST_CHECKS):
            row = session.get_one(Invoice, (world.workspace_id, invoice.id))
            settle_unknown(session, row, now=world.clock.now())
    assert world.fresh(Invoice, invoice.id).uncollected_at is not None
    world.clock.advance(timedelta(days=9))
    world.drain()
    assert world.fresh(Invoice, invoice.id).collection == "unknown"

    press(world, ask_again, invoice)
    world.drain()

    assert world.fresh(Invoice, invoice.id).collection == "paid"
    assert len(world.stripe.charges()) == 1
    with pytest.raises(OutcomeKnown):
        press(world, ask_again, invoice)
