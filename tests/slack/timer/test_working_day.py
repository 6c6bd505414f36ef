"""The working day in Slack: a forgotten night, one's own settings, reminders, holidays."""

from tests.slack.timer.office import Office
from timebot.playground.slack.seen import Message


def forget(office: Office) -> Message:
    """Let Mia leave a timer running over night, and return the question of the morning."""
    office.mia.command("/timer start Acme logo sketches")
    office.wait(hours=9)
    office.wait(hours=12)
    return office.mia.last_message(containing="needs your word")


def test_a_timer_left_overnight_is_stopped_and_cannot_be_handed_in(office: Office) -> None:
    card = forget(office)

    (entry,) = office.entries(office.mia)
    assert (entry.state, entry.is_confirmed) == ("draft", False)
    assert card.buttons == ["That is right", "Another time", "It still runs"]
    assert "I took 18:00 on 3 Mar 2031 as its end: 8 h 59 min." in card.text
    refused = office.mia.command("/timer submit")
    assert "an end that nobody confirmed" in refused.text
    assert refused.message is not None
    assert refused.message.buttons == ["Say when #1 ended"]


def test_one_click_says_that_the_guess_is_right(office: Office) -> None:
    card = forget(office)

    office.mia.click(card, text="That is right")
    office.world.settle()

    assert office.entries(office.mia)[0].is_confirmed
    assert "Every end is settled." in office.mia.last_message(containing="settled").text
    assert "Handed in" in office.mia.command("/timer submit").text


def test_another_end_is_said_in_a_modal_with_faults_under_the_time(office: Office) -> None:
    refused = forget(office) and office.mia.command("/timer submit")
    office.mia.click(refused, text="Say when #1 ended")
    office.mia.fill("at", "08:00")
    fault = office.mia.submit()
    office.mia.fill("at", "16:30")
    office.mia.submit()
    office.world.settle()

    (entry,) = office.entries(office.mia)
    assert "cannot end at" in fault.errors["at"]
    assert entry.is_confirmed
    assert entry.ended_at is not None
    assert (entry.ended_at.hour, entry.ended_at.minute) == (15, 30)


def test_a_timer_that_still_runs_runs_on_as_if_never_stopped(office: Office) -> None:
    card = forget(office)

    answer = office.mia.click(card, text="It still runs")
    office.world.settle()

    (entry,) = office.entries(office.mia)
    assert entry.ended_at is None
    assert "It runs on, since 9:00" in answer.all_text + office.mia.messages()[-1].all_text


def test_it_cannot_run_on_while_another_timer_runs(office: Office) -> None:
    card = forget(office)
    office.mia.command("/timer start Acme website")

    office.mia.click(card, text="It still runs")
    office.world.settle()

    assert "cannot run on" in office.mia.messages()[-1].all_text
    assert office.entries(office.mia)[0].ended_at is not None


def test_settings_are_changed_in_one_modal(office: Office) -> None:
    office.mia.command("/timer settings")
    office.mia.fill("weekdays", ["Monday", "Tuesday"])
    office.mia.fill("start", "08:00")
    office.mia.fill("days_off", "2031-12-24 to 2031-12-26")
    office.mia.fill("remind", ["No timer an hour into the working day"])

    office.mia.submit()
    office.world.settle()

    said = office.mia.last_message(containing="Saved.").text
    assert "You work Mon and Tue, 08:00 to 18:00 (Europe/Berlin), with 3 days off ahead." in said
    assert "no timer an hour into the working day" in said


def test_days_that_cannot_be_read_are_a_fault_and_change_nothing(office: Office) -> None:
    office.mia.command("/timer settings")
    office.mia.fill("start", "07:00")
    office.mia.fill("days_off", "next week")

    answer = office.mia.submit()

    assert "cannot read next week" in answer.errors["days_off"]
    with office.session() as session:
        assert office.member(session, office.mia).day_start_minute is None


def reminded(office: Office) -> Message:
    with office.session() as session:
        office.member(session, office.mia).remind_no_timer = True
    office.wait(hours=1)
    return office.mia.last_message(containing="You asked me to remind you")


def test_a_reminder_offers_to_start_and_ways_to_be_left_alone(office: Office) -> None:
    card = reminded(office)

    assert card.buttons == [
        "Start a timer",
        "Add time",
        "Snooze 1 h",
        "Not today",
        "I'm off today",
        "Never remind me of this",
    ]


def test_who_is_off_today_can_take_it_back(office: Office) -> None:
    card = reminded(office)
    office.mia.click(card, text="I'm off today")
    office.world.settle()

    office.mia.click(office.mia.last_message(containing="is your day off"), text="Undo")
    office.world.settle()

    assert "is no day off any more" in office.mia.messages()[-1].text


def test_a_reminder_that_is_switched_off_stays_off(office: Office) -> None:
    card = reminded(office)

    office.mia.click(card, text="Never remind me of this")
    office.world.settle()
    office.wait(days=1)

    with office.session() as session:
        assert not office.member(session, office.mia).remind_no_timer
    assert sum("You asked me" in one.text for one in office.mia.messages()) <= 1


def test_a_snoozed_reminder_says_when_it_looks_again(office: Office) -> None:
    office.mia.click(reminded(office), text="Snooze 1 h")
    office.world.settle()

    assert "I look again at 11:00" in office.mia.messages()[-1].text


def test_the_firms_holidays_are_set_in_a_line_and_shown(office: Office) -> None:
    answer = office.ana.command("/billing holidays 2031-12-25 Christmas; 2031-12-26")

    assert "2 holidays ahead" in answer.text
    assert "Thu 25 Dec 2031: Christmas" in answer.text
    assert "Only owners may set holidays" in office.kim.command("/billing holidays 2031-1-1").text
