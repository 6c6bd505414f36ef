"""Rehearsing: a whole run on a copy of the database, and the proof that nothing else changed."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from timebot.backup.comparing import changed_tables, digest_of_all, digests_now
from timebot.billing.document_ports import Renderer
from timebot.billing.pausing import ensure_not_paused
from timebot.db import Database
from timebot.rehearsal.account import Account
from timebot.rehearsal.copying import Tell, a_copy
from timebot.rehearsal.plan import Plan
from timebot.rehearsal.playing import play
from timebot.rehearsal.room import ensure_pdfs_can_be_kept
from timebot.rehearsal.stage import Drawing, a_stage
from timebot.rehearsal.staying_home import staying_home
from timebot.settings import hidden_environment
from timebot.team.models import Workspace


@dataclass(frozen=True)
class Rehearsal:
    """A rehearsal that was played to its end.

    Attributes:
        account: what would happen.
        rows: how many rows the database held before.
        digest: one SHA-256 over them.
        changed: tables whose rows are others by now, because somebody else worked meanwhile.
        refused_calls: how many calls to another machine were stopped; none is ever meant to be.
    """

    account: Account
    rows: int
    digest: str
    changed: tuple[str, ...]
    refused_calls: int


def rehearse(
    database: Database,
    *,
    plan: Plan,
    renderer: Renderer,
    within: Path,
    now: datetime,
    tell: Tell,
) -> Rehearsal:
    """Play a whole run on a copy of the database; the outside is asked and told nothing.

    A run is opened over everything up to now, as `bill run` does, or the runs that are due on the
    day of the plan; what is ready is released, in these and in those that are open already.

    Args:
        database: opened to read; others may write meanwhile.
        plan: what is to be rehearsed.
        renderer: who draws the PDFs.
        within: where the folder of the copy is made; it is gone at the end.
        now: the present instant.
        tell: is told of the progress.

    Raises:
        BillingPaused: if a backup was restored and not compared with Stripe yet.
        NothingToRun: if there is nothing to bill.
        NoRoom, PdfsNotKept: if the copy or the PDFs find no place.
    """
    if plan.pdfs is not None:
        ensure_pdfs_can_be_kept(plan.pdfs)
    with database.read_only() as session:
        ensure_not_paused(session.get_one(Workspace, plan.workspace_id))
    with a_copy(database, within=within, now=now, tell=tell) as copy:
        with (
            staying_home() as watch,
            hidden_environment(),
            a_stage(copy, plan.means, Drawing(renderer, tell), now=plan.as_of or now) as stage,
        ):
            account = play(stage, plan)
        after = digests_now(
            database,
            expected_rows=copy.rows,
            tell=lambda done, total: tell("Comparing", done, total),
        )
    changed = tuple(changed_tables(copy.digests, after))
    return Rehearsal(account, copy.rows, digest_of_all(copy.digests), changed, watch.refused)
