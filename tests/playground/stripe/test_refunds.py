import pytest
import stripe

from .calls import Calls


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


def test_a_refunded_charge_is_not_refunded_again(calls: Calls) -> None:
    intent = intent_of(calls, calls.paid_invoice())
    calls.client.v1.refunds.create({"payment_intent": intent})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        calls.client.v1.refunds.create({"payment_intent": intent})

    assert refused.value.code == "charge_already_refunded"


def test_a_credit_note_on_an_open_invoice_lowers_what_remains(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer_with_card())

    note = calls.client.v1.credit_notes.create({"invoice": invoice.id, "amount": 2_000})

    after = calls.client.v1.invoices.pay(invoice.id)
    assert (note.type, note.number) == ("pre_payment", f"{invoice.number}-CN-01")
    assert (after.status, after.amount_paid) == ("paid", 3_000)
    assert [charge["amount"] for charge in calls.local.charges()] == [3_000]


def test_a_credit_note_over_everything_settles_an_open_invoice(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer())

    calls.client.v1.credit_notes.create({"invoice": invoice.id, "amount": 5_000})

    after = calls.client.v1.invoices.retrieve(invoice.id)
    assert (after.status, after.amount_remaining, after.amount_paid) == ("paid", 0, 0)


def test_what_was_paid_has_to_be_given_back_in_ways_that_add_up(calls: Calls) -> None:
    paid = calls.paid_invoice()
    create = calls.client.v1.credit_notes.create

    with pytest.raises(stripe.InvalidRequestError, match="must equal"):
        create({"invoice": paid.id, "amount": 1_000, "refund_amount": 400})
    note = create({"invoice": paid.id, "amount": 1_000, "refund_amount": 400, "credit_amount": 600})

    assert (note.type, note.post_payment_amount) == ("post_payment", 1_000)
    assert calls.local.charges()[0]["amount_refunded"] == 400
    assert calls.client.v1.customers.retrieve(str(paid.customer)).balance == -600


def test_no_more_than_the_invoice_is_credited(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer())

    with pytest.raises(stripe.InvalidRequestError, match="no more than is left"):
        calls.client.v1.credit_notes.create({"invoice": invoice.id, "amount": 5_001})


def test_a_draft_is_not_credited(calls: Calls) -> None:
    draft = calls.draft(calls.customer(), 5_000)

    with pytest.raises(stripe.InvalidRequestError, match="open, paid or uncollectible"):
        calls.client.v1.credit_notes.create({"invoice": draft.id, "amount": 1})


def test_a_credit_note_sums_its_lines_with_their_tax(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer())

    note = calls.client.v1.credit_notes.create(
        {
            "invoice": invoice.id,
            "lines": [
                {
                    "type": "custom_line_item",
                    "description": "Discount",
                    "quantity": 2,
                    "unit_amount": 500,
                    "tax_amounts": [{"amount": 190, "tax_rate": "txr_1", "taxable_amount": 1_000}],
                }
            ],
        }
    )

    assert note.amount == 1_190
