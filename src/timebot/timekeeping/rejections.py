"""Lists what came back to a member: drafts that an approver rejected, with the reason."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from timebot.team.models import Member
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.overview import Shown, show_entry
from timebot.timekeeping.turns import entries_of

MOST_LISTED = 100


def list_rejected(session: Session, *, member: Member, now: datetime) -> Sequence[Shown]:
    """List the member's rejected drafts that were not handed in again, latest rejection first."""
    rejected = entries_of(member).where(
        TimeEntry.state == "draft", TimeEntry.rejected_at.is_not(None)
    )
    newest = rejected.order_by(TimeEntry.rejected_at.desc(), TimeEntry.worked_on)
    found = session.scalars(newest.limit(MOST_LISTED))
    return [show_entry(session, entry=entry, now=now) for entry in found]
