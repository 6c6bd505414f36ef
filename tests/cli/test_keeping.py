"""`timebot backup` and `timebot restore`, as an operator types them."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run, issue
from timebot.db import Database
from timebot.serving import held_alone


def test_a_backup_is_written_while_a_server_holds_the_database(
    run: Run, database: Database, tmp_path: Path
) -> None:
    issue(database)
    path = tmp_path / "firm.backup"

    with held_alone(database.url):
        result = run("backup", str(path))

    assert (result.exit_code, result.stderr) == (0, "")
    assert path.exists()
    assert " rows in " in result.stdout


def test_a_backup_without_a_name_goes_into_the_data_directory(run: Run, tmp_path: Path) -> None:
    result = run("backup")

    (found,) = (tmp_path / "backups").iterdir()
    assert str(found) in result.stdout


@pytest.mark.usefixtures("agency")
def test_a_restore_says_what_came_back_and_that_billing_is_paused(
    run: Run, empty_database_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "firm.backup"
    run("backup", str(path))

    result = run("restore", str(path), DATABASE_URL=empty_database_url)

    assert (result.exit_code, result.stderr) == (0, "")
    assert "Every rule holds." in result.stdout
    assert "Billing is paused" in result.stdout


def test_a_restore_into_a_database_that_holds_something_is_refused(
    run: Run, database: Database, tmp_path: Path
) -> None:
    issue(database)
    path = tmp_path / "firm.backup"
    run("backup", str(path))

    result = run("restore", str(path))

    assert result.exit_code == 1
    assert "is not empty, and a restore never overwrites anything" in result.stderr


def test_a_file_that_is_no_backup_is_refused(
    run: Run, empty_database_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a backup")

    result = run("restore", str(path), DATABASE_URL=empty_database_url)

    assert result.exit_code == 1
    assert "notes.txt cannot be restored" in result.stderr
    assert "Nothing was changed." in result.stderr
