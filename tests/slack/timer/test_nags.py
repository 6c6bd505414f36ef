"""The question about a timer that still runs."""

from tests.slack.timer.office import Office
from timebot.playground.slack.seen import Message


def question(office: Office) -> Message:
    return office.mia.last_message(containing="Is this timer still right?")


def test_a_forgotten_timer_is_asked_about_with_the_end_of_the_day(office: Office) -> None:
    office.mia.command("/timer start Acme logo sketches")
    office.wait(hours=11)

    card = question(office)

    assert card.buttons == ["Stop now", "Stop at 18:00", "Another time", "Keep going for 2 h"]
    assert "18:00 is the end of your working day." in card.text


def test_stopping_at_the_proposed_time_repaints_the_question(office: Office) -> None:
    office.mia.command("/timer start Acme logo sketches")
    office.wait(hours=11)

    office.mia.click(question(office), text="Stop at 18:00")
    office.world.settle()

    (entry,) = office.entries(office.mia)
    assert entry.ended_at is not None
    assert entry.ended_at.hour == 17
    stopped = [one for one in office.mia.messages() if not one.is_ephemeral][-1]
    assert "Stopped:" in stopped.text
    assert stopped.buttons == []


def test_another_time_is_chosen_in_a_modal(office: Office) -> None:
    office.mia.command("/timer start Acme logo sketches")
    office.wait(hours=11)
    office.mia.click(question(office), text="Another time")

    office.mia.fill("at", "08:00")
    early = office.mia.submit()
    office.mia.fill("at", "12:30")
    office.mia.submit()

    assert list(early.errors) == ["at"]
    (entry,) = office.entries(office.mia)
    assert entry.ended_at is not None
    assert (entry.ended_at.hour, entry.ended_at.minute) == (11, 30)


def test_a_timer_left_alone_is_asked_about_again_in_a_new_message(office: Office) -> None:
    office.mia.command("/timer start Acme logo sketches")
    office.wait(hours=11)
    office.mia.click(question(office), text="Keep going for 2 h")
    office.world.settle()
    answered = [one for one in office.mia.messages() if not one.is_ephemeral][-1]

    office.wait(hours=2, minutes=1)

    assert "I ask again at 22:00" in answered.text
    assert answered.buttons == []
    assert question(office).ts > answered.ts
    assert office.entries(office.mia)[0].ended_at is None


def test_a_click_on_the_question_of_a_stopped_timer_says_so(office: Office) -> None:
    office.mia.command("/timer start Acme logo sketches")
    office.wait(hours=11)
    old = question(office)
    office.mia.command("/timer stop")

    office.mia.click(old, text="Keep going for 2 h")
    office.world.settle()

    assert "not running any more" in office.mia.last_message().text


def test_reading_and_opening_home_count_as_the_last_thing_done(office: Office) -> None:
    office.mia.command("/timer start Acme logo")
    office.wait(hours=2)
    office.mia.command("/timer status")
    office.wait(hours=2)

    office.mia.open_home()
    office.wait(hours=2)
    office.mia.command("/timer stop @25:00")
    office.wait(hours=4)

    asked = office.mia.last_message(containing="Is this timer still right?")
    assert "15:00 is the last thing you did here" in asked.text
