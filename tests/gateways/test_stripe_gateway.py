"""Stripe through the real SDK: what its answers and its failures mean for us."""

from datetime import timedelta

import pytest

from timebot.billing.ports import (
    ChargeLine,
    Declined,
    Missing,
    NeedsAction,
    OutcomeUnknown,
    Paid,
    Rejected,
    TryLater,
)
from timebot.db import Database
from timebot.gateways.stripe_gateway import StripeProcessor
from timebot.money import Money
from timebot.playground.faults import FaultKind
from timebot.playground.stripe import LocalStripe

WORKS, DECLINES, ASKS = "4242424242424242", "4000000000000341", "4000002760003184"


def a_customer(processor: StripeProcessor, key: str = "k") -> str:
    return processor.create_customer(
        workspace_key="w", client_key="c", name="Acme", email="a@acme.example", key=key
    )


def a_draft(
    processor: StripeProcessor,
    customer: str,
    card_id: str | None = None,
    *,
    key: str = "draft",
    currency: str = "EUR",
) -> str:
    return processor.create_invoice(
        customer=customer,
        card_id=card_id,
        currency=currency,
        number="INV-1",
        invoice_key="c/p/1",
        workspace_key="w",
        days_until_due=14,
        client_key="c",
        key=key,
    )


def a_line(minor: int = 10_000, tax: int = 1_900, currency: str = "EUR") -> ChargeLine:
    ppm = 190_000 if tax else 0
    return ChargeLine("1/190000", "Logo", Money(minor, currency), Money(tax, currency), "VAT", ppm)


def an_open_invoice(
    stripe: LocalStripe, processor: StripeProcessor, number: str
) -> tuple[str, str]:
    customer = a_customer(processor)
    card_id = stripe.put_card_on_file(customer, number)
    invoice_id = a_draft(processor, customer, card_id)
    processor.add_lines(invoice_id, [a_line()], key="lines")
    processor.finalize(invoice_id, key="finalize")
    return invoice_id, card_id


def test_a_customer_is_found_by_our_keys(processor: StripeProcessor) -> None:
    made = a_customer(processor)

    email = "a@acme.example"
    assert processor.find_customer(workspace_key="w", client_key="c", email=email) == made
    assert processor.find_customer(workspace_key="x", client_key="c", email=email) is None


def test_a_draft_is_found_by_our_keys_with_its_lines(processor: StripeProcessor) -> None:
    customer = a_customer(processor)
    invoice_id = a_draft(processor, customer)
    processor.add_lines(invoice_id, [a_line()], key="lines")

    found = processor.find_invoice(customer=customer, workspace_key="w", invoice_key="c/p/1")

    assert found is not None
    assert (found.id, found.status) == (invoice_id, "draft")
    assert found.line_keys == {"1/190000"}
    assert found.total == found.amount_due == Money(11_900, "EUR")
    assert processor.find_invoice(customer=customer, workspace_key="w", invoice_key="?") is None


def test_only_an_invoice_to_be_sent_has_a_term(
    stripe: LocalStripe, processor: StripeProcessor
) -> None:
    customer = a_customer(processor)
    card_id = stripe.put_card_on_file(customer)

    a_draft(processor, customer, card_id)

    [made] = stripe.invoices()
    assert (made["collection_method"], made["due_date"]) == ("charge_automatically", None)
    assert (made["auto_advance"], made["default_payment_method"]) == (False, card_id)


def test_a_card_pays(stripe: LocalStripe, processor: StripeProcessor) -> None:
    invoice_id, card_id = an_open_invoice(stripe, processor, WORKS)

    answer = processor.pay(invoice_id, card_id=card_id, key="pay")

    found = processor.get_invoice(invoice_id)
    assert isinstance(answer, Paid)
    assert answer.payment_intent == found.payment_intent
    assert (found.status, found.amount_paid) == ("paid", Money(11_900, "EUR"))


def test_a_declined_card_says_why_and_the_invoice_remembers(
    stripe: LocalStripe, processor: StripeProcessor
) -> None:
    invoice_id, card_id = an_open_invoice(stripe, processor, DECLINES)

    answer = processor.pay(invoice_id, card_id=card_id, key="pay")

    found = processor.get_invoice(invoice_id)
    assert isinstance(answer, Declined)
    assert (answer.code, answer.message) == ("generic_decline", "Your card was declined.")
    assert (found.status, found.attempts, found.trouble) == ("open", 1, answer)


