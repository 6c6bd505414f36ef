"""Overlaps are shown where they arise and before hours are handed in, with what repairs them."""

from datetime import timedelta

from sqlalchemy import select

from tests.builders import an_entry
from tests.slack.timer.office import Office
from timebot.clients.models import Project


def two_that_overlap(office: Office) -> None:
    office.wait(hours=4)
    office.mia.command("/timer add 9:00-11:00 Acme logo sketches")
    office.mia.command("/timer add 10:00-12:00 Globex website copy")


def spans(office: Office) -> list[str]:
    return [
        f"{entry.started_at:%H:%M}-{entry.ended_at:%H:%M}"
        for entry in office.entries(office.mia)
        if entry.ended_at
    ]


def test_the_answer_shows_the_overlap_and_one_click_repairs_it(office: Office) -> None:
    office.wait(hours=4)
    office.mia.command("/timer add 9:00-11:00 Acme logo sketches")

    answer = office.mia.command("/timer add 10:00-12:00 Globex website copy")
    office.mia.click(answer, text="Start #2 at 11:00")
    office.world.settle()

    assert "both count 1 h (10:00\u201311:00)." in answer.text
    assert "Trimmed by 1 h: 1 h (11:00\u201312:00)." in office.mia.last_message().text
    # In UTC; Berlin is one hour ahead.
    assert spans(office) == ["08:00-10:00", "10:00-11:00"]
    office.mia.click(office.mia.last_message(), text="Undo")
    assert spans(office) == ["08:00-10:00", "09:00-11:00"]


def test_an_entry_inside_another_one_can_be_removed(office: Office) -> None:
    office.wait(hours=4)
    office.mia.command("/timer add 9:00-12:00 Acme logo sketches")

    answer = office.mia.command("/timer add 10:00-11:00 Globex website copy")
    office.mia.click(answer, text="Remove #2")
    office.world.settle()

    assert "Deleted: 1 h. Nothing would have been left" in office.mia.last_message().text
    assert spans(office) == ["08:00-11:00"]


def test_a_timer_started_back_then_shows_what_it_shares(office: Office) -> None:
    office.wait(hours=4)
    office.mia.command("/timer add 9:00-12:30 Acme logo sketches")

    started = office.mia.command("/timer start Globex website copy @12:00")

    assert "both count 30 min (12:00\u201312:30)." in started.text
    assert "Start #2 at 12:30" in started.all_text


def test_hours_are_asked_back_once_and_submitted_as_they_are(office: Office) -> None:
    two_that_overlap(office)

    asked = office.mia.command("/timer submit today")
    office.mia.click(asked, text="Submit as they are")
    office.world.settle()

    assert "Nothing was submitted yet, because #1 and #2 share some time." in asked.text
    assert "Handed in 4 h in 2 entries" in office.mia.last_message().text
    assert {entry.state for entry in office.entries(office.mia)} == {"pending_review"}


def test_after_the_repair_one_more_click_hands_the_hours_in(office: Office) -> None:
    two_that_overlap(office)
    office.mia.click(office.mia.command("/timer submit today"), text="End #1 at 10:00")
    office.world.settle()

    office.mia.click(office.mia.last_message(), text="Submit")
    office.world.settle()

    assert "Handed in 3 h in 2 entries" in office.mia.last_message().text


def test_a_kept_overlap_is_not_asked_about_when_submitting(office: Office) -> None:
    office.wait(hours=4)
    office.mia.command("/timer add 9:00-11:00 Acme logo sketches")
    answer = office.mia.command("/timer add 10:00-12:00 Globex website copy")
    office.mia.click(answer, text="Keep both")
    office.world.settle()

    submitted = office.mia.command("/timer submit today")

    kept = office.mia.last_message(containing="Kept:")
    assert "Kept: #1 and #2 both count 1 h." in kept.text
    assert "Handed in 4 h in 2 entries" in submitted.text


def test_many_overlaps_stay_within_what_slack_shows(office: Office) -> None:
    office.wait(hours=4)
    with office.session() as session:
        mia = office.member(session, office.mia)
        logo = session.scalars(select(Project).where(Project.name == "Logo")).one()
        logo.name = "<!channel> *" + "L" * 100
        for _ in range(12):
            an_entry(session, mia, logo, started_at=office.now() - timedelta(hours=3), hours=2)

    asked = office.mia.command("/timer submit today")
    office.mia.click(asked, text="Submit as they are")
    office.world.settle()

    assert "… and 51 more overlaps." in asked.all_text
    assert "Handed in 24 h in 12 entries" in office.mia.last_message().text
