from typing import Any

import pytest
import stripe

from .calls import Calls

VAT = {"display_name": "VAT", "percentage": 19.0, "inclusive": False}


def credit(calls: Calls, invoice: stripe.Invoice, amount: int, **ways: Any) -> stripe.CreditNote:  # noqa: ANN401 - the SDK's parameters
    return calls.client.v1.credit_notes.create(
        {"invoice": invoice.id, "amount": amount, **ways}  # type: ignore[typeddict-item]
    )


def refreshed(calls: Calls, invoice: stripe.Invoice) -> stripe.Invoice:
    return calls.client.v1.invoices.retrieve(invoice.id)


def taxed_invoice(calls: Calls) -> stripe.Invoice:
    draft = calls.draft(calls.customer())
    tax: Any = {"amount": 1_900, "taxable_amount": 10_000, "tax_rate_data": VAT}
    calls.client.v1.invoices.add_lines(
        draft.id, {"lines": [{"amount": 10_000, "description": "Work", "tax_amounts": [tax]}]}
    )
    return calls.client.v1.invoices.finalize_invoice(draft.id)


def test_a_credit_note_on_an_open_invoice_lowers_what_remains(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer_with_card())

    note = credit(calls, invoice, 2_000)

    after = calls.client.v1.invoices.pay(invoice.id)
    assert (note.type, note.number) == ("pre_payment", f"{invoice.number}-CN-01")
    assert (after.status, after.amount_paid) == ("paid", 3_000)
    assert [charge["amount"] for charge in calls.local.charges()] == [3_000]


def test_a_credit_note_over_everything_settles_an_open_invoice(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer())

    credit(calls, invoice, 5_000)

    after = refreshed(calls, invoice)
    assert (after.status, after.amount_remaining, after.amount_paid) == ("paid", 0, 0)


def test_what_was_paid_has_to_be_given_back_in_ways_that_add_up(calls: Calls) -> None:
    paid = calls.paid_invoice()

    with pytest.raises(stripe.InvalidRequestError, match="must equal"):
        credit(calls, paid, 1_000, refund_amount=400)
    note = credit(calls, paid, 1_000, refund_amount=400, credit_amount=500, out_of_band_amount=100)

    assert (note.type, note.post_payment_amount) == ("post_payment", 1_000)
    assert calls.local.charges()[0]["amount_refunded"] == 400
    assert calls.client.v1.customers.retrieve(str(paid.customer)).balance == -500


def test_what_is_paid_and_what_is_not_are_credited_apart(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer_with_card())
    credit(calls, invoice, 1_000)

    paid = calls.client.v1.invoices.pay(invoice.id)
    credit(calls, paid, 500, out_of_band_amount=500)

    after = refreshed(calls, invoice)
    amounts = (after.pre_payment_credit_notes_amount, after.post_payment_credit_notes_amount)
    assert amounts == (1_000, 500)


def test_what_went_to_the_balance_is_written_down(calls: Calls) -> None:
    paid = calls.paid_invoice()

    note = credit(calls, paid, 700, credit_amount=700)

    v1 = calls.client.v1
    (moved,) = v1.customers.balance_transactions.list(str(paid.customer)).data
    assert (moved.amount, moved.type, moved.ending_balance) == (-700, "credit_note", -700)
    assert (moved.credit_note, moved.id) == (note.id, note.customer_balance_transaction)


def test_an_earlier_refund_is_linked_and_not_made_again(calls: Calls) -> None:
    paid = calls.paid_invoice()
    (charge,) = calls.local.charges()
    refund = calls.client.v1.refunds.create({"charge": charge["id"], "amount": 800})

    note = credit(calls, paid, 800, refunds=[{"refund": refund.id}])

    assert [(each.refund, each.amount_refunded) for each in note.refunds] == [(refund.id, 800)]
    assert calls.local.charges()[0]["amount_refunded"] == 800


def test_a_refund_without_a_note_lowers_what_can_be_credited(calls: Calls) -> None:
    paid = calls.paid_invoice()
    (charge,) = calls.local.charges()
    calls.client.v1.refunds.create({"charge": charge["id"], "amount": 3_000})

    with pytest.raises(stripe.InvalidRequestError, match=r"no more than is left .*\(2000\)"):
        credit(calls, paid, 2_001, out_of_band_amount=2_001)


def test_no_more_than_the_invoice_is_credited(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer())
    credit(calls, invoice, 3_000)

    with pytest.raises(stripe.InvalidRequestError, match=r"no more than is left .*\(2000\)"):
        credit(calls, invoice, 2_001)


def test_a_draft_is_not_credited(calls: Calls) -> None:
    draft = calls.draft(calls.customer(), 5_000)

    with pytest.raises(stripe.InvalidRequestError, match="open, paid or uncollectible"):
        credit(calls, draft, 1)