def test_a_card_that_asks_for_its_owner_is_no_decline(
    stripe: LocalStripe, processor: StripeProcessor
) -> None:
    invoice_id, card_id = an_open_invoice(stripe, processor, ASKS)

    answer = processor.pay(invoice_id, card_id=card_id, key="pay")

    assert isinstance(answer, NeedsAction)
    assert processor.get_invoice(invoice_id).trouble == answer


def test_a_bank_that_declines_because_nobody_confirmed_is_no_decline_either(
    stripe: LocalStripe, processor: StripeProcessor
) -> None:
    invoice_id, card_id = an_open_invoice(stripe, processor, WORKS)
    stripe.bank.decline_next("authentication_required")

    answer = processor.pay(invoice_id, card_id=card_id, key="pay")

    assert isinstance(answer, NeedsAction)
    assert processor.get_invoice(invoice_id).trouble == answer


@pytest.mark.parametrize(
    "kind", ["drop_before", "drop_after", "500_before", "500_after", "page_before", "page_after"]
)
def test_a_lost_answer_to_a_change_is_unknown(
    stripe: LocalStripe, processor: StripeProcessor, kind: FaultKind
) -> None:
    stripe.fail_next("POST /v1/customers", kind)

    with pytest.raises(OutcomeUnknown):
        a_customer(processor)


@pytest.mark.parametrize("kind", ["drop_after", "500_before"])
def test_a_lost_answer_to_a_question_is_asked_again(
    stripe: LocalStripe, processor: StripeProcessor, kind: FaultKind
) -> None:
    stripe.fail_next("GET /v1/customers", kind)

    with pytest.raises(TryLater):
        processor.find_customer(workspace_key="w", client_key="c", email="a@acme.example")


def test_being_asked_too_often_changes_nothing(
    stripe: LocalStripe, processor: StripeProcessor
) -> None:
    stripe.fail_next("POST /v1/customers", "429")

    with pytest.raises(TryLater):
        a_customer(processor)
    assert stripe.customers() == []


def test_a_wrong_key_is_waited_out_and_never_shown(stripe: LocalStripe) -> None:
    wrong = StripeProcessor("sk_test_wrongwrongwrong", api_base=stripe.url)

    with pytest.raises(TryLater) as refused:
        a_customer(wrong)

    assert refused.value.after == timedelta(hours=1)
    assert "wrong" not in str(refused.value)


def test_what_is_not_there_is_missing(processor: StripeProcessor) -> None:
    with pytest.raises(Missing):
        processor.get_invoice("in_none")


def test_an_impossible_change_is_rejected_with_stripes_reason(
    processor: StripeProcessor,
) -> None:
    invoice_id = a_draft(processor, a_customer(processor))

    with pytest.raises(Rejected, match="no line items"):
        processor.finalize(invoice_id, key="finalize")


def test_a_second_invoice_with_our_number_is_rejected(processor: StripeProcessor) -> None:
    customer = a_customer(processor)
    a_draft(processor, customer)

    with pytest.raises(Rejected):
        a_draft(processor, customer, key="another")


@pytest.mark.parametrize(
    ("currency", "minor", "asked"), [("JPY", 5_000, 5_000), ("ISK", 5_000, 500_000)]
)
def test_amounts_are_told_as_stripe_counts_them(
    stripe: LocalStripe, processor: StripeProcessor, currency: str, minor: int, asked: int
) -> None:
    invoice_id = a_draft(processor, a_customer(processor), currency=currency)

    processor.add_lines(invoice_id, [a_line(minor, 0, currency)], key="lines")

    assert stripe.invoices()[0]["total"] == asked
    assert processor.get_invoice(invoice_id).total == Money(minor, currency)


def test_no_call_is_made_inside_a_transaction(
    processor: StripeProcessor, database: Database
) -> None:
    with (
        database.transaction(),
        pytest.raises(RuntimeError, match="inside a database transaction"),
    ):
        a_customer(processor)


def test_an_invoice_can_be_closed_in_every_state(
    stripe: LocalStripe, processor: StripeProcessor
) -> None:
    invoice_id, _ = an_open_invoice(stripe, processor, WORKS)
    draft_id = processor.create_invoice(
        customer=stripe.customers()[0]["id"],
        card_id=None,
        currency="EUR",
        number="INV-2",
        invoice_key="c/p/2",
        workspace_key="w",
        days_until_due=14,
        client_key="c",
        key="second",
    )

    processor.void(invoice_id, key="void")
    processor.delete_draft(draft_id)

    assert [each["status"] for each in stripe.invoices()] == ["void"]
