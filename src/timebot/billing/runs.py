"""Invoice runs: opened once per billing period when it is due, or by hand at any time."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from timebot.billing.approved_work import free_work, open_books
from timebot.billing.assessing import open_assessor
from timebot.billing.drafting import draft_clients, drafts_with_work, let_go, remove_draft
from timebot.billing.freezing import close_run_when_done
from timebot.billing.issuing import release_all
from timebot.billing.models import Invoice, InvoiceRun
from timebot.billing.numbers import insert_or
from timebot.billing.periods import Period
from timebot.billing.recipients import billing_recipients, tell_billing
from timebot.billing.refusals import NothingReady, NothingToRun
from timebot.billing.run_schedule import MOST_MISSED, due_periods, forecast_due
from timebot.clients.models import Client
from timebot.journal.audit import WORKER, Actor, record
from timebot.journal.notices import refresh_card, show_card
from timebot.team.days import day_of
from timebot.team.models import Member, Workspace
from timebot.team.rights import require


def open_due_runs(
    session: Session, *, workspace: Workspace, can_charge: bool, now: datetime
) -> list[InvoiceRun]:
    """Open the runs that are due, oldest first; each is claimed by its unique row.

    After more than two missed periods nothing is opened: the billing people are asked once
    (notice `runs_missed`), and `go_ahead` opens them.
    """
    if workspace.billing_paused_at is not None:
        return []
    due = due_periods(session, workspace=workspace, now=now)
    if len(due) > MOST_MISSED:
        _ask(session, workspace, due, now)
        return []
    return _open_all(session, workspace, due, by=WORKER, can_charge=can_charge, now=now)


def go_ahead(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    can_charge: bool,
    surface: str,
    now: datetime,
) -> list[InvoiceRun]:
    """Open all due runs because a person said so, however many were missed.

    Raises:
        NotAllowed: if the actor has no billing role.
    """
    require(session, actor, "billing", to="open invoice runs", now=now)
    due = due_periods(session, workspace=workspace, now=now)
    by = Actor(actor.id, surface)
    return _open_all(session, workspace, due, by=by, can_charge=can_charge, now=now)


def open_manual_run(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    client: Client | None = None,
    can_charge: bool,
    surface: str,
    now: datetime,
) -> InvoiceRun:
    """Open a run over everything up to now, today included; it consumes no period.

    Raises:
        NotAllowed: if the actor has no billing role.
        NothingToRun: if there is nothing to bill.
    """
    require(session, actor, "billing", to="open invoice runs", now=now)
    _queue(session, workspace)
    client_id = None if client is None else client.id
    _carry_over(session, workspace, client_id, now)
    tomorrow = day_of(now, workspace.zone) + timedelta(days=1)
    start = _earliest_day(session, workspace, tomorrow, client_id)
    if start is None:
        raise NothingToRun(None if client is None else client.name)
    run = InvoiceRun(
        workspace_id=workspace.id,
        id=uuid4(),
        kind="manual",
        state="open",
        period_start=start,
        period_end=tomorrow,
        opened_at=now,
        opened_by=actor.id,
    )
    session.add(run)
    session.flush()
    by = Actor(actor.id, surface)
    drafts = _begin(session, workspace, run, by, client_id, can_charge=can_charge, now=now)
    if not drafts:
        raise NothingToRun(None if client is None else client.name)
    return run


def auto_release(
    session: Session, *, workspace: Workspace, can_charge: bool, now: datetime
) -> list[Invoice]:
    """Release the clean drafts of scheduled runs that have waited as long as the firm settled on.

    Does nothing unless the workspace has `auto_release_hours`.
    """
    if workspace.auto_release_hours is None or workspace.billing_paused_at is not None:
        return []
    opened_until = now - timedelta(hours=workspace.auto_release_hours)
    runs = session.scalars(
        select(InvoiceRun)
        .where(
            InvoiceRun.workspace_id == workspace.id,
            InvoiceRun.state == "open",
            InvoiceRun.kind == "scheduled",
            InvoiceRun.opened_at <= opened_until,
        )
        .order_by(InvoiceRun.period_start)
    ).all()
    released: list[Invoice] = []
    for run in runs:
        try:
            released += release_all(
                session,
                workspace=workspace,
                actor=None,
                run_id=run.id,
                digest=None,
                can_charge=can_charge,
                surface="worker",
                now=now,
            )
        except NothingReady:
            continue
    return released


def tell_forecast(session: Session, *, workspace: Workspace, now: datetime) -> bool:
    """Tell the billing people once per period what its run would bill (notice `run_forecast`)."""
    period = forecast_due(workspace, now=now)
    if period is None:
        return False
    facts = {"period_start": period.start, "period_end": period.end}
    _tell_billing(session, workspace, "run_forecast", facts, f"{period.start}", now)
    return True


def _open_all(
    session: Session,
    workspace: Workspace,
    periods: Sequence[Period],
    *,
    by: Actor,
    can_charge: bool,
    now: datetime,
) -> list[InvoiceRun]:
    if not periods:
        return []
    _queue(session, workspace)
    opened = []
    for period in periods:
        run = _claim(session, workspace, period, now)
        if run is not None:
            _carry_over(session, workspace, None, now)
            _begin(session, workspace, run, by, None, can_charge=can_charge, now=now)
            opened.append(run)
    return opened


def _claim(
    session: Session, workspace: Workspace, period: Period, now: datetime
) -> InvoiceRun | None:
    """Insert the run of a period; None if another process has it already."""
    values = {
        "workspace_id": workspace.id,
        "id": uuid4(),
        "kind": "scheduled",
        "state": "open",
        "period_start": period.start,
        "period_end": period.end,
        "opened_at": now,
    }
    table = InvoiceRun.__table__
    if not isinstance(table, Table):
        raise TypeError("a mapped class has a table")
    claimed = session.scalar(
        insert_or(session, table, values).on_conflict_do_nothing().returning(InvoiceRun.id)
    )
    return None if claimed is None else session.get_one(InvoiceRun, (workspace.id, claimed))


def _begin(
    session: Session,
    workspace: Workspace,
    run: InvoiceRun,
    by: Actor,
    client_id: UUID | None,
    *,
    can_charge: bool,
    now: datetime,
) -> list[Invoice]:
    """Draft the clients of a new run, write it down, and show the digest."""
    assessor = open_assessor(session, workspace=workspace, can_charge=can_charge)
    drafts = draft_clients(session, assessor=assessor, run=run, client_id=client_id, now=now)
    record(
        session,
        workspace_id=workspace.id,
        actor=by,
        action="invoice_run.opened",
        subject_kind="invoice_run",
        subject_id=run.id,
        at=now,
        after={
            "kind": run.kind,
            "period_start": run.period_start,
            "period_end": run.period_end,
            "drafts": len(drafts),
        },
    )
    close_run_when_done(session, run, now=now)
    show_card(
        session,
        workspace_id=workspace.id,
        purpose="run",
        subject_id=run.id,
        recipients=billing_recipients(session, workspace),
        now=now,
    )
    return drafts


def _carry_over(
    session: Session, workspace: Workspace, client_id: UUID | None, now: datetime
) -> None:
    """Free what earlier runs held: a hold on a client lasts for its run only.

    Drafts that nobody has decided about stay; of them only entries that may no longer be billed
    are let go, and a draft that is empty then is removed. A run for one client leaves the holds of
    the others alone.
    """
    runs = session.scalars(
        select(InvoiceRun).where(
            InvoiceRun.workspace_id == workspace.id, InvoiceRun.state == "open"
        )
    ).all()
    for run in runs:
        drafts = session.scalars(
            select(Invoice).where(
                Invoice.workspace_id == workspace.id,
                Invoice.run_id == run.id,
                Invoice.document == "draft",
            )
        ).all()
        let_go(session, workspace=workspace, run=run, invoice_ids=[one.id for one in drafts])
        kept = drafts_with_work(session, workspace=workspace, drafts=drafts)
        over = [
            draft
            for draft in drafts
            if draft.id not in kept
            or (draft.hold == "held" and client_id in {None, draft.client_id})
        ]
        for draft in over:
            remove_draft(session, draft)
        if over:
            close_run_when_done(session, run, now=now)
            refresh_card(
                session, workspace_id=workspace.id, purpose="run", subject_id=run.id, now=now
            )


def _earliest_day(
    session: Session, workspace: Workspace, cut_off: date, client_id: UUID | None
) -> date | None:
    books = open_books(session, workspace=workspace)
    found = free_work(session, books, cut_off=cut_off, client_id=client_id)
    return min((work.worked_on for works in found.values() for work in works), default=None)


def _queue(session: Session, workspace: Workspace) -> None:
    """Let openings of one workspace queue, so that two never reach for the same entries."""
    session.execute(select(Workspace.id).where(Workspace.id == workspace.id).with_for_update())


def _ask(session: Session, workspace: Workspace, missed: Sequence[Period], now: datetime) -> None:
    facts = {
        "count": len(missed),
        "period_start": missed[0].start,
        "period_end": missed[-1].end,
    }
    key = f"{missed[0].start}:{len(missed)}"
    _tell_billing(session, workspace, "runs_missed", facts, key, now)


def _tell_billing(
    session: Session,
    workspace: Workspace,
    notice: str,
    facts: Mapping[str, object],
    key: str,
    now: datetime,
) -> None:
    key = f"{notice}:{key}"
    tell_billing(session, workspace=workspace, notice=notice, facts=facts, key=key, now=now)
