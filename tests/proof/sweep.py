"""The sweep: which faults at which points, played and judged one after another."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
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
STORMED = "many at once: lines broken by chance, killed again and again, all keys expired once"
KINDS = (KILLED, FORGOTTEN, LOST, RESTORED, REOPENED, RACED, STORMED)

WORKERS = 4

_DEATHS = 4
"""How often a storm kills a process, if it lives to see the commit that is to be its last."""

_LAST_COMMIT = 50
"""The latest one that is chosen; a run without any fault has about twice as many."""


class NeverReached(Exception):
    """The process went another way than the recorded one, and the fault never struck."""


@dataclass(frozen=True)
class Case:
    """One fault.

    Attributes:
        kind: one of `KINDS`.
        point: where it strikes; None where it strikes nowhere in particular.
        round: 1 for the first of those that differ in nothing but chance, else 0.
    """

    kind: str
    point: Point | None = None
    round: int = 0

    def __str__(self) -> str:
        whole = f"round {self.round}" if self.round else "the whole run"
        return f"{self.kind}: {self.point or whole}"


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
            rounds: how often workers race, and how many storms there are.
        """
        if kind in {RACED, STORMED}:
            return [Case(kind, round=each) for each in range(1, rounds + 1)]
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
        _PLAYS[case.kind](performance, case)
    except NeverReached:
        yield Fault(END, "the point was never reached")
    except (NeverDone, Died) as error:
        yield Fault(END, f"it came to no end: {type(error).__name__}")


def _killed(performance: Performance, case: Case) -> None:
    _die(performance, case.point)
    performance.begin()
    performance.go_on()


def _forgotten(performance: Performance, case: Case) -> None:
    _die(performance, case.point)
    performance.forget_keys()
    performance.begin()
    performance.go_on()


def _restored(performance: Performance, case: Case) -> None:
    _end_anyhow(performance, case.point)
    performance.restore()
    performance.begin()
    performance.go_on()


def _reopened(performance: Performance, case: Case) -> None:
    _end_anyhow(performance, case.point)
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


def _lost(performance: Performance, case: Case) -> None:
    assert case.point is not None
    performance.calls.break_at(case.point)
    performance.begin()
    performance.go_on()
    if not performance.calls.have_struck:
        raise NeverReached


def _raced(performance: Performance, _case: Case) -> None:
    performance.begin()
    performance.add_workers(WORKERS - 1)
    performance.race()


def _stormed(performance: Performance, case: Case) -> None:
    """Let one life after another be killed while lines break; the last one sees calm weather."""
    random = Random(case.round)  # noqa: S311 - chance for a test, no secret
    forgets_at = random.randrange(_DEATHS)
    performance.calls.begin_storm(random)
    for death in range(_DEATHS):
        dies_at = random.choice(points_of(COMMIT, ["by chance"] * _LAST_COMMIT))
        performance.begin(dies_at=dies_at)
        performance.endure()
        if death == forgets_at:
            performance.forget_keys()
    performance.calls.calm_down()
    performance.begin()
    performance.go_on()


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
    STORMED: _stormed,
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
