"""What was shown is kept, so that what has changed since can be told."""

from datetime import date

import pytest
from sqlalchemy import func, select

from tests.timekeeping.firm import Firm, at
from tests.timekeeping.test_approval import handed_in, say_no, say_yes, take_back
from timebot.timekeeping.editing import EntryChanges, delete_entry, edit_entry
from timebot.timekeeping.models import ShownHours, Submission
from timebot.timekeeping.shown import KEPT, Changes, find_changes, forget_shown
from timebot.timekeeping.submission import submit, withdraw
from timebot.timekeeping.submitted import list_waiting


def since(firm: Firm, submission: Submission, digest: str) -> Changes:
    found = find_changes(
        firm.session,
        submission=submission,
        waiting=list_waiting(firm.session, submission),
        digest=digest,
    )
    assert found is not None
    return found


def test_an_edit_is_told_with_before_and_after(firm: Firm) -> None:
    submission, (entry, _) = handed_in(firm, 2)
    shown = submission.digest
    edit_entry(
        firm.session,
        actor=firm.robin,
        entry=entry,
        changes=EntryChanges(text="Call"),
        now=at(18, 30),
        surface="slack",
    )

    (one,) = since(firm, submission, shown).departed

    assert (one.fate, one.by, one.before.text) == ("changed", "Robin", "Logo")
    assert one.after is not None
    assert one.after.text == "Call"
    assert (one.before.client, one.before.project, one.before.seconds) == ("Acme", "Logo", 3_600)


def test_what_was_settled_is_told_with_who_did_it(firm: Firm) -> None:
    submission, (first, second, _) = handed_in(firm, 3)
    shown = submission.digest
    say_yes(firm, submission, entry_ids=[first.id])
    say_no(firm, submission, entry_ids=[second.id])

    changes = since(firm, submission, shown)

    assert [(one.fate, one.by) for one in changes.departed] == [
        ("approved", "Kim"),
        ("rejected", "Kim"),
    ]
    assert len(changes.only(first.id).departed) == 1


def test_what_was_taken_back_or_deleted_is_told(firm: Firm) -> None:
    submission, (first, second, _) = handed_in(firm, 3)
    shown = submission.digest
    withdraw(firm.session, member=firm.robin, number=first.number, now=at(18, 1), surface="slack")
    delete_entry(firm.session, actor=firm.robin, entry=second, now=at(18, 2), surface="slack")

    changes = since(firm, submission, shown)

    assert [(one.fate, one.by) for one in changes.departed] == [
        ("taken_back", None),
        ("deleted", "Robin"),
    ]


def test_an_approval_that_was_taken_back_adds_what_was_not_shown(firm: Firm) -> None:
    submission, (first, _) = handed_in(firm, 2)
    say_yes(firm, submission, entry_ids=[first.id])
    shown = submission.digest
    take_back(firm, submission)

    changes = since(firm, submission, shown)

    assert [one.number for one in changes.added] == [first.number]
    assert (changes.departed, changes.changed) == ([], [])


def test_hours_that_were_settled_and_taken_back_say_the_same(firm: Firm) -> None:
    submission, _ = handed_in(firm)
    shown = submission.digest
    say_yes(firm, submission)
    take_back(firm, submission)

    changes = since(firm, submission, shown)

    assert submission.digest != shown
    assert changes == Changes([], [], [])


@pytest.mark.parametrize("digest", ["", "0" * 64, "%"])
def test_what_was_never_shown_is_not_made_up(firm: Firm, digest: str) -> None:
    submission, _ = handed_in(firm)

    found = find_changes(
        firm.session,
        submission=submission,
        waiting=list_waiting(firm.session, submission),
        digest=digest,
    )

    assert found is None


def test_what_was_shown_is_forgotten_some_days_after_settling(firm: Firm) -> None:
    waits, _ = handed_in(firm)
    say_yes(firm, waits)
    firm.start(at(19, day=1))
    firm.stop(at(20, day=1))
    later = submit(
        firm.session,
        workspace=firm.workspace,
        member=firm.robin,
        start=date(2026, 3, 3),
        end=date(2026, 3, 4),
        now=at(21, day=1),
        surface="slack",
    )

    early = forget_shown(firm.session, workspace_id=firm.workspace.id, now=at(19) + KEPT)
    forgotten = forget_shown(firm.session, workspace_id=firm.workspace.id, now=at(20) + KEPT)

    assert (early, forgotten) == (0, 2)
    left = select(func.count()).where(ShownHours.submission_id == later.id)
    assert firm.session.scalar(left) == 1
