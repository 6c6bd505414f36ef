"""Whatever is heard, in any order and any number, an invoice ends as it stands at Stripe, once."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import permutations

import pytest
from sqlalchemy import func, select
from stripe import CardError, StripeClient

from tests.billing.charging.world import ASKS, DECLINES, WORKS, World
from timebot.billing.models import Invoice
from timebot.billing.payment_models import Payment
from timebot.billing.settlement import StripeWebhooks
from timebot.doctor.truths import invariants
from timebot.journal.inbox import WebhookDelivery
from timebot.journal.models import AuditEvent
from timebot.journal.outcomes import Delivered

ORDERS = 4
"""How many of the orders each story is told in; always the first and the last of them."""

Hint = tuple[str, str]


@dataclass
class Telling:
    """One invoice of which the answer got lost, and what then happens to it at Stripe."""

    world: World
    invoice: Invoice

    @property
    def theirs(self) -> str:
        return self.world.fresh(Invoice, self.invoice.id).stripe_invoice_id or ""

    @property
    def sdk(self) -> StripeClient:
        return StripeClient(
            self.world.stripe.api_key, base_addresses={"api": self.world.stripe.url}
        )

    def paid_charges(self) -> list[str]:
        """The charges that brought money."""
        customer = self.world.fresh(Invoice, self.invoice.id).stripe_customer_id or ""
        return [one.id for one in self.sdk.v1.charges.list({"customer": customer}) if one.paid]

    def pay_by_link(self) -> None:
        customer = self.world.fresh(Invoice, self.invoice.id).stripe_customer_id or ""
        card = self.world.stripe.put_card_on_file(customer, WORKS)
        self.sdk.v1.invoices.pay(self.theirs, {"payment_method": card, "off_session": False})

    def fail_by_link(self) -> None:
        customer = self.world.fresh(Invoice, self.invoice.id).stripe_customer_id or ""
        card = self.world.stripe.put_card_on_file(customer, DECLINES)
        with pytest.raises(CardError):
            self.sdk.v1.invoices.pay(self.theirs, {"payment_method": card, "off_session": False})

    def void(self) -> None:
        self.sdk.v1.invoices.void_invoice(self.theirs)

    def refund(self) -> None:
        self.sdk.v1.refunds.create({"charge": self.paid_charges()[0], "amount": 1_000})

    def dispute(self, *, is_won: bool | None = None) -> None:
        made = self.world.stripe.bank.dispute(self.paid_charges()[0])
        if is_won is not None:
            self.world.stripe.bank.decide(made["id"], is_won=is_won)


Story = Callable[[Telling], None]


def nothing_more(_telling: Telling) -> None:
    """Only the answer got lost."""


def failed_and_paid(telling: Telling) -> None:
    telling.fail_by_link()
    telling.pay_by_link()


def paid_and_disputed(telling: Telling) -> None:
    telling.pay_by_link()
    telling.dispute()


STORIES: Sequence[tuple[str, str, Story, str, bool]] = [
    ("paid", WORKS, nothing_more, "paid", False),
    ("refused", DECLINES, nothing_more, "failed", True),
    ("action required", ASKS, nothing_more, "failed", True),
    ("refused, tried again, paid", DECLINES, failed_and_paid, "paid", False),
    ("action required, paid, disputed", ASKS, paid_and_disputed, "disputed", True),
    ("voided", DECLINES, lambda telling: telling.void(), "failed", True),
    ("paid, refunded", WORKS, lambda telling: telling.refund(), "paid", True),
    ("paid, disputed", WORKS, lambda telling: telling.dispute(), "disputed", True),
    ("paid, won", WORKS, lambda telling: telling.dispute(is_won=True), "paid", False),
    ("paid, lost", WORKS, lambda telling: telling.dispute(is_won=False), "failed", True),
]


def orders_of(hints: Sequence[Hint]) -> list[tuple[Hint, ...]]:
    """Return some orders of what is heard, the first and the last always among them."""
    if len(hints) > 5:
        shuffler = random.Random(len(hints))  # noqa: S311 - the same orders each time, no secret
        some = [tuple(shuffler.sample(hints, len(hints))) for _ in range(ORDERS - 2)]
    else:
        every = list(permutations(hints))
        some = every[1 :: max(1, len(every) // ORDERS)][: ORDERS - 2]
    return [tuple(hints), tuple(reversed(hints)), *some]


def begin(world: World, card: str, number: int) -> Telling:
    client = world.client_with_card(card, name=f"Acme {number}")
    invoice = world.invoice(client, sequence=number)
    world.stripe.fail_next("POST /v1/invoices/*/pay", "drop_after")
    world.drain()
    telling = Telling(world, world.fresh(Invoice, invoice.id))
    assert telling.invoice.collection == "unknown"
    return telling


def hear(world: World, hint: Hint) -> None:
    handle = StripeWebhooks(world.database, world.processor)
    payload = {"type": hint[0], "object_id": hint[1]}
    delivery = WebhookDelivery("account", "stripe", "evt", payload, 1, world.clock.now())
    assert handle(delivery) == Delivered()


@pytest.mark.parametrize(
    ("card", "story", "collection", "needs_people"),
    [pytest.param(*rest, id=name) for name, *rest in STORIES],
)
def test_every_order_ends_alike(
    world: World, card: str, story: Story, collection: str, *, needs_people: bool
) -> None:
    for number in range(1, ORDERS + 1):
        known = {event["id"] for event in world.stripe.events()}
        telling = begin(world, card, number)
        story(telling)
        fresh = [event for event in world.stripe.events() if event["id"] not in known]
        hints = list(dict.fromkeys((e["type"], e["data"]["object"]["id"]) for e in fresh))
        order = orders_of(hints)[(number - 1) % len(orders_of(hints))]

        for hint in (*order, *order):
            hear(world, hint)

        after = world.fresh(Invoice, telling.invoice.id)
        assert (after.collection, after.attention is not None) == (collection, needs_people), order
        with world.database.read_only() as session:
            mine = Payment.invoice_id == telling.invoice.id
            settled = select(func.count()).where(mine, Payment.state == "succeeded")
            assert session.scalar(settled) == len(telling.paid_charges())
            noted = select(AuditEvent.action).where(AuditEvent.subject_id == telling.invoice.id)
            actions = list(session.scalars(noted))
            assert sorted(actions) == sorted(set(actions)), order
            assert invariants(session) == []
