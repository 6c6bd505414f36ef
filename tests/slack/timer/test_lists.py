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
    office.mia.click(week, text="Mon 3 Mar: 60 entries")
    office.world.settle()
    office.mia.click(office.mia.last_message(), text="Show the next ones")
    office.world.settle()
    rest = office.mia.last_message()
    assert "piece 19" in rest.all_text
    assert "piece 20" not in rest.all_text
    assert "Acme, Logo: *1 h*" in week.all_text


def test_the_week_sums_days_and_projects(office: Office) -> None:
    office.mia.command("/timer add 2h Acme logo")
    office.wait(days=1)
    office.mia.command("/timer add 1h Globex")

    answer = office.mia.command("/timer week")

    assert "3 to 9 Mar 2031: 3 h" in answer.all_text
    assert "*Mon 3 Mar 2031*  2 h" in answer.all_text
    assert "Mon 3 Mar 2031: 2 h, 1 entry" in answer.text
    assert "*The week by project*" in answer.all_text
    assert answer.buttons == [
        "Mon 3 Mar: 1 entry",
        "Tue 4 Mar: 1 entry",
        "Last week",
        "Submit these days",
        "Today",
    ]


def test_a_day_of_the_week_opens_in_place_with_the_menus_of_its_entries(office: Office) -> None:
    office.mia.command("/timer add 2h Acme logo sketches")
    office.mia.command("/timer add 1h Globex header")
    office.wait(days=1)
    week = office.mia.command("/timer week")

    office.mia.click(week, text="Mon 3 Mar: 2 entries")
    office.world.settle()
    day = office.mia.last_message()
    office.mia.click(day, selected="Edit", action_id="entry.menu:1")

    assert "Mon 3 Mar 2031: 3 h" in day.all_text
    assert day.buttons == ["Submit this day", "This week", "Today"]
    assert office.mia.modal is not None
    assert "sketches" in str(office.mia.modal.document)


def test_home_leads_to_yesterday_s_entries(office: Office) -> None:
    office.mia.command("/timer add 2h Acme logo sketches")
    office.wait(days=1)
    office.mia.open_home()
    office.world.settle()
    home = office.mia.home
    assert home is not None

    office.mia.click(home, text="Show the week")
    office.world.settle()
    office.mia.click(office.mia.last_message(), text="Mon 3 Mar: 1 entry")
    office.world.settle()

    assert "sketches" in office.mia.last_message().all_text


def test_an_earlier_day_is_listed_by_its_word(office: Office) -> None:
    office.mia.command("/timer add 2h Acme logo sketches")
    office.wait(days=1)

    for words in ("today yesterday", "today mon", "today 2031-03-03"):
        assert "sketches" in office.mia.command(f"/timer {words}").all_text
    empty = office.mia.command("/timer today 2031-01-02")

    assert "Nothing was recorded on this day." in empty.all_text
    assert empty.buttons == ["Today"]


def test_a_day_to_edit_opens_its_only_entry_and_lists_several(office: Office) -> None:
    office.mia.command("/timer add 2h Acme logo sketches")
    office.wait(days=1)

    office.mia.command("/timer edit yesterday")
    assert office.mia.modal is not None
    office.mia.command("/timer add 1h Globex header yesterday")
    listed = office.mia.command("/timer edit 2031-03-03")

    assert "sketches" in str(office.mia.modal.document)
    assert "Mon 3 Mar 2031: 3 h" in listed.all_text


def test_a_day_that_is_none_or_lies_ahead_shows_how_to_say_one(office: Office) -> None:
    unread = office.mia.command("/timer today soon")
    ahead = office.mia.command("/timer edit 2031-03-04")

    assert "I cannot read soon as a day." in unread.text
    assert "/timer today yesterday" in unread.all_text
    assert "2031-03-04 has not come yet." in ahead.text
    assert "/timer edit 12" in ahead.all_text


def test_a_late_choice_in_an_earlier_day_draws_that_day_anew(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo call")
    office.mia.command("/timer add 30m Acme website copy")
    office.wait(days=1)
    listed = office.mia.command("/timer today mon")
    office.mia.click(office.mia.command("/timer delete 1"), text="Delete #1")

    office.mia.click(listed, selected="Edit", action_id="entry.menu:1")
    office.world.settle()

    shown = office.mia.last_message(containing="#1 was deleted.")
    assert "Mon 3 Mar 2031: 30 min" in shown.all_text


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


def test_the_panel_shows_what_came_back_and_the_week(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo sketches")
    office.mia.command("/timer submit")
    office.world.settle()
    office.kim.click(office.kim.last_message(containing="Hours of mia"), text="Reject")
    office.kim.fill("reason", "Which ones?")
    office.kim.submit()
    office.world.settle()

    panel = office.mia.command("/timer")

    assert "Today: 1 h. This week: 1 h." in panel.text
    assert "Rejected: Which ones?" in panel.text


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
