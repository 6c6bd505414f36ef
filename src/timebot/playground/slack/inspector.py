"""The inspector: every exchange between Slack and the app, in both directions, without secrets."""

from dataclasses import dataclass
from typing import Any

from timebot.playground.clock import MovableClock
from timebot.playground.slack.directory import Directory
from timebot.playground.store import Document, Store

_EXCHANGE = "slack.exchange"
_KEPT = 1_000
_HIDDEN = "(hidden)"
_SECRET_HEADERS = {"authorization", "x-slack-signature"}


@dataclass(frozen=True)
class Exchange:
    """One request and its answer.

    Attributes:
        direction: `to_slack` or `to_app`.
        kind: `web_api`, `command`, `block_actions` and so on.
        title: what it was, in a few words.
        status: the HTTP status, None if no answer came.
        ms: how long the answer took, in milliseconds.
        request: what was asked, as JSON.
        response: what was answered, as JSON.
        fault: what Slack would show or log, if something was wrong.
    """

    direction: str
    kind: str
    title: str
    status: int | None
    ms: int
    request: Any
    response: Any
    fault: str | None = None


class Inspector:
    """Keeps the last exchanges for the page and the tests."""

    def __init__(self, store: Store, clock: MovableClock, directory: Directory) -> None:
        self._store = store
        self._clock = clock
        self._directory = directory

    def record(self, exchange: Exchange) -> None:
        """Keep an exchange, with tokens and secrets hidden."""
        installation = self._directory.installation
        secrets = [
            installation[name] for name in ("bot_token", "signing_secret", "verification_token")
        ]
        with self._store.transaction():
            n = self._store.next_number(_EXCHANGE)
            kept = {
                "n": n,
                "at": self._clock.now().isoformat(),
                **_without_secrets(vars(exchange), secrets),
            }
            self._store.put(_EXCHANGE, str(n), kept)
            self._store.delete(_EXCHANGE, str(n - _KEPT))

    def exchanges(self, after: int = 0) -> list[Document]:
        """Return the exchanges with a greater number, oldest first."""
        kept = self._store.list(_EXCHANGE, after=str(after))
        return [each for each in kept if each["n"] > after]

    def faults(self) -> list[str]:
        """Return what was wrong so far, oldest first."""
        return [each["fault"] for each in self.exchanges() if each["fault"]]


def _without_secrets(value: Any, secrets: list[str]) -> Any:  # noqa: ANN401 - JSON values of many kinds
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, _HIDDEN)
        return value
    if isinstance(value, dict):
        return {
            key: _HIDDEN if key.lower() in _SECRET_HEADERS else _without_secrets(each, secrets)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_without_secrets(each, secrets) for each in value]
    return value
