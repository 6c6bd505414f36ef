"""Holds: people keep an entry out of invoices, or a client out of one run."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebot.billing.drafting import refresh_draft
from timebot.billing.models import DraftEntry, EntryHold, Invoice
from timebot.billing.refusals import AlreadyReleased, DraftUnknown
from timebot.clients.models import Client
from timebot.errors import NotFound, Refusal
from timebot.journal.audit import Actor, record
from timebot.journal.notices import refresh_card
from timebot.team.models import Member, Workspace
from timebot.team.rights import require
from timebot.timekeeping.models import TimeEntry


class EntryUnknown(NotFound):
    """No such time entry."""

    def __init__(self) -> None:
        super().__init__("There is no such time entry.")


class EntryBilled(Refusal):
    """It is on an invoice already."""

    def __init__(self) -> None:
        super().__init__(
            "This entry is on an invoice already, so it cannot be held back. Correct the invoice."
        )


class AlreadyHeld(Refusal):
    """Somebody holds it already."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"This entry is held back already: {reason} Lift that hold first to give another."
        )


class NothingHeldBack(Refusal):
    """A held draft whose hours were all changed, deleted or rejected since."""

    def __init__(self, client: str) -> None:
        super().__init__(
            f"The hours of {client} in this run were changed or deleted since, so there is no draft"
            " to put back. The next run takes what is approved by then.",
            example="/billing preview",
        )


class NotHeld(Refusal):
    """There is no hold to lift."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing is held back here, so nothing was changed.", example="/billing preview"
        )


def hold_entry(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    entry_id: UUID,
    reason: str,
    can_charge: bool,
    surface: str,
    now: datetime,
) -> EntryHold:
    """Keep an entry out of invoices until the hold is lifted; an open draft lets it go.

    Raises:
        NotAllowed: if the actor has no billing role.
        EntryUnknown, EntryBilled, AlreadyHeld: if it cannot be held.
    """
    require(session, actor, "billing", to="hold entries back", now=now)
    entry = session.get(
        TimeEntry, (workspace.id, entry_id), with_for_update=True, populate_existing=True
    )
    if entry is None or entry.deleted_at is not None:
        raise EntryUnknown
    if entry.state == "applied":
        raise EntryBilled
    hold = EntryHold(
        workspace_id=workspace.id,
        time_entry_id=entry_id,
        reason=reason.strip() or "held back",
        held_by=actor.id,
        held_at=now,
    )
    try:
        with session.begin_nested():
            session.add(hold)
            session.flush()
    except IntegrityError as error:
        # The unique index decides, so two people at the same instant make one hold.
        raise AlreadyHeld(_live_hold(session, workspace, entry_id).reason) from error
    _record_entry(session, workspace, Actor(actor.id, surface), entry_id, "held", reason, now)
    _refresh_drafts(session, workspace, entry_id, can_charge=can_charge, now=now)
    return hold


def lift_entry_hold(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    entry_id: UUID,
    surface: str,
    now: datetime,
) -> None:
    """Let an entry onto invoices again; a draft that is open takes it in when it is refreshed.

    Raises:
        NotAllowed: if the actor has no billing role.
        NotHeld: if it is not held.
    """
    require(session, actor, "billing", to="lift holds", now=now)
    lifted = session.execute(
        update(EntryHold)
        .where(
            EntryHold.workspace_id == workspace.id,
            EntryHold.time_entry_id == entry_id,
            EntryHold.lifted_at.is_(None),
        )
        .values(lifted_at=now)
        .returning(EntryHold.id)
    )
    if lifted.first() is None:
        raise NotHeld
    _record_entry(session, workspace, Actor(actor.id, surface), entry_id, "hold_lifted", None, now)


def hold_client(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    invoice_id: UUID,
    reason: str,
    surface: str,
    now: datetime,
) -> Invoice:
    """Keep a client's draft out of this run; the next run takes its work.

    Raises:
        NotAllowed: if the actor has no billing role.
        DraftUnknown, AlreadyReleased: if it is no draft (any more).
    """
    require(session, actor, "billing", to="hold clients back", now=now)
    why = reason.strip() or None
    invoice = _move(session, workspace, invoice_id, hold="held", reason=why)
    _record_draft(session, invoice, Actor(actor.id, surface), "held", why, now)
    return invoice


def lift_client_hold(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    invoice_id: UUID,
    can_charge: bool,
    surface: str,
    now: datetime,
) -> Invoice:
    """Put a client's draft back into its run; it is brought up to date.

    Raises:
        NotAllowed: if the actor has no billing role.
        DraftUnknown, AlreadyReleased: if it is no draft (any more).
        NothingHeldBack: if nothing is left in it.
        NotHeld: if nobody holds it.
    """
    require(session, actor, "billing", to="lift holds", now=now)
    draft = session.get(Invoice, (workspace.id, invoice_id), populate_existing=True)
    if draft is not None and draft.document == "draft" and draft.hold != "held":
        raise NotHeld
    invoice = _move(session, workspace, invoice_id, hold=None, reason=None)
    _record_draft(session, invoice, Actor(actor.id, surface), "hold_lifted", None, now)
    if refresh_draft(session, workspace=workspace, invoice=invoice, can_charge=can_charge) is None:
        raise NothingHeldBack(session.get_one(Client, (workspace.id, invoice.client_id)).name)
    return invoice


def list_held_entries(
    session: Session, *, workspace: Workspace
) -> list[tuple[EntryHold, TimeEntry]]:
    """List the entries that are held back, the longest held first."""
    rows = session.execute(
        select(EntryHold, TimeEntry)
        .join(
            TimeEntry,
            (TimeEntry.workspace_id == EntryHold.workspace_id)
            & (TimeEntry.id == EntryHold.time_entry_id),
        )
        .where(EntryHold.workspace_id == workspace.id, EntryHold.lifted_at.is_(None))
        .order_by(EntryHold.held_at, EntryHold.id)
    )
    return [(hold, entry) for hold, entry in rows]


def _move(
    session: Session,
    workspace: Workspace,
    invoice_id: UUID,
    *,
    hold: str | None,
    reason: str | None,
) -> Invoice:
    """Move a draft's hold by one conditional UPDATE."""
    moved = session.scalar(
        update(Invoice)
        .where(
            Invoice.workspace_id == workspace.id,
            Invoice.id == invoice_id,
            Invoice.document == "draft",
        )
        .values(hold=hold, hold_reason=reason)
        .returning(Invoice.id)
    )
    invoice = session.get(Invoice, (workspace.id, invoice_id), populate_existing=True)
    if invoice is None:
        raise DraftUnknown
    if moved is None:
        raise AlreadyReleased(invoice.number or "")
    return invoice


