from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import stripe

from timebot.playground.clock import MovableClock
from timebot.playground.store import Store
from timebot.playground.stripe import LocalStripe

from .calls import DECLINES, Calls


def make(calls: Calls, key: str, name: str = "Acme") -> stripe.Customer:
    return calls.client.v1.customers.create({"name": name}, {"idempotency_key": key})


def test_the_same_key_gives_the_first_answer_again(calls: Calls) -> None:
    first = make(calls, "tb:1:create")
    again = make(calls, "tb:1:create")

    assert first.id == again.id
    assert len(calls.local.customers()) == 1


def test_the_same_key_with_other_parameters_is_an_error(calls: Calls) -> None:
    make(calls, "tb:1:create")

    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        make(calls, "tb:1:create", name="Other")


def test_a_key_belongs_to_one_address(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer_with_card())
    options: stripe.RequestOptions = {"idempotency_key": "tb:1"}
    calls.client.v1.invoices.pay(invoice.id, options=options)

    with pytest.raises(stripe.IdempotencyError):
        calls.client.v1.invoices.void_invoice(invoice.id, options=options)


def test_a_decline_is_kept_and_given_again_after_the_card_was_mended(calls: Calls) -> None:
    customer = calls.customer_with_card(DECLINES)
    invoice = calls.open_invoice(customer)
    pay = calls.client.v1.invoices.pay
    with pytest.raises(stripe.CardError):
        pay(invoice.id, options={"idempotency_key": "pay:1"})
    better = calls.local.put_card_on_file(customer.id)
    calls.client.v1.customers.update(
        customer.id, {"invoice_settings": {"default_payment_method": better}}
    )

    with pytest.raises(stripe.CardError):
        pay(invoice.id, options={"idempotency_key": "pay:1"})
    paid = pay(invoice.id, options={"idempotency_key": "pay:2"})

    assert paid.status == "paid"
    assert len(calls.local.charges()) == 2


def test_a_refused_request_does_not_use_its_key_up(calls: Calls) -> None:
    options: stripe.RequestOptions = {"idempotency_key": "tb:1"}
    with pytest.raises(stripe.InvalidRequestError):
        calls.client.v1.customers.create({"colour": "red"}, options)  # type: ignore[arg-type]

    customer = calls.client.v1.customers.create({"name": "Acme"}, options)

    assert customer.name == "Acme"


def test_a_500_is_kept_and_given_again(calls: Calls) -> None:
    calls.local.fail_next("POST /v1/customers", "500_after")

    for _ in range(2):
        with pytest.raises(stripe.APIError):
            make(calls, "tb:1")

    assert len(calls.local.customers()) == 1


def test_keys_are_forgotten_on_demand(calls: Calls) -> None:
    make(calls, "tb:1")

    calls.local.expire_idempotency_keys()
    make(calls, "tb:1", name="Other")

    assert [each["name"] for each in calls.local.customers()] == ["Acme", "Other"]


def test_keys_are_forgotten_after_a_day(calls: Calls, clock: MovableClock) -> None:
    make(calls, "tb:1")

    clock.advance(timedelta(hours=24))
    make(calls, "tb:1")

    assert len(calls.local.customers()) == 2


def test_a_key_is_no_longer_than_255_characters(calls: Calls) -> None:
    with pytest.raises(stripe.IdempotencyError, match="at most 255"):
        make(calls, "k" * 256)


def test_a_key_in_use_is_a_conflict(calls: Calls) -> None:
    calls.local.fail_next("POST /v1/customers", "slow", seconds=1.5)

    def ask() -> int:
        try:
            make(calls, "tb:1")
        except stripe.StripeError as refused:
            return refused.http_status or 0
        return 200

    with ThreadPoolExecutor() as pool:
        statuses = sorted(each.result() for each in [pool.submit(ask), pool.submit(ask)])

    assert statuses == [200, 409]
    assert len(calls.local.customers()) == 1


def test_the_sdk_retries_by_itself_without_doing_it_twice(calls: Calls) -> None:
    patient = stripe.StripeClient(
        calls.local.api_key, base_addresses={"api": calls.local.url}, max_network_retries=2
    )
    calls.local.fail_next("POST /v1/customers", "drop_after")

    patient.v1.customers.create({"name": "Acme"})

    assert len(calls.local.customers()) == 1
    assert [asked.status for asked in calls.local.requests] == [0, 200]


def test_what_a_rule_refuses_is_kept_and_given_again(calls: Calls) -> None:
    draft = calls.draft(calls.customer())
    finalize = calls.client.v1.invoices.finalize_invoice
    with pytest.raises(stripe.InvalidRequestError):
        finalize(draft.id, options={"idempotency_key": "finalize:1"})
    calls.client.v1.invoices.add_lines(draft.id, {"lines": [{"amount": 500}]})

    with pytest.raises(stripe.InvalidRequestError, match="no line items"):
        finalize(draft.id, options={"idempotency_key": "finalize:1"})

    assert finalize(draft.id, options={"idempotency_key": "finalize:2"}).status == "open"


def test_what_a_rule_refuses_leaves_nothing_behind(calls: Calls) -> None:
    draft = calls.draft(calls.customer(), 100)
    lines: list[Any] = [{"amount": 200}, {"amount": 300, "quantity": 2}]

    with pytest.raises(stripe.InvalidRequestError):
        calls.client.v1.invoices.add_lines(draft.id, {"lines": lines})

    assert calls.client.v1.invoices.retrieve(draft.id).total == 100


def test_a_500_that_did_nothing_is_kept_too(calls: Calls) -> None:
    calls.local.fail_next("POST /v1/customers", "500_kept")

    for _ in range(2):
        with pytest.raises(stripe.APIError):
            make(calls, "tb:1")

    assert calls.local.customers() == []


def test_keys_survive_a_restart(calls: Calls, store: Store, clock: MovableClock) -> None:
    first = make(calls, "tb:1")
    calls.local.stop()

    again = LocalStripe(store, clock)
    again.start()
    client = stripe.StripeClient(again.api_key, base_addresses={"api": again.url})
    same = client.v1.customers.create({"name": "Acme"}, {"idempotency_key": "tb:1"})
    again.stop()

    assert same.id == first.id
