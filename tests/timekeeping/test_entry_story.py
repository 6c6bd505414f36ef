from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.builders import a_member
from tests.timekeeping.firm import Firm, at
from tests.timekeeping.settled import approved
from timebot.errors import NotAllowed
from timebot.journal.audit import Actor, erase_details, record
from timebot.journal.models import AuditEvent
from timebot.team.models import Member
from timebot.timekeeping.editing import EntryChanges, edit_entry
from timebot.timekeeping.entry_story import Replaced, Story, tell_story
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.undo import undo_last


def story(
    firm: Firm, entry: TimeEntry, *, reader: Member | None = None, skip: int = 0, most: int = 50
) -> Story:
    return tell_story(
        firm.session,
        reader=reader or firm.robin,
        entry=entry,
        now=at(20),
        skip=skip,
        most=most,
    )


def a_draft(firm: Firm) -> TimeEntry:
    firm.start(at(9))
    return firm.stop(at(10))


def edit(firm: Firm, entry: TimeEntry, **changes: object) -> None:
    edit_entry(
        firm.session,
        actor=firm.robin,
        entry=entry,
        changes=EntryChanges(**changes),  # type: ignore[arg-type]  # named as they are
        now=at(19, 30),
        surface="slack",
    )


def verbs(told: Story) -> list[str]:
    return [step.verb for step in told.steps]


def test_every_step_says_who_when_and_what_it_replaced(firm: Firm) -> None:
    entry = a_draft(firm)
    edit(firm, entry, text="Call", project=firm.site)

    newest, stopped, started = story(firm, entry).steps

    assert (newest.by, newest.at, newest.is_for_author) == ("Robin", at(19, 30), False)
    assert newest.replaced == [
        Replaced("project", "Acme, Logo", "Acme, Site"),
        Replaced("text", "Sketches", "Call"),
    ]
    assert [one.part for one in stopped.replaced] == ["ended_at"]
    assert (started.verb, started.replaced, started.state_before) == ("started", [], None)


def test_an_undo_is_a_step_that_takes_one_back(firm: Firm) -> None:
    entry = a_draft(firm)
    edit(firm, entry, text="Call")
    undo_last(firm.session, member=firm.robin, now=at(19, 31), surface="slack")

    undone = story(firm, entry).steps[0]

    assert (undone.verb, undone.is_undo) == ("edited", True)
    assert undone.replaced == [Replaced("text", "Call", "Sketches")]


def test_the_moves_of_approval_belong_to_it(firm: Firm) -> None:
    entry = a_draft(firm)
    approved(firm, entry)
    edit(firm, entry, text="Call")

    told = story(firm, entry)

    assert verbs(told) == ["edited", "approved", "submitted", "stopped", "started"]
    assert told.steps[0].state_before == "approved"
    assert (told.steps[1].by, told.steps[1].is_for_author) == ("Kim", True)


def test_steps_of_one_instant_stay_in_their_order(firm: Firm) -> None:
    firm.start(at(9))
    entry = firm.stop(at(9))

    assert verbs(story(firm, entry)) == ["stopped", "started"]


def test_a_long_story_is_told_page_by_page(firm: Firm) -> None:
    entry = a_draft(firm)
    for number in range(5):
        edit(firm, entry, text=f"Call {number}")

    first, second = story(firm, entry, most=4), story(firm, entry, skip=4, most=4)

    assert (len(first.steps), first.older, len(second.steps), second.older) == (4, 3, 3, 0)


def test_what_billing_does_to_rates_is_not_told(firm: Firm) -> None:
    entry = a_draft(firm)
    record(
        firm.session,
        workspace_id=entry.workspace_id,
        actor=Actor(firm.kim.id, "slack"),
        action="time_entry.rerated",
        subject_kind="time_entry",
        subject_id=entry.id,
        at=at(12),
        before={"rate_minor": 9_500},
        after={"rate_minor": 12_000},
    )

    assert verbs(story(firm, entry)) == ["stopped", "started"]


def test_erased_details_leave_who_and_when(firm: Firm) -> None:
    entry = a_draft(firm)
    events = firm.session.scalars(select(AuditEvent.id).where(AuditEvent.subject_id == entry.id))
    erase_details(firm.session, workspace_id=entry.workspace_id, event_ids=list(events))

    step = story(firm, entry).steps[0]

    assert (step.by, step.is_erased, step.replaced) == ("Robin", True, [])


def test_others_read_it_only_if_they_approve(firm: Firm) -> None:
    entry = a_draft(firm)
    lea = a_member(firm.session, firm.workspace, name="Lea", profile_at=at(9) - timedelta(days=1))

    assert verbs(story(firm, entry, reader=firm.kim)) == ["stopped", "started"]
    with pytest.raises(NotAllowed, match="Ask Kim"):
        story(firm, entry, reader=lea)