def _refresh_drafts(
    session: Session, workspace: Workspace, entry_id: UUID, *, can_charge: bool, now: datetime
) -> None:
    """Bring the draft that holds the entry up to date, and its card."""
    draft = session.scalar(
        select(Invoice)
        .join(
            DraftEntry,
            (DraftEntry.workspace_id == Invoice.workspace_id)
            & (DraftEntry.invoice_id == Invoice.id),
        )
        .where(Invoice.workspace_id == workspace.id, DraftEntry.time_entry_id == entry_id)
    )
    if draft is None:
        return
    run_id = draft.run_id
    refresh_draft(session, workspace=workspace, invoice=draft, can_charge=can_charge)
    refresh_card(session, workspace_id=workspace.id, purpose="run", subject_id=run_id, now=now)


def _live_hold(session: Session, workspace: Workspace, entry_id: UUID) -> EntryHold:
    return session.scalars(
        select(EntryHold).where(
            EntryHold.workspace_id == workspace.id,
            EntryHold.time_entry_id == entry_id,
            EntryHold.lifted_at.is_(None),
        )
    ).one()


def _record_entry(
    session: Session,
    workspace: Workspace,
    by: Actor,
    entry_id: UUID,
    verb: str,
    reason: str | None,
    now: datetime,
) -> None:
    record(
        session,
        workspace_id=workspace.id,
        actor=by,
        action=f"time_entry.{verb}",
        subject_kind="time_entry",
        subject_id=entry_id,
        at=now,
        note=reason,
    )


def _record_draft(
    session: Session, invoice: Invoice, by: Actor, verb: str, reason: str | None, now: datetime
) -> None:
    record(
        session,
        workspace_id=invoice.workspace_id,
        actor=by,
        action=f"invoice.{verb}",
        subject_kind="invoice",
        subject_id=invoice.id,
        at=now,
        note=reason,
    )
    refresh_card(
        session,
        workspace_id=invoice.workspace_id,
        purpose="run",
        subject_id=invoice.run_id,
        now=now,
    )
