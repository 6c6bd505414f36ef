"""How many commands a second our HTTP server carries, beside the same app without a server.

Run it with `python -m tests.benchmarks.bench_http`. The command does nothing, so that what is
measured is the way there and back: waitress, Bolt's WSGI handler, the signature, the ack. 8
clients on kept-open loopback connections, in a process of their own; a bounded number of requests.
"""

import hashlib
import hmac
import http.client
import io
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode
from wsgiref.types import WSGIApplication

from slack_bolt import Ack, App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult

from timebot.serving import HttpDoor

SECRET = "bench"
CLIENTS, REQUESTS, ROUNDS = 8, 4_000, 3
BODY = urlencode({"command": "/timer", "text": "", "team_id": "T1", "user_id": "U1"}).encode()

Ask = Callable[[], None]


def main() -> None:
    """Measure a few rounds of each and print the best and the worst."""
    application = _no_op()
    direct = _direct(application)
    _report("in process, 1 thread", lambda: _threaded([direct]))
    _report(f"in process, {CLIENTS} threads", lambda: _threaded([direct] * CLIENTS))
    door = HttpDoor(application, host="127.0.0.1", port=0)
    door.start()
    try:
        port = door.url.rpartition(":")[2]
        _report(f"waitress, {CLIENTS} clients", lambda: _clients_apart(port))
    finally:
        door.stop()


def clients(port: int) -> None:
    """Be the clients, in this process; print how long each request took, in microseconds."""
    taken = _threaded([_over_http(port) for _ in range(CLIENTS)])
    print(*(int(seconds * 1_000_000) for seconds in taken))


def _no_op() -> WSGIApplication:
    app = App(
        signing_secret=SECRET,
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1"),
        process_before_response=True,
    )

    def answer(ack: Ack) -> None:
        ack("done")

    app.command("/timer")(answer)
    handler: WSGIApplication = SlackRequestHandler(app)
    return handler


def _clients_apart(port: str) -> list[float]:
    command = [sys.executable, "-m", "tests.benchmarks.bench_http", port]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ourselves
    total, *taken = (int(word) / 1_000_000 for word in done.stdout.split())
    return [total, *taken]


def _threaded(askers: Sequence[Ask]) -> list[float]:
    """Ask from several threads; return the seconds in all, then of each request."""
    taken: list[float] = []
    keep = threading.Lock()

    def ask_many(ask: Ask) -> None:
        mine = []
        for _ in range(REQUESTS // len(askers)):
            began = time.perf_counter()
            ask()
            mine.append(time.perf_counter() - began)
        with keep:
            taken.extend(mine)

    began = time.perf_counter()
    with ThreadPoolExecutor(len(askers)) as pool:
        list(pool.map(ask_many, askers))
    return [time.perf_counter() - began, *taken]


def _direct(application: WSGIApplication) -> Ask:
    """Call the application as a server would, without one."""

    def ask() -> None:
        statuses: list[str] = []

        def start_response(status: str, _headers: Any, _exc_info: Any = None) -> Any:  # noqa: ANN401 - WSGI's own types
            statuses.append(status)

        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/slack/events",
            "QUERY_STRING": "",
            "CONTENT_LENGTH": str(len(BODY)),
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.input": io.BytesIO(BODY),
            **{f"HTTP_{name.upper().replace('-', '_')}": one for name, one in _signed().items()},
        }
        b"".join(application(environ, start_response))
        assert statuses == ["200 OK"]

    return ask


def _over_http(port: int) -> Ask:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    def ask() -> None:
        connection.request("POST", "/slack/events", BODY, {**form, **_signed()})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200

    return ask


def _signed() -> dict[str, str]:
    moment = str(int(time.time()))  # noqa: TID251 - Slack signs the real time
    digest = hmac.new(SECRET.encode(), b"v0:" + moment.encode() + b":" + BODY, hashlib.sha256)
    return {
        "X-Slack-Request-Timestamp": moment,
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
    }


def _report(what: str, measure: Callable[[], list[float]]) -> None:
    """Measure some rounds. The CPU time is this process's own, whatever else the machine does."""
    spent = time.process_time()
    rounds = [measure() for _ in range(ROUNDS)]
    spent = (time.process_time() - spent) / (REQUESTS * ROUNDS)
    rates = [len(taken) / total for total, *taken in rounds]
    times = sorted(seconds for _, *taken in rounds for seconds in taken)
    middle, late = (times[int(len(times) * share)] * 1_000 for share in (0.5, 0.99))
    print(
        f"{what:>24}: best {max(rates):,.0f}/s, worst {min(rates):,.0f}/s;"
        f" half within {middle:.1f} ms, 99 % within {late:.1f} ms;"
        f" {spent * 1_000:.2f} ms of CPU each"
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        clients(int(sys.argv[1]))
    else:
        main()
