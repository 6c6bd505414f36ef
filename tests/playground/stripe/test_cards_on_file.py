from datetime import timedelta

import pytest
import stripe

from timebot.playground.clock import MovableClock
from timebot.playground.stripe import Problem

from .calls import CANNOT_BE_SAVED, Calls


def test_metadata_is_merged_and_an_empty_value_removes_its_key(calls: Calls) -> None:
    customer = calls.customer(metadata={"a": "1", "b": "2"})

    changed = calls.client.v1.customers.update(customer.id, {"metadata": {"b": "", "c": "3"}})

    assert changed.metadata is not None
    assert changed.metadata.to_dict() == {"a": "1", "c": "3"}


def test_customers_are_listed_newest_first_by_the_page(calls: Calls) -> None:
    names = ["one", "two", "three"]
    for name in names:
        calls.customer(name=name)

    first = calls.client.v1.customers.list({"limit": 2})
    everybody = [each.name for each in first.auto_paging_iter()]

    assert first.has_more
    assert everybody == ["three", "two", "one"]


def test_customers_are_found_by_their_address(calls: Calls) -> None:
    calls.customer(email="a@acme.example")
    calls.customer(email="b@acme.example")

    found = calls.client.v1.customers.list({"email": "b@acme.example"})

    assert [each.email for each in found.data] == ["b@acme.example"]


def test_an_unknown_customer_is_missing_with_404(calls: Calls) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        calls.client.v1.customers.retrieve("cus_none")

    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


def test_a_set_up_session_needs_a_currency(calls: Calls) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        calls.client.v1.checkout.sessions.create(
            {"mode": "setup", "success_url": "http://127.0.0.1/"}
        )

    assert refused.value.param == "currency"


def test_a_set_up_session_refuses_payment_method_types(calls: Calls) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        calls.client.v1.checkout.sessions.create(
            {  # type: ignore[arg-type]
                "mode": "setup",
                "currency": "usd",
                "success_url": "http://127.0.0.1/",
                "payment_method_types": ["card"],
            }
        )

    assert refused.value.code == "parameter_unknown"


def test_a_set_up_session_lives_for_a_day(calls: Calls, clock: MovableClock) -> None:
    session = calls.client.v1.checkout.sessions.create(
        {"mode": "setup", "currency": "usd", "success_url": "http://127.0.0.1/"}
    )

    clock.advance(timedelta(hours=25))

    later = calls.client.v1.checkout.sessions.retrieve(session.id)
    assert (session.status, later.status, later.url) == ("open", "expired", None)


def test_a_session_shorter_than_half_an_hour_is_refused(calls: Calls, clock: MovableClock) -> None:
    soon = int(clock.now().timestamp()) + 60

    with pytest.raises(stripe.InvalidRequestError) as refused:
        calls.client.v1.checkout.sessions.create(
            {
                "mode": "setup",
                "currency": "usd",
                "success_url": "http://127.0.0.1/",
                "expires_at": soon,
            }
        )

    assert refused.value.param == "expires_at"


def test_a_card_put_on_file_completes_the_open_session(calls: Calls) -> None:
    customer = calls.customer()
    session = calls.client.v1.checkout.sessions.create(
        {
            "mode": "setup",
            "customer": customer.id,
            "currency": "eur",
            "success_url": "http://127.0.0.1/",
        }
    )

    method = calls.local.put_card_on_file(customer.id)

    done = calls.client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["setup_intent.payment_method"]}
    )
    intent = done.setup_intent
    assert done.status == "complete"
    assert isinstance(intent, stripe.SetupIntent)
    assert isinstance(intent.payment_method, stripe.PaymentMethod)
    assert (intent.status, intent.payment_method.id) == ("succeeded", method)


def test_a_saved_card_is_not_the_default_by_itself(calls: Calls) -> None:
    customer = calls.customer()

    calls.local.put_card_on_file(customer.id)

    found = calls.client.v1.customers.retrieve(customer.id)
    assert found.invoice_settings is not None
    assert found.invoice_settings.default_payment_method is None


def test_a_card_of_somebody_else_cannot_be_the_default(calls: Calls) -> None:
    method = calls.local.put_card_on_file(calls.customer().id)
    other = calls.customer()

    with pytest.raises(stripe.InvalidRequestError, match="not attached to the customer"):
        calls.client.v1.customers.update(
            other.id, {"invoice_settings": {"default_payment_method": method}}
        )


def test_a_detached_card_can_never_be_used_again(calls: Calls) -> None:
    customer = calls.customer_with_card()
    v1 = calls.client.v1
    method = v1.customers.payment_methods.list(customer.id).data[0]

    v1.payment_methods.detach(method.id)

    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        v1.payment_methods.attach(method.id, {"customer": customer.id})
    after = v1.customers.retrieve(customer.id)
    assert after.invoice_settings is not None
    assert after.invoice_settings.default_payment_method is None


def test_stripes_shorthand_for_a_test_card_is_known(calls: Calls) -> None:
    customer = calls.customer()

    method = calls.client.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})

    assert method.card is not None
    assert (method.card.brand, method.card.last4) == ("visa", "4242")


def test_a_card_can_be_made_from_its_number(calls: Calls) -> None:
    method = calls.client.v1.payment_methods.create(
        {"type": "card", "card": {"number": "5555555555554444", "exp_month": 1, "exp_year": 2030}}
    )

    assert method.card is not None
    assert (method.card.brand, method.card.exp_year) == ("mastercard", 2030)


def test_a_card_that_cannot_be_saved_leaves_nothing_behind(calls: Calls) -> None:
    customer = calls.customer()

    with pytest.raises(Problem, match="declined"):
        calls.local.put_card_on_file(customer.id, CANNOT_BE_SAVED)

    assert calls.client.v1.customers.payment_methods.list(customer.id).data == []


def test_a_number_that_is_no_test_card_is_refused(calls: Calls) -> None:
    with pytest.raises(Problem, match="test numbers only"):
        calls.local.put_card_on_file(calls.customer().id, "4111111111111111")


def test_the_portal_plays_the_replacement_of_a_card_only(calls: Calls) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        calls.client.v1.billing_portal.sessions.create(
            {
                "customer": calls.customer().id,
                "flow_data": {
                    "type": "subscription_cancel",
                    "subscription_cancel": {"subscription": "sub_1"},
                },
            }
        )

    assert refused.value.code == "local_stripe_not_played"
