"""Today, week, status and the panel."""

from tests.slack.timer.office import Office


def test_today_lists_entries_with_sums_by_project(office: Office) -> None:
    office.mia.command("/timer add 8:00-8:30 Acme logo sketches")
    office.mia.command("/timer add 7:00-8:00 Globex header #ABC-1")
    office.mia.command("/timer add 6:00-6:15 Acme logo mail")

    answer = office.mia.command("/timer today")

    assert "Mon 3 Mar 2031: 1 h 45 min" in answer.all_text
    assert "Acme, Logo: *45 min*" in answer.all_text
    assert "3 entries not submitted yet." in answer.all_text


def test_an_entry_is_deleted_from_its_menu_and_comes_back(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo")
    listed = office.mia.command("/timer today")

    office.mia.click(listed, text="Delete")
    office.world.settle()
    assert office.entries(office.mia) == []
    office.mia.click(office.mia.last_message(containing="Deleted"), text="Undo")
    office.world.settle()

    assert len(office.entries(office.mia)) == 1


def test_a_day_with_sixty_entries_stays_within_slacks_limits(office: Office) -> None:
    for number in range(60):
        office.mia.command(f"/timer add 1m Acme logo piece {number}")

    today, week = office.mia.command("/timer today"), office.mia.command("/timer week")

    assert today.error is None
    assert "… and 20 more" in today.all_text
    assert "Acme, Logo: *1 h*" in week.all_text


def test_the_week_sums_days_and_projects(office: Office) -> None:
    office.mia.command("/timer add 2h Acme logo")
    office.wait(days=1)
    office.mia.command("/timer add 1h Globex")

    answer = office.mia.command("/timer week")

    assert "3 to 9 Mar 2031: 3 h" in answer.all_text
    assert "*Mon 3 Mar 2031*  2 h" in answer.all_text
    assert "*The week by project*" in answer.all_text
    assert answer.buttons == ["Last week", "Submit these days", "Today"]


def test_last_week_is_shown_by_word_and_by_button(office: Office) -> None:
    office.mia.command("/timer add 2h Acme logo fri")
    week = office.mia.command("/timer week")

    office.mia.click(week, text="Last week")
    office.world.settle()

    assert "24 Feb to 2 Mar 2031: 2 h" in office.mia.last_message().all_text
    assert "24 Feb to 2 Mar 2031: 2 h" in office.mia.command("/timer week last").all_text


def test_the_bare_command_opens_the_panel_whose_buttons_do_the_rest(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo sketches")
    panel = office.mia.command("/timer")
    assert "No timer is running." in panel.text

    office.mia.click(panel, text="Resume")
    office.world.settle()

    assert "Acme, Logo · sketches\nStarted at 9:00." in office.mia.last_message().text


def test_the_panel_tells_approvers_what_waits(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo")
    office.mia.command("/timer submit")

    panel = office.kim.command("/timer")

    assert "1 submission waits for your approval (1 h)." in panel.text


def test_status_says_what_runs_and_how_long(office: Office) -> None:
    office.mia.command("/timer start Acme logo")
    office.wait(minutes=75)

    answer = office.mia.command("/timer status")

    assert "Running since 9:00: #1 Acme, Logo, 1 h 15 min so far." in answer.text
