"""Signed deliveries over HTTP to the app, with Slack's three seconds."""

import hashlib
import hmac
import http.client
import json
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from timebot.clock import real_now
from timebot.playground.slack.directory import Directory
from timebot.playground.slack.inspector import Exchange, Inspector

# https://docs.slack.dev/interactivity/handling-user-interaction
ANSWER_SECONDS = 3.0
_REMEMBERED = 500
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@dataclass(frozen=True)
class Reply:
    """What came back for a delivery.

    Attributes:
        status: HTTP status, None if there was no answer in time.
        error: what Slack shows the person: None, `operation_timeout` or `dispatch_failed`.
        ms: time until the answer, in milliseconds.
    """

    status: int | None
    error: str | None
    ms: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:  # noqa: ANN401 - JSON values of many kinds
        """Return the body as JSON, None when it is empty.

        Raises:
            ValueError: if it is something else.
        """
        return json.loads(self.body) if self.body.strip() else None


@dataclass(frozen=True)
class Delivery:
    """One signed request as it went over the wire."""

    kind: str
    title: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    reply: Reply


class Postman:
    """Sends deliveries to the app's request URL and remembers them."""

    def __init__(self, directory: Directory, inspector: Inspector) -> None:
        self._directory = directory
        self._inspector = inspector
        self._sent: deque[Delivery] = deque(maxlen=_REMEMBERED)
        self._lock = Lock()

    @property
    def deliveries(self) -> list[Delivery]:
        """The last deliveries of this process, oldest first."""
        with self._lock:
            return list(self._sent)

    def send(
        self,
        kind: str,
        title: str,
        body: bytes,
        *,
        content_type: str = FORM,
        extra_headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Sign and send a request; wait for its answer, three seconds at most."""
        installation = self._directory.installation
        url = installation["request_url"]
        timestamp = str(int(real_now().timestamp()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(installation["signing_secret"], timestamp, body),
            **(extra_headers or {}),
        }
        return self._deliver(kind, title, url, headers, body)

    def send_again(
        self, delivery: Delivery, extra_headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send the very same bytes with the very same signature once more."""
        headers = {**delivery.headers, **(extra_headers or {})}
        return self._deliver(delivery.kind, delivery.title, delivery.url, headers, delivery.body)

    def send_copies(
        self, times: int, *, parallel: bool, headers: Mapping[str, str] | None = None
    ) -> list[Reply]:
        """Send the last delivery again, one after another or at once."""
        last = self.deliveries[-1]
        workers = times if parallel else 1
        with ThreadPoolExecutor(max_workers=workers) as pool:
            return list(pool.map(self.send_again, [last] * times, [headers] * times))

    def _deliver(
        self, kind: str, title: str, url: str | None, headers: Mapping[str, str], body: bytes
    ) -> Reply:
        reply = Reply(None, "dispatch_failed", 0) if url is None else _post(url, headers, body)
        with self._lock:
            self._sent.append(Delivery(kind, title, url or "", headers, body, reply))
        self._inspector.record(
            Exchange(
                direction="to_app",
                kind=kind,
                title=title,
                status=reply.status,
                ms=reply.ms,
                request={"headers": dict(headers), "body": _readable(body)},
                response={"body": _readable(reply.body)},
                fault=reply.error,
            )
        )
        return reply


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a request.

    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    base = f"v0:{timestamp}:".encode() + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def _post(url: str, headers: Mapping[str, str], body: bytes) -> Reply:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=ANSWER_SECONDS)
    began = time.monotonic()
    try:
        connection.request("POST", parts.path or "/", body, dict(headers))
        answer = connection.getresponse()
        content = answer.read()
    except TimeoutError:
        return Reply(None, "operation_timeout", _ms_since(began))
    except (OSError, http.client.HTTPException):
        return Reply(None, "dispatch_failed", _ms_since(began))
    finally:
        connection.close()
    ms = _ms_since(began)
    error = None if answer.status == http.client.OK else "dispatch_failed"
    if ms > ANSWER_SECONDS * 1000:
        error = "operation_timeout"
    lowered = {name.lower(): value for name, value in answer.getheaders()}
    return Reply(answer.status, error, ms, content, lowered)


def _ms_since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _readable(body: bytes) -> Any:  # noqa: ANN401 - JSON values of many kinds
    text = body.decode(errors="replace")
    for read in (json.loads, _form):
        try:
            return read(text)
        except ValueError:
            continue
    return text


def _form(text: str) -> dict[str, Any]:
    fields: dict[str, Any] = dict(
        parse_qsl(text, keep_blank_values=True, strict_parsing=True, encoding="utf-8")
    )
    if "payload" in fields:
        fields["payload"] = json.loads(fields["payload"])
    return fields
