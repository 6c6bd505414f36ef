"""The copy that a rehearsal plays with: all rows, in a folder that is gone when it is over."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import update

from timebot.backup.comparing import Digests, digests_in
from timebot.backup.making import make_backup
from timebot.backup.restoring import restore_backup
from timebot.billing.models import Invoice
from timebot.db import Database
from timebot.journal.models import InboxDelivery, OutboxMessage, PostedMessage
from timebot.rehearsal.room import NoRoom, ensure_room_is_left, needing_room
from timebot.team.models import Workspace

Tell = Callable[[str, int, int], None]
"""Is told what is done, and how much of how much."""

_PREFIX = "timebot-rehearsal-"
_LOCK = "held"


@dataclass(frozen=True)
class Copy:
    """A database as it was at one moment, with nothing left to do in it.

    Attributes:
        folder: for what else the rehearsal keeps; it goes with the copy.
        rows: how many rows were copied.
        digests: of the rows as they were copied.
    """

    url: str
    folder: Path
    rows: int
    digests: Digests


@contextmanager
def a_copy(database: Database, *, within: Path, now: datetime, tell: Tell) -> Iterator[Copy]:
    """Copy everything that a database holds, without disturbing it, until the block ends.

    What still waits there to be said, heard or charged does not wait in the copy: it would be
    played along. Billing is not paused in it, as it is after a restore.

    Args:
        database: opened to read.
        within: where the folder of the copy is made.
        now: the present instant.
        tell: is told of the progress.

    Raises:
        NoRoom: if the copy finds no place there.
    """
    with needing_room(within), _a_folder(within) as folder:
        backup, url = folder / "all.backup", f"sqlite:///{folder / 'copy.db'}"
        header = make_backup(
            database, backup, made_at=now, tell=lambda done, total: tell("Reading", done, total)
        )
        restore_backup(
            url,
            backup,
            where="of the rehearsal",
            now=now,
            tell=lambda done, total: tell("Copying", done, total),
        )
        _bring_to_rest(url, now)
        yield Copy(url, folder, header.rows, digests_in(backup, header))
        ensure_room_is_left(within)


def _bring_to_rest(url: str, now: datetime) -> None:
    """Leave nothing to do in the copy, and nothing that stands in the real Slack."""
    copy = Database(url)
    done = {"state": "given_up"}
    try:
        with copy.transaction() as session:
            for change in (
                update(Workspace).values(billing_paused_at=None),
                update(Invoice).where(Invoice.next_step_at.is_not(None)).values(next_step_at=None),
                update(OutboxMessage)
                .where(OutboxMessage.state == "waiting")
                .values(done | {"settled_at": now}),
                update(InboxDelivery).where(InboxDelivery.state == "waiting").values(done),
                update(PostedMessage).values(channel=None, ts=None),
            ):
                session.execute(change)
    finally:
        copy.dispose()


@contextmanager
def _a_folder(within: Path) -> Iterator[Path]:
    """Yield a new folder that nobody else may enter, and remove it; so are those that were left."""
    _sweep(within)
    try:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=within))
    except OSError as error:
        raise NoRoom(within, (error.strerror or "it takes no file").lower()) from error
    try:
        with FileLock(folder / _LOCK):
            yield folder
    finally:
        shutil.rmtree(folder)


def _sweep(within: Path) -> None:
    """Remove the folders of rehearsals that were killed before they could."""
    for folder in within.glob(f"{_PREFIX}*"):
        if not (_is_ours(folder) and (folder / _LOCK).exists()):
            continue
        with suppress(Timeout), FileLock(folder / _LOCK, timeout=0):
            shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    """Tell whether it is a folder that we made: the temporary folder is everybody's."""
    with suppress(FileNotFoundError):
        return folder.lstat().st_uid == os.getuid() and not folder.is_symlink()
    return False
