import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from timebot.playground.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "world" / "world.db")
    yield store
    store.close()


def test_documents_come_back_in_the_order_of_first_insertion(store: Store) -> None:
    for name in ("b", "a", "c"):
        store.put("thing", name, {"name": name})
    store.put("thing", "b", {"name": "B"})

    names = [document["name"] for document in store.list("thing")]

    assert names == ["B", "a", "c"]
    assert [each["name"] for each in store.list("thing", after="b")] == ["a", "c"]


def test_a_deleted_document_is_gone(store: Store) -> None:
    store.put("thing", "a", {})

    store.delete("thing", "a")

    assert store.get("thing", "a") is None
    assert store.list("thing") == []


def test_an_error_takes_the_whole_transaction_back(store: Store) -> None:
    before = store.version

    def fail() -> None:
        with store.transaction():
            store.put("thing", "a", {})
            with store.transaction():
                store.put("thing", "b", {})
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    assert store.list("thing") == []
    assert store.version == before


def test_a_number_is_never_given_twice(store: Store) -> None:
    given: list[int] = []

    def take() -> None:
        given.extend(store.next_number("invoice") for _ in range(50))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(given) == list(range(1, 201))


def test_a_waiting_reader_wakes_up_at_a_change(store: Store) -> None:
    before = store.version
    threading.Timer(0.05, store.put, ("thing", "a", {})).start()

    after = store.wait_for_change(before, timeout=5)

    assert after > before


def test_a_waiting_reader_sees_the_change_of_another_process(store: Store, tmp_path: Path) -> None:
    other = Store(tmp_path / "world" / "world.db")
    before = store.version

    other.put("thing", "a", {"said": "ü"})

    assert store.wait_for_change(before, timeout=5) > before
    assert store.get("thing", "a") == {"said": "ü"}
    other.close()


def test_waiting_ends_at_the_timeout(store: Store) -> None:
    version = store.version

    assert store.wait_for_change(version, timeout=0.01) == version


def test_waiting_inside_a_transaction_is_refused(store: Store) -> None:
    with pytest.raises(RuntimeError), store.transaction():
        store.wait_for_change(0, timeout=1)


def test_a_store_that_is_opened_again_has_everything(tmp_path: Path) -> None:
    first = Store(tmp_path / "world.db")
    first.put("thing", "a", {"n": 1})
    first.next_number("thing")
    first.close()

    second = Store(tmp_path / "world.db")

    assert second.get("thing", "a") == {"n": 1}
    assert second.next_number("thing") == 2
    second.close()


def test_what_was_put_survives_a_killed_process(tmp_path: Path) -> None:
    script = (
        "import os, pathlib, signal, sys\n"
        "from timebot.playground.store import Store\n"
        "Store(pathlib.Path(sys.argv[1])).put('thing', 'a', {'n': 1})\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    path = tmp_path / "world.db"
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)  # noqa: S603 - ours

    store = Store(path)

    assert store.get("thing", "a") == {"n": 1}
    store.close()


def test_a_closed_store_refuses_work(store: Store) -> None:
    store.close()

    with pytest.raises(sqlite3.ProgrammingError):
        store.get("thing", "a")
