"""The working day, told from start to end: capture, correction, approval, a forgotten night.

Mia works, Kim approves, Ana owns the firm. Nobody needs an administrator to mend a mistake; only a
locked period is opened by somebody else, and that takes one click to ask for.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from tests.slack.timer.office import Office, an_office
from tests.slack.timer.test_approval import card_of
from timebot.clock import real_now
from timebot.doctor import BROKEN, examine, invariants
from timebot.playground.slack import Person
from timebot.playground.slack.seen import View


@contextmanager
def a_day(folder: Path, database_url: str) -> Iterator[Office]:
    """Open the office, and let the doctor look at everything when the day is over."""
    settings = {"anchor_on": date(2031, 3, 3), "lock_after_days": 14}
    with an_office(folder, database_url, **settings) as office:
        yield office
        office.world.settle()
        database = office.world.timebot.database
        with database.read_only() as session:
            assert invariants(session) == []
        found = examine(
            database, office.world.timebot.settings, now=office.now(), real_now=real_now()
        )
        assert [one.sentence for one in found if one.verdict == BROKEN] == []
        assert office.world.local.slack.faults() == []


def home(office: Office, person: Person) -> View:
    person.open_home()
    office.world.settle()
    assert person.home is not None
    return person.home


def states(office: Office) -> dict[int, str]:
    return {one.number: one.state for one in office.entries(office.mia)}


def test_a_day_of_capture_correction_and_approval(tmp_path: Path, database_url: str) -> None:
    with a_day(tmp_path, database_url) as office:
        mia_starts_now_and_says_later(office)
        mia_logs_time_for_a_message(office)
        mia_repairs_an_overlap_and_splits_an_entry(office)
        mia_hands_in_and_kim_approves_with_an_exception(office)
        mia_corrects_what_came_back(office)
        mia_edits_what_was_approved_and_kim_hears_of_it(office)
        kim_takes_an_approval_back_and_gives_it_again(office)

        assert set(states(office).values()) == {"approved"}


def test_a_forgotten_night_is_never_billed_before_its_owner_has_spoken(
    tmp_path: Path, database_url: str
) -> None:
    with a_day(tmp_path, database_url) as office:
        office.mia.command("/timer start Acme logo sketches")
        office.wait(hours=21)
        card = office.mia.last_message(containing="needs your word")
        assert states(office) == {1: "draft"}
        assert "an end that nobody confirmed" in office.mia.command("/timer submit").text

        office.mia.click(card, text="That is right")
        office.world.settle()
        office.mia.command("/timer submit")
        office.world.settle()
        office.kim.click(card_of(office.kim), text="Approve")
        office.world.settle()

        (entry,) = office.entries(office.mia)
        assert (entry.state, entry.is_confirmed) == ("approved", True)
        # Six in the evening in Berlin, where the working day ended.
        assert entry.ended_at is not None
        assert (entry.ended_at.hour, entry.ended_at.minute) == (17, 0)


def test_a_mistake_in_a_locked_period_is_mended_with_one_request(
    tmp_path: Path, database_url: str
) -> None:
    with a_day(tmp_path, database_url) as office:
        office.wait(hours=2)
        office.mia.command("/timer add 1h Acme logo sketches")
        office.wait(days=30)
        refused = office.mia.command("/timer split 1 10:30")
        office.mia.click(refused, text="Ask billing to open it")
        office.world.settle()

        office.ana.click(office.ana.last_message(containing="asks to open"), text="Open it again")
        office.ana.fill("reason", "The client was late")
        office.ana.submit()
        office.world.settle()

        assert "can be corrected again" in office.mia.last_message().text
        assert "Split at 10:30" in office.mia.command("/timer split 1 10:30").text
        assert "Handed in" in office.mia.command("/timer submit").text


def mia_starts_now_and_says_later(office: Office) -> None:
    """One click in the morning; what it was for is chosen where it is stopped."""
    office.mia.click(home(office, office.mia), text="Start now")
    office.wait(hours=1)
    stopped = office.mia.command("/timer stop")
    office.mia.click(stopped, action_id="entry.set_project:1", selected="Acme, Logo")
    office.world.settle()

    assert "*Acme, Logo*" in home(office, office.mia).all_text


def mia_logs_time_for_a_message(office: Office) -> None:
    """The message's own menu; the link to it stays on the entry."""
    channel = office.world.local.slack.add_channel("acme", members=[office.mia.id, office.kim.id])
    office.kim.say("Please fix the footer, see https://linear.app/acme/issue/WEB-7/x", channel)
    office.mia.shortcut("shortcut.log_time", office.mia.last_message(channel))
    office.mia.fill("project", "Acme, Website")
    office.mia.fill("spent", "9:20-9:50")
    office.mia.submit()
    office.world.settle()

    second = office.entries(office.mia)[1]
    assert (second.ticket_ref, second.permalink is not None) == ("WEB-7", True)


