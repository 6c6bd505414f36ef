from datetime import timedelta
from typing import Any

import pytest
import stripe

from timebot.playground.clock import MovableClock

from .calls import DECLINES, Calls

VAT = {"display_name": "VAT", "percentage": 19.0, "inclusive": False}


def taxed_line(amount: int, tax: int, **rate: Any) -> Any:  # noqa: ANN401 - the SDK's parameters
    taxes = [{"amount": tax, "taxable_amount": amount, "tax_rate_data": VAT | rate}]
    return {"amount": amount, "description": "Work", "tax_amounts": taxes}


def test_totals_are_the_sums_of_the_callers_own_figures(calls: Calls) -> None:
    draft = calls.draft(calls.customer())

    # 19 % of 333 is 63.27; Stripe must believe the caller's 64.
    invoice = calls.client.v1.invoices.add_lines(
        draft.id, {"lines": [taxed_line(10_000, 1_900), taxed_line(333, 64)]}
    )

    assert (invoice.subtotal, invoice.total, invoice.amount_due) == (10_333, 12_297, 12_297)
    assert invoice.total_taxes is not None
    assert [tax.amount for tax in invoice.total_taxes] == [1_964]


def test_an_inclusive_tax_is_not_added(calls: Calls) -> None:
    draft = calls.draft(calls.customer())

    invoice = calls.client.v1.invoices.add_lines(
        draft.id, {"lines": [taxed_line(11_900, 1_900, inclusive=True)]}
    )

    assert (invoice.total, invoice.total_excluding_tax) == (11_900, 10_000)


def test_nothing_advances_by_itself_unless_asked(calls: Calls, clock: MovableClock) -> None:
    invoice = calls.draft(calls.customer_with_card(), 5_000)

    clock.advance(timedelta(days=3))

    later = calls.client.v1.invoices.retrieve(invoice.id)
    assert (later.auto_advance, later.status) == (False, "draft")


def test_with_auto_advance_an_hour_later_it_is_finalized_and_charged(
    calls: Calls, clock: MovableClock
) -> None:
    invoice = calls.draft(calls.customer_with_card(), 5_000, auto_advance=True)

    clock.advance(timedelta(minutes=61))

    assert calls.client.v1.invoices.retrieve(invoice.id).status == "paid"


def test_with_auto_advance_a_declined_invoice_stays_open(calls: Calls, clock: MovableClock) -> None:
    invoice = calls.draft(calls.customer_with_card(DECLINES), 5_000, auto_advance=True)

    clock.advance(timedelta(minutes=61))

    later = calls.client.v1.invoices.retrieve(invoice.id)
    assert (later.status, later.attempt_count) == ("open", 1)
    assert "invoice.payment_failed" in calls.event_types()


def test_days_until_due_is_for_invoices_that_are_sent(calls: Calls) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="collection method is 'send_invoice'"):
        calls.draft(calls.customer(), days_until_due=30)


def test_an_invoice_that_is_sent_needs_a_due_date(calls: Calls) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="you must specify 'due_date'"):
        calls.draft(calls.customer(), collection_method="send_invoice")


def test_an_invoice_that_is_sent_is_due_after_its_days(calls: Calls) -> None:
    invoice = calls.draft(calls.customer(), collection_method="send_invoice", days_until_due=14)

    assert invoice.due_date == invoice.created + 14 * 86_400


def test_an_automatic_invoice_cannot_be_sent(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer())

    with pytest.raises(stripe.InvalidRequestError, match="only manually send"):
        calls.client.v1.invoices.send_invoice(invoice.id)


def test_sending_a_draft_finalizes_it(calls: Calls) -> None:
    draft = calls.draft(calls.customer(), 900, collection_method="send_invoice", days_until_due=1)

    sent = calls.client.v1.invoices.send_invoice(draft.id)

    assert (sent.status, calls.event_types()[-1]) == ("open", "invoice.sent")


def test_the_callers_number_is_kept(calls: Calls) -> None:
    draft = calls.draft(calls.customer(), 5_000, number="INV-2026-0047")

    invoice = calls.client.v1.invoices.finalize_invoice(draft.id)

    assert invoice.number == "INV-2026-0047"


def test_a_number_is_used_once(calls: Calls) -> None:
    calls.draft(calls.customer(), number="INV-1")

    with pytest.raises(stripe.InvalidRequestError, match="INV-1 exists already"):
        calls.draft(calls.customer(), number="INV-1")

    assert len(calls.local.invoices()) == 1


