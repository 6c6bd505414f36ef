"""Rendering: the PDF is drawn once from the frozen rows, and kept under its hash."""

import hashlib
from datetime import datetime

from sqlalchemy.orm import Session

from timebot.billing.delivery import note_invoice, show_change, want_first_mail
from timebot.billing.document import load_document
from timebot.billing.models import Invoice
from timebot.billing.payment_models import StoredFile
from timebot.billing.steps.settling import settle_paid
from timebot.billing.steps.work import Effect, Outside, Work

PDF = "application/pdf"


def render(outside: Outside, work: Work) -> Effect:
    """Draw the PDF; the result stores it and makes the invoice rendered."""
    with outside.database.read_only() as session:
        document = load_document(session, work.invoice)
    content = outside.renderer.render(document)
    sha256 = hashlib.sha256(content).hexdigest()

    def note(session: Session, invoice: Invoice) -> None:
        if invoice.document != "issued":
            return
        _keep(session, invoice, sha256, content, work.now)
        invoice.document, invoice.pdf_sha256 = "rendered", sha256
        facts = {"pdf_sha256": sha256}
        note_invoice(session, invoice, action="invoice.rendered", at=work.now, after=facts)
        _begin_collecting(session, invoice, work.now)
        show_change(session, invoice, now=work.now)

    return note


def _keep(session: Session, invoice: Invoice, sha256: str, content: bytes, now: datetime) -> None:
    if session.get(StoredFile, (invoice.workspace_id, sha256)) is None:
        session.add(
            StoredFile(
                workspace_id=invoice.workspace_id,
                sha256=sha256,
                content_type=PDF,
                content=content,
                created_at=now,
            )
        )
        session.flush()


def _begin_collecting(session: Session, invoice: Invoice, now: datetime) -> None:
    """What is paid by transfer is mailed at once; what nothing is due for is paid."""
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
