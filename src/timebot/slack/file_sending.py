"""Files: PDFs of drafts, invoices and how these came to be, drawn by the worker, sent to one."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from timebot.billing.credit_models import CreditNote
from timebot.billing.document import InvoiceDocument
from timebot.billing.document_ports import Renderer
from timebot.billing.models import Invoice
from timebot.billing.payment_models import StoredFile
from timebot.billing.ports import TryLater
from timebot.billing.preview import draft_document
from timebot.billing.why_document import WhyDocument, load_why_document
from timebot.billing.why_file import why_csv
from timebot.clients.models import Client
from timebot.journal.outbox import GiveUp, OutboxJob, Outcome, TryAgain, enqueue
from timebot.slack.blocks import escape
from timebot.slack.desk import Asked, Desk
from timebot.slack.speaker import Speaker
from timebot.team.days import day_of
from timebot.team.members import find_member
from timebot.team.models import Workspace
from timebot.team.rights import may

KIND = "slack.file"
"""The kind of outbox message that this file handles."""

Found = bytes | InvoiceDocument | WhyDocument
"""What is sent as it is, and what is drawn first."""

_GONE = "The draft you asked for is not there any more."


def want_file(asked: Asked, invoice: Invoice) -> None:
    """Ask for the PDF of an invoice or a draft, to be sent to the person who asks."""
    _want(asked, invoice_id=invoice.id, draft=invoice.document == "draft")


def want_why(asked: Asked, invoice: Invoice) -> None:
    """Ask for how an invoice came to be, as a document, to be sent to the person who asks."""
    _want(asked, invoice_id=invoice.id, why=True)


def want_credit_note(asked: Asked, note: CreditNote) -> None:
    """Ask for the PDF of a credit note, to be sent to the person who asks."""
    _want(asked, invoice_id=note.invoice_id, credit_note_id=note.id)


def _want(asked: Asked, **which: UUID | bool) -> None:
    recipient = asked.member.slack_user_id
    enqueue(
        asked.session,
        workspace_id=asked.workspace.id,
        kind=KIND,
        payload={"recipient": recipient, **which},
        now=asked.now,
    )


@dataclass(frozen=True)
class _Wanted:
    """What was asked for; not found yet where it is still to be drawn and stored."""

    found: Found | None
    name: str
    comment: str


class FileSender:
    """Sends the PDF that somebody asked for.

    Args:
        renderer: draws drafts; what was issued is sent as it was stored.
    """

    def __init__(self, desk: Desk, speaker: Speaker, renderer: Renderer | None) -> None:
        self._desk = desk
        self._speaker = speaker
        self._renderer = renderer

    def __call__(self, job: OutboxJob) -> Outcome:
        """Handle one request; it is drawn and sent with no transaction open."""
        recipient = str(job.payload["recipient"])
        with self._desk.database.read_only() as session:
            if not _may_have_it(session, job.workspace_id, recipient):
                return GiveUp("the person may not see invoices any more")
            wanted = self._wanted(session, job)
        if wanted is None:
            return self._speaker.post(job.workspace_id, recipient, _GONE, [])
        if wanted.found is None:
            return TryAgain("the PDF is not drawn yet")
        try:
            content = self._drawn(wanted.found)
        except TryLater as later:
            return TryAgain(later.reason, later.after)
        return self._speaker.upload(
            job.workspace_id, recipient, wanted.name, content, wanted.comment
        )

    def _wanted(self, session: Session, job: OutboxJob) -> _Wanted | None:
        """Return what was asked for, or None if it is not there any more."""
        if "credit_note_id" in job.payload:
            note_id = UUID(job.payload["credit_note_id"])
            note = session.get_one(CreditNote, (job.workspace_id, note_id))
            content = _stored(session, job.workspace_id, note.pdf_sha256)
            return _Wanted(content, f"{note.number}.pdf", f"Credit note {note.number}")
        invoice = session.get(Invoice, (job.workspace_id, UUID(job.payload["invoice_id"])))
        if invoice is None:
            return None
        found = self._document(session, invoice, is_why=bool(job.payload.get("why")))
        return _Wanted(found, *_named(session, invoice, found))

    def _document(self, session: Session, invoice: Invoice, *, is_why: bool) -> Found | None:
        """Return the stored bytes of an invoice, or what is to be drawn; None if not yet."""
        now = self._desk.clock.now()
        if is_why:
            workspace = session.get_one(Workspace, invoice.workspace_id)
            today = day_of(now, workspace.zone)
            return load_why_document(session, invoice, workspace=workspace, today=today)
        if invoice.document == "draft":
            return draft_document(session, invoice, now, can_charge=self._desk.can_charge)
        return _stored(session, invoice.workspace_id, invoice.pdf_sha256)

    def _drawn(self, found: Found) -> bytes:
        if isinstance(found, bytes):
            return found
        if isinstance(found, WhyDocument) and found.is_too_long:
            return why_csv(found.lines).encode("utf-8")
        if self._renderer is None:
            raise TryLater("nothing draws PDFs here")
        if isinstance(found, WhyDocument):
            return self._renderer.render_why(found)
        return self._renderer.render(found)


def _stored(session: Session, workspace_id: UUID, sha256: str | None) -> bytes | None:
    if sha256 is None:
        return None
    return session.get_one(StoredFile, (workspace_id, sha256)).content


def _may_have_it(session: Session, workspace_id: UUID, recipient: str) -> bool:
    member = find_member(session, workspace_id=workspace_id, slack_user_id=recipient)
    return member is not None and may(member, "billing")


def _named(session: Session, invoice: Invoice, found: Found | None) -> tuple[str, str]:
    client = session.get_one(Client, (invoice.workspace_id, invoice.client_id))
    if isinstance(found, WhyDocument):
        ending = "csv" if found.is_too_long else "pdf"
        comment = f"How {invoice.number} for {escape(client.name)} came to be"
        if found.is_too_long:
            comment += ", as a table, because it has too many entries to be printed"
        return f"{invoice.number}-why.{ending}", comment
    if invoice.number is None:
        name = "".join(mark if mark.isalnum() else "-" for mark in client.name)
        return f"draft-{name[:60]}.pdf", f"Draft of the invoice for {escape(client.name)}"
    return f"{invoice.number}.pdf", f"Invoice {invoice.number} for {escape(client.name)}"
