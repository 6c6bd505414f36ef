"""The contents of a mail: its words and its attachments, put together from frozen rows."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from timebot.billing.credit_document import load_credit_document
from timebot.billing.credit_models import CreditNote
from timebot.billing.delivery import brought_invoice
from timebot.billing.detail_file import detail_csv
from timebot.billing.document import load_document
from timebot.billing.document_ports import Letter, LetterWriter
from timebot.billing.models import Invoice
from timebot.billing.payment_models import Mail
from timebot.billing.receivable import owed, received
from timebot.billing.steps.files import CSV, MadeFile
from timebot.billing.steps.plan import CUSTOMER_GONE
from timebot.billing.why import explain_lines
from timebot.billing.why_file import annex_csv
from timebot.billing.why_printed import print_line
from timebot.clients.models import Client
from timebot.team.days import day_of
from timebot.team.models import Workspace

CREDIT, REMINDER = "credit_", "reminder_"
"""How the kinds of mails begin of which an invoice can have several; a number follows."""


@dataclass(frozen=True)
class Contents:
    """What a mail consists of.

    Attributes:
        message: as it is kept: words, recipients and the names of the attachments.
        attachment_sha256: names the stored PDF, None where the mail brings none.
        detail: the list of all entries, still to be stored, or None.
    """

    message: dict[str, Any]
    attachment_sha256: str | None
    detail: MadeFile | None


def compose_mail(
    session: Session, letters: LetterWriter, invoice: Invoice, client: Client, mail: Mail
) -> Contents:
    """Write a wanted mail word for word; reads only."""
    workspace = session.get_one(Workspace, invoice.workspace_id)
    if mail.kind.startswith(CREDIT):
        note = _note(session, mail)
        letter = letters.credit_letter(load_credit_document(session, note))
        message = _message(letter, client, workspace, file_name=f"{note.number}.pdf")
        return Contents(message, note.pdf_sha256, None)
    document = load_document(session, invoice)
    with_invoice = _brings_invoice(session, invoice, mail)
    has_detail = with_invoice and document.has_detail_file
    detail = _detail(session, invoice, document.annex_detail) if has_detail else None
    letter = _letter(session, letters, invoice, mail, workspace, with_invoice=with_invoice)
    file_name = f"{invoice.number}.pdf" if with_invoice else None
    message = _message(letter, client, workspace, file_name=file_name)
    message["detail"] = detail and {"file_name": f"{invoice.number}.csv", "sha256": detail.sha256}
    return Contents(message, invoice.pdf_sha256 if with_invoice else None, detail)


def _note(session: Session, mail: Mail) -> CreditNote:
    return session.scalars(
        select(CreditNote).where(
            CreditNote.workspace_id == mail.workspace_id,
            CreditNote.invoice_id == mail.invoice_id,
            CreditNote.ordinal == int(mail.kind.removeprefix(CREDIT)),
        )
    ).one()


def _message(
    letter: Letter, client: Client, workspace: Workspace, *, file_name: str | None
) -> dict[str, Any]:
    return {
        "subject": letter.subject,
        "html": letter.html,
        "text": letter.text,
        "to": client.emails[:1],
        "cc": client.emails[1:],
        "reply_to": workspace.seller_email,
        "file_name": file_name,
        "detail": None,
    }


def _brings_invoice(session: Session, invoice: Invoice, mail: Mail) -> bool:
    """A receipt brings the invoice where no mail did, and where a person asks for it again."""
    if mail.kind != "receipt" or mail.attempt > 1:
        return True
    return not brought_invoice(session, invoice)


def _letter(
    session: Session,
    letters: LetterWriter,
    invoice: Invoice,
    mail: Mail,
    workspace: Workspace,
    *,
    with_invoice: bool,
) -> Letter:
    document, left = load_document(session, invoice), owed(session, invoice)
    pay_url = invoice.pay_url if left and invoice.stripe_status != CUSTOMER_GONE else None
    if mail.kind == "invoice":
        return letters.invoice_letter(document, owed=left, pay_url=pay_url)
    if mail.kind.startswith(REMINDER):
        ordinal = _reminders_until(session, mail)
        return letters.reminder_letter(document, owed=left, ordinal=ordinal, pay_url=pay_url)
    return letters.receipt_letter(
        document,
        received=received(session, invoice),
        paid_on=_paid_on(invoice, workspace),
        paid_how=invoice.paid_how or "",
        with_invoice=with_invoice,
    )


def _reminders_until(session: Session, mail: Mail) -> int:
    """Count the reminders of the invoice up to this one; days that were skipped do not count."""
    found = session.scalar(
        select(func.count(Mail.id)).where(
            Mail.workspace_id == mail.workspace_id,
            Mail.invoice_id == mail.invoice_id,
            Mail.kind.startswith(REMINDER),
            Mail.created_at <= mail.created_at,
        )
    )
    return found or 1


def _paid_on(invoice: Invoice, workspace: Workspace) -> date:
    if invoice.paid_at is None:
        message = f"invoice {invoice.id} is not paid, so there is no receipt"
        raise ValueError(message)
    return day_of(invoice.paid_at, workspace.zone)


def _detail(session: Session, invoice: Invoice, annex_detail: str) -> MadeFile:
    """Return the list of all entries, where they are too many to print each of them."""
    if annex_detail == "none":
        listed = detail_csv(session, invoice)
    else:
        lines = [print_line(line) for line in explain_lines(session, invoice)]
        listed = annex_csv(lines, detail=annex_detail)
    return MadeFile(listed.encode("utf-8"), CSV)