def test_without_a_number_the_customers_own_series_counts(calls: Calls) -> None:
    customer = calls.customer(invoice_prefix="ACME")

    numbers = [calls.open_invoice(customer).number for _ in range(2)]

    assert numbers == ["ACME-0001", "ACME-0002"]


def test_finalizing_opens_the_invoice_and_shows_its_page(calls: Calls) -> None:
    draft = calls.draft(calls.customer_with_card(), 5_000)

    invoice = calls.client.v1.invoices.finalize_invoice(draft.id, {"auto_advance": False})

    assert draft.hosted_invoice_url is None
    assert invoice.hosted_invoice_url == f"{calls.local.url}/invoice/{invoice.id}"
    assert (invoice.status, invoice.attempted, invoice.amount_remaining) == ("open", False, 5_000)
    assert calls.local.charges() == []


def test_an_invoice_is_finalized_once(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer())

    with pytest.raises(stripe.InvalidRequestError, match="already finalized") as refused:
        calls.client.v1.invoices.finalize_invoice(invoice.id)

    assert refused.value.code == "invoice_not_editable"


def test_an_empty_invoice_is_not_finalized(calls: Calls) -> None:
    draft = calls.draft(calls.customer())

    with pytest.raises(stripe.InvalidRequestError) as refused:
        calls.client.v1.invoices.finalize_invoice(draft.id)

    assert refused.value.code == "invoice_no_customer_line_items"


def test_a_finalized_invoice_takes_no_more_lines(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer())

    with pytest.raises(stripe.InvalidRequestError) as refused:
        calls.client.v1.invoices.add_lines(invoice.id, {"lines": [{"amount": 1}]})

    assert refused.value.code == "invoice_not_editable"


def test_a_finalized_invoice_keeps_its_text(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer())

    with pytest.raises(stripe.InvalidRequestError, match="can't be updated in this way"):
        calls.client.v1.invoices.update(invoice.id, {"description": "Something else"})

    changed = calls.client.v1.invoices.update(invoice.id, {"metadata": {"seen": "yes"}})
    assert changed.metadata is not None
    assert changed.metadata["seen"] == "yes"


def test_only_a_draft_can_be_deleted(calls: Calls) -> None:
    draft = calls.draft(calls.customer())
    opened = calls.open_invoice(calls.customer())

    deleted = calls.client.v1.invoices.delete(draft.id)
    with pytest.raises(stripe.InvalidRequestError, match="only delete draft"):
        calls.client.v1.invoices.delete(opened.id)

    assert deleted.deleted
    assert [each["id"] for each in calls.local.invoices()] == [opened.id]


def test_an_invoice_has_at_most_250_lines(calls: Calls) -> None:
    draft = calls.draft(calls.customer(), *[100] * 250)

    with pytest.raises(stripe.InvalidRequestError, match="at most 250"):
        calls.client.v1.invoices.add_lines(draft.id, {"lines": [{"amount": 100}]})

    assert calls.client.v1.invoices.retrieve(draft.id).total == 25_000


def test_lines_come_by_the_page(calls: Calls) -> None:
    draft = calls.draft(calls.customer(), *range(100, 115))

    first = calls.client.v1.invoices.line_items.list(draft.id, {"limit": 10})
    amounts = [line.amount for line in first.auto_paging_iter()]

    assert (len(draft.lines.data), draft.lines.has_more) == (10, True)
    assert sorted(amounts) == list(range(100, 115))


def test_a_waiting_item_is_left_out_unless_asked_for(calls: Calls) -> None:
    customer = calls.customer()
    calls.client.v1.invoice_items.create(
        {"customer": customer.id, "amount": 700, "currency": "usd"}
    )

    without = calls.draft(customer)
    including = calls.draft(customer, pending_invoice_items_behavior="include")

    assert (without.total, including.total) == (0, 700)


def test_an_item_in_another_currency_is_refused(calls: Calls) -> None:
    draft = calls.draft(calls.customer())

    with pytest.raises(stripe.InvalidRequestError, match="currency of the invoice item"):
        calls.client.v1.invoice_items.create(
            {"customer": str(draft.customer), "invoice": draft.id, "amount": 1, "currency": "eur"}
        )


def test_an_item_goes_onto_its_draft(calls: Calls) -> None:
    draft = calls.draft(calls.customer())

    calls.client.v1.invoice_items.create(
        {"customer": str(draft.customer), "invoice": draft.id, "amount": 800, "currency": "usd"}
    )

    assert calls.client.v1.invoices.retrieve(draft.id).amount_due == 800


