"""Mailing: a mail is written down word for word, then handed over exactly as written."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.delivery import brought_invoice, note_sent, show_change
from timebot.billing.detail_file import detail_csv
from timebot.billing.document import InvoiceDocument, load_document
from timebot.billing.models import Invoice
from timebot.billing.payment_models import Mail, StoredFile
from timebot.billing.ports import Envelope, Letter, LetterWriter, Rejected
from timebot.billing.steps.files import CSV, MadeFile, keep_file
from timebot.billing.steps.settling import decide
from timebot.billing.steps.work import Effect, Outside, Work
from timebot.team.days import day_of
from timebot.team.models import Workspace


def write(outside: Outside, work: Work) -> Effect:
    """Write a wanted mail; without a mailer it stays unsent and is listed."""
    mail, invoice = _mail_of(work), work.invoice
    with outside.database.read_only() as session:
        document = load_document(session, invoice)
        workspace = session.get_one(Workspace, invoice.workspace_id)
        with_invoice = _brings_invoice(session, invoice, mail)
        detail = _detail(session, invoice) if with_invoice and document.has_detail_file else None
    letter = _letter(outside.letters, document, invoice, mail, workspace, with_invoice)
    message = {
        "subject": letter.subject,
        "html": letter.html,
        "text": letter.text,
        "to": work.client.emails[:1],
        "cc": work.client.emails[1:],
        "reply_to": workspace.seller_email,
        "file_name": f"{invoice.number}.pdf" if with_invoice else None,
        "detail": detail and {"file_name": f"{invoice.number}.csv", "sha256": detail.sha256},
    }
    has_mailer = outside.mailer is not None

    def note(session: Session, invoice: Invoice) -> None:
        row = session.get_one(Mail, (mail.workspace_id, mail.id))
        if row.state != "waiting" or row.message:
            return
        row.message = message
        if detail is not None:
            keep_file(session, invoice.workspace_id, detail, now=work.now)
        row.attachment_sha256 = invoice.pdf_sha256 if with_invoice else None
        if not has_mailer:
            row.state, row.last_error = "unsent", "no mail is set up"
            show_change(session, invoice, now=work.now)

    return note


def send(outside: Outside, work: Work) -> Effect:
    """Hand a written mail over, once: after a first try it is looked for before it is repeated."""
    mail, mailer = _mail_of(work), outside.mailer
    if mailer is None:
        return _unsent(work)
    if not mail.message["to"]:
        raise Rejected("the client has no mail address")
    with outside.database.read_only() as session:
        envelope = _envelope(session, mail)
        known = _known(session, mail)
    provider_id = None
    if work.attempts > 1:
        # The provider forgets keys after a day, so the key alone would not do.
        subject = envelope.letter.subject
        provider_id = mailer.find_sent(to=envelope.to, subject=subject, known=known)
    if provider_id is None:
        provider_id = mailer.send(envelope, key=mail.idempotency_key)
    return _sent(work, provider_id)


def give_up(work: Work, reason: str) -> Effect:
    """Return what becomes of a mail that the provider refuses for good."""

    def note(session: Session, invoice: Invoice) -> None:
        row = session.get_one(Mail, (invoice.workspace_id, _mail_of(work).id))
        if row.state != "waiting":
            return
        row.state, row.last_error, row.settled_at = "failed", reason, work.now
        session.flush()
        decide(session, invoice, f"The mail could not be sent: {reason}", now=work.now)

    return note


def mail_tag(mail: Mail) -> str:
    """Return the tag by which webhooks name a mail."""
    return f"{mail.workspace_id}_{mail.id}"


def _brings_invoice(session: Session, invoice: Invoice, mail: Mail) -> bool:
    """A receipt brings the invoice where no mail did, and where a person asks for it again."""
    if mail.kind == "invoice" or mail.attempt > 1:
        return True
    return not brought_invoice(session, invoice)


def _mail_of(work: Work) -> Mail:
    if work.mail is None:
        message = f"no mail waits for invoice {work.invoice.id}"
        raise ValueError(message)
    return work.mail


def _letter(
    letters: LetterWriter,
    document: InvoiceDocument,
    invoice: Invoice,
    mail: Mail,
    workspace: Workspace,
    with_invoice: bool,  # noqa: FBT001 - decides the words, not the behaviour
) -> Letter:
    if mail.kind == "invoice":
        pay_url = None if invoice.collection == "paid" else invoice.pay_url
        return letters.invoice_letter(document, pay_url=pay_url)
    return letters.receipt_letter(
        document,
        paid_on=_paid_on(invoice, workspace),
        paid_how=invoice.paid_how or "",
        with_invoice=with_invoice,
    )


def _paid_on(invoice: Invoice, workspace: Workspace) -> date:
    if invoice.paid_at is None:
        message = f"invoice {invoice.id} is not paid, so there is no receipt"
        raise ValueError(message)
    return day_of(invoice.paid_at, workspace.zone)


def _envelope(session: Session, mail: Mail) -> Envelope:
    message: Mapping[str, Any] = mail.message
    return Envelope(
        to=message["to"][0],
        cc=message["cc"],
        reply_to=message["reply_to"],
        letter=Letter(message["subject"], message["html"], message["text"]),
        attachments=_attachments(session, mail),
        tag=mail_tag(mail),
    )


def _attachments(session: Session, mail: Mail) -> dict[str, bytes]:
    named = (
        {}
        if mail.attachment_sha256 is None
        else {mail.message["file_name"]: mail.attachment_sha256}
    )
    detail = mail.message.get("detail")
    if detail:
        named[detail["file_name"]] = detail["sha256"]
    return {
        name: session.get_one(StoredFile, (mail.workspace_id, sha256)).content
        for name, sha256 in named.items()
    }


def _detail(session: Session, invoice: Invoice) -> MadeFile:
    """Return the list of all entries, for an invoice too long to print each of them."""
    return MadeFile(detail_csv(session, invoice).encode("utf-8"), CSV)


def _known(session: Session, mail: Mail) -> set[str]:
    """Return the provider's ids of the other mails about the invoice."""
    found = session.scalars(
        select(Mail.provider_id).where(
            Mail.workspace_id == mail.workspace_id, Mail.invoice_id == mail.invoice_id
        )
    )
    return {provider_id for provider_id in found if provider_id is not None}


def _sent(work: Work, provider_id: str) -> Effect:
    def note(session: Session, invoice: Invoice) -> None:
        mail_id = _mail_of(work).id
        note_sent(session, invoice, mail_id, provider_id=provider_id, now=work.now)

    return note


def _unsent(work: Work) -> Effect:
    def note(session: Session, invoice: Invoice) -> None:
        row = session.get_one(Mail, (invoice.workspace_id, _mail_of(work).id))
        if row.state == "waiting":
            row.state, row.last_error = "unsent", "no mail is set up"

    return note
