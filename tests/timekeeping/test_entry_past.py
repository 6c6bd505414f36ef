"""What an entry was at an instant: its facts, its approval, and what was unusual on the way."""

from datetime import datetime, timedelta

from tests.builders import an_entry
from tests.timekeeping.firm import Firm, at
from tests.timekeeping.settled import approved
from timebot.team.models import Member
from timebot.timekeeping.editing import EntryChanges, edit_entry
from timebot.timekeeping.entry_past import Past, look_back
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.splitting import split_entry
from timebot.timekeeping.undo import undo_last


def a_draft(firm: Firm) -> TimeEntry:
    firm.start(at(9))
    return firm.stop(at(10))


def edit(
    firm: Firm, entry: TimeEntry, now: datetime, *, actor: Member | None = None, **changes: object
) -> None:
    edit_entry(
        firm.session,
        actor=actor or firm.robin,
        entry=entry,
        changes=EntryChanges(**changes),  # type: ignore[arg-type]  # named as they are
        now=now,
        surface="slack",
    )


def past(firm: Firm, entry: TimeEntry, until: datetime) -> Past:
    found = look_back(firm.session, workspace_id=firm.workspace.id, entries=[entry], until=until)
    return found[entry.id]


def test_what_everybody_does_to_an_entry_is_no_change(firm: Firm) -> None:
    entry = a_draft(firm)
    approved(firm, entry)

    found = past(firm, entry, at(20))

    assert (found.changes, found.approved_by, found.approved_at) == ((), "Kim", at(19))
    assert (found.started_at, found.ended_at, found.text) == (at(9), at(10), "Sketches")


def test_changes_say_who_made_them_and_for_whom(firm: Firm) -> None:
    entry = a_draft(firm)
    edit(firm, entry, at(11), text="Call")
    undo_last(firm.session, member=firm.robin, now=at(11, 1), surface="slack")
    edit(firm, entry, at(12), actor=firm.kim, ended_at=at(9, 50))

    found = past(firm, entry, at(20))

    assert [(step.verb, step.by, step.is_undo, step.is_for_author) for step in found.changes] == [
        ("edited", "Robin", False, False),
        ("edited", "Robin", True, False),
        ("edited", "Kim", False, True),
    ]


def test_a_split_and_an_approval_that_no_longer_counts_are_told(firm: Firm) -> None:
    entry = a_draft(firm)
    approved(firm, entry)
    parts = split_entry(
        firm.session, actor=firm.robin, entry=entry, at=at(9, 30), now=at(19, 5), surface="slack"
    )

    first, second = past(firm, entry, at(20)), past(firm, parts.second, at(20))

    assert [(step.verb, step.state_before) for step in first.changes] == [("split", "approved")]
    assert [step.verb for step in second.changes] == ["split_off"]


def test_what_was_done_later_does_not_show(firm: Firm) -> None:
    entry = a_draft(firm)
    approved(firm, entry)
    edit(firm, entry, at(19, 30), actor=firm.kim, text="Call", ended_at=at(9, 30))

    then, now = past(firm, entry, at(19, 10)), past(firm, entry, at(20))

    assert (then.text, then.ended_at, then.approved_by) == ("Sketches", at(10), "Kim")
    assert then.changes == ()
    assert (now.text, now.ended_at) == ("Call", at(9, 30))


def test_an_imported_entry_tells_of_itself(firm: Firm) -> None:
    entry = an_entry(firm.session, firm.robin, firm.logo, state="approved", text="Old")

    found = past(firm, entry, at(20, day=3))

    assert (found.text, found.ended_at - found.started_at) == ("Old", timedelta(hours=1))
    assert (found.approved_by, found.approved_at) == ("Kim", entry.approved_at)
