"""Splitting an entry: from the command, the menu, the modal, and back."""

from tests.slack.timer.office import Office


def three_hours(office: Office) -> None:
    office.mia.command("/timer start Acme logo sketches")
    office.wait(hours=3)
    office.mia.command("/timer stop")


def spans(office: Office) -> list[tuple[int, int]]:
    return [(entry.number, entry.seconds(now=office.now())) for entry in office.entries(office.mia)]


def test_an_entry_is_split_at_a_time_and_joined_again(office: Office) -> None:
    three_hours(office)

    answer = office.mia.command("/timer split 1 10:30")

    assert "Split at 10:30:" in answer.text
    assert "#1 Acme, Logo: 1 h 30 min (9:00\u201310:30)" in answer.text
    assert "#2 Acme, Logo: 1 h 30 min (10:30\u201312:00)" in answer.text
    assert spans(office) == [(1, 5400), (2, 5400)]
    office.mia.click(answer, text="Undo")
    office.world.settle()
    assert spans(office) == [(1, 10800)]
    assert "both parts are one entry again" in office.mia.last_message().text


def test_a_length_and_no_number_split_what_runs(office: Office) -> None:
    office.mia.command("/timer start Acme logo sketches")
    office.wait(hours=2)

    answer = office.mia.command("/timer split 45m")

    assert "#2 Acme, Logo: 1 h 15 min so far (since 9:45)" in answer.text
    assert [entry.state for entry in office.entries(office.mia)] == ["draft", "running"]


def test_a_time_that_cannot_be_read_or_lies_outside_changes_nothing(office: Office) -> None:
    three_hours(office)

    unread = office.mia.command("/timer split 1 soon")
    outside = office.mia.command("/timer split 1 15:00")

    assert "I cannot read soon as a time within #1." in unread.text
    assert "#1 goes from 9:00 to 12:00" in outside.text
    assert spans(office) == [(1, 10800)]


def test_the_modal_gives_the_second_part_another_project(office: Office) -> None:
    three_hours(office)
    today = office.mia.command("/timer today")
    office.mia.click(today, action_id="entry.menu:1", selected="Split")

    office.mia.fill("at", "11:00")
    office.mia.fill("project", "Globex, Website")
    office.mia.fill("text", "call")
    office.mia.submit()
    office.world.settle()

    first, second = office.entries(office.mia)
    assert (first.text, second.text) == ("sketches", "call")
    assert "#2 Globex, Website: *1 h*" in office.mia.last_message().all_text


def test_a_time_outside_is_a_fault_under_its_field(office: Office) -> None:
    three_hours(office)
    office.mia.command("/timer split 1")

    office.mia.fill("at", "13:00")
    answer = office.mia.submit()

    assert "(Europe/Berlin), and it can only be split in between" in answer.errors["at"]
    assert spans(office) == [(1, 10800)]


def test_the_entrys_own_modal_leads_to_splitting_it(office: Office) -> None:
    three_hours(office)
    opened = office.mia.command("/timer edit 1")

    office.mia.click(opened, text="Split it")
    office.mia.fill("at", "10:00")
    office.mia.submit()

    # A second may pass between the start and the hour on a slow machine.
    assert [(seq, round(s / 60)) for seq, s in spans(office)] == [(1, 60), (2, 120)]
    assert office.mia.modal is None