def mia_repairs_an_overlap_and_splits_an_entry(office: Office) -> None:
    """Nine to ten and twenty past nine share time: one click trims; then one entry becomes two."""
    office.wait(hours=2)
    asked = office.mia.command("/timer submit")
    assert "both count 30 min" in asked.text
    office.mia.click(asked, text="End #1 at 9:20")
    office.world.settle()
    office.mia.command("/timer add 10:00-12:00 Acme website build")
    split = office.mia.command("/timer split 3 11:00")

    assert "#4 Acme, Website: 1 h (11:00\u201312:00)" in split.text
    assert states(office) == dict.fromkeys((1, 2, 3, 4), "draft")


def mia_hands_in_and_kim_approves_with_an_exception(office: Office) -> None:
    """Everything in one form, but for one entry with its reason; one transaction settles both."""
    office.mia.command("/timer submit")
    office.world.settle()
    office.kim.click(card_of(office.kim), text="Approve with exceptions")
    view = office.kim.modal
    assert view is not None
    rows = [one for one in view.blocks if one["type"] == "actions"]
    boxes = [one for one in rows if one["elements"][0]["type"] == "checkboxes"]
    options = boxes[1]["elements"][0]["options"]
    office.kim.fill(boxes[1]["block_id"], [one["text"]["text"] for one in options[:2]])
    office.kim.fill("reason0", "Which part of the build?")
    office.kim.submit()
    assert office.kim.modal is not None
    assert "reject 1" in office.kim.modal.all_text.casefold()
    office.kim.submit()
    office.world.settle()

    assert sorted(states(office).values()) == ["approved", "approved", "approved", "draft"]


def mia_corrects_what_came_back(office: Office) -> None:
    """Home shows it with the reason; she says what it was, hands it in, and Kim approves."""
    shown = home(office, office.mia)
    assert "Which part of the build?" in shown.all_text
    rejected = next(number for number, state in states(office).items() if state == "draft")
    office.mia.command(f"/timer edit {rejected}")
    office.mia.fill("text", "build of the header")
    office.mia.submit()
    office.world.settle()
    office.mia.command("/timer submit")
    office.world.settle()
    office.kim.click(card_of(office.kim), text="Approve")
    office.world.settle()

    assert set(states(office).values()) == {"approved"}


def mia_edits_what_was_approved_and_kim_hears_of_it(office: Office) -> None:
    """The approval no longer counts, both are told, and the history shows who did what."""
    office.mia.command("/timer edit 2")
    office.mia.fill("text", "Footer of the website")
    office.mia.submit()
    office.world.settle()
    assert states(office)[2] == "draft"
    assert "so it is a draft again" in office.mia.last_message(containing="Saved").text
    assert "the approval no longer counts" in office.kim.last_message(containing="mia changed").text

    office.mia.command("/timer submit")
    office.world.settle()
    office.kim.click(card_of(office.kim), text="Approve")
    office.world.settle()


def kim_takes_an_approval_back_and_gives_it_again(office: Office) -> None:
    """Until it is billed, and the author is told."""
    office.kim.click(card_of(office.kim), text="Take back the approval")
    office.world.settle()
    assert "pending_review" in states(office).values()
    assert "took an approval back" in office.mia.last_message(containing="took an").text

    office.kim.click(card_of(office.kim), text="Approve")
    office.world.settle()
