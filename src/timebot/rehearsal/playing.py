"""Playing: a run is opened on the copy, what is ready is released, and every step is taken."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.flight_check import ClientCheck, check_run
from timebot.billing.issuing import release, release_all
from timebot.billing.models import Invoice, InvoiceRun
from timebot.billing.payment_models import StoredFile
from timebot.billing.refusals import NothingReady
from timebot.db import Database
from timebot.rehearsal.account import Account, tell_invoices, tell_waiting
from timebot.rehearsal.opening import SURFACE, open_runs, runs_with_drafts
from timebot.rehearsal.plan import Plan
from timebot.rehearsal.room import keeping_pdfs
from timebot.rehearsal.slack_messages import read_messages
from timebot.rehearsal.stage import Stage
from timebot.team.models import Workspace


def play(stage: Stage, plan: Plan) -> Account:
    """Play a run to its end and tell what became of it.

    Raises:
        NothingToRun: if there is nothing to bill.
        PdfsNotKept: if the PDFs cannot be written.
    """
    database, now = stage.timebot.database, stage.timebot.clock.now()
    opened = open_runs(database, plan, now=now)
    with database.read_only() as session:
        runs = runs_with_drafts(session, plan)
    issued = [one for run_id in runs for one in _release_ready(database, plan, run_id, now)]
    stage.drawing.expected = len(issued)
    stage.timebot.worker.finish()
    with database.read_only() as session:
        if plan.pdfs is not None:
            _write_pdfs(session, issued, plan.pdfs)
        return Account(
            opened=opened,
            invoices=tell_invoices(session, issued),
            waiting=tell_waiting([one for run in runs for one in _checks(session, plan, run, now)]),
            slack=read_messages(session, stage.local.slack, workspace_id=plan.workspace_id),
        )


def _release_ready(database: Database, plan: Plan, run_id: UUID, now: datetime) -> list[UUID]:
    """Release what is clean; what is held or must be decided about stays."""
    with suppress(NothingReady), database.transaction() as session:
        workspace = session.get_one(Workspace, plan.workspace_id)
        actor = plan.act_as(session, workspace, now)
        if plan.client_id is None:
            released = release_all(
                session,
                workspace=workspace,
                actor=actor,
                run_id=run_id,
                digest=None,
                can_charge=plan.means.can_charge,
                surface=SURFACE,
                now=now,
            )
            return [one.id for one in released]
        return [
            release(
                session,
                workspace=workspace,
                actor=actor,
                invoice_id=draft,
                digest=check.digest,
                can_charge=plan.means.can_charge,
                surface=SURFACE,
                now=now,
            ).id
            for check in _checks(session, plan, run_id, now)
            if check.is_clean and (draft := check.invoice_id) is not None
        ]
    return []


def _checks(session: Session, plan: Plan, run_id: UUID, now: datetime) -> Iterator[ClientCheck]:
    """Return what a run holds of the clients that are rehearsed."""
    workspace = session.get_one(Workspace, plan.workspace_id)
    run = session.get_one(InvoiceRun, (plan.workspace_id, run_id))
    check = check_run(
        session, workspace=workspace, run=run, can_charge=plan.means.can_charge, now=now
    )
    return (one for one in check.clients if plan.client_id in {None, one.client_id})


def _write_pdfs(session: Session, issued: list[UUID], folder: Path) -> None:
    files = session.execute(
        select(Invoice.number, StoredFile.content)
        .join(
            StoredFile,
            (StoredFile.workspace_id == Invoice.workspace_id)
            & (StoredFile.sha256 == Invoice.pdf_sha256),
        )
        .where(Invoice.id.in_(issued))
    )
    with keeping_pdfs(folder):
        for number, content in files:
            # Named so that nobody takes it for the invoice, nor finds that one overwritten.
            (folder / f"{number} rehearsal.pdf").write_bytes(content)
