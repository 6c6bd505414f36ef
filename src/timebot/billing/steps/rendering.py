"""Rendering: the PDF is drawn once from the frozen rows, and kept under its hash."""

from datetime import datetime

from sqlalchemy.orm import Session

from timebot.billing.delivery import note_invoice, show_change, want_first_mail
from timebot.billing.document import load_document
from timebot.billing.models import Invoice
from timebot.billing.steps.files import PDF, MadeFile, keep_file
from timebot.billing.steps.settling import settle_paid
from timebot.billing.steps.work import Effect, Outside, Work


def render(outside: Outside, work: Work) -> Effect:
    """Draw the PDF; the result stores it and makes the invoice rendered."""
    with outside.database.read_only() as session:
        document = load_document(session, work.invoice)
    made = MadeFile(outside.renderer.render(document), PDF)

    def note(session: Session, invoice: Invoice) -> None:
        if invoice.document != "issued":
            return
        sha256 = keep_file(session, invoice.workspace_id, made, now=work.now)
        invoice.document, invoice.pdf_sha256 = "rendered", sha256
        facts = {"pdf_sha256": sha256}
        note_invoice(session, invoice, action="invoice.rendered", at=work.now, after=facts)
        _begin_collecting(session, invoice, work.now)
        show_change(session, invoice, now=work.now)

    return note


def _begin_collecting(session: Session, invoice: Invoice, now: datetime) -> None:
    """What is paid by transfer is mailed at once; what nothing is due for is paid."""
    if invoice.collection == "credited":
        # Taken back before it was drawn: nothing is collected any more.
        return
    if not invoice.due_minor:
        settle_paid(
            session,
            invoice,
            how="outside",
            words="credit",
            paid_at=now,
            payment_intent=None,
            now=now,
        )
    elif invoice.charge_mode == "bank" and invoice.collection == "open":
        want_first_mail(session, invoice, kind="invoice", now=now)
