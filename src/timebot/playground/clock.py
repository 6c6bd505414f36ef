"""The movable clock of the local world: business time, which only goes forward."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from timebot.clock import real_now
from timebot.playground.store import Store

_MICROSECOND = timedelta(microseconds=1)


class MovableClock:
    """Real time plus an offset that is kept in a store.

    It satisfies `timebot.clock.Clock`. Several processes may open the same file: the offset is
    read again on every `now()`. Signatures, leases and the lifetimes of triggers do not follow it.
    """

    def __init__(self, path_or_store: Path | Store) -> None:
        """Use an open store, or open the one at this path."""
        self._store = Store(path_or_store) if isinstance(path_or_store, Path) else path_or_store

    @property
    def offset(self) -> timedelta:
        """How far business time is ahead of real time."""
        kept = self._store.get("clock", "offset")
        return timedelta() if kept is None else kept["microseconds"] * _MICROSECOND

    def now(self) -> datetime:
        """Return the present instant of the business, aware and in UTC."""
        return real_now() + self.offset

    def advance(self, by: timedelta) -> None:
        """Move forward by a stretch of time.

        Raises:
            ValueError: if the stretch is negative.
        """
        if by < timedelta():
            message = "The clock moves forward only."
            raise ValueError(message)
        with self._store.transaction():
            self._keep(self.offset + by)

    def move_to(self, instant: datetime) -> None:
        """Move forward to an instant.

        Raises:
            ValueError: if the instant is naive, or has already passed.
        """
        if instant.tzinfo is None:
            message = "The clock needs an instant with a time zone."
            raise ValueError(message)
        with self._store.transaction():
            if instant < self.now():
                message = "The clock moves forward only."
                raise ValueError(message)
            self._keep(instant.astimezone(UTC) - real_now())

    def close(self) -> None:
        """Close the store behind the clock."""
        self._store.close()

    def _keep(self, offset: timedelta) -> None:
        self._store.put("clock", "offset", {"microseconds": offset // _MICROSECOND})
