"""The program: every command, and how a refusal leaves it (exit 1, one sentence)."""

from importlib.metadata import version
from typing import IO, Any

import click
from sqlalchemy.exc import OperationalError

from timebot.cli.auditing import audit
from timebot.cli.billing import bill
from timebot.cli.demo import demo
from timebot.cli.examining import doctor
from timebot.cli.exporting import export
from timebot.cli.importing import import_
from timebot.cli.keeping import backup, restore
from timebot.cli.processes import migrate, serve, web, worker
from timebot.cli.reconciling import reconcile
from timebot.cli.reporting import report
from timebot.cli.stuck import stuck
from timebot.errors import Refusal
from timebot.logs import redact


class Refused(click.ClickException):
    """Ends the process with 1 and says why; nothing was changed."""

    exit_code = 1

    def show(self, file: IO[Any] | None = None) -> None:
        """Say it on standard error, without decoration."""
        click.echo(self.format_message(), file=file, err=file is None)


class Program(click.Group):
    """A group whose commands may raise refusals."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command, and turn what it refused into an exit code."""
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            raise Refused(refusal.sentence) from refusal
        except OperationalError as error:
            raise Refused(f"The database cannot be used: {_first_line(error)}.") from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in the order in which they are met."""
        _ = ctx
        return list(self.commands)


def _first_line(error: OperationalError) -> str:
    lines = redact(str(error.orig)).strip().splitlines()
    return lines[0].strip().rstrip(".") if lines else "no reason was given"


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("timebot"), prog_name="timebot")
def program() -> None:
    """Track time in Slack, approve hours, and turn them into paid invoices.

    Settings come from the environment. Exit codes: 0 done, 1 refused (one sentence, nothing
    changed), 2 wrong use.
    """


for _command in (
    demo,
    serve,
    web,
    worker,
    migrate,
    doctor,
    bill,
    report,
    import_,
    export,
    backup,
    restore,
    reconcile,
    stuck,
    audit,
):
    program.add_command(_command)
