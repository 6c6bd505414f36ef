from collections.abc import Iterator
from pathlib import Path

import pytest
import resend

from tests.playground.receiver import Receiver
from timebot.playground.clock import MovableClock
from timebot.playground.resend import LocalResend
from timebot.playground.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "world.db")
    yield opened
    opened.close()


@pytest.fixture
def clock(store: Store) -> MovableClock:
    return MovableClock(store)


@pytest.fixture
def local(store: Store, clock: MovableClock) -> Iterator[LocalResend]:
    server = LocalResend(store, clock)
    server.start()
    before = (resend.api_url, resend.api_key)
    # The SDK keeps both for the whole module; there is one account per process.
    resend.api_url, resend.api_key = server.url, server.api_key
    yield server
    resend.api_url, resend.api_key = before
    server.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    listening = Receiver()
    yield listening
    listening.stop()
