import pytest
import stripe

from .calls import DECLINES, Calls


def intent_of(calls: Calls, invoice: stripe.Invoice) -> str:
    (payment,) = calls.client.v1.invoice_payments.list({"invoice": invoice.id}).data
    return str(payment.payment.payment_intent)


def test_a_part_is_refunded_and_then_the_rest(calls: Calls) -> None:
    intent = intent_of(calls, calls.paid_invoice())

    part = calls.client.v1.refunds.create({"payment_intent": intent, "amount": 2_000})
    rest = calls.client.v1.refunds.create({"payment_intent": intent})

    (charge,) = calls.client.v1.charges.list().data
    assert (part.amount, rest.amount) == (2_000, 3_000)
    assert (charge.amount_refunded, charge.refunded) == (5_000, True)
    assert calls.event_types().count("charge.refunded") == 2


def test_no_more_than_was_paid_is_refunded(calls: Calls) -> None:
    intent = intent_of(calls, calls.paid_invoice())

    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        calls.client.v1.refunds.create({"payment_intent": intent, "amount": 5_001})


def test_nothing_is_no_refund(calls: Calls) -> None:
    intent = intent_of(calls, calls.paid_invoice())

    with pytest.raises(stripe.InvalidRequestError, match="positive integer"):
        calls.client.v1.refunds.create({"payment_intent": intent, "amount": 0})


def test_a_refunded_charge_is_not_refunded_again(calls: Calls) -> None:
    intent = intent_of(calls, calls.paid_invoice())
    calls.client.v1.refunds.create({"payment_intent": intent})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        calls.client.v1.refunds.create({"payment_intent": intent})

    assert refused.value.code == "charge_already_refunded"


def test_a_declined_charge_is_not_refunded(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer_with_card(DECLINES))
    with pytest.raises(stripe.CardError):
        calls.client.v1.invoices.pay(invoice.id)
    (charge,) = calls.local.charges()

    with pytest.raises(stripe.InvalidRequestError, match="is not paid"):
        calls.client.v1.refunds.create({"charge": charge["id"]})


def test_a_refund_can_fail_days_later_and_the_money_comes_back(calls: Calls) -> None:
    intent = intent_of(calls, calls.paid_invoice())
    refund = calls.client.v1.refunds.create({"payment_intent": intent, "amount": 2_000})

    calls.local.bank.fail_refund(refund.id)

    after = calls.client.v1.refunds.retrieve(refund.id)
    (charge,) = calls.client.v1.charges.list().data
    assert (after.status, after.failure_reason) == ("failed", "expired_or_canceled_card")
    assert charge.amount_refunded == 0
    assert calls.event_types()[-1] == "refund.failed"


def test_a_refund_is_told_apart_by_its_metadata(calls: Calls) -> None:
    intent = intent_of(calls, calls.paid_invoice())
    refund = calls.client.v1.refunds.create({"payment_intent": intent, "metadata": {"ours": "1"}})

    changed = calls.client.v1.refunds.update(refund.id, {"metadata": {"seen": "yes"}})

    assert changed.metadata is not None
    assert changed.metadata.to_dict() == {"ours": "1", "seen": "yes"}


def test_a_refund_to_a_card_is_not_canceled(calls: Calls) -> None:
    intent = intent_of(calls, calls.paid_invoice())
    refund = calls.client.v1.refunds.create({"payment_intent": intent})

    with pytest.raises(stripe.InvalidRequestError, match="cannot cancel"):
        calls.client.v1.refunds.cancel(refund.id)
