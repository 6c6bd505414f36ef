"""The modals of time: prefilled, with faults under the field, saved once."""

from tests.slack.timer.office import Office
from timebot.playground.slack import Person


def fill(person: Person, **fields: str) -> None:
    for name, value in fields.items():
        person.fill(name, value)


def test_a_timer_is_started_from_the_modal(office: Office) -> None:
    panel = office.mia.command("/timer")
    office.mia.click(panel, text="Start…")
    fill(office.mia, project="Acme, Logo", text="sketches", at="-20m", ticket="ABC-9")

    office.mia.submit()
    office.world.settle()

    (entry,) = office.entries(office.mia)
    assert (entry.text, entry.ticket_ref) == ("sketches", "ABC-9")
    assert "Started at 8:40 on Mon 3 Mar 2031 (Europe/Berlin)." in office.mia.last_message().text
    assert office.mia.modal is None


def test_a_fault_stands_under_its_field_and_saves_nothing(office: Office) -> None:
    office.mia.command("/timer add")
    fill(office.mia, project="Acme, Logo", spent="soon")

    unread = office.mia.submit()
    fill(office.mia, spent="90")
    unclear = office.mia.submit()
    fill(office.mia, spent="1h", ticket="two words")
    no_ticket = office.mia.submit()

    assert list(unread.errors) == ["spent"]
    assert "Write 90m or 90h." in unclear.errors["spent"]
    assert list(no_ticket.errors) == ["ticket"]
    assert office.entries(office.mia) == []


def test_time_of_another_day_is_added_from_the_modal(office: Office) -> None:
    office.mia.command("/timer add")
    fill(office.mia, project="Globex, Website", spent="9:00-10:30", day="2031-02-28", text="copy")

    office.mia.submit()
    office.world.settle()

    assert "1 h 30 min" in office.mia.last_message().text
    assert "on Fri 28 Feb 2031, Europe/Berlin" in office.mia.last_message().text


def test_more_than_a_day_is_asked_back_in_the_modal(office: Office) -> None:
    office.mia.command("/timer add")
    fill(office.mia, project="Acme, Logo", spent="30h", day="2031-03-01")

    office.mia.submit()
    assert office.mia.modal is not None
    assert "That would be 30 h in one entry." in office.mia.modal.all_text
    assert office.entries(office.mia) == []
    office.mia.submit()

    assert len(office.entries(office.mia)) == 1


def test_an_entry_opens_as_it_is_and_keeps_what_is_not_changed(office: Office) -> None:
    office.mia.command("/timer start Acme logo sketches #ABC-1 nc")
    office.wait(minutes=30)
    office.mia.command("/timer stop")
    before = office.entries(office.mia)[0]
    office.mia.command("/timer edit 1")

    office.mia.fill("text", "final sketches")
    office.mia.submit()

    after = office.entries(office.mia)[0]
    assert after.text == "final sketches"
    assert (after.started_at, after.ended_at) == (before.started_at, before.ended_at)
    assert (after.billable, after.ticket_ref) == ("no_charge", "ABC-1")


def test_times_and_day_are_edited(office: Office) -> None:
    office.mia.command("/timer add 8:00-8:30 Acme logo")
    office.mia.command("/timer edit")
    fill(office.mia, day="2031-02-28", began="22:00", ended="01:00", project="Acme, Website")

    office.mia.submit()
    office.world.settle()

    (entry,) = office.entries(office.mia)
    assert entry.seconds(now=office.now()) == 3 * 3600
    assert "22:00 on Fri 28 Feb 2031 – 1:00 on 1 Mar 2031" in office.mia.last_message().text  # noqa: RUF001 - as it is shown


def test_an_end_before_the_start_is_a_fault_under_the_end(office: Office) -> None:
    office.mia.command("/timer add 8:00-8:30 Acme logo")
    office.mia.command("/timer edit 1")
    fill(office.mia, began="08:45")

    answer = office.mia.submit()

    assert list(answer.errors) == ["ended"]


def test_two_windows_on_one_entry_write_once(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo")
    office.mia.command("/timer edit 1")
    (shown,) = office.entries(office.mia)
    with office.session() as session:
        session.merge(shown).version += 1

    office.mia.fill("text", "late")
    answer = office.mia.submit()

    assert "was changed since you opened it" in next(iter(answer.errors.values()))


def test_the_edit_of_handed_in_time_says_that_it_is_a_draft_again(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo")
    office.mia.command("/timer submit")
    office.mia.command("/timer edit 1")
    assert office.mia.modal is not None
    assert "It waits for approval. If you change it" in office.mia.modal.all_text

    office.mia.fill("text", "better words")
    office.mia.submit()
    office.world.settle()

    assert "Please submit it again." in office.mia.last_message().text


def test_a_number_that_is_none_or_unknown_is_refused(office: Office) -> None:
    assert "is not the number of an entry" in office.mia.command("/timer edit soon").text
    unknown = office.mia.command("/timer edit #99").text
    assert "You have no entry #99. The list of a day shows the numbers" in unknown


def test_an_end_that_was_guessed_is_confirmed_by_saving_the_entry(office: Office) -> None:
    office.mia.command("/timer start Acme logo")
    office.wait(hours=30)
    assert [entry.is_confirmed for entry in office.entries(office.mia)] == [False]
    office.mia.command("/timer edit 1")
    assert office.mia.modal is not None
    assert "Saving confirms it." in office.mia.modal.all_text

    office.mia.submit()

    assert [entry.is_confirmed for entry in office.entries(office.mia)] == [True]
