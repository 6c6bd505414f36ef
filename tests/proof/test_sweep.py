"""A part of the sweep, always the same; `make proof` plays all of it."""

import pytest

from tests.proof.points import AFTER, CALL, Point, points_of
from tests.proof.sweep import (
    FORGOTTEN,
    KILLED,
    LOST,
    RACED,
    REOPENED,
    RESTORED,
    STORMED,
    Case,
    Sweep,
    sample,
)

pytestmark = pytest.mark.slow

PLAYED = {KILLED: 2, FORGOTTEN: 1, LOST: 1, RESTORED: 1, REOPENED: 1, RACED: 1, STORMED: 1}
"""How many cases of each kind; each takes a second or two."""


def test_a_sample_of_all_faults_breaks_no_promise(sweep: Sweep) -> None:
    cases = [
        case
        for kind, count in PLAYED.items()
        for case in sample(sweep.recording.cases(kind), count)
    ]
    last_mail = [one for one in sweep.recording.points if one.name == "POST /emails"][-1]

    verdicts = [sweep.play(case) for case in [*cases, Case(FORGOTTEN, last_mail)]]

    assert [(str(one.case), one.faults) for one in verdicts if one.faults] == []


def test_the_points_are_found_by_a_run_without_a_fault(sweep: Sweep) -> None:
    called = {one.name for one in sweep.recording.points if one.kind == CALL}

    assert {
        *("POST /v1/invoices", "POST /v1/invoices/*/add_lines", "POST /v1/invoices/*/finalize"),
        *("POST /v1/invoices/*/pay", "POST /emails", "POST /api/chat.update"),
    } <= called
    assert "billing/pipeline: record" in sweep.recording.commits


def test_a_run_without_a_fault_charges_what_was_worked_and_sends_three_mails(sweep: Sweep) -> None:
    flawless = sweep.recording.flawless

    # An hour at 95 and three quarters of one at 110; two hours at 95; 19 % tax.
    assert [one["amount"] for one in flawless.charges] == [21123, 22610]
    assert flawless.numbers() == ["INV-2031-0001", "INV-2031-0002"]
    assert sorted(flawless.letters.values()) == [1, 1, 1]
    assert len(flawless.cards) == 1


def test_there_is_a_point_before_and_after_each_call() -> None:
    points = points_of(CALL, ["POST /emails"])

    assert points[-1] == Point(CALL, 1, AFTER, "POST /emails")
    assert len(points) == 2


def test_a_sample_is_spread_evenly() -> None:
    cases = [Case(KILLED, one) for one in points_of(CALL, [*"abcdef"])]

    assert sample(cases, None) == cases
    assert sample(cases, 3) == [cases[2], cases[6], cases[10]]
