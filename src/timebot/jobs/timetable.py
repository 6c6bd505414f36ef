"""When: one heartbeat. What is due is data, so the schedule decides nothing by itself."""

from collections.abc import Callable
from datetime import UTC

from apscheduler.schedulers.background import BackgroundScheduler

HEARTBEAT_SECONDS = 30
"""How often the database is asked what has become due."""


class Heartbeat:
    """Calls `tick` every half minute, one at a time, however late.

    Args:
        tick: asks the database what is due and does it; it must not raise.
        seconds: between two beats, give or take a sixth, so that processes spread out.
    """

    def __init__(self, tick: Callable[[], None], *, seconds: float = HEARTBEAT_SECONDS) -> None:
        self._scheduler = BackgroundScheduler(timezone=UTC)
        self._scheduler.add_job(
            tick,
            "interval",
            seconds=seconds,
            jitter=seconds / 6,
            coalesce=True,
            max_instances=1,
            # The default drops a call that is one second late.
            misfire_grace_time=None,
        )

    def start(self) -> None:
        """Start the heartbeat in a thread of its own."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop it and wait for a tick under way."""
        self._scheduler.shutdown(wait=True)
