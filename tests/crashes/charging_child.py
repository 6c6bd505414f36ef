"""A worker that kills itself at a chosen call to the outside.

SIGKILL leaves no time for anything: no rollback, no `finally`, as when a machine dies.
"""

import os
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.billing.charging.world import PlainRenderer
from timebot.billing.pipeline import InvoicePipeline
from timebot.clock import real_now
from timebot.db import Database
from timebot.gateways.letters import Letters
from timebot.gateways.resend_gateway import ResendMailer
from timebot.gateways.stripe_gateway import StripeProcessor


class Countdown:
    """Counts the calls of all ports, and dies before or after the chosen one."""

    def __init__(self, call: int, moment: str) -> None:
        self._left = call
        self._moment = moment

    def through(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: object, **kwargs: object) -> object:
            self._left -= 1
            if self._left == 0 and self._moment == "before":
                die()
            answer = call(*args, **kwargs)
            if self._left == 0:
                die()
            return answer

        return counted


class Port:
    """A port whose calls are counted."""

    def __init__(self, real: object, countdown: Countdown) -> None:
        self._real = real
        self._countdown = countdown

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - stands for any port
        return self._countdown.through(getattr(self._real, name))


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(told: dict[str, Any]) -> None:
    """Work as it was told, in a process of its own whose log nobody reads."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    countdown = Countdown(told["call"], told["moment"])
    processor = StripeProcessor(told["stripe_key"], api_base=told["stripe_url"])
    mailer = ResendMailer(
        told["resend_key"],
        told["resend_url"],
        "Billing <billing@north.example>",
        pause=timedelta(),
    )
    pipeline = InvoicePipeline(
        Database(told["database_url"]),
        Port(PlainRenderer(), countdown),
        Letters(),
        Port(mailer, countdown),
        Port(processor, countdown),
    )
    pipeline.run_once(now=datetime.fromisoformat(told["now"]), real_now=real_now())
