"""Room: whether there is a place for the copy and for the PDFs, said in one sentence if not."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from timebot.errors import Refusal

_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
_FULL_WORDS = ("disk is full", "disk I/O error")
_LEAST_LEFT = 1_000_000
"""With fewer bytes left than this, something may not have been written."""


class NoRoom(Refusal):
    """The copy of the database cannot be kept."""

    def __init__(self, folder: Path | None, why: str) -> None:
        where = "in the temporary folder" if folder is None else f"in {folder}"
        super().__init__(
            f"A rehearsal needs room for several copies of the database, and {where} there is none:"
            f" {why}. Nothing was changed. Name a folder with more room in TMPDIR."
        )


class PdfsNotKept(Refusal):
    """The folder for the PDFs takes none."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(
            f"No PDF can be written to {folder}: {why}. Nothing was changed. Name another folder"
            " with --pdfs."
        )


def temporary_folder() -> Path:
    """Return the folder for temporary files.

    Raises:
        NoRoom: if there is none that takes a file.
    """
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError as error:
        raise NoRoom(None, "no folder takes a file") from error


@contextmanager
def needing_room(folder: Path) -> Iterator[None]:
    """Turn what a full disk brings, until the block ends, into one sentence.

    Raises:
        NoRoom: if the disk is full.
    """
    try:
        yield
    except Exception as error:
        if _is_full(error):
            raise NoRoom(folder, "the disk is full") from error
        raise


def ensure_room_is_left(folder: Path) -> None:
    """Refuse what was played on a disk that is full by now: the worker outlives steps that fail.

    Raises:
        NoRoom: if next to nothing is left.
    """
    if shutil.disk_usage(folder).free < _LEAST_LEFT:
        raise NoRoom(folder, "the disk is full")


def ensure_pdfs_can_be_kept(folder: Path) -> None:
    """Refuse a folder in which nothing can be written, before anything is played; makes nothing.

    Raises:
        PdfsNotKept: if it is such a folder.
    """
    nearest = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    if not nearest.is_dir():
        raise PdfsNotKept(folder, f"{nearest} is a file")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise PdfsNotKept(folder, f"{nearest} may not be written to")


@contextmanager
def keeping_pdfs(folder: Path) -> Iterator[None]:
    """Make the folder, and turn what its disk refuses into one sentence.

    Raises:
        PdfsNotKept: if a file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise PdfsNotKept(folder, (error.strerror or "it cannot be written to").lower()) from error


def _is_full(error: Exception) -> bool:
    original = getattr(error, "orig", error)
    words = str(original)
    return getattr(original, "errno", None) in _FULL or any(one in words for one in _FULL_WORDS)
