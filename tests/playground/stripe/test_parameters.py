"""What the door refuses before a rule of the business is asked: keys, names and types."""

from typing import Any

import pytest
import stripe
from stripe import StripeClient

from timebot.playground.stripe import LocalStripe, forms
from timebot.playground.stripe.ledger import API_VERSION

from .calls import Calls


def test_the_version_played_is_the_version_the_sdk_pins() -> None:
    assert stripe.api_version == API_VERSION


def test_another_key_is_refused(local: LocalStripe) -> None:
    client = StripeClient("sk_test_other", base_addresses={"api": local.url})

    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key"):
        client.v1.customers.list()


def test_a_request_for_another_version_is_refused(client: StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="plays the API version"):
        client.v1.customers.list(options={"stripe_version": "2024-06-20"})


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"colour": "red"}, "colour"),
        ({"invoice_settings": {"colour": "red"}}, "invoice_settings[colour]"),
        ({"address": {"planet": "Mars"}}, "address[planet]"),
    ],
)
def test_an_unknown_parameter_is_refused(
    client: StripeClient, params: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.customers.create(params)  # type: ignore[arg-type]

    assert refused.value.code == "parameter_unknown"
    assert refused.value.param == param


def test_an_unknown_parameter_inside_a_list_is_refused(calls: Calls) -> None:
    draft = calls.draft(calls.customer())

    with pytest.raises(stripe.InvalidRequestError) as refused:
        calls.client.v1.invoices.add_lines(
            draft.id,
            {"lines": [{"amount": 100, "unit_price": 1}]},  # type: ignore[typeddict-unknown-key]
        )

    assert refused.value.param == "lines[0][unit_price]"


def test_a_fraction_of_a_minor_unit_is_refused(calls: Calls) -> None:
    draft = calls.draft(calls.customer())

    with pytest.raises(stripe.InvalidRequestError, match="Invalid integer: 99\\.5") as refused:
        calls.client.v1.invoices.add_lines(
            draft.id,
            {"lines": [{"amount": 99.5}]},  # type: ignore[typeddict-item]
        )

    assert refused.value.code == "parameter_invalid_integer"


def test_a_missing_nested_parameter_is_named(calls: Calls) -> None:
    draft = calls.draft(calls.customer())

    with pytest.raises(stripe.InvalidRequestError) as refused:
        calls.client.v1.invoices.add_lines(
            draft.id,
            {"lines": [{"amount": 100, "period": {"start": 1}}]},  # type: ignore[typeddict-item]
        )

    assert refused.value.code == "parameter_missing"
    assert refused.value.param == "lines[0][period][end]"


def test_a_misspelt_word_is_refused(calls: Calls) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="must be one of charge_automatically"):
        calls.draft(calls.customer(), collection_method="charge_automaticaly")


def test_an_empty_string_cannot_unset_what_has_to_be_set(calls: Calls) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        calls.customer(name="")

    assert refused.value.code == "parameter_invalid_empty"


def test_a_parameter_that_is_not_played_is_refused_and_not_ignored(calls: Calls) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        calls.draft(calls.customer(), discounts=[{"coupon": "half"}])

    assert refused.value.code == "local_stripe_not_played"


def test_an_address_that_is_not_played_is_refused(client: StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        client.v1.products.list()


def test_form_keys_become_nested_documents() -> None:
    decoded = forms.decode("a[b][0][c]=1&a[b][1][c]=2&d[]=x&d[]=y&e=")

    assert decoded == {
        "a": {"b": {"0": {"c": "1"}, "1": {"c": "2"}}},
        "d": {"0": "x", "1": "y"},
        "e": "",
    }


def test_every_request_is_remembered(calls: Calls) -> None:
    calls.customer(metadata={"a": "b"})

    asked = calls.local.requests[-1]
    assert (asked.method, asked.path, asked.status) == ("POST", "/v1/customers", 200)
    assert asked.params == {"name": "Acme", "metadata": {"a": "b"}}
    assert asked.idempotency_key is not None


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({f"key{n}": "x" for n in range(51)}, "at most 50 keys"),
        ({"k" * 41: "x"}, "at most 40 characters"),
        ({"key": "x" * 501}, "at most 500 characters"),
    ],
)
def test_metadata_has_its_limits(calls: Calls, metadata: dict[str, str], message: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=message):
        calls.customer(metadata=metadata)


def test_metadata_at_its_limits_is_taken(calls: Calls) -> None:
    metadata = {f"{n:040}": "x" * 500 for n in range(50)}

    assert calls.customer(metadata=metadata).metadata is not None


def test_a_list_is_not_a_text(calls: Calls) -> None:
    draft = calls.draft(calls.customer())

    with pytest.raises(stripe.InvalidRequestError, match="Invalid array"):
        calls.client.v1.invoices.add_lines(
            draft.id,
            {"lines": "one"},  # type: ignore[typeddict-item]
        )


def test_a_text_is_not_a_list(calls: Calls) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="it has no parts"):
        calls.customer(name=["Acme"])


def test_yes_is_no_boolean(calls: Calls) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Invalid boolean"):
        calls.draft(calls.customer(), auto_advance="yes")


def test_an_invoice_is_due_on_a_day_or_after_some_but_not_both(calls: Calls) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="only specify one"):
        calls.draft(
            calls.customer(),
            collection_method="send_invoice",
            days_until_due=14,
            due_date=2_000_000_000,
        )
