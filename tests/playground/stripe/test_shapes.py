"""Our objects have every field that the SDK's classes declare, so that none raises when read."""

import inspect
import typing

import pytest
import stripe

from .calls import Calls

# Absent on the live API as well unless it applies.
LEFT_OUT = {"deleted", "object", "OBJECT_NAME"}


def declared(of: type) -> set[str]:
    return set(inspect.get_annotations(of)) - LEFT_OUT


@pytest.fixture
def objects(calls: Calls) -> dict[str, stripe.StripeObject]:
    v1 = calls.client.v1
    invoice = calls.paid_invoice()
    item = v1.invoice_items.create({"customer": str(invoice.customer), "amount": 100})
    payment = v1.invoice_payments.list({"invoice": invoice.id}).data[0]
    charge = v1.charges.list().data[0]
    session = v1.checkout.sessions.list().data[0]
    calls.paid_invoice()
    calls.local.bank.dispute(calls.local.charges()[-1]["id"])
    return {
        "dispute": v1.disputes.list().data[0],
        "customer": v1.customers.retrieve(str(invoice.customer)),
        "invoice": invoice,
        "line": invoice.lines.data[0],
        "item": item,
        "payment": payment,
        "charge": charge,
        "intent": v1.payment_intents.retrieve(str(charge.payment_intent)),
        "session": session,
        "setup_intent": v1.setup_intents.retrieve(str(session.setup_intent)),
        "note": v1.credit_notes.create(
            {"invoice": invoice.id, "amount": 100, "credit_amount": 100}
        ),
        "refund": v1.refunds.create({"charge": charge.id, "amount": 100}),
        "portal": v1.billing_portal.sessions.create({"customer": str(invoice.customer)}),
        "event": v1.events.list().data[0],
    }


def test_every_object_has_every_field_the_sdk_declares(
    objects: dict[str, stripe.StripeObject],
) -> None:
    lacking = {
        name: sorted(declared(type(found)) - set(found.to_dict()))
        for name, found in objects.items()
    }

    assert {name: fields for name, fields in lacking.items() if fields} == {}


def test_every_object_is_what_it_says(objects: dict[str, stripe.StripeObject]) -> None:
    for found in objects.values():
        assert found["object"] == typing.cast("typing.Any", type(found)).OBJECT_NAME


def test_a_note_of_the_server_never_leaves_it(objects: dict[str, stripe.StripeObject]) -> None:
    for found in objects.values():
        assert '"_' not in str(found)
