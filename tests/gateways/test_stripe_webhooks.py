"""Stripe's webhooks as they come: of every kind and shape, and only where they are Stripe's."""

import json

import pytest
from stripe import WebhookSignature

from timebot.billing.ports import Forged
from timebot.gateways.stripe_gateway import StripeProcessor
from timebot.playground.stripe import LocalStripe

Body = dict[str, object] | list[object]


def an_event(about: dict[str, object], **fields: object) -> Body:
    told = {"id": "evt_1", "object": "event", "type": "invoice.paid", "livemode": False}
    return {**told, "data": {"object": about}, **fields}


def verify(server: LocalStripe, processor: StripeProcessor, body: Body) -> tuple[str, object]:
    """Verify the body, signed as Stripe signs it."""
    text = json.dumps(body)
    sign = WebhookSignature.generate_signature_header
    header = sign(text, server.webhook_secret)
    return processor.verify_webhook(text.encode(), {"Stripe-Signature": header})


@pytest.mark.parametrize(
    ("kind", "about"),
    [
        # https://docs.stripe.com/api/balance/balance_object has no id, and an upcoming invoice has
        # none yet: https://docs.stripe.com/api/events/types#event_types-invoice.upcoming
        ("balance.available", {"object": "balance"}),
        ("invoice.upcoming", {"object": "invoice"}),
        ("invoice.upcoming", {"object": "invoice", "id": None}),
    ],
)
def test_an_event_about_what_has_no_id_is_taken(
    stripe: LocalStripe, processor: StripeProcessor, kind: str, about: dict[str, object]
) -> None:
    taken = verify(stripe, processor, an_event(about, type=kind))

    assert taken == ("evt_1", {"type": kind, "object_id": ""})


def test_an_event_of_an_older_version_of_the_api_is_taken(
    stripe: LocalStripe, processor: StripeProcessor
) -> None:
    about: dict[str, object] = {"id": "in_1", "object": "invoice", "paid": True, "charge": "ch_1"}

    taken = verify(stripe, processor, an_event(about, api_version="2017-08-15"))

    assert taken == ("evt_1", {"type": "invoice.paid", "object_id": "in_1"})


@pytest.mark.parametrize(
    "body",
    [
        an_event({"id": "in_1"}, livemode=True),
        {"id": "evt_1", "object": "event", "type": "invoice.paid", "data": {"object": {}}},
        # Thin events name an object and bring none: https://docs.stripe.com/event-destinations
        {"id": "evt_1", "object": "v2.core.event", "type": "v1.x", "livemode": False},
        [1, 2],
    ],
)
def test_what_is_signed_and_no_event_of_ours_is_refused(
    stripe: LocalStripe, processor: StripeProcessor, body: Body
) -> None:
    with pytest.raises(Forged):
        verify(stripe, processor, body)
