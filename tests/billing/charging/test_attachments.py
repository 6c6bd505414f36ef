"""What a mail about an invoice brings: the same at every try, and no more than mailboxes take."""

import csv
import io

import pytest

from tests.billing.charging.world import World
from tests.drawing import DrawingHere
from tests.gateways.documents import a_why_document, an_annex_row
from timebot.billing.document import InvoiceDocument
from timebot.billing.models import Invoice
from timebot.billing.steps.mailing import MOST_ATTACHED
from timebot.playground.faults import FaultKind


class HeavyRenderer(DrawingHere):
    """Draws invoices of a certain weight.

    Args:
        size: how many bytes each has.
    """

    def __init__(self, size: int) -> None:
        self._size = size

    def render(self, document: InvoiceDocument) -> bytes:
        return str(document.number).encode().ljust(self._size, b".")


def table_of(world: World) -> list[dict[str, str]]:
    [mail] = world.resend.mails()
    names = [attachment["filename"] for attachment in mail["attachments"]]
    assert names == ["INV-2026-0001.pdf", "INV-2026-0001.csv"]
    return list(csv.DictReader(io.StringIO(mail["attachments"][1]["content"].decode())))


def test_the_table_in_place_of_an_annex_of_times_has_times_and_no_more(world: World) -> None:
    client = world.client()
    invoice = world.invoice(client, mode="bank", has_detail_file=True, annex_detail="times")

    world.drain()

    rows = table_of(world)
    assert sum(float(row["amount"]) for row in rows) == invoice.subtotal_minor / 100
    assert {row["person"] for row in rows} == {"Robin"}
    assert all(row["began"] < row["ended"] for row in rows)
    assert not {"approved_by", "changes", "rate_source"} & rows[0].keys()


def test_the_table_in_place_of_a_full_annex_tells_all_but_whose_rate_it_was(world: World) -> None:
    world.invoice(world.client(), mode="bank", has_detail_file=True, annex_detail="full")

    world.drain()

    rows = table_of(world)
    assert {row["rounding"] for row in rows} == {"up to 15 minutes, per day"}
    assert {"approved_by", "changes", "group_seconds"} <= rows[0].keys()
    assert "rate_source" not in rows[0]


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "500_after"])
def test_an_annex_is_mailed_once_and_as_it_was_whatever_is_set_meanwhile(
    world: World, fault: FaultKind
) -> None:
    fields = {"annex": (an_annex_row(),), "explained": a_why_document().lines}
    client = world.client()
    invoice = world.invoice(client, mode="bank", annex_detail="full", **fields)
    world.resend.fail_next("POST /emails", fault)

    world.drain(world.pipeline(renderer=DrawingHere()))
    with world.database.transaction() as session:
        world.workspace(session).annex_detail = "times"
    world.settle(world.pipeline(renderer=HeavyRenderer(1)))

    [mail] = world.resend.mails()
    [attachment] = mail["attachments"]
    stored = world.pdf_of(invoice)
    assert attachment["content"] == stored
    assert stored.startswith(b"%PDF")
    assert world.fresh(Invoice, invoice.id).last_error is None


def test_a_mail_larger_than_mailboxes_take_is_put_before_people(world: World) -> None:
    heavy = world.pipeline(renderer=HeavyRenderer(MOST_ATTACHED + 1))
    invoice = world.invoice(world.client(), mode="bank")

    world.settle(heavy)

    after = world.fresh(Invoice, invoice.id)
    assert after.attention is not None
    assert "its attachments are larger than 18 MB" in after.attention
    assert "Send the PDF, and the table from Why, another way" in after.attention
    assert (world.resend.mails(), [mail.state for mail in world.mails()]) == ([], ["failed"])
