"""Starting, stopping, switching, resuming and undoing, as people see it."""

from tests.slack.timer.office import Office


def test_a_start_says_what_runs_since_when_and_offers_the_next_steps(office: Office) -> None:
    answer = office.mia.command("/timer start Acme logo first sketches")

    assert answer.text == "#1 Acme, Logo · first sketches\nStarted at 9:00."
    assert answer.buttons == ["Stop", "Undo", "Edit"]
    assert answer.message is not None
    assert answer.message.is_ephemeral


def test_verbs_aliases_and_curly_quotes_are_understood(office: Office) -> None:
    answer = office.mia.command("/timer  GO Acme logo “Bob\u2019s” draft")

    assert 'Acme, Logo · "Bob\'s" draft' in answer.text


def test_the_same_start_again_changes_nothing(office: Office) -> None:
    office.mia.command("/timer start Acme logo sketches")
    office.wait(minutes=5)

    answer = office.mia.command("/timer start Acme logo sketches")

    assert "Already running since 9:00, 5 min so far. Nothing was changed." in answer.text
    assert len(office.entries(office.mia)) == 1


def test_a_start_while_a_timer_runs_stops_it_and_undo_lets_it_run_again(office: Office) -> None:
    office.mia.command("/timer start Acme logo sketches")
    office.wait(minutes=20)
    started = office.mia.command("/timer start Globex header")
    assert "Stopped for it: #1 Acme, Logo · sketches, 20 min (9:00–9:20)." in started.text  # noqa: RUF001 - as it is shown

    office.mia.click(started, text="Undo")
    office.world.settle()

    assert [entry.ended_at for entry in office.entries(office.mia)] == [None]
    assert "Running: #1 Acme, Logo" in office.mia.last_message().text


def test_where_the_firm_wants_no_switch_a_start_is_refused_with_a_button(office: Office) -> None:
    office.change_workspace(start_policy="refuse")
    office.mia.command("/timer start Acme logo")
    office.wait(minutes=20)

    refused = office.mia.command("/timer start Globex header")
    office.mia.click(refused, text="Stop it and start this")
    office.world.settle()

    assert "Nothing was changed" in refused.text
    first, second = office.entries(office.mia)
    assert first.ended_at is not None
    assert second.text == "header"


def test_a_stop_says_the_time_worked_and_the_total_of_today(office: Office) -> None:
    office.mia.command("/timer add 1h Acme website")
    office.mia.command("/timer start Acme logo")
    office.wait(minutes=90)

    answer = office.mia.command("/timer stop")

    assert "Stopped: 1 h 30 min (9:00–10:30)." in answer.text  # noqa: RUF001 - as it is shown
    assert "Today: 2 h 30 min." in answer.text
    assert answer.buttons == ["Undo", "Edit", "Submit today"]


def test_the_stop_button_of_an_old_message_leaves_a_newer_timer_alone(office: Office) -> None:
    old = office.mia.command("/timer start Acme logo")
    office.mia.command("/timer switch Globex")

    office.mia.click(old, text="Stop")
    office.world.settle()

    assert office.mia.last_message(containing="This timer is not running any more.")
    assert office.entries(office.mia)[1].ended_at is None


def test_an_answer_takes_the_place_of_the_private_message_that_was_clicked(office: Office) -> None:
    started = office.mia.command("/timer start Acme logo")
    office.wait(minutes=30)

    office.mia.click(started, text="Stop")
    office.world.settle()

    texts = [message.text for message in office.mia.messages()]
    assert sum("Started at" in text for text in texts) == 0
    assert "Stopped: 30 min" in texts[-1]


def test_a_stop_without_a_timer_offers_to_resume_the_last_one(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo sketches")

    refused = office.mia.command("/timer stop")
    office.mia.click(refused, text="Resume the last one")
    office.world.settle()

    assert "You have no timer running." in refused.text
    assert "Acme, Logo · sketches" in office.mia.last_message().text


def test_a_back_dated_start_of_another_day_repeats_day_and_zone(office: Office) -> None:
    answer = office.mia.command("/timer start Acme logo @-10h")

    assert "Started at 23:00 on Sun 2 Mar 2031 (Europe/Berlin)." in answer.text


def test_a_start_of_more_than_a_day_ago_is_asked_back(office: Office) -> None:
    asked = office.mia.command("/timer start Acme logo @-30h")
    assert office.entries(office.mia) == []

    office.mia.click(asked, text=asked.buttons[0])
    office.world.settle()

    assert "Started at 3:00 on Sun 2 Mar 2031" in office.mia.last_message().text


def test_undo_of_nothing_says_so(office: Office) -> None:
    answer = office.mia.command("/timer undo")

    assert "There is nothing to undo." in answer.text


def test_guests_are_told_who_may_track_time(office: Office) -> None:
    guest = office.world.add_person("gus", is_restricted=True)

    answer = guest.command("/timer start Acme logo")

    assert "Only people of this workspace may track time" in answer.text
