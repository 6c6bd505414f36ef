import time

import pytest
import stripe

from .calls import Calls


def test_dropped_before_nothing_was_done(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer_with_card())
    calls.local.fail_next("POST /v1/invoices/*/pay", "drop_before")

    with pytest.raises(stripe.APIConnectionError):
        calls.client.v1.invoices.pay(invoice.id)

    assert calls.local.charges() == []
    assert calls.client.v1.invoices.pay(invoice.id).status == "paid"


def test_dropped_after_everything_was_done_and_the_same_key_tells(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer_with_card())
    calls.local.fail_next("POST /v1/invoices/*/pay", "drop_after")
    options: stripe.RequestOptions = {"idempotency_key": "pay:1"}

    with pytest.raises(stripe.APIConnectionError):
        calls.client.v1.invoices.pay(invoice.id, options=options)

    assert len(calls.local.charges()) == 1
    assert calls.client.v1.invoices.pay(invoice.id, options=options).status == "paid"
    assert len(calls.local.charges()) == 1


def test_a_500_before_leaves_nothing_and_keeps_no_answer(calls: Calls) -> None:
    calls.local.fail_next("POST /v1/customers", "500_before")
    options: stripe.RequestOptions = {"idempotency_key": "tb:1"}

    with pytest.raises(stripe.APIError):
        calls.client.v1.customers.create({"name": "Acme"}, options)

    assert calls.client.v1.customers.create({"name": "Acme"}, options).name == "Acme"


def test_being_asked_too_often_is_a_rate_limit(calls: Calls) -> None:
    calls.local.fail_next("GET /v1/customers", "429")

    with pytest.raises(stripe.RateLimitError) as refused:
        calls.client.v1.customers.list()

    assert refused.value.http_status == 429


def test_a_slow_answer_still_comes(calls: Calls) -> None:
    calls.local.fail_next("POST /v1/customers", "slow", seconds=0.3)
    began = time.monotonic()

    calls.customer()

    assert time.monotonic() - began >= 0.3


def test_a_fault_strikes_only_what_it_names_and_as_often_as_planned(calls: Calls) -> None:
    calls.local.fail_next("GET /v1/customers", "500_before", times=2)

    calls.customer()
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            calls.client.v1.customers.list()

    assert len(calls.client.v1.customers.list().data) == 1
