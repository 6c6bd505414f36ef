"""What Slack and the network do to an app now and then, at the wish of a test or of the page."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from timebot.clock import real_now
from timebot.playground.slack.deliver import FORM, JSON, Delivery, Reply
from timebot.playground.slack.disturbances import RESPONSE_URL, UPLOAD, Disturbance, Disturbances
from timebot.playground.slack.faults import NotThere
from timebot.playground.slack.methods import METHODS
from timebot.playground.slack.payloads import form
from timebot.playground.slack.world import World
from timebot.playground.store import Document

Kind = Literal["500_before", "500_after", "cut_before", "cut_after", "429", "slow"]
KINDS: tuple[Kind, ...] = ("500_before", "500_after", "cut_before", "cut_after", "429", "slow")
BREAKABLE = frozenset((*METHODS, RESPONSE_URL, UPLOAD))
_SLOW_SECONDS = 2.0
_PAUSE_SECONDS = 30
_INTERNAL: Document = {"ok": False, "error": "internal_error"}


class Trouble:
    """Breaks one thing at a time, on purpose."""

    def __init__(self, world: World, disturbances: Disturbances) -> None:
        self._world = world
        self._disturbances = disturbances

    def plan(self, one: Disturbance) -> None:
        """Let the next calls of a method meet something."""
        self._disturbances.plan(one)

    def next_call(self, method: str, kind: Kind) -> None:
        """Let the next call of a method meet a usual trouble, by name.

        Args:
            method: a Web API method, or `response_url` or `upload`.
            kind: `500_…` and `cut_…` fail before or after the effect, the second without any
                answer; `429` limits the method for half a minute; `slow` answers two seconds late.
        """
        if kind == "429":
            self.limit(method, timedelta(seconds=_PAUSE_SECONDS))
            return
        if kind == "slow":
            self.slow_down(method, _SLOW_SECONDS)
            return
        status = None if kind.startswith("cut") else 500
        is_after = kind.endswith("after")
        self.plan(Disturbance(method, status, dict(_INTERNAL), after_effect=is_after))

    def limit(self, method: str, by: timedelta) -> None:
        """Answer every call of a method with 429 and what is left of this time; others go on."""
        self._disturbances.limit(method, by)

    def lift_limits(self) -> None:
        """End all limits, as if their time had passed."""
        self._disturbances.lift_limits()

    def slow_down(self, method: str, seconds: float, times: int = 1) -> None:
        """Answer the next calls of a method late, but truly."""
        self.plan(Disturbance(method, times=times, is_only_slow=True, seconds=seconds))

    def deliver_again(
        self, delivery: Delivery | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send a delivery once more, signed anew, as Slack repeats what was lost minutes ago.

        Args:
            delivery: the last one, if it is left out.
            headers: to add, such as `X-Slack-Retry-Num`.

        Raises:
            NotThere: if nothing was delivered yet.
        """
        sent = self._world.postman.deliveries
        if not sent:
            message = "Nothing was delivered to the app yet."
            raise NotThere(message)
        one = delivery or sent[-1]
        content_type = one.headers["Content-Type"]
        return self._world.postman.send(
            one.kind, one.title, one.body, content_type=content_type, extra_headers=headers
        )

    def send(
        self, body: bytes, content_type: str = FORM, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send the app any bytes, well signed unless `headers` say otherwise."""
        return self._world.postman.send(
            "raw", f"{len(body)} bytes", body, content_type=content_type, extra_headers=headers
        )

    def check_ssl(self) -> Reply:
        """Knock as Slack does to see the app's certificate: a form that says nothing else.

        https://docs.slack.dev/interactivity/implementing-slash-commands
        """
        token = self._world.directory.installation["verification_token"]
        body = form({"ssl_check": "1", "token": token})
        return self._world.postman.send("ssl_check", "ssl_check", body)

    def tell_that_events_are_limited(self) -> Reply:
        """Tell the app that it gets no more events for this minute.

        https://docs.slack.dev/reference/events/app_rate_limited
        """
        installation = self._world.directory.installation
        content = {
            "token": installation["verification_token"],
            "type": "app_rate_limited",
            "team_id": installation["team_id"],
            "minute_rate_limited": int(real_now().timestamp()) // 60 * 60,
            "api_app_id": installation["app_id"],
        }
        return self._world.postman.send(
            "event", "app_rate_limited", json.dumps(content).encode(), content_type=JSON
        )

    def delete_channel(self, channel: str) -> None:
        """Remove a channel for good, with everything in it."""
        self._world.directory.delete_conversation(channel)

    def change_channel_id(self, channel: str) -> str:
        """Give a channel a new id, as happens when it is shared with another organization.

        Returns:
            The new id; the old one is known no more.
        """
        return self._world.directory.change_conversation_id(channel)
