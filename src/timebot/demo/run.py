"""`timebot demo`: the local world with an agency in it, until somebody presses Ctrl-C."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from rich.console import Console

from timebot.app import Timebot, build
from timebot.billing.run_schedule import next_run_at
from timebot.demo.agency import GUIDE
from timebot.demo.environment import free_port, local_environment
from timebot.demo.history import live_through_history
from timebot.demo.seeding import is_seeded
from timebot.logs import set_up_logs
from timebot.migrations import upgrade
from timebot.playground.world import LocalWorld, Ports
from timebot.serving import held_alone, serving_http, stop_signals, working
from timebot.settings import Settings, read_settings
from timebot.slack.manifest import event_names, shortcuts, slash_commands
from timebot.team.workspaces import find_workspace

FOLDER = Path("var") / "demo"
"""Where the demo keeps its world and its database; remove it to begin anew."""

PAGE_PORT = 3100
_APP_PORT, _STRIPE_PORT, _RESEND_PORT = 1, 2, 3
_LOOK_SECONDS = 0.5
NO_PAUSE = timedelta()
"""The local Resend takes mail as fast as it comes."""


def demo(*, port: int = PAGE_PORT, folder: Path = FOLDER) -> None:
    """Run the demo until the process is told to stop.

    Args:
        port: of the page; the three ports behind it are used too.
        folder: where it is kept; an earlier demo goes on where it was.

    Raises:
        FileHeld: if the demo already runs there.
        AddressTaken: if a port is taken.
    """
    console = Console()
    database_url = f"sqlite:///{folder / 'timebot.db'}"
    app_port = port + _APP_PORT if port else free_port()
    public_url = f"http://127.0.0.1:{app_port}"
    with (
        held_alone(database_url),
        a_local_timebot(folder, database_url, public_url, port) as (local, timebot),
        serving_http(timebot, host="127.0.0.1", port=app_port) as url,
    ):
        local.connect(url, events=event_names())
        _prepare(timebot, local, console)
        _wait(timebot, local, console)


@contextmanager
def a_local_timebot(
    folder: Path, database_url: str, public_url: str, port: int = 0
) -> Iterator[tuple[LocalWorld, Timebot]]:
    """Yield a local world and a timebot that lives in it, its database migrated."""
    upgrade(database_url)
    ports = Ports(port, port + _STRIPE_PORT, port + _RESEND_PORT) if port else Ports()
    local = LocalWorld(folder, ports=ports, team_name="Studio North", app_name="timebot")
    local.start()
    environment = local_environment(local, database_url, public_url)
    # What the demo shows is in the browser; the terminal is for what to do, and for trouble.
    settings = read_settings({**environment, "LOG_LEVEL": "ERROR", "LOG_FORMAT": "text"})
    set_up_logs(settings)
    timebot = build(settings, clock=local.clock, mail_pause=NO_PAUSE)
    furnish(local, timebot, settings)
    try:
        yield local, timebot
    finally:
        local.stop()
        timebot.close()


def furnish(local: LocalWorld, timebot: Timebot, settings: Settings) -> None:
    """Give the local Slack the app's commands and shortcuts, a jump to the next run, the guide."""
    local.slack.set_commands(
        slash_commands(command=settings.command, billing_command=settings.billing_command)
    )
    local.slack.set_shortcuts(shortcuts())
    local.slack.add_jump("run", "To the next run", _next_run(local, timebot))
    local.slack.mount("/_/guide", _guide)


def _next_run(local: LocalWorld, timebot: Timebot) -> Callable[[], datetime | None]:
    def target() -> datetime | None:
        with timebot.database.read_only() as session:
            workspace = find_workspace(session, local.slack.team_id)
            if workspace is None:
                return None
            return next_run_at(session, workspace=workspace, now=local.clock.now())

    return target


def _guide(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "application/json; charset=utf-8")])
    return [json.dumps(GUIDE, ensure_ascii=False).encode("utf-8")]


def _prepare(timebot: Timebot, local: LocalWorld, console: Console) -> None:
    """Let the agency live through its history, once; it takes some seconds."""
    if is_seeded(timebot, local):
        return
    with console.status("Preparing the agency") as status:
        live_through_history(timebot, local, say=status.update)


def _wait(timebot: Timebot, local: LocalWorld, console: Console) -> None:
    with stop_signals() as told, working(timebot), _following_the_clock(timebot, local):
        console.print(f"\n  timebot is running in a local Slack:  [bold]{local.slack.url}[/bold]\n")
        console.print(f"  {GUIDE['title']}:")
        for number, step in enumerate(_steps(), start=1):
            command = f"  [cyan]{step['command']}[/cyan]" if "command" in step else ""
            console.print(f"  {number}. {step['text']}{command}", highlight=False)
        console.print("\n  Press Ctrl-C to stop. Everything stays for the next time.\n")
        told.wait()


def _steps() -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = GUIDE["steps"]  # type: ignore[assignment]  # one literal, two kinds of value
    return steps


@contextmanager
def _following_the_clock(timebot: Timebot, local: LocalWorld) -> Iterator[None]:
    """Ask what became due as soon as somebody has moved the clock, not at the next heartbeat."""
    over = threading.Event()

    def follow() -> None:
        seen = local.clock.offset
        while not over.wait(_LOOK_SECONDS):
            if local.clock.offset != seen:
                seen = local.clock.offset
                timebot.worker.tick()

    thread = threading.Thread(target=follow, name="clock", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
