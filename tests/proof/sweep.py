"""The sweep: which faults at which points, played and judged one after another."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from tests.proof.judge import END, Fault, Sight, judge, look, second_mails
from tests.proof.lives import Died, NeverDone, Nursery
from tests.proof.performance import Performance, cards, performing
from tests.proof.points import CALL, COMMIT, Point, points_of
from tests.proof.stage import Stage
from timebot.db import Database

KILLED = "killed by SIGKILL, resumed at once"
FORGOTTEN = "killed by SIGKILL, resumed with all idempotency keys expired"
LOST = "the line broken, the process lives on"
RESTORED = "killed, the database lost, the backup from before the run restored, all keys expired"
REOPENED = (
    "killed, the database lost, a backup from before the run was opened restored, all keys expired"
)
RACED = "four workers at once on the same invoices, leases counting for nothing"
KINDS = (KILLED, FORGOTTEN, LOST, RESTORED, REOPENED, RACED)

WORKERS = 4


class NeverReached(Exception):
    """The process went another way than the recorded one, and the fault never struck."""


@dataclass(frozen=True)
class Case:
    """One fault.

    Attributes:
        kind: one of `KINDS`.
        point: where it strikes; None where it strikes nowhere in particular.
    """

    kind: str
    point: Point | None = None

    def __str__(self) -> str:
        where = "the whole run" if self.point is None else str(self.point)
        return f"{self.kind}: {where}"


@dataclass(frozen=True)
class Verdict:
    """What the judge found.

    Attributes:
        second_mails: how many mails arrived once more, which is allowed and counted.
    """

    case: Case
    faults: list[Fault]
    second_mails: int


@dataclass(frozen=True)
class Recording:
    """What a run without any fault shows: the points, and how it looks at its end."""

    calls: list[str]
    commits: list[str]
    flawless: Sight

    @property
    def points(self) -> list[Point]:
        """All points, before and after."""
        return [*points_of(CALL, self.calls), *points_of(COMMIT, self.commits)]

    def cases(self, kind: str, *, rounds: int = 12) -> list[Case]:
        """Return every case of a kind.

        Args:
            kind: one of `KINDS`.
            rounds: how often workers race.
        """
        if kind == RACED:
            return [Case(RACED)] * rounds
        # What a lost database has committed is lost with it, and a line breaks at calls alone.
        is_outside = kind in {LOST, RESTORED, REOPENED}
        points = [one for one in self.points if one.kind == CALL or not is_outside]
        whole = [Case(kind)] if kind in {RESTORED, REOPENED} else []
        return [*(Case(kind, one) for one in points), *whole]


@dataclass
class Sweep:
    """Plays cases on one kind of database.

    Attributes:
        recording: of the run without any fault, which comes first.
    """

    stage: Stage
    nursery: Nursery
    folder: Path
    recording: Recording = field(init=False)

    def __post_init__(self) -> None:
        with self._performing() as performance:
            performance.begin()
            performance.go_on()
            calls = list(performance.calls.names)
            commits = performance.life.names_of_commits()
            self.recording = Recording(calls, commits, _look(performance))
            performance.life.end()
        faults = judge(self.recording.flawless, self.recording.flawless)
        if faults:
            raise AssertionError(f"a run without any fault ends wrongly: {faults}")

    def play(self, case: Case) -> Verdict:
        """Play one case on a fresh copy of the stage and judge it."""
        with self._performing() as performance:
            trouble = list(_trouble_in(performance, case))
            seen = _look(performance)
        return Verdict(case, trouble + judge(seen, self.recording.flawless), second_mails(seen))

    def _performing(self) -> AbstractContextManager[Performance]:
        return performing(self.stage, self.nursery, self.folder / uuid4().hex)


def _trouble_in(performance: Performance, case: Case) -> Iterator[Fault]:
    try:
        _PLAYS[case.kind](performance, case.point)
    except NeverReached:
        yield Fault(END, "the point was never reached")
    except (NeverDone, Died) as error:
        yield Fault(END, f"it came to no end: {type(error).__name__}")


def _killed(performance: Performance, point: Point | None) -> None:
    _die(performance, point)
    performance.begin()
    performance.go_on()


def _forgotten(performance: Performance, point: Point | None) -> None:
    _die(performance, point)
    performance.forget_keys()
    performance.begin()
    performance.go_on()


def _restored(performance: Performance, point: Point | None) -> None:
    _end_anyhow(performance, point)
    performance.restore()
    performance.begin()
    performance.go_on()


def _reopened(performance: Performance, point: Point | None) -> None:
    _end_anyhow(performance, point)
    performance.restore_older()
    performance.begin()
    performance.go_on()


def _end_anyhow(performance: Performance, point: Point | None) -> None:
    """Die at the point, or play the whole run; either way the keys are forgotten then."""
    if point is None:
        performance.begin()
        performance.go_on()
    else:
        _die(performance, point)
    performance.forget_keys()


def _lost(performance: Performance, point: Point | None) -> None:
    assert point is not None
    performance.calls.break_at(point)
    performance.begin()
    performance.go_on()
    if not performance.calls.have_struck:
        raise NeverReached


def _raced(performance: Performance, _point: Point | None) -> None:
    performance.begin()
    performance.add_workers(WORKERS - 1)
    performance.race()


def _die(performance: Performance, point: Point | None) -> None:
    """Play until the timebot dies at the point, and bury it."""
    assert point is not None
    performance.begin(dies_at=point)
    try:
        performance.go_on()
    except Died:
        performance.bury()
    else:
        raise NeverReached


_PLAYS = {
    KILLED: _killed,
    FORGOTTEN: _forgotten,
    LOST: _lost,
    RESTORED: _restored,
    REOPENED: _reopened,
    RACED: _raced,
}


def _look(performance: Performance) -> Sight:
    database = Database(performance.database_url)
    try:
        known = cards(performance.local)[performance.forgotten_cards :]
        return look(database, performance.local, known)
    finally:
        database.dispose()


def sample(cases: Sequence[Case], count: int | None) -> list[Case]:
    """Return so many of them, evenly spread and always the same; all without a count."""
    if count is None or count >= len(cases):
        return list(cases)
    return [cases[(2 * each + 1) * len(cases) // (2 * count)] for each in range(count)]