@pytest.mark.parametrize(
    ("currency", "amount", "fits"),
    [
        ("jpy", 1_235, True),
        ("isk", 500, True),
        ("isk", 501, False),
        ("ugx", 100, True),
        ("ugx", 5, False),
        ("kwd", 10_240, True),
        ("kwd", 10_245, False),
        ("usd", 1, True),
    ],
)
def test_an_amount_has_to_be_one_the_card_networks_can_move(
    calls: Calls, currency: str, amount: int, *, fits: bool
) -> None:
    draft = calls.draft(calls.customer(), currency=currency)
    add = calls.client.v1.invoices.add_lines

    if fits:
        assert add(draft.id, {"lines": [{"amount": amount}]}).total == amount
    else:
        with pytest.raises(stripe.InvalidRequestError, match="evenly divisible"):
            add(draft.id, {"lines": [{"amount": amount}]})


def test_below_the_minimum_it_is_marked_paid_and_carried_over(calls: Calls) -> None:
    customer = calls.customer_with_card()

    small = calls.open_invoice(customer, 49)
    following = calls.draft(customer, 1_000)

    assert (small.status, small.amount_due, small.amount_paid) == ("paid", 0, 0)
    assert calls.client.v1.customers.retrieve(customer.id).balance == 49
    assert (following.total, following.amount_due) == (1_000, 1_049)
    assert calls.local.charges() == []


def test_a_customers_credit_lowers_what_is_due(calls: Calls) -> None:
    customer = calls.customer(balance=-300)

    invoice = calls.open_invoice(customer, 1_000)

    assert (invoice.total, invoice.amount_due) == (1_000, 700)
    assert (invoice.starting_balance, invoice.ending_balance) == (-300, 0)
    assert calls.client.v1.customers.retrieve(customer.id).balance == 0


def test_void_is_the_end_and_the_number_stays_spent(calls: Calls) -> None:
    customer = calls.customer_with_card()
    draft = calls.draft(customer, 5_000, number="INV-1")
    calls.client.v1.invoices.finalize_invoice(draft.id)

    voided = calls.client.v1.invoices.void_invoice(draft.id)

    assert (voided.status, voided.number) == ("void", "INV-1")
    with pytest.raises(stripe.InvalidRequestError, match="status void"):
        calls.client.v1.invoices.pay(draft.id)
    with pytest.raises(stripe.InvalidRequestError, match="exists already"):
        calls.draft(customer, number="INV-1")


def test_a_draft_cannot_be_voided(calls: Calls) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="isn't open"):
        calls.client.v1.invoices.void_invoice(calls.draft(calls.customer(), 5_000).id)


def test_a_paid_invoice_cannot_be_voided(calls: Calls) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="cannot be voided"):
        calls.client.v1.invoices.void_invoice(calls.paid_invoice().id)


def test_an_invoice_that_was_given_up_can_be_voided(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer())

    given_up = calls.client.v1.invoices.mark_uncollectible(invoice.id)
    voided = calls.client.v1.invoices.void_invoice(invoice.id)

    assert (given_up.status, voided.status) == ("uncollectible", "void")


def test_invoices_are_found_by_customer_status_and_time(calls: Calls, clock: MovableClock) -> None:
    customer = calls.customer()
    early = calls.draft(customer)
    calls.draft(calls.customer())
    clock.advance(timedelta(days=1))
    late = calls.open_invoice(customer)

    found = calls.client.v1.invoices.list

    assert [i.id for i in found({"customer": customer.id}).data] == [late.id, early.id]
    assert [i.id for i in found({"customer": customer.id, "status": "open"}).data] == [late.id]
    since = {"customer": customer.id, "created": {"gte": late.created}}
    assert [i.id for i in found(since).data] == [late.id]  # type: ignore[arg-type]


def test_a_page_can_be_walked_both_ways(calls: Calls) -> None:
    customer = calls.customer()
    one, two, three = (calls.draft(customer) for _ in range(3))

    after = calls.client.v1.invoices.list({"starting_after": two.id})
    before = calls.client.v1.invoices.list({"ending_before": two.id})

    assert [each.id for each in after.data] == [one.id]
    assert [each.id for each in before.data] == [three.id]


def test_timestamps_follow_the_clock_of_the_business(calls: Calls, clock: MovableClock) -> None:
    clock.advance(timedelta(days=30))

    invoice = calls.draft(calls.customer())

    assert abs(invoice.created - clock.now().timestamp()) < 5
