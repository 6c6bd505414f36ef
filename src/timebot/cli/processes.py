"""`timebot serve`, `web`, `worker` and `migrate`: the processes that run timebot."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
import structlog

from timebot.app import Timebot, build
from timebot.cli.opening import NoDatabase, open_settings, shown_url
from timebot.errors import Refusal
from timebot.migrations import is_current, upgrade
from timebot.serving import held_alone, running, serving_http, sqlite_path, stop_signals, working
from timebot.settings import Settings

log = structlog.get_logger(__name__)

EVERYWHERE = "0.0.0.0"  # noqa: S104 - Slack and Stripe must reach it; every route but health is signed

host_option = click.option(
    "--host", default=EVERYWHERE, show_default=True, help="Address to listen on."
)
port_option = click.option(
    "--port", type=click.IntRange(0, 65535), help="Port to listen on, 0 for any [default: PORT]."
)


class NeedsPostgresql(Refusal):
    """Several processes cannot share an SQLite file."""

    def __init__(self, command: str) -> None:
        super().__init__(
            f"timebot {command} needs PostgreSQL. On SQLite run timebot serve, which does"
            " everything in one process, or set DATABASE_URL."
        )


@click.command()
@host_option
@port_option
def serve(host: str, port: int | None) -> None:
    """Run everything in one process: HTTP door, worker, heartbeat.

    An SQLite database is brought up to date first; for PostgreSQL run `timebot migrate`.
    """
    settings = open_settings()
    url = settings.effective_database_url
    with held_alone(url):
        if sqlite_path(url):
            upgrade(url)
        with (
            stop_signals() as told,
            _built(settings) as timebot,
            running(timebot, host=host, port=_port(settings, port)) as address,
        ):
            log.info("serve.ready", url=address)
            told.wait()
            log.info("serve.stopping")
    log.info("serve.stopped")


@click.command()
@host_option
@port_option
def web(host: str, port: int | None) -> None:
    """Run the HTTP door alone (PostgreSQL); run as many as needed."""
    settings = _settings_for("web")
    with (
        stop_signals() as told,
        _built(settings) as timebot,
        serving_http(timebot, host=host, port=_port(settings, port)) as address,
    ):
        log.info("web.ready", url=address)
        told.wait()
        log.info("web.stopping")
    log.info("web.stopped")


@click.command()
def worker() -> None:
    """Run the worker and the heartbeat alone (PostgreSQL); run as many as needed."""
    settings = _settings_for("worker")
    with stop_signals() as told, _built(settings) as timebot, working(timebot):
        log.info("worker.ready")
        told.wait()
        log.info("worker.stopping")
    log.info("worker.stopped")


@click.command()
def migrate() -> None:
    """Create the tables, or change them to fit this version."""
    settings = open_settings()
    url = settings.effective_database_url
    with held_alone(url):
        upgrade(url)
    click.echo(f"The database {shown_url(url)} is up to date.")


def _port(settings: Settings, chosen: int | None) -> int:
    return settings.port if chosen is None else chosen


def _settings_for(command: str) -> Settings:
    settings = open_settings()
    if sqlite_path(settings.effective_database_url):
        raise NeedsPostgresql(command)
    return settings


@contextmanager
def _built(settings: Settings) -> Iterator[Timebot]:
    """Put timebot together on a database that is ready, and close it at the end."""
    timebot = build(settings)
    try:
        if not is_current(timebot.database):
            raise NoDatabase(shown_url(settings.effective_database_url))
        yield timebot
    finally:
        timebot.close()
