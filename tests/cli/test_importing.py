"""`timebot import`: everything or nothing, and never beside a server."""

from pathlib import Path

import pytest
from sqlalchemy import select

from tests.builders import a_member, a_workspace
from tests.cli.conftest import Run
from timebot.clients.models import Client
from timebot.db import Database
from timebot.journal.models import AuditEvent
from timebot.serving import held_alone, sqlite_path
from timebot.team.models import Workspace

CLIENTS = "client,email,currency,rate,project\nAcme,ada@acme.example,EUR,95,Logo\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100


@pytest.fixture(autouse=True)
def _firm(database: Database) -> None:
    with database.transaction() as session:
        a_member(session, a_workspace(session), role="owner")


def a_file(folder: Path, content: str | bytes) -> str:
    path = folder / "given"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def clients(database: Database) -> list[str]:
    with database.read_only() as session:
        return list(session.scalars(select(Client.name)))


def test_clients_are_imported_and_written_down(
    run: Run, database: Database, tmp_path: Path
) -> None:
    result = run("import", "clients", a_file(tmp_path, CLIENTS))

    assert (result.exit_code, result.stderr) == (0, "")
    assert clients(database) == ["Acme"]
    with database.read_only() as session:
        surfaces = set(session.scalars(select(AuditEvent.surface)))
    assert surfaces == {"cli"}


def test_a_dry_run_says_the_same_and_changes_nothing(
    run: Run, database: Database, tmp_path: Path
) -> None:
    file = a_file(tmp_path, CLIENTS)

    tried = run("import", "clients", file, "--dry-run")

    assert tried.exit_code == 0
    assert clients(database) == []
    assert tried.stdout.splitlines()[-1] == "Nothing was changed: this was a dry run."
    assert tried.stdout.splitlines()[0] in run("import", "clients", file).stdout


def test_a_second_import_of_the_same_file_changes_nothing(run: Run, tmp_path: Path) -> None:
    file = a_file(tmp_path, CLIENTS)
    run("import", "clients", file)

    again = run("import", "clients", file)

    assert again.exit_code == 0
    assert "There is nothing to change." in again.stdout


def test_a_faulty_file_is_refused_as_a_whole(run: Run, database: Database, tmp_path: Path) -> None:
    file = a_file(tmp_path, CLIENTS + "Beta,not an address,EUR,x,Site\n")

    result = run("import", "clients", file)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "Row 3" in result.stderr
    assert clients(database) == []


def test_a_logo_is_set(run: Run, database: Database, tmp_path: Path) -> None:
    result = run("import", "logo", a_file(tmp_path, PNG))

    assert (result.exit_code, result.stderr) == (0, "")
    with database.read_only() as session:
        workspace = session.scalars(select(Workspace)).one()
    assert (workspace.seller_logo, workspace.seller_logo_type) == (PNG, "image/png")


def test_a_file_that_is_no_picture_is_refused(run: Run, tmp_path: Path) -> None:
    result = run("import", "logo", a_file(tmp_path, "<svg/>"))

    assert result.exit_code == 1
    assert result.stderr.startswith("The logo is neither a PNG nor a JPEG.")


def test_on_sqlite_nothing_is_written_beside_a_server(
    run: Run, database: Database, database_url: str, tmp_path: Path
) -> None:
    file = a_file(tmp_path, CLIENTS)
    with held_alone(database_url):
        written = run("import", "clients", file)
        tried = run("import", "clients", file, "--dry-run")

    assert tried.exit_code == 0
    if sqlite_path(database_url):
        assert written.exit_code == 1
        assert "takes one at a time" in written.stderr
        assert clients(database) == []
    else:
        assert written.exit_code == 0
