"""Events to the app, with Slack's three repetitions."""

import json
import secrets
from collections.abc import Sequence
from threading import Lock, Timer

from timebot.playground.slack import payloads
from timebot.playground.slack.deliver import JSON, Reply
from timebot.playground.slack.world import World
from timebot.playground.store import Document

# Almost at once, after a minute, after five: https://docs.slack.dev/apis/events-api
RETRY_DELAYS = (0.1, 60.0, 300.0)
_REASONS = {"operation_timeout": "http_timeout", "dispatch_failed": "http_error"}


class Events:
    """Sends events the app has subscribed to, and repeats those it did not take."""

    def __init__(self, world: World, retry_delays: Sequence[float] = RETRY_DELAYS) -> None:
        self._world = world
        self._delays = tuple(retry_delays)
        self._timers: set[Timer] = set()
        self._is_stopped = False
        self._lock = Lock()

    def send(self, content: Document) -> Reply | None:
        """Send an event and return the first answer, or None if the app did not subscribe to it."""
        if content["type"] not in self._world.directory.installation["events"]:
            return None
        return self._send_now(content, content["type"])

    def message_posted(self, message: Document, channel_type: str) -> None:
        """Tell the app of a person's message, if it subscribed to that kind of conversation."""
        if f"message.{channel_type}" in self._world.directory.installation["events"]:
            content = {key: message[key] for key in ("user", "text", "ts", "channel")}
            content |= {"type": "message", "channel_type": channel_type}
            self._send_now(content, f"message.{channel_type}")

    def verify_request_url(self) -> bool:
        """Send the challenge; true if it comes back: https://docs.slack.dev/apis/events-api."""
        challenge = secrets.token_hex(16)
        token = self._world.directory.installation["verification_token"]
        content = {"type": "url_verification", "token": token, "challenge": challenge}
        reply = self._world.postman.send(
            "event", "url_verification", json.dumps(content).encode(), content_type=JSON
        )
        return reply.error is None and challenge.encode() in reply.body

    def stop(self) -> None:
        """Give up the repetitions that are still to come, and wait for one that is under way."""
        with self._lock:
            self._is_stopped = True
            timers = list(self._timers)
        for timer in timers:
            timer.cancel()
            timer.join()

    def _send_now(self, content: Document, title: str) -> Reply:
        body = payloads.event(self._world, self._world.store.next_number("slack.event"), content)
        reply = self._world.postman.send("event", title, body, content_type=JSON)
        self._repeat_later(title, body, reply, attempt=1)
        return reply

    def _repeat_later(self, title: str, body: bytes, reply: Reply, attempt: int) -> None:
        is_taken = reply.error is None or 200 <= (reply.status or 0) < 300
        if is_taken or "x-slack-no-retry" in reply.headers or attempt > len(self._delays):
            return
        reason = _REASONS[reply.error or ""]
        if reply.status is None and reason == "http_error":
            reason = "connection_failed"

        def repeat() -> None:
            headers = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
            again = self._world.postman.send(
                "event", title, body, content_type=JSON, extra_headers=headers
            )
            self._repeat_later(title, body, again, attempt + 1)
            with self._lock:
                self._timers.discard(timer)

        timer = Timer(self._delays[attempt - 1], repeat)
        timer.daemon = True
        with self._lock:
            if not self._is_stopped:
                self._timers.add(timer)
                timer.start()
