"""The clock: the only room that asks what time it is."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Something that tells the time of the business."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        return datetime.now(UTC)


def real_now() -> datetime:
    """Return the machine's time, whatever the business clock says.

    Signatures, leases and the lifetimes of triggers follow it, because the outside does too.
    """
    return datetime.now(UTC)
