from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from .calls import ALWAYS_ASKS, ASKS, DECLINES, EXPIRED, NO_FUNDS, Calls


def test_a_working_card_is_charged_once(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer_with_card(), 11_900)

    paid = calls.client.v1.invoices.pay(invoice.id, {"off_session": True})

    assert (paid.status, paid.amount_paid, paid.amount_remaining) == ("paid", 11_900, 0)
    (charge,) = calls.local.charges()
    assert (charge["amount"], charge["currency"], charge["status"]) == (11_900, "usd", "succeeded")
    assert (charge["customer"], charge["invoice"]) == (invoice.customer, invoice.id)
    assert (charge["brand"], charge["last4"], charge["decline_code"]) == ("visa", "4242", None)


def test_the_payment_is_found_from_the_invoice_and_back(calls: Calls) -> None:
    paid = calls.paid_invoice()
    listing = calls.client.v1.invoice_payments.list

    (payment,) = listing({"invoice": paid.id}).data
    intent_id = str(payment.payment.payment_intent)
    (back,) = listing({"payment": {"type": "payment_intent", "payment_intent": intent_id}}).data

    assert (payment.status, payment.amount_paid) == ("paid", 5_000)
    assert back.invoice == paid.id
    assert calls.client.v1.payment_intents.retrieve(intent_id).status == "succeeded"


def test_payments_can_be_expanded_on_the_invoice(calls: Calls) -> None:
    paid = calls.paid_invoice()

    invoice = calls.client.v1.invoices.retrieve(
        paid.id, {"expand": ["payments.data.payment.payment_intent", "customer"]}
    )

    assert invoice.payments is not None
    intent = invoice.payments.data[0].payment.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert intent.amount_received == 5_000
    assert isinstance(invoice.customer, stripe.Customer)


def test_a_paid_invoice_is_not_paid_again(calls: Calls) -> None:
    paid = calls.paid_invoice()

    with pytest.raises(stripe.InvalidRequestError, match="already paid"):
        calls.client.v1.invoices.pay(paid.id)

    assert len(calls.local.charges()) == 1


def test_a_draft_is_not_paid(calls: Calls) -> None:
    draft = calls.draft(calls.customer_with_card(), 5_000)

    with pytest.raises(stripe.InvalidRequestError, match="draft"):
        calls.client.v1.invoices.pay(draft.id)

    assert calls.local.charges() == []


@pytest.mark.parametrize(
    ("number", "code", "decline_code"),
    [
        (DECLINES, "card_declined", "generic_decline"),
        (NO_FUNDS, "card_declined", "insufficient_funds"),
        (EXPIRED, "expired_card", "expired_card"),
    ],
)
def test_a_declined_card_says_why_and_leaves_the_invoice_open(
    calls: Calls, number: str, code: str, decline_code: str
) -> None:
    invoice = calls.open_invoice(calls.customer_with_card(number))

    with pytest.raises(stripe.CardError) as declined:
        calls.client.v1.invoices.pay(invoice.id)

    error = declined.value.error
    assert error is not None
    assert (declined.value.http_status, declined.value.code) == (402, code)
    assert error.decline_code == decline_code
    assert error.advice_code is not None
    assert error.payment_intent is not None
    assert error.payment_intent.id.startswith("pi_")
    after = calls.client.v1.invoices.retrieve(invoice.id)
    assert (after.status, after.attempted, after.attempt_count) == ("open", True, 1)
    (charge,) = calls.local.charges()
    assert (charge["status"], charge["decline_code"]) == ("failed", decline_code)


@pytest.mark.parametrize("number", [ASKS, ALWAYS_ASKS])
def test_a_card_that_wants_to_see_the_payer_says_so(calls: Calls, number: str) -> None:
    invoice = calls.open_invoice(calls.customer_with_card(number))

    with pytest.raises(stripe.StripeError) as asked:
        calls.client.v1.invoices.pay(invoice.id)

    assert asked.value.code == "invoice_payment_intent_requires_action"
    assert calls.client.v1.invoices.retrieve(invoice.id).status == "open"
    assert "invoice.payment_action_required" in calls.event_types()
    assert calls.local.charges() == []


def test_a_card_that_wants_to_see_the_payer_works_when_they_are_there(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer_with_card(ASKS))

    paid = calls.client.v1.invoices.pay(invoice.id, {"off_session": False})

    assert paid.status == "paid"


def test_after_a_decline_another_card_pays_with_the_same_intent(calls: Calls) -> None:
    customer = calls.customer_with_card(DECLINES)
    invoice = calls.open_invoice(customer)
    with pytest.raises(stripe.CardError):
        calls.client.v1.invoices.pay(invoice.id)
    better = calls.local.put_card_on_file(customer.id)

    paid = calls.client.v1.invoices.pay(invoice.id, {"payment_method": better})

    failed, succeeded = calls.local.charges()
    assert paid.status == "paid"
    assert failed["payment_intent"] == succeeded["payment_intent"]


def test_without_a_card_nothing_is_charged(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer())

    with pytest.raises(stripe.InvalidRequestError, match="no `default_payment_method` set"):
        calls.client.v1.invoices.pay(invoice.id)


def test_the_card_pinned_to_the_invoice_is_charged(calls: Calls) -> None:
    customer = calls.customer_with_card(DECLINES)
    pinned = calls.local.put_card_on_file(customer.id)
    draft = calls.draft(customer, 5_000, default_payment_method=pinned)
    calls.client.v1.invoices.finalize_invoice(draft.id)

    assert calls.client.v1.invoices.pay(draft.id).status == "paid"


def test_a_card_of_somebody_else_is_not_charged(calls: Calls) -> None:
    stolen = calls.local.put_card_on_file(calls.customer().id)
    invoice = calls.open_invoice(calls.customer())

    with pytest.raises(stripe.InvalidRequestError, match="not attached"):
        calls.client.v1.invoices.pay(invoice.id, {"payment_method": stolen})


def test_an_invoice_can_be_paid_elsewhere(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer())

    paid = calls.client.v1.invoices.pay(invoice.id, {"paid_out_of_band": True})

    assert (paid.status, paid.attempted) == ("paid", False)
    assert (paid.amount_paid, paid.amount_paid_off_stripe) == (5_000, 5_000)
    assert calls.local.charges() == []


def test_an_invoice_that_was_given_up_can_still_be_paid(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer_with_card())
    calls.client.v1.invoices.mark_uncollectible(invoice.id)

    assert calls.client.v1.invoices.pay(invoice.id).status == "paid"


def test_of_many_who_pay_at_once_one_charges(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer_with_card())

    def pay(attempt: int) -> int:
        try:
            calls.client.v1.invoices.pay(invoice.id, options={"idempotency_key": f"pay:{attempt}"})
        except stripe.InvalidRequestError as refused:
            return refused.http_status or 0
        return 200

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(pay, range(8)))

    assert statuses == [200, *[400] * 7]
    assert len(calls.local.charges()) == 1


def test_charges_are_listed_by_customer(calls: Calls) -> None:
    paid = calls.paid_invoice()
    calls.paid_invoice()

    found = calls.client.v1.charges.list({"customer": str(paid.customer)})

    assert [each.customer for each in found.data] == [paid.customer]


def test_attempts_by_hand_count_as_one(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer_with_card(DECLINES))

    for _ in range(3):
        with pytest.raises(stripe.CardError):
            calls.client.v1.invoices.pay(invoice.id)

    assert calls.client.v1.invoices.retrieve(invoice.id).attempt_count == 1
    assert len(calls.local.charges()) == 3
