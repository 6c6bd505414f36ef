"""What a client has in credit: a ledger of ours, applied to the next invoice, never at Stripe."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from timebot.billing.credit_models import ClientCredit, CreditNote
from timebot.billing.models import Invoice
from timebot.clients.models import Client
from timebot.journal.audit import Actor
from timebot.money import Money
from timebot.team.models import Workspace


def balance(session: Session, client: Client, *, currency: str | None = None) -> Money:
    """Return what a client has in credit, in their present currency unless another is named."""
    wanted = currency or client.currency
    found = session.scalar(
        select(func.sum(ClientCredit.amount_minor)).where(
            ClientCredit.workspace_id == client.workspace_id,
            ClientCredit.client_id == client.id,
            ClientCredit.currency == wanted,
        )
    )
    return Money(int(found or 0), wanted)


def balances(session: Session, *, workspace: Workspace) -> Mapping[UUID, int]:
    """Return, by client, the minor units in credit that their next invoice can use."""
    rows = session.execute(
        select(ClientCredit.client_id, func.sum(ClientCredit.amount_minor))
        .join(
            Client,
            (Client.workspace_id == ClientCredit.workspace_id)
            & (Client.id == ClientCredit.client_id)
            & (Client.currency == ClientCredit.currency),
        )
        .where(ClientCredit.workspace_id == workspace.id)
        .group_by(ClientCredit.client_id)
    )
    return {client_id: int(minor) for client_id, minor in rows if minor}


def grant(
    session: Session, invoice: Invoice, note: CreditNote, *, by: Actor, now: datetime
) -> None:
    """Write down what a credit note leaves to the client, if anything."""
    if note.credit_minor:
        _move(session, invoice, "granted", note.credit_minor, by, now, credit_note_id=note.id)


def apply_credit(session: Session, invoice: Invoice, *, by: Actor, now: datetime) -> None:
    """Use up what an invoice, just issued, was lowered by; the database refuses an overdraft."""
    if invoice.credit_minor:
        _move(session, invoice, "applied", -invoice.credit_minor, by, now, invoice_id=invoice.id)


def return_credit(session: Session, invoice: Invoice, *, by: Actor, now: datetime) -> None:
    """Give back what a cancelled invoice had used."""
    if invoice.credit_minor:
        _move(session, invoice, "returned", invoice.credit_minor, by, now, invoice_id=invoice.id)


def _move(
    session: Session,
    invoice: Invoice,
    kind: str,
    minor: int,
    by: Actor,
    now: datetime,
    *,
    credit_note_id: UUID | None = None,
    invoice_id: UUID | None = None,
) -> None:
    session.add(
        ClientCredit(
            workspace_id=invoice.workspace_id,
            id=uuid4(),
            client_id=invoice.client_id,
            currency=invoice.currency,
            kind=kind,
            amount_minor=minor,
            credit_note_id=credit_note_id,
            invoice_id=invoice_id,
            created_at=now,
            created_by=by.member_id,
        )
    )
    session.flush()
