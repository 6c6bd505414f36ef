"""Issuing: release freezes drafts, gives them numbers and applies their entries, all at once."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from timebot.billing.approved_work import Books, lock_drafted_work
from timebot.billing.assessing import Assessment, open_assessor
from timebot.billing.bulk import collector_paused
from timebot.billing.drafting import let_go
from timebot.billing.freezing import issue
from timebot.billing.models import Invoice, InvoiceRun
from timebot.billing.pausing import ensure_not_paused
from timebot.billing.periods import Period
from timebot.billing.refusals import (
    AlreadyReleased,
    DraftChanged,
    DraftHeld,
    DraftUnknown,
    NothingReady,
    NothingToBill,
    RateMissing,
    RunChanged,
    RunNotOver,
    RunUnknown,
)
from timebot.billing.run_digest import changed_names, run_digest
from timebot.clients.models import Client
from timebot.errors import Refusal
from timebot.journal.audit import Actor
from timebot.team.days import day_of
from timebot.team.models import Member, Workspace
from timebot.team.rights import require


def release(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    invoice_id: UUID,
    digest: str,
    can_charge: bool,
    surface: str,
    now: datetime,
) -> Invoice:
    """Issue one draft, exactly as it was shown; pressing it on a parked one is the decision.

    Args:
        session: an open transaction.
        workspace: whose draft.
        actor: who releases it.
        invoice_id: the draft.
        digest: of what was shown (`Assessment.digest`).
        can_charge: whether a card processor is set up.
        surface: where it came from, for the audit.
        now: the present instant.

    Raises:
        NotAllowed: if the actor has no billing role.
        BillingPaused: if a backup was restored and not compared with Stripe yet.
        DraftUnknown, AlreadyReleased, RunNotOver, DraftHeld: if it is not up for release.
        NothingToBill, RateMissing: if there is nothing to charge, or no price for it.
        DraftChanged: if it is not what was shown; it tells the difference and the new digest.
    """
    require(session, actor, "billing", to="release invoices", now=now)
    ensure_not_paused(workspace)
    invoice = _lock_drafts(session, workspace, Invoice.id == invoice_id)
    if not invoice:
        raise _why_not_there(session, workspace, invoice_id)
    draft = invoice[0]
    run = _get_run(session, workspace, draft.run_id)
    _refuse_before_cut_off(workspace, run, now)
    books, found = _assess_locked(session, workspace, run, [draft], can_charge=can_charge)
    assessment = found[draft.id]
    if draft.hold == "held":
        raise DraftHeld(assessment.client.name, draft.hold_reason)
    _refuse_unpriced(assessment)
    if assessment.digest != digest:
        raise DraftChanged(assessment, digest, workspace.locale)
    by = Actor(actor.id, surface)
    issued = issue(session, books=books, run=run, drafts=[(draft, assessment)], by=by, now=now)
    return issued[0]


def release_all(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member | None,
    run_id: UUID,
    digest: str | None,
    can_charge: bool,
    surface: str,
    now: datetime,
) -> list[Invoice]:
    """Issue every clean draft of a run; held and parked ones stay.

    Args:
        session: an open transaction.
        workspace: whose run.
        actor: who releases them; None for timebot itself (see `auto_release_hours`).
        run_id: the run.
        digest: of what was shown (`RunCheck.digest`); None where nobody was shown anything.
        can_charge: whether a card processor is set up.
        surface: where it came from, for the audit.
        now: the present instant.

    Raises:
        NotAllowed: if the actor has no billing role.
        BillingPaused: if a backup was restored and not compared with Stripe yet.
        RunUnknown, RunNotOver, NothingReady: if there is nothing to release.
        RunChanged: if the clean drafts are not what was shown; it names those that differ.
    """
    if actor is not None:
        require(session, actor, "billing", to="release invoices", now=now)
    ensure_not_paused(workspace)
    run = _get_run(session, workspace, run_id)
    _refuse_before_cut_off(workspace, run, now)
    by = Actor(actor.id if actor is not None else None, surface)
    with collector_paused():
        return _release_clean(
            session, workspace, run, digest=digest, can_charge=can_charge, by=by, now=now
        )


def _release_clean(
    session: Session,
    workspace: Workspace,
    run: InvoiceRun,
    *,
    digest: str | None,
    can_charge: bool,
    by: Actor,
    now: datetime,
) -> list[Invoice]:
    drafts = _lock_drafts(session, workspace, Invoice.run_id == run.id)
    books, found = _assess_locked(session, workspace, run, drafts, can_charge=can_charge)
    clean = [
        (draft, found[draft.id])
        for draft in drafts
        if draft.hold != "held" and is_clean(found[draft.id])
    ]
    if not clean:
        raise NothingReady
    present = run_digest([(draft.id, assessment.digest) for draft, assessment in clean])
    if digest is not None and digest != present:
        names = {draft.id: assessment.client.name for draft, assessment in clean}
        raise RunChanged(present, changed_names(digest, present, names))
    return issue(session, books=books, run=run, drafts=clean, by=by, now=now)


def is_clean(assessment: Assessment) -> bool:
    """Tell whether a draft may go out without a person's decision."""
    return not assessment.reds and assessment.priced.total_minor > 0


