"""Staying home: while a rehearsal is played, this process reaches nothing but this machine.

The gateways know local addresses only. This is the second lock, and it counts who tries it. What
draws the PDFs is a process of its own, which fetches nothing anyway.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

# https://docs.python.org/3/library/audit_events.html
_TO_AN_ADDRESS = frozenset(("socket.connect", "socket.sendto", "socket.sendmsg"))
_TO_A_NAME = frozenset(("socket.getaddrinfo", "socket.gethostbyname"))
_HOME = frozenset((None, "127.0.0.1", "::1", "localhost"))


class Elsewhere(ConnectionRefusedError):
    """Something wanted to reach another machine."""


@dataclass
class Watch:
    """Whether anything wanted to leave.

    Attributes:
        refused: how often.
    """

    refused: int = 0


_watches: list[Watch] = []


@contextmanager
def staying_home() -> Iterator[Watch]:
    """Refuse every connection and every name of another machine until the block ends.

    Connections that stand already, and those that a database driver opens in C, are not concerned.
    """
    _listen()
    watch = Watch()
    _watches.append(watch)
    try:
        yield watch
    finally:
        _watches.remove(watch)


@cache
def _listen() -> None:
    # A hook stays for the life of the process; without a watch it lets everything pass.
    sys.addaudithook(_refuse_elsewhere)


def _refuse_elsewhere(event: str, arguments: tuple[object, ...]) -> None:
    if not _watches or _is_home(event, arguments):
        return
    for watch in _watches:
        watch.refused += 1
    raise Elsewhere("a rehearsal reaches nothing outside")


def _is_home(event: str, arguments: tuple[object, ...]) -> bool:
    if event in _TO_A_NAME:
        return arguments[0] in _HOME
    if event not in _TO_AN_ADDRESS:
        return True
    address = arguments[1]
    # Any other kind of address is a file of this machine.
    return not isinstance(address, tuple) or address[0] in _HOME
