"""A receiver of webhooks that remembers what it was sent."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Condition
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from timebot.playground.http import LocalServer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@dataclass
class Receiver:
    """Takes webhooks on loopback; answers with the planned statuses first, then with 200."""

    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._changed = Condition()
        self._server = LocalServer(self._app)
        self._server.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{self._server.url}/hook"

    def wait_for(self, count: int, timeout: float = 5.0) -> None:
        """Wait until it was called this often."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.taken) >= count, timeout)

    def stop(self) -> None:
        """Stop listening."""
        self._server.stop()

    def _app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        headers = {name.lower(): value for name, value in request.headers.items()}
        with self._changed:
            self.taken.append((headers, request.get_data()))
            status = self.statuses.pop(0) if self.statuses else 200
            self._changed.notify_all()
        return Response("", status)(environ, start_response)
