"""What a sweep has measured: the figures of the page, and nothing that was not counted."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from tests.proof.judge import Fault
from tests.proof.sweep import KINDS, Recording, Verdict


@dataclass
class Tally:
    """The cases of one kind of fault on one database.

    Attributes:
        planned: how many cases there are; `played` may be a sample of them.
    """

    planned: int
    played: int = 0
    faulty: int = 0
    second_mails: int = 0

    def add(self, verdict: Verdict) -> None:
        """Count a case."""
        self.played += 1
        self.faulty += bool(verdict.faults)
        self.second_mails += verdict.second_mails


@dataclass
class Measured:
    """Everything that one call of `make proof` has found.

    Attributes:
        began: when, in UTC.
        seconds: how long it took.
        tallies: by database and kind of fault.
        recordings: by database.
        servers: the version of each database.
        faults: what was found, with the case.
    """

    began: datetime
    seconds: float = 0.0
    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    recordings: dict[str, Recording] = field(default_factory=dict)
    servers: dict[str, str] = field(default_factory=dict)
    faults: list[tuple[str, str, Fault]] = field(default_factory=list)

    @property
    def databases(self) -> list[str]:
        """The databases that were swept, in order."""
        return list(self.recordings)

    @property
    def played(self) -> int:
        """How many cases were played."""
        return sum(one.played for one in self.tallies.values())

    @property
    def planned(self) -> int:
        """How many cases there are."""
        return sum(one.planned for one in self.tallies.values())

    @property
    def second_mails(self) -> int:
        """How many mails arrived once more, in all cases."""
        return sum(one.second_mails for one in self.tallies.values())

    @property
    def is_whole(self) -> bool:
        """Whether every case was played."""
        return self.played == self.planned

    def record(self, database: str, recording: Recording, *, rounds: int) -> None:
        """Keep what a run without any fault has shown.

        Raises:
            ValueError: if another process has seen other points, so that cases would be left out.
        """
        known = self.recordings.setdefault(database, recording)
        if known.points != recording.points:
            raise ValueError("two runs without a fault went different ways")
        for kind in KINDS:
            planned = len(recording.cases(kind, rounds=rounds))
            self.tallies.setdefault((database, kind), Tally(planned))

    def add(self, database: str, verdict: Verdict) -> None:
        """Count a case and keep its faults."""
        self.tallies[database, verdict.case.kind].add(verdict)
        self.faults += [(database, str(verdict.case), one) for one in verdict.faults]

    def faulty_by_promise(self) -> Counter[str]:
        """Count the cases in which each promise was broken."""
        broken = {(database, case, one.promise) for database, case, one in self.faults}
        return Counter(promise for _, _, promise in broken)
