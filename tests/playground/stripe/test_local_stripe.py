"""The account as a whole: what survives a restart, and what the local world's page is shown."""

import json

import pytest
from stripe import StripeClient
from werkzeug.test import Client

from timebot.playground.clock import MovableClock
from timebot.playground.store import Store
from timebot.playground.stripe import LocalStripe
from timebot.playground.stripe.currencies import amount_text

from .calls import DECLINES, Calls


def test_a_restart_on_the_same_store_loses_nothing(
    calls: Calls, store: Store, clock: MovableClock
) -> None:
    paid = calls.paid_invoice()
    options = {"idempotency_key": "tb:1"}
    made = calls.client.v1.customers.create({"name": "Keyed"}, options)  # type: ignore[arg-type]
    calls.local.stop()

    again = LocalStripe(store, clock)
    again.start()
    client = StripeClient(calls.local.api_key, base_addresses={"api": again.url})
    replayed = client.v1.customers.create({"name": "Keyed"}, options)  # type: ignore[arg-type]

    assert again.webhook_secret == calls.local.webhook_secret
    assert client.v1.invoices.retrieve(paid.id).status == "paid"
    assert again.charges() == calls.local.charges()
    assert replayed.id == made.id
    again.stop()


def test_two_accounts_do_not_share_a_key(
    local: LocalStripe, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = Store(tmp_path_factory.mktemp("other") / "world.db")

    stranger = LocalStripe(other, MovableClock(other))

    assert local.api_key.startswith("sk_test_")
    assert stranger.api_key != local.api_key
    assert stranger.webhook_secret.startswith("whsec_")
    stranger.stop()
    other.close()


def test_the_page_is_shown_charges_and_customers(calls: Calls) -> None:
    declining = calls.customer_with_card(DECLINES)
    paid = calls.paid_invoice(125_000)
    answer = Client(calls.local.charges_api).get("/charges")

    shown = json.loads(answer.data)

    (charge,) = shown["charges"]
    assert charge["amount_text"] == "1,250.00 USD"
    assert charge["customer_name"] == "Acme"
    assert charge["card"] == "visa 4242"
    assert charge["invoice_number"] == paid.number
    cards = {each["id"]: each["card"] for each in shown["customers"]}
    assert cards == {declining.id: "visa 0341", paid.customer: "visa 4242"}


def test_anything_else_is_not_shown(local: LocalStripe) -> None:
    assert Client(local.charges_api).get("/secrets").status_code == 404


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (123_456, "usd", "1,234.56 USD"),
        (5, "eur", "0.05 EUR"),
        (1_235, "jpy", "1,235 JPY"),
        (10_240, "kwd", "10.240 KWD"),
        (500, "isk", "5.00 ISK"),
        (-1_050, "usd", "-10.50 USD"),
    ],
)
def test_an_amount_is_written_by_its_currencys_decimals(
    amount: int, currency: str, text: str
) -> None:
    assert amount_text(amount, currency) == text
