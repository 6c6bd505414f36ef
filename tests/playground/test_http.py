import urllib.request

import pytest
from werkzeug.wrappers import Response

from timebot.playground.http import LocalServer


def test_a_local_server_answers_on_loopback() -> None:
    server = LocalServer(Response("hello"))
    server.start()

    with urllib.request.urlopen(server.url) as answer:  # noqa: S310 - our own server
        body = answer.read()

    assert body == b"hello"
    assert server.url.startswith("http://127.0.0.1:")
    server.stop()


def test_a_port_in_use_is_an_error_and_not_the_end_of_the_process() -> None:
    server = LocalServer(Response("hello"))

    with pytest.raises(OSError, match="in use"):
        LocalServer(Response("again"), port=server.port)

    server.stop()
