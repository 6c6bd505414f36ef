"""Captures the rate of an entry when it is closed, and closes and reopens entries."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from timebot.clients.rates import resolve_rate
from timebot.timekeeping.models import TimeEntry


def capture_rate(session: Session, entry: TimeEntry) -> None:
    """Set the entry's rate to the one that counts on its day of work; none where there is none.

    An entry keeps what it captured when rates change later (rules.md, Rounding and pricing).
    """
    found = None
    if entry.project_id is not None and entry.ended_at is not None:
        found = resolve_rate(
            session,
            workspace_id=entry.workspace_id,
            member_id=entry.member_id,
            project_id=entry.project_id,
            day=entry.worked_on,
        )
    entry.rate_minor = found.amount.minor if found else None
    entry.rate_currency = found.amount.currency if found else None
    entry.rate_source = found.source if found else None
    entry.rate_id = found.rate_id if found else None


def rate_depends_on(entry: TimeEntry) -> tuple[UUID | None, date, str]:
    """Return what the rate depends on: it is captured again when one of these is edited.

    The member never changes (rules.md, Rounding and pricing).
    """
    return (entry.project_id, entry.worked_on, entry.billable)


def close_entry(
    session: Session, entry: TimeEntry, *, ended_at: datetime, is_confirmed: bool = True
) -> None:
    """End a running entry: it becomes a draft with a rate, and nobody is asked about it again."""
    entry.ended_at = ended_at
    entry.state = "draft"
    entry.is_confirmed = is_confirmed
    entry.next_nag_at = None
    entry.version += 1
    capture_rate(session, entry)
    session.flush()


def reopen_entry(
    session: Session, entry: TimeEntry, *, next_nag_at: datetime, now: datetime
) -> None:
    """Let a draft run again, as if it had not been stopped; who says so vouches for it."""
    entry.ended_at = None
    entry.state = "running"
    entry.is_confirmed = True
    entry.vouched_at, entry.next_nag_at = now, next_nag_at
    entry.version += 1
    capture_rate(session, entry)
    session.flush()
