"""Mending: a mail came back, so the client's address is put right and the mail goes out again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.deciding import lock_issued, number_of
from timebot.billing.delivery import note_invoice, show_change, want_mail
from timebot.billing.models import Invoice
from timebot.billing.open_work import open_work_of
from timebot.billing.payment_models import Mail
from timebot.clients.catalogue import change_client
from timebot.clients.models import Client
from timebot.errors import Refusal
from timebot.journal.audit import Actor
from timebot.team.models import Member, Workspace
from timebot.team.rights import require

_REMINDER = "reminder_"


class NothingCameBack(Refusal):
    """The mails arrived, or are on their way again."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"No mail about {number} waits for another address. Nothing was changed.",
            example=f"/billing invoice {number}",
        )


def mend_address(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    invoice_id: UUID,
    emails: str,
    now: datetime,
    surface: str = "slack",
) -> Invoice:
    """Change the client's addresses, and send again what came back about an invoice.

    Args:
        session: an open transaction.
        workspace: whose invoice.
        actor: who knows the address.
        invoice_id: the invoice.
        emails: addresses as typed, with commas between them.
        now: the present instant.
        surface: where it came from, for the audit.

    Raises:
        NotAllowed: if the actor has no billing role.
        InvoiceUnknown, NotIssued, AlreadyVoid: if there is nothing to mail.
        NothingCameBack: if no mail of it came back.
        FieldsRefused: if an address is none.
    """
    require(session, actor, "billing", to="change clients", now=now)
    invoice = lock_issued(session, workspace=workspace, invoice_id=invoice_id)
    kinds = came_back(session, invoice)
    if not kinds:
        raise NothingCameBack(number_of(invoice))
    client = session.get_one(Client, (workspace.id, invoice.client_id), populate_existing=True)
    work = open_work_of(session, workspace_id=workspace.id, client_id=client.id)
    change_client(
        session,
        actor=actor,
        client=client,
        changes={"emails": emails},
        has_unbilled=work.has_unbilled,
        surface=surface,
        now=now,
    )
    for kind in kinds:
        want_mail(session, invoice, kind=kind, now=now)
    invoice.attention, invoice.next_step_at = None, now
    session.flush()
    by = Actor(actor.id, surface)
    note_invoice(session, invoice, action="invoice.mailed_again", actor=by, at=now)
    show_change(session, invoice, now=now)
    return invoice


def came_back(session: Session, invoice: Invoice) -> list[str]:
    """List the kinds of mails to send again, because the newest of each never arrived.

    Whoever has paid is sent the receipt instead of what asked for the money; it brings the invoice.
    """
    of_invoice = select(Mail.kind, Mail.state).where(
        Mail.workspace_id == invoice.workspace_id, Mail.invoice_id == invoice.id
    )
    newest = dict(session.execute(of_invoice.order_by(Mail.attempt)).all())
    asks = "receipt" if invoice.collection == "paid" else "invoice"
    found = []
    for kind, state in sorted(newest.items()):
        if state in {"bounced", "failed"}:
            found.append(asks if kind == "invoice" or kind.startswith(_REMINDER) else kind)
    return list(dict.fromkeys(found))
