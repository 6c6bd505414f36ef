"""A quiet WSGI server on loopback, for every server of the local world."""

import socket
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_HOST = "127.0.0.1"


class _QuietHandler(WSGIRequestHandler):
    """Logs errors, but not every request: the inspector shows those."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class LocalServer:
    """One WSGI application on 127.0.0.1, each request in a thread of its own.

    The port is taken when the object is made, so that `url` is known before `start()`.
    """

    def __init__(self, app: "WSGIApplication", port: int = 0) -> None:
        """Take the port; 0 means any free one.

        Raises:
            OSError: if the port is in use.
        """
        # Werkzeug leaves the process when a port is taken; our own socket raises instead.
        with socket.create_server((_HOST, port)) as taken:
            self._server: BaseWSGIServer = make_server(
                _HOST,
                taken.getsockname()[1],
                app,
                threaded=True,
                request_handler=_QuietHandler,
                fd=taken.fileno(),
            )
        self._thread: Thread | None = None

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return f"http://{_HOST}:{self.port}"

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Answer requests from now on, in a daemon thread."""
        if self._thread is None:
            self._thread = Thread(
                target=self._server.serve_forever,
                kwargs={"poll_interval": 0.05},
                name="local-server",
                daemon=True,
            )
            self._thread.start()

    def stop(self) -> None:
        """Stop answering and give the port back."""
        if self._thread is not None:
            ending = Thread(target=self._server.shutdown)
            ending.start()
            self._wake()
            ending.join()
            self._thread.join()
            self._thread = None
        self._server.server_close()

    def _wake(self) -> None:
        """Let the server look up at once instead of at its next turn; tests stop thousands."""
        with suppress(OSError), socket.create_connection((_HOST, self.port)):
            pass
