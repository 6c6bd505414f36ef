import json
from datetime import timedelta

import pytest
import stripe

from tests.playground.receiver import Receiver
from timebot.playground.clock import MovableClock
from timebot.playground.store import Store
from timebot.playground.stripe import LocalStripe, Problem

from .calls import Calls


def types(receiver: Receiver) -> list[str]:
    return [json.loads(body)["type"] for _, body in receiver.taken]


def test_the_sdk_accepts_the_signature(calls: Calls, receiver: Receiver) -> None:
    calls.local.connect(receiver.url)
    customer = calls.customer()
    receiver.wait_for(1)

    headers, body = receiver.taken[0]
    event = calls.client.construct_event(
        body, headers["stripe-signature"], calls.local.webhook_secret
    )

    assert event.type == "customer.created"
    assert event.data.object["id"] == customer.id
    assert event.api_version == stripe.api_version


def test_the_signature_is_of_real_time_and_the_event_of_business_time(
    calls: Calls, receiver: Receiver, clock: MovableClock
) -> None:
    clock.advance(timedelta(days=100))
    calls.local.connect(receiver.url)
    calls.customer()
    receiver.wait_for(1)

    headers, body = receiver.taken[0]
    event = calls.client.construct_event(
        body, headers["stripe-signature"], calls.local.webhook_secret
    )

    assert abs(event.created - clock.now().timestamp()) < 10


def test_saving_a_card_tells_the_whole_story(calls: Calls) -> None:
    customer = calls.customer()

    calls.local.put_card_on_file(customer.id)

    assert calls.event_types() == [
        "customer.created",
        "payment_method.attached",
        "setup_intent.succeeded",
        "checkout.session.completed",
    ]


def test_paying_tells_the_whole_story(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer_with_card())
    before = len(calls.event_types())

    calls.client.v1.invoices.pay(invoice.id)

    assert calls.event_types()[before:] == [
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice_payment.paid",
        "invoice.paid",
        "invoice.payment_succeeded",
    ]


def test_what_nobody_listens_to_is_not_sent_later(calls: Calls, receiver: Receiver) -> None:
    calls.customer()

    calls.local.connect(receiver.url)

    assert calls.local.deliver_pending() == 0
    assert calls.event_types() == ["customer.created"]


def test_a_refused_webhook_is_sent_again(calls: Calls, receiver: Receiver) -> None:
    receiver.statuses.append(500)
    calls.local.connect(receiver.url)

    calls.customer()
    receiver.wait_for(2)

    assert types(receiver) == ["customer.created"] * 2


def test_a_receiver_that_never_takes_it_is_given_up(
    calls: Calls, receiver: Receiver, store: Store
) -> None:
    calls.local.connect(receiver.url)
    calls.local.webhooks.paused = True
    receiver.statuses.extend([500] * 100)
    calls.customer()

    taken = sum(calls.local.deliver_pending() for _ in range(101))

    assert (taken, len(receiver.taken)) == (0, 100)
    assert calls.local.webhooks.waiting() == []
    assert len(store.list("stripe.webhook.given_up")) == 1


def test_paused_webhooks_wait_until_they_are_delivered_by_hand(
    calls: Calls, receiver: Receiver
) -> None:
    calls.local.connect(receiver.url)
    calls.local.webhooks.paused = True
    calls.customer()
    calls.customer()

    waiting = len(calls.local.webhooks.waiting())
    taken = calls.local.deliver_pending()

    assert (waiting, taken, len(receiver.taken)) == (2, 2, 2)
    assert calls.local.webhooks.waiting() == []


def test_webhooks_can_come_twice_and_in_the_wrong_order(calls: Calls, receiver: Receiver) -> None:
    calls.local.connect(receiver.url)
    calls.local.webhooks.paused = True
    calls.local.webhooks.copies = 2
    calls.local.webhooks.newest_first = True
    customer = calls.customer()
    calls.client.v1.customers.update(customer.id, {"name": "New"})

    calls.local.deliver_pending()

    assert types(receiver) == ["customer.updated"] * 2 + ["customer.created"] * 2


def test_webhooks_can_come_late(calls: Calls, receiver: Receiver) -> None:
    calls.local.connect(receiver.url)
    calls.local.webhooks.delay_seconds = 1.5
    calls.customer()

    early = len(receiver.taken)
    receiver.wait_for(1)

    assert early == 0


def test_a_request_that_was_refused_tells_nobody(calls: Calls, receiver: Receiver) -> None:
    calls.local.connect(receiver.url)
    calls.local.webhooks.paused = True
    customer = calls.customer()
    calls.local.deliver_pending()

    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        calls.client.v1.customers.update(customer.id, {"name": "New", "expand": ["nothing"]})

    assert calls.local.webhooks.waiting() == []
    assert calls.client.v1.customers.retrieve(customer.id).name == "Acme"


def test_what_waits_survives_a_restart(
    calls: Calls, receiver: Receiver, store: Store, clock: MovableClock
) -> None:
    calls.local.connect(receiver.url)
    calls.local.webhooks.paused = True
    calls.customer()
    calls.local.stop()

    again = LocalStripe(store, clock)
    taken = again.deliver_pending()
    again.stop()

    assert (taken, types(receiver)) == (1, ["customer.created"])


def test_events_can_be_read_afterwards(calls: Calls) -> None:
    calls.customer_with_card()
    v1 = calls.client.v1

    listed = v1.events.list({"types": ["customer.updated", "customer.created"]})

    assert [each.type for each in listed.data] == ["customer.updated", "customer.created"]
    assert v1.events.retrieve(listed.data[0].id).type == "customer.updated"


def test_one_change_can_be_told_by_two_events(calls: Calls, receiver: Receiver) -> None:
    calls.local.connect(receiver.url)
    calls.local.tell_twice()

    customer = calls.customer()
    receiver.wait_for(2)

    events = [json.loads(body) for _, body in receiver.taken]
    assert events[0]["id"] != events[1]["id"]
    assert {each["data"]["object"]["id"] for each in events} == {customer.id}


def test_an_event_can_be_sent_again_days_later(
    calls: Calls, receiver: Receiver, clock: MovableClock
) -> None:
    calls.local.connect(receiver.url)
    calls.customer()
    receiver.wait_for(1)
    (event,) = calls.local.events()

    clock.advance(timedelta(days=29))
    calls.local.send_again(event["id"])
    receiver.wait_for(2)

    first, again = receiver.taken
    assert first[1] == again[1]
    # Signed anew: whoever checks the age of the signature takes it.
    assert calls.client.construct_event(
        again[1], again[0]["stripe-signature"], calls.local.webhook_secret
    )


def test_an_event_is_not_sent_again_for_ever(calls: Calls, clock: MovableClock) -> None:
    calls.customer()
    (event,) = calls.local.events()
    clock.advance(timedelta(days=31))

    with pytest.raises(Problem, match="30 days"):
        calls.local.send_again(event["id"])


def test_an_event_names_the_request_that_caused_it(calls: Calls) -> None:
    calls.client.v1.customers.create({"name": "Acme"}, {"idempotency_key": "tb:1"})

    (event,) = calls.client.v1.events.list().data
    assert event.request is not None
    assert event.request.idempotency_key == "tb:1"
    assert event.livemode is False


def test_what_a_bank_does_names_no_request(calls: Calls) -> None:
    calls.paid_invoice()
    calls.local.bank.dispute(calls.local.charges()[0]["id"])

    event = calls.client.v1.events.list().data[0]
    assert event.request is not None
    assert event.request.id is None