def test_a_void_invoice_is_not_credited(calls: Calls) -> None:
    void = calls.client.v1.invoices.void_invoice(calls.open_invoice(calls.customer()).id)

    with pytest.raises(stripe.InvalidRequestError, match="open, paid or uncollectible"):
        credit(calls, void, 1)


def test_a_line_is_credited_with_its_tax(calls: Calls) -> None:
    invoice = taxed_invoice(calls)
    line = invoice.lines.data[0]
    assert line.taxes is not None
    assert line.taxes[0].tax_rate_details is not None
    rate = line.taxes[0].tax_rate_details.tax_rate

    note = calls.client.v1.credit_notes.create(
        {
            "invoice": invoice.id,
            "lines": [
                {
                    "type": "invoice_line_item",
                    "invoice_line_item": line.id,
                    "amount": 1_000,
                    "tax_amounts": [{"amount": 190, "tax_rate": rate, "taxable_amount": 1_000}],
                }
            ],
        }
    )

    assert (note.amount, note.subtotal, note.total_excluding_tax) == (1_190, 1_000, 1_000)
    assert [tax.amount for tax in note.total_taxes or []] == [190]
    (credited,) = calls.client.v1.credit_notes.line_items.list(note.id).data
    assert credited.invoice_line_item == line.id
    assert calls.client.v1.tax_rates.retrieve(rate).display_name == "VAT"


def test_a_tax_rate_that_stripe_did_not_make_is_refused(calls: Calls) -> None:
    invoice = taxed_invoice(calls)

    with pytest.raises(stripe.InvalidRequestError, match="No such tax_rate"):
        calls.client.v1.credit_notes.create(
            {
                "invoice": invoice.id,
                "lines": [
                    {
                        "type": "custom_line_item",
                        "unit_amount": 100,
                        "tax_amounts": [{"amount": 19, "tax_rate": "txr_x", "taxable_amount": 1}],
                    }
                ],
            }
        )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"type": "custom_line_item", "amount": 5}, "only valid when the type is invoice_line"),
        (
            {"type": "invoice_line_item", "unit_amount": 5},
            "only valid when the type is custom_line",
        ),
        ({"type": "custom_line_item"}, "Missing required param"),
        ({"type": "invoice_line_item", "amount": 5}, "Missing required param"),
    ],
)
def test_a_credited_line_has_what_its_type_takes(
    calls: Calls,
    line: Any,  # noqa: ANN401 - the SDK's parameters
    message: str,
) -> None:
    invoice = calls.open_invoice(calls.customer())

    with pytest.raises(stripe.InvalidRequestError, match=message):
        calls.client.v1.credit_notes.create({"invoice": invoice.id, "lines": [line]})


def test_no_more_than_a_line_is_credited(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer())
    line: Any = {
        "type": "invoice_line_item",
        "invoice_line_item": invoice.lines.data[0].id,
        "amount": 5_001,
    }

    with pytest.raises(stripe.InvalidRequestError, match="only 5000 to credit"):
        calls.client.v1.credit_notes.create({"invoice": invoice.id, "lines": [line]})


def test_a_note_has_an_amount_or_lines(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer())

    with pytest.raises(stripe.InvalidRequestError, match="exactly one of amount and lines"):
        calls.client.v1.credit_notes.create({"invoice": invoice.id})


def test_a_preview_makes_nothing(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer())

    seen = calls.client.v1.credit_notes.preview({"invoice": invoice.id, "amount": 2_000})

    assert seen.pre_payment_amount == 2_000
    assert calls.client.v1.credit_notes.list({"invoice": invoice.id}).data == []
    assert refreshed(calls, invoice).amount_remaining == 5_000


def test_a_note_that_is_void_gives_the_claim_back(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer_with_card())
    note = credit(calls, invoice, 2_000)

    voided = calls.client.v1.credit_notes.void_credit_note(note.id)

    paid = calls.client.v1.invoices.pay(invoice.id)
    assert (voided.status, paid.amount_paid) == ("void", 5_000)
    assert "credit_note.voided" in calls.event_types()


def test_a_note_on_a_paid_invoice_stays(calls: Calls) -> None:
    paid = calls.paid_invoice()
    note = credit(calls, paid, 100, out_of_band_amount=100)

    with pytest.raises(stripe.InvalidRequestError, match="only void a credit note if"):
        calls.client.v1.credit_notes.void_credit_note(note.id)


def test_a_note_keeps_its_amount_and_takes_another_text(calls: Calls) -> None:
    note = credit(calls, calls.open_invoice(calls.customer()), 100, memo="First")

    changed = calls.client.v1.credit_notes.update(
        note.id, {"memo": "Second", "metadata": {"seen": "yes"}}
    )

    assert (changed.memo, changed.amount) == ("Second", 100)
    assert changed.metadata is not None
    assert changed.metadata["seen"] == "yes"
