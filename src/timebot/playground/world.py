"""The local world: a Slack, a Stripe and a Resend on loopback, with one store and one clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from timebot.playground.clock import MovableClock
from timebot.playground.resend import LocalResend
from timebot.playground.slack import LocalSlack
from timebot.playground.store import Store
from timebot.playground.stripe import LocalStripe


@dataclass(frozen=True)
class Ports:
    """Where the servers listen; 0 means any free port."""

    slack: int = 0
    stripe: int = 0
    resend: int = 0


class LocalWorld:
    """Everything outside, in one folder; it survives a restart and knows nothing of the app.

    Attributes:
        clock: business time, which can be moved forward.
        slack, stripe, resend: the three servers.
    """

    def __init__(
        self,
        folder: Path,
        *,
        ports: Ports | None = None,
        team_name: str = "Local team",
        app_name: str = "App",
    ) -> None:

        ports = ports or Ports()
        folder.mkdir(parents=True, exist_ok=True)
        self._store = Store(folder / "world.db")
        self.clock = MovableClock(self._store)
        self.slack = LocalSlack(
            self._store, self.clock, ports.slack, team_name=team_name, app_name=app_name
        )
        self.stripe = LocalStripe(self._store, self.clock, ports.stripe)
        self.resend = LocalResend(self._store, self.clock, ports.resend)
        self.slack.mount("/_/mail", self.resend.mail_api)
        self.slack.mount("/_/charges", self.stripe.charges_api)

    def connect(self, app_url: str, *, events: Iterable[str] = ()) -> None:
        """Say where the app listens: its Slack route and its two webhooks."""
        self.slack.connect(f"{app_url}/slack/events", events)
        self.stripe.connect(f"{app_url}/stripe/webhook")
        self.resend.connect(f"{app_url}/resend/webhook")

    def start(self) -> None:
        """Let the three servers answer."""
        for server in (self.slack, self.stripe, self.resend):
            server.start()

    def stop(self) -> None:
        """Stop them and let go of the store."""
        for server in (self.slack, self.stripe, self.resend):
            server.stop()
        self._store.close()
