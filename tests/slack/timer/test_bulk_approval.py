"""Approving with exceptions in a modal that pages, forwards and back."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from tests.builders import an_entry
from tests.slack.timer.office import Office
from tests.slack.timer.test_approval import card_of
from timebot.clients.models import Project
from timebot.journal.models import AuditEvent
from timebot.playground.slack.seen import View


def many(office: Office, count: int) -> None:
    """Let Mia hand in so many entries of three minutes, on two projects."""
    with office.session() as session:
        mia = office.member(session, office.mia)
        projects = session.scalars(
            select(Project).where(Project.name.in_(("Logo", "Website"))).order_by(Project.name)
        ).all()
        for each in range(count):
            an_entry(
                session,
                mia,
                projects[each % 2],
                hours=0.05,
                text=f"piece {each + 1}",
                started_at=office.now() - timedelta(minutes=3 * (count - each)),
            )
    office.mia.command("/timer submit")
    office.world.settle()


def open_exceptions(office: Office) -> View:
    office.kim.click(card_of(office.kim), text="Approve with exceptions")
    view = office.kim.modal
    assert view is not None
    return view


def groups(view: View) -> dict[str, dict[str, Any]]:
    """Return the boxes of each group, by block id."""
    return {
        block["block_id"]: block["elements"][0]
        for block in view.blocks
        if block["type"] == "actions" and block["elements"][0]["type"] == "checkboxes"
    }


def ticked(view: View) -> set[int]:
    """Return the entries whose boxes are drawn with a tick."""
    boxes = groups(view).values()
    return {int(each["value"]) for one in boxes for each in one.get("initial_options", [])}


def untick(office: Office, *numbers: int) -> None:
    """Take the ticks of some entries of the open page away; without numbers all of them."""
    view = office.kim.modal
    assert view is not None
    for block_id, boxes in groups(view).items():
        stay = [
            each["text"]["text"]
            for each in boxes["options"]
            if numbers and int(each["value"]) not in numbers
        ]
        office.kim.fill(block_id, stay)


def states(office: Office) -> list[str]:
    return [entry.state for entry in office.entries(office.mia)]


def test_pages_lead_to_the_sum_and_all_is_settled_at_once(office: Office) -> None:
    many(office, 45)
    view = open_exceptions(office)
    assert len(groups(view)) == 2
    untick(office, 1, 3)
    office.kim.fill("reason0", "Which piece?")
    office.kim.submit()
    office.kim.submit()
    untick(office, 44)
    office.kim.fill("reason2", "Not ours")
    office.kim.submit()
    summed = office.kim.modal
    assert summed is not None

    office.kim.submit()
    office.world.settle()

    assert "Approve 42 entries (2 h 6 min) and reject 3 entries (9 min)" in summed.all_text
    assert "Which piece?" in summed.all_text
    assert office.kim.modal is None
    assert states(office).count("approved") == 42
    rejected = [entry for entry in office.entries(office.mia) if entry.state == "draft"]
    assert {(one.number, one.rejection_reason) for one in rejected} == {
        (1, "Which piece?"),
        (3, "Which piece?"),
        (44, "Not ours"),
    }
    told = office.mia.last_message(containing="and rejected")
    assert "kim approved 2 h 6 min in 42 entries of yours, and rejected 9 min in 3 entries." in (
        told.text
    )
    assert "The rejected ones are drafts again." in told.text
    assert "Reason: Which piece?" in told.text
    assert "Reason: Not ours" in told.text


def test_only_the_reason_is_called_optional(office: Office) -> None:
    many(office, 3)

    view = open_exceptions(office)

    inputs = [block["block_id"] for block in view.blocks if block["type"] == "input"]
    assert inputs == ["reason0"]
    assert len(groups(view)) == 2


def test_a_tick_is_answered_with_nothing(office: Office) -> None:
    many(office, 3)
    open_exceptions(office)
    office.world.settle()
    before = len(office.kim.messages())

    untick(office, 2)
    office.world.settle()

    assert len(office.kim.messages()) == before
    assert office.world.local.slack.faults() == []


def test_back_leads_to_the_page_before_with_its_ticks_and_reason(office: Office) -> None:
    many(office, 25)
    open_exceptions(office)
    untick(office, 1)
    office.kim.fill("reason0", "Which piece?")
    office.kim.submit()
    untick(office, 22)
    office.kim.fill("reason1", "Not ours")
    page = office.kim.modal
    assert page is not None

    office.kim.click(page, text="Back to page 1")
    office.world.settle()
    first = office.kim.modal
    office.kim.submit()
    second = office.kim.modal

    assert first is not None
    assert second is not None
    assert "page 1 of 2" in first.all_text
    assert (len(ticked(first)), 1 in ticked(first)) == (19, False)
    assert "Which piece?" in json.dumps(first.blocks)
    assert (len(ticked(second)), 22 in ticked(second)) == (4, False)
    assert "Not ours" in json.dumps(second.blocks)


def test_back_keeps_what_has_no_reason_yet_and_next_asks_for_it(office: Office) -> None:
    many(office, 25)
    open_exceptions(office)
    office.kim.submit()
    untick(office, 22)
    page = office.kim.modal
    assert page is not None
    office.kim.click(page, text="Back to page 1")
    office.world.settle()
    office.kim.submit()

    again = office.kim.submit()

    assert "Please say why" in again.errors["reason1"]


def test_the_sum_leads_back_and_what_is_changed_there_counts(office: Office) -> None:
    many(office, 2)
    open_exceptions(office)
    untick(office, 1)
    office.kim.fill("reason0", "Which piece?")
    office.kim.submit()
    summed = office.kim.modal
    assert summed is not None
    office.kim.click(summed, text="Back")
    office.world.settle()
    untick(office, 2)

    office.kim.submit()
    office.kim.submit()

    assert states(office) == ["approved", "draft"]


def test_a_back_that_comes_after_next_changes_nothing(office: Office) -> None:
    many(office, 25)
    open_exceptions(office)
    office.kim.submit()
    page = office.kim.modal
    assert page is not None
    office.kim.click(page, text="Back to page 1")
    office.kim.submit()

    office.world.settle()

    summed = office.kim.modal
    assert summed is not None
    assert "Approve 25 entries" in summed.all_text


def test_back_shows_what_has_changed_meanwhile(office: Office) -> None:
    many(office, 25)
    open_exceptions(office)
    office.kim.submit()
    untick(office, 22)
    office.mia.command("/timer withdraw 2")
    page = office.kim.modal
    assert page is not None

    office.kim.click(page, text="Back to page 1")
    office.world.settle()

    view = office.kim.modal
    assert view is not None
    assert "Something in these hours has changed" in view.all_text
    assert "page 1 of 2" in view.all_text


def test_a_page_wants_a_reason_for_what_is_unticked_and_nothing_else(office: Office) -> None:
    many(office, 3)
    open_exceptions(office)
    untick(office, 2)

    without = office.kim.submit()
    untick(office, 99)
    office.kim.fill("reason0", "Which piece?")
    for_nothing = office.kim.submit()

    assert "Please say why" in without.errors["reason0"]
    assert "Untick the entries" in for_nothing.errors["reason0"]
    assert set(states(office)) == {"pending_review"}


def test_everything_may_be_unticked(office: Office) -> None:
    many(office, 2)
    open_exceptions(office)
    untick(office, 1, 2)
    office.kim.fill("reason0", "Wrong week")
    office.kim.submit()

    office.kim.submit()

    assert states(office) == ["draft", "draft"]


def test_what_changed_between_two_pages_is_shown_and_asked_again(office: Office) -> None:
    many(office, 25)
    open_exceptions(office)
    untick(office, 1)
    office.kim.fill("reason0", "Which piece?")
    office.kim.submit()
    office.mia.command("/timer withdraw 2")

    office.kim.submit()

    view = office.kim.modal
    assert view is not None
    assert "Something in these hours has changed" in view.all_text
    assert "Taken back: 3 min" in view.all_text
    assert "piece 2" in view.all_text
    assert states(office).count("pending_review") == 24
    # What was unticked before stays so, with its reason.
    assert "Which piece?" in json.dumps(view.blocks)


def test_a_page_that_is_drawn_again_keeps_each_tick_with_its_own_entry(office: Office) -> None:
    for words in ("Acme logo", "Acme website", "Globex website"):
        office.mia.command(f"/timer add 10m {words}")
    office.mia.command("/timer submit")
    office.world.settle()
    open_exceptions(office)
    untick(office, 3)
    office.kim.fill("reason0", "Which page?")
    office.mia.command("/timer withdraw 1")

    office.kim.submit()
    again = office.kim.modal
    office.kim.submit()
    office.kim.submit()
    office.world.settle()

    assert again is not None
    assert "Something in these hours has changed" in again.all_text
    found = {one.number: (one.state, one.rejection_reason) for one in office.entries(office.mia)}
    assert found == {1: ("draft", None), 2: ("approved", None), 3: ("draft", "Which page?")}


def test_hours_that_somebody_else_settled_meanwhile_end_the_form(office: Office) -> None:
    many(office, 3)
    open_exceptions(office)
    office.kim.submit()
    office.ana.click(card_of(office.ana), text="Approve all 3")

    office.kim.submit()

    view = office.kim.modal
    assert view is not None
    assert "ana approved this at" in view.all_text
    assert view.document["submit"] is None


def test_settling_twice_settles_once(office: Office) -> None:
    many(office, 3)
    open_exceptions(office)
    untick(office, 1)
    office.kim.fill("reason0", "Which piece?")
    office.kim.submit()
    view = office.kim.modal
    assert view is not None
    office.kim.submit()
    office.world.settle()

    with office.session() as session:
        events = session.scalar(
            select(func.count()).where(AuditEvent.action == "time_entry.approved")
        )
    assert events == 2
    told = [m.text for m in office.mia.messages() if m.text.startswith("kim ")]
    assert ["and rejected" in text for text in told] == [True]


def test_more_reasons_than_a_form_keeps_are_refused_under_the_field(office: Office) -> None:
    many(office, 300)
    open_exceptions(office)
    answer = None
    for page in range(20):
        untick(office)
        office.kim.fill(f"reason{page}", f"{page} " + "x" * 190)
        answer = office.kim.submit()
        if answer.errors:
            break

    assert answer is not None
    assert "more than this form can keep" in next(iter(answer.errors.values()))
    view = office.kim.modal
    assert view is not None
    assert len(view.private_metadata) <= 3_000
    assert set(states(office)) == {"pending_review"}
