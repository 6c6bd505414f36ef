"""The entry that is meant where none is named: what runs, or what ended last."""

from datetime import datetime

from sqlalchemy.orm import Session

from timebot.errors import Refusal, WayOut
from timebot.team.models import Member
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.restoring import list_deleted
from timebot.timekeeping.turns import find_last_closed, find_running


class NothingRecorded(Refusal):
    """The member has no entry, or deleted all of them."""

    def __init__(self, *, were_deleted: bool) -> None:
        start = WayOut("Start a timer", "timer.start_form")
        restore = WayOut("Deleted entries", "entry.deleted")
        super().__init__(
            "You have no entry any more. You can restore what you deleted."
            if were_deleted
            else "You have no entry yet. Start a timer first.",
            example="/timer start Acme logo",
            ways_out=[restore, start] if were_deleted else [start],
        )


def get_latest(session: Session, *, member: Member, now: datetime) -> TimeEntry:
    """Return the member's running timer, else the entry that was started last.

    Raises:
        NothingRecorded: if there is none; it leads to what was deleted lately.
    """
    found = find_running(session, member=member) or find_last_closed(session, member=member)
    if found is None:
        were_deleted = bool(list_deleted(session, member=member, now=now))
        raise NothingRecorded(were_deleted=were_deleted)
    return found
