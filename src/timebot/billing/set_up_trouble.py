"""Set-up trouble: a key, a domain or a quota keeps every invoice waiting, and people hear of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from timebot.billing.recipients import tell_billing
from timebot.team.days import day_of
from timebot.team.models import Workspace


def tell_set_up(session: Session, *, workspace: Workspace, trouble: str, now: datetime) -> None:
    """Tell the billing people what is wrong with the set-up; once a day, however much waits.

    Args:
        session: the transaction.
        workspace: whose invoices wait.
        trouble: see `SetUpWrong`.
        now: the present instant.
    """
    today = day_of(now, workspace.zone)
    tell_billing(
        session,
        workspace=workspace,
        notice="set_up_wrong",
        facts={"trouble": trouble},
        key=f"set_up:{trouble}:{today}",
        now=now,
    )
