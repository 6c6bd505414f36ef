"""Each way in which an invoice is collected, from issued to mailed."""

from tests.billing.charging.world import World
from timebot.billing.models import Invoice


def test_a_card_on_file_is_charged_and_one_mail_brings_invoice_and_receipt(world: World) -> None:
    invoice = world.invoice(world.client_with_card())

    world.drain()

    after = world.fresh(Invoice, invoice.id)
    assert (after.document, after.collection, after.delivery) == ("rendered", "paid", "sent")
    assert after.next_step_at is None
    assert world.succeeded() == [after.total_minor]
    [mail] = world.resend.mails()
    assert mail["subject"].startswith("Receipt for invoice INV-2026-0001")
    assert [a["filename"] for a in mail["attachments"]] == ["INV-2026-0001.pdf"]
    assert mail["cc"] == ["copy@acme.example"]
