"""A gate before the local servers: every call passes, until one at which the caller is killed."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from fnmatch import fnmatchcase
from http.client import HTTPConnection
from threading import Event, Lock
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from werkzeug.wrappers import Request, Response

from timebot.playground.faults import hang_up
from timebot.playground.http import LocalServer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_PATIENCE_SECONDS = 30
_HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "host", "date", "server"}


class Trap:
    """Waits for one call and kills whoever makes it, before it has arrived or after.

    Attributes:
        sprung: set once it has killed.
    """

    def __init__(self, pattern: str, moment: str, kill: Callable[[], None]) -> None:
        self.sprung = Event()
        self._pattern = pattern
        self._moment = moment
        self._kill = kill
        self._lock = Lock()

    def catches(self, call: str, moment: str) -> bool:
        """Kill if this is the call; a dead one's calls arrive nowhere and get no answer."""
        if moment == self._moment and fnmatchcase(call, self._pattern):
            self.spring()
        return self.sprung.is_set()

    def spring(self) -> None:
        """Kill, once."""
        with self._lock:
            if not self.sprung.is_set():
                self._kill()
                self.sprung.set()


class Watcher(Protocol):
    """Sees every call that a gate passes on, twice: before it has arrived and after."""

    def catches(self, call: str, moment: str) -> bool:
        """Tell whether the connection is to break here, without an answer."""


class Gate:
    """Passes calls on to one local server and their answers back.

    Attributes:
        trap: what waits for a call, None to let all pass.
    """

    def __init__(self, target: str) -> None:
        self.trap: Watcher | None = None
        self._address = urlsplit(target).netloc
        self.server = LocalServer(self._app)

    def _app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        call = f"{request.method} {request.path}"
        # Read first: what is left in the line would be taken for another request.
        content = request.get_data()
        self._look(call, "before", environ)
        answer = self._pass_on(request, content)
        self._look(call, "after", environ)
        return answer(environ, start_response)

    def _look(self, call: str, moment: str, environ: "WSGIEnvironment") -> None:
        if self.trap is not None and self.trap.catches(call, moment):
            hang_up(environ)
            # Werkzeug takes this for a caller who is gone, which is so by now.
            raise ConnectionAbortedError

    def _pass_on(self, request: Request, content: bytes) -> Response:
        path = request.full_path if request.query_string else request.path
        headers = {name: value for name, value in request.headers if name.lower() != "host"}
        connection = HTTPConnection(self._address, timeout=_PATIENCE_SECONDS)
        connection.request(request.method, path, content, headers)
        answer = connection.getresponse()
        answered = answer.read()
        connection.close()
        kept = [pair for pair in answer.getheaders() if pair[0].lower() not in _HOP_BY_HOP]
        return Response(answered, answer.status, kept)


@contextmanager
def gates(*targets: str) -> Iterator[list[Gate]]:
    """Open a gate before each of these addresses."""
    with ExitStack() as stack:
        opened = [Gate(target) for target in targets]
        for each in opened:
            each.server.start()
            stack.callback(each.server.stop)
        yield opened
