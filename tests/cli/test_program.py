"""The program as a whole: help, exit codes, and one sentence where something is wrong."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.cli.conftest import Run
from timebot.cli.program import program

COMMANDS = [
    "demo", "serve", "web", "worker", "migrate", "doctor", "bill preview", "bill run",
    "bill rounding", "report", "import clients", "import logo", "export invoices",
    "export payments", "audit verify",
]  # fmt: skip


def test_the_help_names_every_command() -> None:
    result = CliRunner().invoke(program, ["--help"])

    assert result.exit_code == 0
    assert [name for name in COMMANDS if f"  {name.split()[0]}" not in result.stdout] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    result = CliRunner().invoke(program, [*command.split(), "--help"])

    assert result.exit_code == 0
    assert "Usage:" in result.stdout


@pytest.mark.parametrize(
    "command",
    [
        "bil",
        "bill",
        "serve --port x",
        "serve --port 65536",
        "import clients",
        "report --json --csv",
    ],
)
def test_wrong_use_ends_with_2(command: str) -> None:
    result = CliRunner().invoke(program, command.split())

    assert result.exit_code == 2
    assert result.stdout == ""


@pytest.mark.parametrize("command", ["serve", "web", "worker", "migrate", "doctor", "report"])
def test_all_faulty_settings_are_told_at_once(command: str) -> None:
    faulty = {"PORT": "x", "LOG_LEVEL": "LOUD", "SLACK_BOT_TOKEN": "xoxb-1"}

    result = CliRunner().invoke(program, [command], env=faulty)

    assert result.exit_code == 1
    assert [line.split()[0] for line in result.stderr.splitlines()] == [
        "SLACK_SIGNING_SECRET",
        "PORT",
        "LOG_LEVEL",
    ]


@pytest.mark.parametrize(
    "command",
    [
        "doctor",
        "report",
        "bill preview",
        "bill run",
        "bill rounding",
        "audit verify",
        "export invoices",
    ],
)
def test_a_database_that_is_not_there_is_not_made(command: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'none.db'}"

    result = CliRunner().invoke(program, command.split(), env={"DATABASE_URL": url})

    assert result.exit_code == 1
    assert result.stderr.endswith("is not set up for this version. Run: timebot migrate\n")
    assert list(tmp_path.iterdir()) == []


def test_a_database_without_tables_is_refused(empty_database_url: str) -> None:
    result = CliRunner().invoke(program, ["report"], env={"DATABASE_URL": empty_database_url})

    assert result.exit_code == 1
    assert result.stdout == ""


def test_a_database_that_cannot_be_reached_is_one_sentence() -> None:
    url = "postgresql://ada:secret@127.0.0.1:1/timebot"

    result = CliRunner().invoke(program, ["report"], env={"DATABASE_URL": url})

    assert result.exit_code == 1
    assert result.stderr.startswith("The database cannot be used: ")
    assert "secret" not in result.output
    assert len(result.stderr.splitlines()) == 1


def test_a_database_without_a_workspace_says_what_to_do(run: Run) -> None:
    result = run("report")

    assert result.exit_code == 1
    assert result.stderr == (
        "No Slack workspace has spoken to timebot yet. Type /timer in Slack first.\n"
    )
