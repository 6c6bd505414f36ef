import time

import pytest
import stripe

from timebot.playground.stripe.declines import DECLINES

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


def test_an_object_that_somebody_else_holds_is_asked_for_again(calls: Calls) -> None:
    customer = calls.customer()
    calls.local.fail_next("POST /v1/customers/*", "lock_timeout")

    with pytest.raises(stripe.RateLimitError) as refused:
        calls.client.v1.customers.update(customer.id, {"name": "New"})

    assert refused.value.error is not None
    assert refused.value.error.code == "lock_timeout"
    assert calls.client.v1.customers.update(customer.id, {"name": "New"}).name == "New"


@pytest.mark.parametrize("decline_code", sorted(DECLINES))
def test_a_bank_declines_for_every_reason_there_is(calls: Calls, decline_code: str) -> None:
    invoice = calls.open_invoice(calls.customer_with_card())
    calls.local.bank.decline_next(decline_code)

    with pytest.raises(stripe.CardError) as declined:
        calls.client.v1.invoices.pay(invoice.id)

    error = declined.value.error
    assert error is not None
    assert (declined.value.http_status, error.type) == (402, "card_error")
    assert (error.decline_code, error.code) == (decline_code, DECLINES[decline_code].code)
    assert calls.client.v1.invoices.pay(invoice.id).status == "paid"


def test_a_bank_declines_as_often_as_planned(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer_with_card())
    calls.local.bank.decline_next("lost_card", times=2)

    for _ in range(2):
        with pytest.raises(stripe.CardError):
            calls.client.v1.invoices.pay(invoice.id)

    assert calls.client.v1.invoices.pay(invoice.id).status == "paid"


def test_a_bank_has_no_other_reasons(calls: Calls) -> None:
    with pytest.raises(ValueError, match="no decline code bad_mood"):
        calls.local.bank.decline_next("bad_mood")


def test_a_bank_can_ask_for_the_payer_of_any_card(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer_with_card())
    calls.local.bank.ask_for_payer_next()

    with pytest.raises(stripe.StripeError) as asked:
        calls.client.v1.invoices.pay(invoice.id)

    assert asked.value.code == "invoice_payment_intent_requires_action"
