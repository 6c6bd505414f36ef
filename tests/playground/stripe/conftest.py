from collections.abc import Iterator
from pathlib import Path

import pytest
from stripe import StripeClient

from tests.playground.receiver import Receiver
from timebot.playground.clock import MovableClock
from timebot.playground.store import Store
from timebot.playground.stripe import LocalStripe

from .calls import Calls
from .shapes import RememberingClient, strangers


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "world.db")
    yield opened
    opened.close()


@pytest.fixture
def clock(store: Store) -> MovableClock:
    return MovableClock(store)


@pytest.fixture
def local(store: Store, clock: MovableClock) -> Iterator[LocalStripe]:
    server = LocalStripe(store, clock)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(local: LocalStripe) -> Iterator[StripeClient]:
    """Speak to the local Stripe; at the end, what it answered and told is what the SDK knows."""
    transport = RememberingClient()
    yield StripeClient(
        local.api_key,
        base_addresses={"api": local.url},
        max_network_retries=0,
        http_client=transport,
    )
    found = [strangers(each) for each in (*transport.answers, *local.events())]
    assert sorted(set().union(*found)) == []


@pytest.fixture
def calls(local: LocalStripe, client: StripeClient) -> Calls:
    return Calls(local, client)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    listening = Receiver()
    yield listening
    listening.stop()
