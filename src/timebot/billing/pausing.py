"""Pauses billing after a restore: nothing is billed before the books were compared.

`timebot restore` pauses by itself; a database that was put back in any other way is found out by
`restore_watch.py`.

What happened at Stripe since the backup was made is not in the restored database, so the same
hours could be billed again. The natural keys of `steps/keys.py` find most of it, not what people
changed since.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from timebot.billing.models import InvoiceRun
from timebot.errors import Refusal
from timebot.journal.audit import WORKER, Actor, record
from timebot.journal.models import AuditEvent
from timebot.journal.notices import refresh_card
from timebot.team.models import Member, Workspace
from timebot.team.rights import require

RESUMED = "billing.resumed"


class BillingPaused(Refusal):
    """The database was put back, and the books were not compared with Stripe yet."""

    def __init__(self) -> None:
        super().__init__(
            "The database was put back to an earlier state, and billing is paused until the books"
            " were compared with Stripe. Whoever runs timebot does that with: timebot reconcile."
            " Nothing was billed."
        )


def ensure_not_paused(workspace: Workspace) -> None:
    """Make sure that billing goes on.

    Raises:
        BillingPaused: if it is paused.
    """
    if workspace.billing_paused_at is not None:
        raise BillingPaused


def pause_billing(
    session: Session, *, workspace: Workspace, unknown: Sequence[str], now: datetime
) -> bool:
    """Pause billing because Stripe knows invoices that these books do not; False if it is paused.

    Args:
        session: the transaction.
        workspace: whose billing.
        unknown: the numbers of those invoices.
        now: the present instant.
    """
    paused = session.execute(
        update(Workspace)
        .where(Workspace.id == workspace.id, Workspace.billing_paused_at.is_(None))
        .values(billing_paused_at=now)
        .returning(Workspace.id)
        .execution_options(synchronize_session=False)
    ).first()
    if paused is None:
        return False
    session.refresh(workspace)
    record(
        session,
        workspace_id=workspace.id,
        actor=WORKER,
        action="billing.paused",
        subject_kind="workspace",
        subject_id=workspace.id,
        at=now,
        after={"unknown_here": list(unknown)},
    )
    _repaint_runs(session, workspace, now)
    return True


def resume_billing(
    session: Session, *, workspace: Workspace, actor: Member, surface: str, now: datetime
) -> bool:
    """Let billing go on because a person has looked at the differences; False if it did already.

    Raises:
        NotAllowed: if the actor is no owner.
    """
    require(session, actor, "owner", to="let billing go on", now=now)
    return lift_pause(session, workspace, by=Actor(actor.id, surface), now=now)


def lift_pause(session: Session, workspace: Workspace, *, by: Actor, now: datetime) -> bool:
    """End the pause and write it down; return whether there was one.

    The cards of open runs are painted again: in Slack they still show what came after the backup.
    """
    since = workspace.billing_paused_at
    if since is None:
        return False
    workspace.billing_paused_at = None
    session.flush()
    record(
        session,
        workspace_id=workspace.id,
        actor=by,
        action=RESUMED,
        subject_kind="workspace",
        subject_id=workspace.id,
        at=now,
        before={"paused_at": since},
    )
    _repaint_runs(session, workspace, now)
    return True


def last_resumed_at(session: Session, workspace: Workspace) -> datetime | None:
    """Return when billing last went on after a pause, None for never."""
    return session.scalar(
        select(func.max(AuditEvent.at)).where(
            AuditEvent.workspace_id == workspace.id, AuditEvent.action == RESUMED
        )
    )


def _repaint_runs(session: Session, workspace: Workspace, now: datetime) -> None:
    is_open = (InvoiceRun.workspace_id == workspace.id) & (InvoiceRun.state == "open")
    for run_id in session.scalars(select(InvoiceRun.id).where(is_open)):
        refresh_card(session, workspace_id=workspace.id, purpose="run", subject_id=run_id, now=now)
