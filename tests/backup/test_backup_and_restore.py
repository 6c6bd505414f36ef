"""What a backup holds comes back whole, into either kind of database, and nothing else does."""

import gzip
import hashlib
import json
import threading
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from tests.builders import a_workspace
from tests.worlds import utc
from timebot.backup.file_format import NotABackup, read_header
from timebot.backup.making import FileThere, make_backup
from timebot.backup.restoring import MadeByNewer, NotEmpty, restore_backup
from timebot.billing.models import Invoice
from timebot.db import Database
from timebot.doctor import invariants
from timebot.migrations import is_current
from timebot.migrations.guards import missing_guards
from timebot.team.models import Workspace
from timebot.timekeeping.models import TimeEntry

NOON = utc(2031, 3, 3, 12)


def quiet(_done: int, _total: int) -> None:
    """Tell nobody."""


def back_up(database: Database, path: Path) -> Path:
    make_backup(database, path, made_at=NOON, tell=quiet)
    return path


def restore(url: str, path: Path) -> Database:
    restore_backup(url, path, where="here", now=NOON, tell=quiet)
    return Database(url)


def test_a_restored_database_makes_the_same_backup_again(
    firm: Database, empty_url: str, tmp_path: Path
) -> None:
    first = back_up(firm, tmp_path / "first.backup")

    restored = restore(empty_url, first)

    with restored.transaction() as session:
        session.execute(update(Workspace).values(billing_paused_at=None))
    second = back_up(restored, tmp_path / "second.backup")
    restored.dispose()
    assert gzip.decompress(first.read_bytes()) == gzip.decompress(second.read_bytes())


def test_a_restored_database_holds_every_rule_and_every_guard(
    small_firm: Database, empty_url: str, tmp_path: Path
) -> None:
    restored = restore(empty_url, back_up(small_firm, tmp_path / "a.backup"))

    assert is_current(restored)
    with restored.read_only() as session:
        assert invariants(session) == []
        assert missing_guards(session) == []
        assert session.scalars(select(Invoice.number)).all() != []
    restored.dispose()


def test_what_was_frozen_stays_frozen_after_a_restore(
    small_firm: Database, empty_url: str, tmp_path: Path
) -> None:
    restored = restore(empty_url, back_up(small_firm, tmp_path / "a.backup"))

    with pytest.raises(IntegrityError), restored.transaction() as session:
        session.execute(text("UPDATE invoice SET total_minor = total_minor + 1"))
    restored.dispose()


def test_billing_is_paused_after_a_restore(
    small_firm: Database, new_file: str, tmp_path: Path
) -> None:
    restored = restore(new_file, back_up(small_firm, tmp_path / "a.backup"))

    with restored.read_only() as session:
        assert session.scalars(select(Workspace.billing_paused_at)).all() == [NOON]
    restored.dispose()


def test_a_backup_shows_one_moment_while_others_go_on_writing(
    firm: Database, tmp_path: Path
) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            with firm.transaction() as session:
                a_workspace(session)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        paths = [back_up(firm, tmp_path / f"{count}.backup") for count in range(5)]
    finally:
        stop.set()
        writer.join()

    # The head counts the rows before they are read: it fits only if both are of one moment.
    assert [read_header(path).rows for path in paths] == [
        len(gzip.decompress(path.read_bytes()).splitlines()) - 2 for path in paths
    ]


def test_a_restore_never_overwrites_anything(firm: Database, tmp_path: Path) -> None:
    path = back_up(firm, tmp_path / "a.backup")

    with pytest.raises(NotEmpty):
        restore_backup(firm.url, path, where="here", now=NOON, tell=quiet)

    with firm.read_only() as session:
        assert session.scalars(select(Workspace.billing_paused_at)).all() == [None]


def test_a_backup_never_overwrites_a_file(firm: Database, tmp_path: Path) -> None:
    path = back_up(firm, tmp_path / "a.backup")
    before = path.read_bytes()

    with pytest.raises(FileThere):
        back_up(firm, path)

    assert path.read_bytes() == before


def test_a_backup_is_readable_by_its_owner_alone(firm: Database, tmp_path: Path) -> None:
    path = back_up(firm, tmp_path / "deep" / "a.backup")

    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["a.backup"]


@pytest.mark.parametrize("kept", [0, 20, 0.5, 0.99])
def test_a_file_that_was_cut_off_is_refused_and_leaves_nothing(
    small_firm: Database, new_file: str, tmp_path: Path, kept: float
) -> None:
    path = back_up(small_firm, tmp_path / "a.backup")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept * len(whole)) if kept < 1 else int(kept)])

    with pytest.raises(NotABackup):
        restore(new_file, path)


def test_a_row_that_was_changed_is_noticed(
    small_firm: Database, new_file: str, tmp_path: Path
) -> None:
    path = back_up(small_firm, tmp_path / "a.backup")
    lines = gzip.decompress(path.read_bytes()).replace(b"approved", b"disputed", 1)
    path.write_bytes(gzip.compress(lines))

    with pytest.raises(NotABackup, match="cut off or changed"):
        restore(new_file, path)


def test_a_backup_of_a_newer_version_is_refused(
    small_firm: Database, new_file: str, tmp_path: Path
) -> None:
    path = back_up(small_firm, tmp_path / "a.backup")
    _rewrite(path, b'"revision":"', b'"revision":"9')

    with pytest.raises(MadeByNewer):
        restore(new_file, path)


def test_a_restore_that_fails_half_way_leaves_no_row(
    small_firm: Database, new_file: str, tmp_path: Path
) -> None:
    path = back_up(small_firm, tmp_path / "a.backup")
    _rewrite(path, b'"pending_review"', b'"no_such_state"')
    _rewrite(path, b'"approved"', b'"no_such_state"')

    with pytest.raises(IntegrityError):
        restore(new_file, path)

    database = Database(new_file)
    with database.read_only() as session:
        assert session.scalars(select(Workspace)).all() == []
        assert session.scalars(select(TimeEntry)).all() == []
        assert missing_guards(session) == []
    database.dispose()


def _rewrite(path: Path, old: bytes, new: bytes) -> None:
    """Change a backup as somebody who also mends its sum could."""
    *lines, _ = gzip.decompress(path.read_bytes()).replace(old, new).splitlines(keepends=True)
    ending = json.dumps({"sha256": hashlib.sha256(b"".join(lines)).hexdigest()})
    path.write_bytes(gzip.compress(b"".join(lines) + ending.encode() + b"\n"))
