"""Instants as they are printed: what clocks showed where the work was done."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Moment:
    """An instant as clocks showed it where it was.

    Attributes:
        clock: such as `9:05:30`.
    """

    day: date
    clock: str


def moment_at(instant: datetime, zone: str) -> Moment:
    """Return an instant as it is printed, in an IANA zone."""
    local = instant.astimezone(ZoneInfo(zone))
    return Moment(local.date(), f"{local.hour}:{local:%M:%S}")
