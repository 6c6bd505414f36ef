"""Playing: a run is opened on the copy, what is ready is released, and every step is taken."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.flight_check import ClientCheck, check_run
from timebot.billing.issuing import release, release_all
from timebot.billing.models import Invoice, InvoiceRun
from timebot.billing.payment_models import StoredFile
from timebot.billing.refusals import NothingReady, NothingToRun
from timebot.billing.runs import open_manual_run
from timebot.clients.models import Client
from timebot.db import Database
from timebot.playground.slack import LocalSlack
from timebot.rehearsal.account import Account, SlackMessages, tell_invoices, tell_waiting
from timebot.rehearsal.stage import Means, Stage
from timebot.team.models import Member, Workspace

_SURFACE = "cli"


@dataclass(frozen=True)
class Plan:
    """What is to be rehearsed.

    Attributes:
        client_id: only this client; None for all.
        act_as: who opens the run and releases it, found in the copy.
        pdfs: the folder that the PDFs are written to; None for none.
    """

    workspace_id: UUID
    client_id: UUID | None
    means: Means
    act_as: Callable[[Session, Workspace], Member]
    pdfs: Path | None = None


def play(stage: Stage, plan: Plan) -> Account:
    """Play a run to its end and tell what became of it.

    Raises:
        NothingToRun: if there is nothing to bill.
    """
    database, now = stage.timebot.database, stage.timebot.clock.now()
    runs = _open_runs(database, plan, now)
    issued = [one for run_id in runs for one in _release_ready(database, plan, run_id, now)]
    stage.drawing.expected = len(issued)
    stage.timebot.worker.finish()
    with database.read_only() as session:
        if plan.pdfs is not None:
            _write_pdfs(session, issued, plan.pdfs)
        return Account(
            invoices=tell_invoices(session, issued),
            waiting=tell_waiting([one for run in runs for one in _checks(session, plan, run, now)]),
            slack=_count_messages(stage.local.slack),
        )


def _open_runs(database: Database, plan: Plan, now: datetime) -> list[UUID]:
    """Open a run as `bill run` does; return all that hold a draft, the oldest first."""
    nothing: NothingToRun | None = None
    try:
        with database.transaction() as session:
            workspace = session.get_one(Workspace, plan.workspace_id)
            open_manual_run(
                session,
                workspace=workspace,
                actor=plan.act_as(session, workspace),
                client=_client(session, plan),
                can_charge=plan.means.can_charge,
                surface=_SURFACE,
                now=now,
            )
    except NothingToRun as refusal:
        nothing = refusal
    with database.read_only() as session:
        runs = _runs_with_drafts(session, plan)
    if nothing is not None and not runs:
        raise nothing
    return runs


def _client(session: Session, plan: Plan) -> Client | None:
    if plan.client_id is None:
        return None
    return session.get_one(Client, (plan.workspace_id, plan.client_id))


def _runs_with_drafts(session: Session, plan: Plan) -> list[UUID]:
    """Return the runs in which something waits to be released, also from before."""
    drafts = select(Invoice.run_id).where(
        Invoice.workspace_id == plan.workspace_id, Invoice.document == "draft"
    )
    if plan.client_id is not None:
        drafts = drafts.where(Invoice.client_id == plan.client_id)
    found = select(InvoiceRun.id).where(
        InvoiceRun.workspace_id == plan.workspace_id, InvoiceRun.id.in_(drafts)
    )
    return list(session.scalars(found.order_by(InvoiceRun.opened_at, InvoiceRun.id)))


def _release_ready(database: Database, plan: Plan, run_id: UUID, now: datetime) -> list[UUID]:
    """Release what is clean; what is held or must be decided about stays."""
    with suppress(NothingReady), database.transaction() as session:
        workspace = session.get_one(Workspace, plan.workspace_id)
        actor = plan.act_as(session, workspace)
        if plan.client_id is None:
            released = release_all(
                session,
                workspace=workspace,
                actor=actor,
                run_id=run_id,
                digest=None,
                can_charge=plan.means.can_charge,
                surface=_SURFACE,
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
                surface=_SURFACE,
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


def _count_messages(slack: LocalSlack) -> SlackMessages:
    """Count the messages that people would see."""
    world = slack.world
    counts = [
        len(world.messages.seen_by(slack.bot_user_id, place["id"]))
        for place in world.directory.conversations()
    ]
    return SlackMessages(sum(counts), sum(map(bool, counts)), tuple(slack.faults()))


def _write_pdfs(session: Session, issued: list[UUID], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    files = session.execute(
        select(Invoice.number, StoredFile.content)
        .join(
            StoredFile,
            (StoredFile.workspace_id == Invoice.workspace_id)
            & (StoredFile.sha256 == Invoice.pdf_sha256),
        )
        .where(Invoice.id.in_(issued))
    )
    for number, content in files:
        # Named so that nobody takes it for the invoice, nor finds that one overwritten.
        (folder / f"{number} rehearsal.pdf").write_bytes(content)
