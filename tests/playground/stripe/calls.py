"""The calls that most tests begin with, through the real SDK."""

from dataclasses import dataclass
from typing import Any

from stripe import Customer, Invoice, StripeClient

from timebot.playground.stripe import LocalStripe

WORKS = "4242424242424242"
DECLINES = "4000000000000341"
NO_FUNDS = "4000000000009995"
EXPIRED = "4000000000000069"
ASKS = "4000002500003155"
ALWAYS_ASKS = "4000002760003184"
CANNOT_BE_SAVED = "4000000000000002"


@dataclass(frozen=True)
class Calls:
    local: LocalStripe
    client: StripeClient

    def customer(self, **params: Any) -> Customer:  # noqa: ANN401 - the SDK's parameters
        return self.client.v1.customers.create({"name": "Acme", **params})  # type: ignore[arg-type]

    def customer_with_card(self, number: str = WORKS) -> Customer:
        customer = self.customer()
        method = self.local.put_card_on_file(customer.id, number)
        return self.client.v1.customers.update(
            customer.id, {"invoice_settings": {"default_payment_method": method}}
        )

    def draft(self, customer: Customer, *amounts: int, **params: Any) -> Invoice:  # noqa: ANN401 - as above
        invoice = self.client.v1.invoices.create(
            {"customer": customer.id, "currency": "usd", **params}  # type: ignore[arg-type]
        )
        if not amounts:
            return invoice
        return self.client.v1.invoices.add_lines(
            invoice.id, {"lines": [{"amount": each, "description": "Work"} for each in amounts]}
        )

    def open_invoice(self, customer: Customer, amount: int = 5_000) -> Invoice:
        return self.client.v1.invoices.finalize_invoice(self.draft(customer, amount).id)

    def paid_invoice(self, amount: int = 5_000) -> Invoice:
        return self.client.v1.invoices.pay(self.open_invoice(self.customer_with_card(), amount).id)

    def event_types(self) -> list[str]:
        return [event["type"] for event in self.local.events()]
