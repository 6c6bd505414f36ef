"""While a rehearsal is played, nothing leaves the machine, whoever tries."""

import socket
from contextlib import closing

import pytest

from timebot.rehearsal.staying_home import Elsewhere, staying_home

ELSEWHERE = ("192.0.2.1", 443)
"""An address that no machine has (RFC 5737)."""


def test_a_connection_to_another_machine_is_refused_and_counted() -> None:
    # The plain type: the tests' own guard sits in the other one.
    line = socket.SocketType()
    line.settimeout(0.1)

    with staying_home() as watch, closing(line), pytest.raises(Elsewhere):
        line.connect(ELSEWHERE)

    assert watch.refused == 1


def test_a_name_of_another_machine_is_not_even_looked_up() -> None:
    with staying_home() as watch, pytest.raises(Elsewhere):
        socket.getaddrinfo("api.stripe.com", 443)

    assert watch.refused == 1


def test_this_machine_is_reached_as_ever() -> None:
    with staying_home() as watch, socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()

    assert watch.refused == 0


def test_afterwards_names_are_looked_up_again() -> None:
    with staying_home():
        pass

    assert socket.getaddrinfo("127.0.0.1", 80)
