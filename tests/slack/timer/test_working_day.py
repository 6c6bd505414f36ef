"""The working day in Slack: a forgotten night, one's own settings, reminders, holidays."""

from datetime import date

from tests.builders import a_day_off
from tests.slack.timer.office import Office
from tests.worlds import utc
from timebot.journal.notices import tell
from timebot.playground.slack import Person
from timebot.playground.slack.seen import Message


def shown_at_home(person: Person) -> str:
    assert person.home is not None
    return person.home.all_text


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


def test_an_end_that_clocks_skipped_is_named(office: Office) -> None:
    office.world.move_to(utc(2031, 3, 29, 10))
    forget(office)
    refused = office.mia.command("/timer submit")
    office.mia.click(refused, text="Say when #1 ended")
    office.mia.fill("day", "2031-03-30")
    office.mia.fill("at", "02:30")

    office.mia.submit()
    office.world.settle()

    said = office.mia.last_message(containing="Confirmed: ").text
    assert "Clocks skipped 2:30 that day, so I took 3:30." in said


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


def test_who_types_stop_in_the_morning_is_asked_when_it_ended(office: Office) -> None:
    forget(office)

    refused = office.mia.command("/timer stop")

    assert "because I took 18:00 on 3 Mar 2031 as the end of #1" in refused.text
    assert refused.message is not None
    assert refused.message.buttons == ["Say when #1 ended", "It still runs"]


def test_a_guess_of_no_time_at_all_offers_to_remove_it(office: Office) -> None:
    office.wait(hours=10)
    office.mia.command("/timer start Acme logo sketches")
    office.wait(hours=11)

    card = office.mia.last_message(containing="needs your word")
    office.mia.click(card, text="Remove it")
    office.world.settle()

    assert card.buttons == ["Remove it", "Another time", "It still runs"]
    assert office.entries(office.mia) == []
    assert "Nothing waits for your word" in office.mia.last_message(containing="settled").text


def test_what_slack_takes_a_day_late_is_not_said(office: Office) -> None:
    reminded(office)
    with office.session() as session:
        mia = office.member(session, office.mia)
        tell(
            session,
            workspace_id=mia.workspace_id,
            notice="reminder",
            recipient=mia.slack_user_id,
            facts={"kind": "remind_no_timer", "day": date(2031, 3, 2)},
            now=office.world.now(),
        )

    office.world.settle()

    assert sum("You asked me to remind" in one.text for one in office.mia.messages()) == 1


def test_approvers_see_who_is_off(office: Office) -> None:
    with office.session() as session:
        workspace, mia = office.workspace(session), office.member(session, office.mia)
        for day in (4, 5, 7):
            a_day_off(session, workspace, date(2031, 3, day), member=mia)
    name = "mia"

    listed = office.kim.command("/timer approve").all_text
    office.kim.open_home()
    office.world.settle()

    off = "(4 to 5 Mar 2031 and 7 Mar 2031)"
    assert f"Off within a week: {name} {off}." in listed
    assert f"Off within a week: {name} {off}." in shown_at_home(office.kim)


def test_home_tells_of_reminders_on_the_first_day_only(office: Office) -> None:
    office.mia.open_home()
    office.world.settle()
    first = shown_at_home(office.mia)
    office.wait(days=1)
    office.mia.open_home()
    office.world.settle()

    assert "I never do unless you ask." in first
    assert "I never do unless you ask." not in shown_at_home(office.mia)


def test_the_settings_lead_to_the_holidays(office: Office) -> None:
    answer = office.ana.command("/billing settings holidays 2031-12-25 Christmas")
    settings = office.ana.command("/billing settings")

    assert "1 holiday ahead" in answer.text
    assert settings.message is not None
    assert "Holidays" in settings.message.buttons


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