def has_ended(workspace: Workspace, run: InvoiceRun, now: datetime) -> bool:
    """Tell whether the run's cut-off has passed; a manual run's passed when it was opened."""
    return run.kind == "manual" or day_of(now, workspace.zone) >= run.period_end


def _get_run(session: Session, workspace: Workspace, run_id: UUID) -> InvoiceRun:
    run = session.get(InvoiceRun, (workspace.id, run_id))
    if run is None:
        raise RunUnknown
    return run


def _refuse_before_cut_off(workspace: Workspace, run: InvoiceRun, now: datetime) -> None:
    if not has_ended(workspace, run, now):
        raise RunNotOver(Period(run.period_start, run.period_end))


def _refuse_unpriced(assessment: Assessment) -> None:
    impossible = [red.sentence for red in assessment.reds if not red.may_be_released]
    if impossible:
        raise RateMissing(assessment.client.name, impossible)
    if assessment.priced.total_minor <= 0:
        raise NothingToBill(assessment.client.name)


def _lock_drafts(
    session: Session, workspace: Workspace, which: ColumnElement[bool]
) -> list[Invoice]:
    """Lock drafts and their clients, so that two releases of a client's day queue."""
    query = (
        select(Invoice)
        .where(Invoice.workspace_id == workspace.id, Invoice.document == "draft", which)
        .order_by(Invoice.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    drafts = list(session.scalars(query))
    clients = {draft.client_id for draft in drafts}
    session.execute(
        select(Client.id)
        .where(Client.workspace_id == workspace.id, Client.id.in_(clients))
        .order_by(Client.id)
        .with_for_update()
    )
    return drafts


def _why_not_there(session: Session, workspace: Workspace, invoice_id: UUID) -> Refusal:
    invoice = session.get(Invoice, (workspace.id, invoice_id), populate_existing=True)
    if invoice is not None and invoice.number is not None:
        return AlreadyReleased(invoice.number)
    return DraftUnknown()


def _assess_locked(
    session: Session,
    workspace: Workspace,
    run: InvoiceRun,
    drafts: Sequence[Invoice],
    *,
    can_charge: bool,
) -> tuple[Books, dict[UUID, Assessment]]:
    """Let go what may no longer be billed, lock the rest, and assess it as it is now."""
    ids = [draft.id for draft in drafts]
    let_go(session, workspace=workspace, run=run, invoice_ids=ids)
    assessor = open_assessor(session, workspace=workspace, can_charge=can_charge)
    works = lock_drafted_work(session, assessor.books, invoice_ids=ids, run=run)
    return assessor.books, {
        draft.id: assessor.assess(session, draft.client_id, works.get(draft.id, []))
        for draft in drafts
    }
