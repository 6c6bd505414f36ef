"""Pauses billing after a restore: nothing is billed before the books were compared.

What happened at Stripe since the backup was made is not in the restored database, so the same
hours could be billed again. The natural keys of `steps/keys.py` find most of it, not what people
changed since.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.models import InvoiceRun
from timebot.errors import Refusal
from timebot.journal.audit import Actor, record
from timebot.journal.notices import refresh_card
from timebot.team.models import Member, Workspace
from timebot.team.rights import require


class BillingPaused(Refusal):
    """A backup was restored, and the books were not compared with Stripe yet."""

    def __init__(self) -> None:
        super().__init__(
            "A backup was restored here, and billing is paused until the books were compared with"
            " Stripe. Whoever runs timebot does that with: timebot reconcile. Nothing was billed."
        )


def ensure_not_paused(workspace: Workspace) -> None:
    """Make sure that billing goes on.

    Raises:
        BillingPaused: if it is paused.
    """
    if workspace.billing_paused_at is not None:
        raise BillingPaused


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
        action="billing.resumed",
        subject_kind="workspace",
        subject_id=workspace.id,
        at=now,
        before={"paused_at": since},
    )
    is_open = (InvoiceRun.workspace_id == workspace.id) & (InvoiceRun.state == "open")
    for run_id in session.scalars(select(InvoiceRun.id).where(is_open)):
        refresh_card(session, workspace_id=workspace.id, purpose="run", subject_id=run_id, now=now)
    return True
