"""What happens to cards on file: they expire, are renewed, changed, and go with their customer."""

from datetime import timedelta

import pytest
import stripe

from timebot.playground.clock import MovableClock

from .calls import DECLINES, Calls


def customer_with(calls: Calls, method: str, customer: stripe.Customer) -> stripe.Customer:
    return calls.client.v1.customers.update(
        customer.id, {"invoice_settings": {"default_payment_method": method}}
    )


def test_a_card_is_good_to_the_end_of_its_month(calls: Calls, clock: MovableClock) -> None:
    customer = calls.customer()
    today = clock.now()
    method = calls.local.put_card_on_file(customer.id, expiry=(today.month, today.year))
    customer = customer_with(calls, method, customer)
    assert calls.client.v1.invoices.pay(calls.open_invoice(customer).id).status == "paid"

    clock.advance(timedelta(days=32))

    with pytest.raises(stripe.CardError) as declined:
        calls.client.v1.invoices.pay(calls.open_invoice(customer).id)
    assert declined.value.code == "expired_card"


def test_the_network_can_renew_a_card_on_file(calls: Calls) -> None:
    customer = calls.customer()
    method = calls.local.put_card_on_file(customer.id, expiry=(1, 2020))
    customer = customer_with(calls, method, customer)

    calls.local.bank.renew_card(method, expiry=(1, 2040), number="5555555555554444")

    card = calls.client.v1.payment_methods.retrieve(method).card
    assert card is not None
    assert (card.exp_year, card.last4, card.brand) == (2040, "4444", "mastercard")
    assert calls.event_types()[-1] == "payment_method.automatically_updated"
    assert calls.client.v1.invoices.pay(calls.open_invoice(customer).id).status == "paid"


def test_the_expiry_of_a_card_can_be_changed(calls: Calls) -> None:
    method = calls.local.put_card_on_file(calls.customer().id)

    changed = calls.client.v1.payment_methods.update(method, {"card": {"exp_year": 2041}})

    assert changed.card is not None
    assert changed.card.exp_year == 2041
    assert calls.event_types()[-1] == "payment_method.updated"


def test_there_is_no_thirteenth_month(calls: Calls) -> None:
    method = calls.local.put_card_on_file(calls.customer().id)

    with pytest.raises(stripe.CardError) as refused:
        calls.client.v1.payment_methods.update(method, {"card": {"exp_month": 13}})

    assert refused.value.code == "invalid_expiry_month"


def test_a_card_of_nobody_is_not_changed(calls: Calls) -> None:
    method = calls.local.put_card_on_file(calls.customer().id)
    calls.client.v1.payment_methods.detach(method)

    with pytest.raises(stripe.InvalidRequestError, match="must save this PaymentMethod"):
        calls.client.v1.payment_methods.update(method, {"card": {"exp_year": 2041}})


def test_a_deleted_customer_is_gone_with_the_cards(calls: Calls) -> None:
    customer = calls.customer_with_card()
    invoice = calls.open_invoice(customer)

    deleted = calls.client.v1.customers.delete(customer.id)

    assert deleted.deleted
    assert calls.client.v1.customers.retrieve(customer.id).deleted
    assert calls.client.v1.customers.list().data == []
    assert calls.event_types()[-1] == "customer.deleted"
    with pytest.raises(stripe.InvalidRequestError):
        calls.client.v1.invoices.pay(invoice.id)
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        calls.draft(customer)


def test_an_invoice_of_a_deleted_customer_is_paid_by_nobody_there(calls: Calls) -> None:
    customer = calls.customer_with_card()
    opened, draft = calls.open_invoice(customer), calls.draft(customer, 5_000)
    calls.client.v1.customers.delete(customer.id)

    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        calls.client.v1.invoices.pay(opened.id)
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        calls.client.v1.invoices.finalize_invoice(draft.id)


def test_an_invoice_of_a_deleted_customer_is_voided_or_noted_as_paid_elsewhere(
    calls: Calls,
) -> None:
    customer = calls.customer_with_card()
    one, other, draft = (
        calls.open_invoice(customer),
        calls.open_invoice(customer),
        calls.draft(customer),
    )
    calls.client.v1.customers.delete(customer.id)

    voided = calls.client.v1.invoices.void_invoice(one.id)
    paid = calls.client.v1.invoices.pay(other.id, {"paid_out_of_band": True})

    assert (voided.status, paid.status) == ("void", "paid")
    assert calls.client.v1.invoices.delete(draft.id).deleted


def test_an_address_has_to_be_one(calls: Calls) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        calls.customer(email="nobody")

    assert refused.value.code == "email_invalid"


def test_an_invoice_inherits_its_customers_discount_unless_told_not_to(calls: Calls) -> None:
    customer = calls.customer()
    calls.local.give_discount(customer.id, 10)

    inherited = calls.draft(customer, 5_000)
    without = calls.draft(customer, 5_000, discounts="")

    assert (inherited.total, inherited.subtotal, without.total) == (4_500, 5_000, 5_000)


def test_what_a_void_invoice_took_from_the_balance_comes_back(calls: Calls) -> None:
    customer = calls.customer(balance=-2_000)
    invoice = calls.open_invoice(customer)
    assert invoice.amount_due == 3_000

    calls.client.v1.invoices.void_invoice(invoice.id)

    after = calls.client.v1.customers.retrieve(customer.id)
    (back, taken) = calls.client.v1.customers.balance_transactions.list(customer.id).data
    assert (after.balance, back.type, taken.type) == (
        -2_000,
        "unapplied_from_invoice",
        "applied_to_invoice",
    )


def test_an_invoice_that_is_given_up_says_why(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer_with_card(DECLINES))

    given_up = calls.client.v1.invoices.mark_uncollectible(invoice.id)

    assert given_up.status_details is not None
    assert given_up.status_details.uncollectible is not None
    assert given_up.status_details.uncollectible.reason == "user_forgiven"
