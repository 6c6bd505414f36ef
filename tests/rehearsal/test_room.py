"""Where the copy or the PDFs find no place, a rehearsal says so in one sentence."""

import errno
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from tests.rehearsal.firm import BillingMorning, rehearsed
from timebot.rehearsal.room import (
    NoRoom,
    PdfsNotKept,
    ensure_pdfs_can_be_kept,
    ensure_room_is_left,
    keeping_pdfs,
    needing_room,
)

NO_SIZE = next(one for one in (Path("/proc"), Path("/dev")) if one.exists())
"""A folder of the kernel's own, on Linux and on macOS: a disk of no size."""

FULL = "there is none: the disk is full. Nothing was changed."


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        sqlite3.OperationalError("database or disk is full"),
        OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full")),
    ],
)
def test_a_full_disk_is_said_in_one_sentence(error: Exception, tmp_path: Path) -> None:
    with pytest.raises(NoRoom, match=FULL), needing_room(tmp_path):
        raise error


def test_any_other_trouble_is_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(ConnectionRefusedError), needing_room(tmp_path):
        raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")


def test_a_disk_on_which_nothing_is_left_spoils_what_was_played() -> None:
    with pytest.raises(NoRoom, match=FULL):
        ensure_room_is_left(NO_SIZE)


def test_a_folder_that_takes_no_copy_is_named(morning: BillingMorning, room: Path) -> None:
    morning.works_for("Acme")

    with pytest.raises(NoRoom, match="elsewhere there is none: no such file or directory"):
        rehearsed(morning, room / "elsewhere")


def test_a_folder_for_pdfs_is_made_only_when_they_are_there(tmp_path: Path) -> None:
    ensure_pdfs_can_be_kept(tmp_path / "new" / "pdfs")

    assert list(tmp_path.iterdir()) == []


def test_a_pdf_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "INV-1 rehearsal.pdf").mkdir()

    with pytest.raises(PdfsNotKept, match="is a directory"), keeping_pdfs(tmp_path):
        (tmp_path / "INV-1 rehearsal.pdf").write_bytes(b"%PDF")
