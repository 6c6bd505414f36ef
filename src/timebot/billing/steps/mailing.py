"""Mailing: a mail is written down word for word, then handed over exactly as written."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.delivery import note_sent, show_change
from timebot.billing.document_ports import Letter
from timebot.billing.models import Invoice
from timebot.billing.payment_models import Mail, StoredFile
from timebot.billing.ports import Envelope, Mailer, MayNotLook, Rejected
from timebot.billing.steps.files import keep_file
from timebot.billing.steps.mail_contents import compose_mail
from timebot.billing.steps.settling import decide
from timebot.billing.steps.work import Effect, Outside, Work

MOST_ATTACHED = 18_000_000
"""Bytes of all attachments: most mailboxes take 25 MB, and base64 makes a third more of them."""


def write(outside: Outside, work: Work) -> Effect:
    """Write a wanted mail; without a mailer it stays unsent and is listed."""
    mail = _mail_of(work)
    with outside.database.read_only() as session:
        made = compose_mail(session, outside.letters, work.invoice, work.client, mail)
    has_mailer = outside.mailer is not None

    def note(session: Session, invoice: Invoice) -> None:
        row = session.get_one(Mail, (mail.workspace_id, mail.id))
        if row.state != "waiting" or row.message:
            return
        row.message = made.message
        if made.detail is not None:
            keep_file(session, invoice.workspace_id, made.detail, now=work.now)
        row.attachment_sha256 = made.attachment_sha256
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
    if sum(map(len, envelope.attachments.values())) > MOST_ATTACHED:
        raise Rejected(
            f"its attachments are larger than {MOST_ATTACHED // 1_000_000} MB, which few mailboxes"
            " take. Send the PDF, and the table from Why, another way"
        )
    provider_id = None
    if work.attempts > 1:
        # The provider forgets keys after a day, so the key alone would not do.
        provider_id = _find_sent(mailer, envelope, known)
    if provider_id is None:
        provider_id = mailer.send(envelope, key=mail.idempotency_key)
    return _sent(work, provider_id)


def _find_sent(mailer: Mailer, envelope: Envelope, known: Collection[str]) -> str | None:
    try:
        return mailer.find_sent(to=envelope.to, subject=envelope.letter.subject, known=known)
    except MayNotLook:
        # The mail's own key keeps it from being sent twice for a day; after that, rather twice
        # than never.
        return None


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


def _mail_of(work: Work) -> Mail:
    if work.mail is None:
        message = f"no mail waits for invoice {work.invoice.id}"
        raise ValueError(message)
    return work.mail


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
