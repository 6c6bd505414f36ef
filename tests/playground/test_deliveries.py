"""The webhooks of the local services on their way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.playground.receiver import Receiver
from timebot.playground.deliveries import Deliveries
from timebot.playground.store import Store


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


def test_what_is_asked_for_again_while_it_is_on_its_way_is_sent_again(
    tmp_path: Path, receiver: Receiver
) -> None:
    again = iter([True])

    def sign(event_id: str, body: str, _at: int) -> dict[str, str]:
        # A webhook is signed just before it leaves.
        if next(again, False):
            deliveries.enqueue(event_id, body)
        return {}

    deliveries = Deliveries(Store(tmp_path / "world.db"), "test.webhook", sign)
    deliveries.connect(receiver.url)
    deliveries.enqueue("evt_1", "{}")

    assert [deliveries.deliver_pending() for _ in range(3)] == [1, 1, 0]
    assert len(receiver.taken) == 2
