"""What `timebot serve` does, by the clock of a local world: `python -m` with one JSON argument."""

import json
import sys
from pathlib import Path
from typing import Any

from timebot.app import build
from timebot.demo.run import NO_PAUSE
from timebot.logs import set_up_logs
from timebot.playground.clock import MovableClock
from timebot.serving import held_alone, running, stop_signals
from timebot.settings import read_settings

READY = "ready"


def main(told: dict[str, Any]) -> None:
    settings = read_settings(told["environment"])
    set_up_logs(settings)
    clock = MovableClock(Path(told["clock"]))
    with held_alone(settings.effective_database_url), stop_signals() as stopped:
        timebot = build(settings, clock=clock, mail_pause=NO_PAUSE)
        with running(timebot, port=told["port"]):
            sys.stdout.write(f"{READY}\n")
            sys.stdout.flush()
            stopped.wait()
        timebot.close()
    clock.close()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
