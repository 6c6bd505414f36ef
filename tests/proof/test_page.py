"""The page holds what was measured, and says where that was not all."""

from datetime import UTC, datetime

from tests.proof.judge import CHARGES, Fault
from tests.proof.measured import Measured
from tests.proof.page import page
from tests.proof.points import CALL, Point
from tests.proof.sweep import KILLED, Case, Recording, Verdict
from tests.proof.test_judge import flawless_sight

POINT = Point(CALL, 1, "before", "POST /emails")


def measured(*verdicts: Verdict) -> Measured:
    """Return what a sweep over one call and one commit has measured."""
    found = Measured(began=datetime(2026, 11, 28, 9, 30, tzinfo=UTC), seconds=75.0)
    recording = Recording(["POST /emails"], ["billing/pipeline: take"], flawless_sight())
    found.record("SQLite", recording, rounds=1)
    for verdict in verdicts:
        found.add("SQLite", verdict)
    return found


def test_the_page_of_a_sample_says_that_it_is_one() -> None:
    words = page(measured(Verdict(Case(KILLED, POINT), [], 1)))

    assert "**1 case, no fault found.** This is a sample: the whole sweep has 18 cases" in words
    assert f"| {KILLED} | 1 of 4 | 0 |" in words
    assert "1 mail arrived once more" in words


def test_the_page_names_the_faults_that_were_found() -> None:
    fault = Fault(CHARGES, "the charges are two")

    words = page(measured(Verdict(Case(KILLED, POINT), [fault], 0)))

    assert "**1 case, 1 case with a fault found.**" in words
    assert f"| {CHARGES} | 1 | 1 |" in words
    assert f"- SQLite, {KILLED}: {POINT}: {CHARGES}: the charges are two" in words


def test_the_page_has_the_points_the_day_and_the_duration() -> None:
    words = page(measured())

    assert "- SQLite: 1 call and 1 commit, so 4 points." in words
    assert "- Begun on 2026-11-28 at 09:30 UTC; it took 1 min 15 s." in words
