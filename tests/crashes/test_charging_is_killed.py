"""SIGKILL at every call between release and done: a restart ends with the same result."""

import multiprocessing
import signal

import pytest

from tests.billing.charging.world import DECLINES, World
from tests.crashes import charging_child
from timebot.billing.models import Invoice
from timebot.billing.steps.claims import LEASE
from timebot.clock import real_now

CALLS = (
    *("draw the PDF", "look for the invoice", "create the draft", "read its lines", "add lines"),
    *("compare", "finalize", "look before paying", "pay", "mail"),
)
pytestmark = pytest.mark.slow

# Forks a child from a process that has imported everything and does nothing else.
CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload([charging_child.__name__])


def die_at(world: World, call: int, moment: str) -> int | None:
    """Run a worker that kills itself; return its exit code."""
    told = {
        "call": call,
        "moment": moment,
        "database_url": world.database.url,
        "stripe_url": world.stripe.url,
        "stripe_key": world.stripe.api_key,
        "resend_url": world.resend.url,
        "resend_key": world.resend.api_key,
        "now": world.clock.now().isoformat(),
    }
    child = CHILDREN.Process(target=charging_child.main, args=(told,))
    child.start()
    child.join()
    return child.exitcode


def resume(world: World) -> None:
    """Start again once the lease of the dead worker has ended."""
    world.pipeline().run_once(now=world.clock.now(), real_now=real_now() + LEASE)
    world.settle()


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(1, len(CALLS) + 1), ids=CALLS)
def test_killed_anywhere_there_is_one_invoice_one_charge_and_one_mail(
    world: World, call: int, moment: str
) -> None:
    invoice = world.invoice(world.client_with_card())

    assert die_at(world, call, moment) == -signal.SIGKILL
    if moment == "after":
        # The harder case: Stripe and Resend have forgotten the keys by the time we are back.
        world.stripe.expire_idempotency_keys()
        world.resend.expire_idempotency_keys()
    resume(world)

    after = world.fresh(Invoice, invoice.id)
    assert (after.document, after.collection, after.delivery) == ("rendered", "paid", "sent")
    assert world.succeeded() == [invoice.total_minor]
    assert [each["status"] for each in world.stripe.invoices()] == ["paid"]
    assert [mail["subject"][:7] for mail in world.resend.mails()] == ["Receipt"]
    assert [payment.state for payment in world.payments()] == ["succeeded"]


def test_a_decline_that_killed_its_worker_is_told_and_not_repeated(world: World) -> None:
    invoice = world.invoice(world.client_with_card(DECLINES))

    assert die_at(world, CALLS.index("pay") + 1, "after") == -signal.SIGKILL
    world.stripe.expire_idempotency_keys()
    resume(world)

    assert world.fresh(Invoice, invoice.id).collection == "failed"
    assert len(world.stripe.charges()) == 1
    assert [payment.state for payment in world.payments()] == ["declined"]


def test_a_dead_worker_is_not_overtaken_before_its_lease_ends(world: World) -> None:
    invoice = world.invoice(world.client_with_card())

    die_at(world, CALLS.index("pay") + 1, "before")

    assert world.drain() == 0
    assert world.fresh(Invoice, invoice.id).collection == "open"
    resume(world)
    assert world.fresh(Invoice, invoice.id).collection == "paid"
