"""How the processes stop: requests under way are finished, and a file has one server."""

import http.client
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from timebot.app import Timebot, build
from timebot.serving import AddressTaken, FileHeld, HttpDoor, held_alone, running, sqlite_path
from timebot.settings import read_settings

WAIT = 20


class Slow:
    """An application whose answer waits until it is let go."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.may_answer = threading.Event()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        _ = environ
        self.asked.set()
        assert self.may_answer.wait(WAIT)
        start_response("200 OK", [("Content-Length", "4")])
        return [b"done"]


@contextmanager
def in_thread(do: Callable[[], object]) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=do)
    thread.start()
    yield thread
    thread.join(WAIT)
    assert not thread.is_alive()


def connect(url: str) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(url.removeprefix("http://"), timeout=WAIT)


def get(url: str, path: str) -> tuple[int, bytes]:
    connection = connect(url)
    connection.request("GET", path)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


def a_timebot(database_url: str, folder: Path) -> Timebot:
    settings = {"DATABASE_URL": database_url, "TIMEBOT_DATA_DIR": str(folder)}
    return build(read_settings(settings))


def test_a_request_under_way_is_answered_before_the_door_closes() -> None:
    slow = Slow()
    door = HttpDoor(slow, host="127.0.0.1", port=0)
    door.start()
    answers: list[tuple[int, bytes]] = []
    with in_thread(lambda: answers.append(get(door.url, "/"))):
        assert slow.asked.wait(WAIT)
        with in_thread(door.stop):
            wait_until_refused(door.url)
            slow.may_answer.set()

    assert answers == [(200, b"done")]


def wait_until_refused(url: str) -> None:
    """Wait until nobody listens there any more."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        connection = connect(url)
        try:
            connection.connect()
        except ConnectionRefusedError:
            return
        finally:
            connection.close()
        time.sleep(0.02)
    raise AssertionError("the door still takes connections")


def test_a_connection_that_is_kept_open_does_not_keep_the_door_open() -> None:
    quick = Slow()
    quick.may_answer.set()
    door = HttpDoor(quick, host="127.0.0.1", port=0)
    door.start()
    kept = connect(door.url)
    kept.request("GET", "/")
    assert kept.getresponse().read() == b"done"

    began = time.monotonic()
    door.stop()

    assert time.monotonic() - began < 5
    kept.close()


def test_a_port_that_is_taken_is_one_sentence() -> None:
    door = HttpDoor(Slow(), host="127.0.0.1", port=0)
    door.start()
    port = int(door.url.rpartition(":")[2])

    with pytest.raises(AddressTaken, match=f"port {port}: address already in use"):
        HttpDoor(Slow(), host="127.0.0.1", port=port)

    door.stop()


def test_everything_in_one_process_answers_and_stops(database_url: str, tmp_path: Path) -> None:
    timebot = a_timebot(database_url, tmp_path)

    with running(timebot) as url:
        health, ready = get(url, "/healthz"), get(url, "/readyz")
    timebot.close()

    assert health == (200, b"ok")
    assert ready == (200, b"ready")
    assert {"worker", "http"} & {thread.name for thread in threading.enumerate()} == set()


def test_an_sqlite_file_has_one_holder(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new folder' / 'timebot.db'}"

    with held_alone(url), pytest.raises(FileHeld, match=r"timebot\.db"), held_alone(url):
        raise AssertionError("held twice")
    with held_alone(url):
        pass


def test_postgresql_is_not_held() -> None:
    url = "postgresql://127.0.0.1/timebot"

    with held_alone(url), held_alone(url):
        assert sqlite_path(url) is None


def test_without_a_signing_secret_nothing_of_slack_is_taken_over_http(tmp_path: Path) -> None:
    tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    url = f"sqlite:///{tmp_path / 'timebot.db'}"
    timebot = build(read_settings({"DATABASE_URL": url, **tokens}))
    door = HttpDoor(timebot.web, host="127.0.0.1", port=0)
    door.start()
    connection = connect(door.url)

    connection.request("POST", "/slack/events", "command=/timer&team_id=T1&user_id=U1")
    status = connection.getresponse().status

    connection.close()
    door.stop()
    timebot.close()
    assert timebot.bolt is not None
    assert status == 404
