from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.billing.charging.world import World, open_world
from timebot.db import Database
from timebot.playground.clock import MovableClock
from timebot.playground.resend import LocalResend
from timebot.playground.store import Store
from timebot.playground.stripe import LocalStripe


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    store = Store(tmp_path / "world.db")
    clock = MovableClock(store)
    stripe, resend = LocalStripe(store, clock), LocalResend(store, clock)
    stripe.start()
    resend.start()
    yield open_world(database, clock, stripe, resend)
    resend.stop()
    stripe.stop()
    store.close()
