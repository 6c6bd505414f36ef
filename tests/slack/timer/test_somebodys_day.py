"""An approver opens any day of somebody else, and corrects what stands in it."""

from tests.slack.timer.office import Office
from timebot.playground.slack.seen import View


def yesterday_s_work(office: Office) -> None:
    office.mia.command("/timer add 9:00-11:00 Acme logo sketches yesterday")
    office.world.settle()


def modal(office: Office) -> View:
    view = office.kim.modal
    assert view is not None
    return view


def opens(office: Office, what: str) -> None:
    (entry,) = office.entries(office.mia)
    office.kim.click(modal(office), selected=what, action_id=f"entries.menu:{entry.id}")


def test_a_draft_is_reached_from_home_and_edited(office: Office) -> None:
    yesterday_s_work(office)
    office.kim.open_home()
    office.world.settle()
    home = office.kim.home
    assert home is not None

    office.kim.click(home, text="Correct somebody's time")
    office.kim.fill("person", office.mia.id)
    office.kim.fill("day", "2031-03-02")
    office.kim.submit()
    listed = modal(office).all_text
    opens(office, "Edit")
    office.kim.fill("text", "first sketches")
    office.kim.submit()
    office.world.settle()

    assert "mia, Sun 2 Mar 2031: 2 h" in listed.replace("*", "")
    assert office.entries(office.mia)[0].text == "first sketches"
    assert "kim changed an entry of yours:" in office.mia.last_message().text
    office.kim.click(office.kim.last_message(containing="Changed"), text="Undo")
    office.world.settle()
    assert office.entries(office.mia)[0].text == "sketches"


def test_a_draft_is_reached_by_one_command_and_deleted(office: Office) -> None:
    yesterday_s_work(office)

    office.kim.command(f"/timer edit <@{office.mia.id}|mia> yesterday")
    opens(office, "Delete")
    office.kim.submit()
    office.world.settle()

    assert office.entries(office.mia) == []
    assert "kim deleted an entry of yours:" in office.mia.last_message().text


def test_what_runs_today_is_listed_and_split(office: Office) -> None:
    office.mia.command("/timer start Acme logo sketches")
    office.wait(hours=2)

    office.kim.command(f"/timer edit <@{office.mia.id}|mia>")
    opens(office, "Split")
    office.kim.submit()
    office.world.settle()

    assert [one.ended_at is None for one in office.entries(office.mia)] == [False, True]
    assert "kim split an entry of yours:" in office.mia.last_message().text


def test_an_end_that_was_guessed_is_for_its_owner_to_confirm(office: Office) -> None:
    yesterday_s_work(office)
    (guessed,) = office.entries(office.mia)
    with office.session() as session:
        session.merge(guessed).is_confirmed = False

    office.kim.command(f"/timer edit <@{office.mia.id}|mia> yesterday")
    opens(office, "Edit")
    office.kim.fill("text", "call")
    form = modal(office)
    office.kim.submit()

    (entry,) = office.entries(office.mia)
    assert "Whoever recorded it has been asked." in form.all_text
    assert (entry.text, entry.is_confirmed) == ("call", False)


def test_a_day_without_entries_says_so(office: Office) -> None:
    office.kim.command(f"/timer edit for <@{office.leo.id}|leo> fri")

    assert "There is no entry here." in modal(office).all_text


def test_one_s_own_day_is_not_somebody_else_s(office: Office) -> None:
    office.kim.open_home()
    office.world.settle()
    home = office.kim.home
    assert home is not None
    office.kim.click(home, text="Correct somebody's time")
    office.kim.fill("person", office.kim.id)

    refused = office.kim.submit()

    assert "/timer today 2031-03-03 lists your own entries of that day" in str(refused.errors)


def test_one_s_own_name_and_a_day_list_one_s_own_entries(office: Office) -> None:
    office.kim.command("/timer add 1h Acme logo call fri")

    answer = office.kim.command(f"/timer edit <@{office.kim.id}|kim> fri")

    assert "Fri 28 Feb 2031: 1 h" in answer.all_text


def test_a_day_that_cannot_be_read_shows_how_to_write_one(office: Office) -> None:
    refused = office.kim.command(f"/timer edit <@{office.mia.id}|mia> some day")

    assert "I cannot read some day as a day." in refused.all_text
    assert "/timer edit @mia yesterday" in refused.all_text


def test_a_name_that_slack_made_no_person_of_is_asked_about(office: Office) -> None:
    refused = office.kim.command("/timer edit @mia yesterday")

    assert "I cannot tell who @mia is. Type @ and pick the person" in refused.all_text
    assert "/timer edit @ana yesterday" in refused.all_text


def test_a_member_opens_nobody_else_s_day(office: Office) -> None:
    refused = office.leo.command(f"/timer edit <@{office.mia.id}|mia>")

    assert "Only approvers, billing people and owners may correct time for others" in refused.text
    assert office.leo.modal is None
