"""A whole timebot for tests: local Slack, Stripe and Resend, signed requests over HTTP.

Nothing is patched. The worker runs when a test says so (`settle`), the clock moves when a test
moves it, and everything a person sees is what the local Slack shows them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.drawing import DrawingHere
from timebot.app import Timebot, build
from timebot.demo.environment import free_port, local_environment
from timebot.demo.run import NO_PAUSE, furnish
from timebot.playground.slack import Person
from timebot.playground.world import LocalWorld
from timebot.serving import HttpDoor
from timebot.settings import read_settings
from timebot.slack.manifest import event_names


class World:
    """The local world with timebot in it.

    Attributes:
        local: the three servers and the clock.
        timebot: the app under test.
    """

    def __init__(self, local: LocalWorld, timebot: Timebot) -> None:
        self.local = local
        self.timebot = timebot
        self._people: dict[str, str] = {}

    def add_person(self, name: str, **profile: object) -> Person:
        """Let somebody join the Slack workspace."""
        self._people[name] = self.local.slack.add_user(name, **profile)  # type: ignore[arg-type]  # passed on as it is
        return self.person(name)

    def person(self, name: str) -> Person:
        """Return somebody who joined."""
        return self.local.slack.person(self._people[name])

    def settle(self) -> None:
        """Let the worker and the webhooks take every step that is due now.

        The heartbeat is left out, as within one minute in life; `beat` and `move` bring it.
        """
        for _ in range(20):
            # Webhooks first: what their own threads delivered meanwhile, the worker finds then.
            done = self.local.stripe.deliver_pending() + self.local.resend.deliver_pending()
            done += self.timebot.worker.finish()
            if not done:
                return
        raise AssertionError("the world does not come to rest")

    def beat(self) -> None:
        """Let the heartbeat ask for what has become due, and let that happen."""
        self.timebot.worker.drain()
        self.settle()

    def move(self, by: timedelta) -> None:
        """Let time pass, then let what became due happen."""
        self.local.clock.advance(by)
        self.beat()

    def move_to(self, instant: datetime) -> None:
        """Let time pass up to an instant, then let what became due happen."""
        self.local.clock.move_to(instant)
        self.beat()

    def now(self) -> datetime:
        """Return the business instant."""
        return self.local.clock.now()


@contextmanager
def a_world(
    folder: Path,
    database_url: str,
    *,
    begins: datetime | None = None,
    **environment: str,
) -> Iterator[World]:
    """Run a world with timebot in it until the block ends.

    Args:
        folder: for the world's store.
        database_url: a migrated database.
        begins: the business instant at the start; it must lie in the future of the real clock.
        environment: settings that differ, such as STRIPE_API_KEY="" for none.
    """
    local = LocalWorld(folder, app_name="timebot")
    if begins is not None:
        local.clock.move_to(begins)
    local.start()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    given = local_environment(local, database_url, url) | environment
    settings = read_settings(_without_empty(given))
    timebot = build(settings, clock=local.clock, mail_pause=NO_PAUSE, renderer=DrawingHere())
    furnish(local, timebot, settings)
    door = HttpDoor(timebot.web, host="127.0.0.1", port=port)
    door.start()
    local.connect(url, events=event_names())
    try:
        yield World(local, timebot)
        # Whatever a test is about: what a message shows, its text says to screen readers.
        unsaid = [fault for fault in local.slack.faults() if "does not say" in fault]
        assert unsaid == []
    finally:
        local.stop()
        door.stop()
        timebot.close()


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """Return an instant in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def _without_empty(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if value}
