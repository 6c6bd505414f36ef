"""Recipients: whom money is told to, and telling all of them."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from timebot.journal.notices import tell
from timebot.team.models import Workspace
from timebot.team.rights import holders


def billing_recipients(session: Session, workspace: Workspace) -> list[str]:
    """Return whom money is told to: the billing channel, else every billing person and owner."""
    if workspace.billing_channel:
        return [workspace.billing_channel]
    people = holders(session, workspace_id=workspace.id, role="billing")
    return [member.slack_user_id for member in people]


def tell_billing(
    session: Session,
    *,
    workspace: Workspace,
    notice: str,
    facts: Mapping[str, object],
    now: datetime,
    key: str | None = None,
) -> None:
    """Tell all of them something.

    Args:
        session: the transaction whose effect it tells.
        workspace: whose money.
        notice: which notice draws it.
        facts: what the notice needs.
        now: the present instant.
        key: what was told under the same key is not told again.
    """
    for recipient in billing_recipients(session, workspace):
        tell(
            session,
            workspace_id=workspace.id,
            notice=notice,
            recipient=recipient,
            facts=facts,
            dedup_key=None if key is None else f"{key}:{recipient}",
            now=now,
        )
