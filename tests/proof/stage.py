"""The stage: a firm on the morning of its run, made once and copied for each case.

Acme has a card that works and work in two projects; Sakura pays by a link, some time later. So a
run goes through charging, the mail that is invoice and receipt in one, the invoice mail, a payment
by the client, and the receipt mail.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.databases import Databases
from tests.scenarios.agency import WORKS, Agency, an_agency
from timebot.backup.making import make_backup
from timebot.clock import real_now
from timebot.db import Database
from timebot.migrations import upgrade
from timebot.playground.store import Store

CHARGED, PAYING = "Acme", "Sakura"
CLIENTS = (CHARGED, PAYING)
_STORE = "world.db"


@dataclass(frozen=True)
class Stage:
    """Everything as it is just before somebody presses Release.

    Attributes:
        databases: who copies.
        folder: of the local world.
        database_url: of the database.
        backup: of the database, made by `timebot backup`.
        older_backup: likewise, from the evening before, when the run was not open yet.
    """

    databases: Databases
    folder: Path
    database_url: str
    backup: Path
    older_backup: Path

    @contextmanager
    def copied(self, folder: Path) -> Iterator[str]:
        """Put the local world into a folder and yield the URL of a copy of the database."""
        folder.mkdir(parents=True)
        shutil.copyfile(self.folder / _STORE, folder / _STORE)
        url = self.databases.copy(self.database_url)
        try:
            yield url
        finally:
            self.databases.drop(url)
            shutil.rmtree(folder)


def set_the_stage(databases: Databases, folder: Path) -> Stage:
    """Let the firm live up to the morning of its run; this takes some seconds."""
    # A migrated one would be held open by its maker, and such a one cannot be copied.
    url = databases.create(migrated=False)
    upgrade(url)
    older_backup = folder / "before-the-opening.backup"
    with an_agency(folder, url) as agency:
        _up_to_the_evening(agency)
        _back_up(url, older_backup)
        _up_to_the_run(agency)
    _fold(folder / _STORE)
    backup = folder / "before-the-run.backup"
    _back_up(url, backup)
    return Stage(databases, folder, url, backup, older_backup)


def _back_up(url: str, path: Path) -> None:
    database = Database(url)
    make_backup(database, path, made_at=real_now(), tell=lambda _done, _total: None)
    database.dispose()


def _up_to_the_evening(agency: Agency) -> None:
    for words in (
        "seller Studio North; address Harbour Street 12; email billing@north.example",
        "zone Europe/Berlin; anchor 2031-03-03; channel #billing; tax VAT 19%",
    ):
        agency.types("olga", f"/billing settings {words}")
    agency.types("mia", "/timer status")
    for client in CLIENTS:
        agency.types(
            "olga", f"/billing client add {client} accounts@{client.lower()}.example 95 EUR"
        )
        agency.types("olga", f"/billing project add {client} Work")
    agency.types("olga", f"/billing project add {CHARGED} Logo 110")
    for words in (f"1h {CHARGED} Work Sketches", f"35m {CHARGED} Logo Curves", f"2h {PAYING} Site"):
        agency.types("mia", f"/timer add {words}")
    agency.puts_card_on_file(CHARGED, WORKS, by="olga")
    agency.types("mia", "/timer submit today")
    agency.clicks("olga", "Approve all", agency.card_of("olga", "Mia Berg"))


def _up_to_the_run(agency: Agency) -> None:
    agency.is_at("9:01", 18)
    card = agency.newest("olga", "Invoice run", "billing")
    assert f"{len(CLIENTS)} ready" in card.all_text, card.all_text


def _fold(path: Path) -> None:
    """Leave nothing of the store beside its file, so that copying the file copies all."""
    Store(path).close()
    assert not path.with_name(f"{path.name}-wal").exists()
