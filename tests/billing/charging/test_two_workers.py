"""Two workers on one invoice: one of them takes each step."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import update

from tests.billing.charging.world import World
from timebot.billing.models import Invoice
from timebot.clock import real_now


def test_two_workers_share_the_steps_and_charge_once(world: World) -> None:
    invoice = world.invoice(world.client_with_card())
    pipelines = [world.pipeline() for _ in range(4)]

    with ThreadPoolExecutor(len(pipelines)) as pool:
        list(pool.map(world.drain, pipelines))
    world.settle()

    assert world.fresh(Invoice, invoice.id).collection == "paid"
    assert world.succeeded() == [invoice.total_minor]
    assert len(world.stripe.invoices()) == len(world.resend.mails()) == 1


def test_workers_that_ignore_each_others_leases_still_charge_once(world: World) -> None:
    invoice = world.invoice(world.client_with_card())

    def work_regardless(_number: int) -> None:
        pipeline = world.pipeline()
        for _ in range(12):
            with world.database.transaction() as session:
                session.execute(update(Invoice).values(claimed_until=None))
            pipeline.step(
                workspace_id=world.workspace_id,
                invoice_id=invoice.id,
                now=world.clock.now(),
                real_now=real_now(),
            )

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work_regardless, range(3)))
    world.settle()

    assert world.fresh(Invoice, invoice.id).collection == "paid"
    assert world.succeeded() == [invoice.total_minor]
    assert [each["status"] for each in world.stripe.invoices()] == ["paid"]
    assert len(world.resend.mails()) == 1


def test_a_worker_that_lost_its_lease_changes_nothing(world: World) -> None:
    invoice = world.invoice(world.client(), mode="bank")

    class Slow:
        """Draws while somebody else takes the invoice over."""

        def render(self, document: object) -> bytes:  # noqa: ARG002 - as the port has it
            with world.database.transaction() as session:
                session.execute(update(Invoice).values(fence=Invoice.fence + 1))
            return b"%PDF late"

        def render_credit_note(self, document: object) -> bytes:
            return self.render(document)

        def render_why(self, document: object) -> bytes:
            return self.render(document)

    late = world.pipeline(renderer=Slow())

    late.step(
        workspace_id=world.workspace_id,
        invoice_id=invoice.id,
        now=world.clock.now(),
        real_now=real_now(),
    )

    assert world.fresh(Invoice, invoice.id).document == "issued"
