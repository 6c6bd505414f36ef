"""Home: redrawn after every change, and each button on it works."""

from datetime import timedelta

from tests.builders import a_client, a_project, an_entry
from tests.slack.timer.office import Office


def test_home_shows_the_timer_and_its_stop_button_stops_it(office: Office) -> None:
    office.mia.open_home()
    office.mia.command("/timer start Acme logo sketches")
    office.world.settle()
    home = office.mia.home
    assert home is not None
    assert "#1 *Acme, Logo* · sketches\nRunning since 9:00." in home.all_text

    office.mia.click(home, text="Stop")
    office.world.settle()

    assert office.mia.home is not None
    assert "No timer is running" in office.mia.home.all_text
    assert "Stopped" not in office.mia.last_message().text


def test_home_shows_what_came_back_with_the_reason(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo sketches")
    office.mia.command("/timer submit")
    office.world.settle()
    office.kim.click(office.kim.last_message(containing="Hours of mia"), text="Reject")
    office.kim.fill("reason", "Which ones?")
    office.kim.submit()
    office.mia.open_home()
    office.world.settle()

    home = office.mia.home

    assert home is not None
    assert "Came back to you" in home.all_text
    assert "Rejected: Which ones?" in home.all_text


def test_who_became_a_guest_sees_no_timer_of_theirs_at_home(office: Office) -> None:
    office.mia.command("/timer start Acme logo sketches")
    office.mia.open_home()
    office.world.settle()

    office.world.local.slack.change_user(office.mia.id, is_restricted=True)
    office.world.settle()

    assert office.mia.home is not None
    assert "not for guests" in office.mia.home.all_text
    assert office.mia.home.buttons == []


def test_a_home_of_many_entries_shows_the_newest_and_leads_to_the_others(office: Office) -> None:
    with office.session() as session:
        mia = office.member(session, office.mia)
        for number in range(15):
            began = office.now() - timedelta(minutes=150 - 10 * number)
            an_entry(session, mia, None, text=f"task {number:02}", started_at=began)
    office.mia.open_home()
    office.world.settle()
    home = office.mia.home
    assert home is not None
    today = home.all_text.partition("Today, ")[2]
    shown = [f"task {number:02}" in today for number in (2, 3, 14)]
    assert shown == [False, True, True]

    office.mia.click(home, text="Show 3 earlier")
    office.world.settle()

    listed = office.mia.last_message().text
    assert [f"task {number:02}" in listed for number in (0, 1, 2)] == [True] * 3


def test_home_shows_approvers_what_waits_and_opens_it(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo sketches")
    office.mia.command("/timer submit")
    office.kim.open_home()
    office.world.settle()
    assert office.kim.home is not None

    office.kim.click(office.kim.home, text="Show")
    office.world.settle()

    assert "Waiting for your approval" in office.kim.home.all_text
    assert "Hours of mia: 1 h" in office.kim.last_message().all_text


def test_billing_people_and_approvers_have_doors_of_their_own(office: Office) -> None:
    for person in (office.ana, office.kim, office.mia):
        person.open_home()
    office.world.settle()

    doors = {"Billing", "Approvals"}
    homes = [one.home for one in (office.ana, office.kim, office.mia)]
    shown = [doors & set(home.buttons) for home in homes if home is not None]
    assert shown == [{"Billing", "Approvals"}, {"Approvals"}, set()]


def test_the_doors_lead_to_approvals_and_to_the_panel(office: Office) -> None:
    office.ana.open_home()
    office.world.settle()
    assert office.ana.home is not None

    office.ana.click(office.ana.home, text="Approvals")
    office.world.settle()
    approvals = office.ana.last_message()
    office.ana.click(office.ana.home, text="Billing")
    office.world.settle()
    panel = office.ana.last_message()
    office.ana.click(panel, text="Open a period")

    assert "Nothing waits for your approval" in approvals.text
    assert "Approvers" in panel.buttons
    assert office.ana.modal is not None
    assert "Open a period again" in office.ana.modal.all_text


def test_a_recent_piece_of_work_is_resumed_from_home(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo sketches")
    office.mia.open_home()
    office.world.settle()
    assert office.mia.home is not None

    office.mia.click(office.mia.home, text="Resume")
    office.world.settle()

    assert "Running since 9:00." in office.mia.home.all_text


def test_home_and_the_panel_keep_slacks_limits_however_much_there_is(office: Office) -> None:
    longest = "*bold* <!channel> \u202e" + "W" * 100
    with office.session() as session:
        workspace = office.workspace(session)
        mia = office.member(session, office.mia)
        projects = [
            a_project(session, a_client(session, workspace, name=f"{longest} {n}"), name=longest)
            for n in range(60)
        ]
        for number, project in enumerate(projects):
            where = project if number % 3 else None
            an_entry(session, mia, where, text=longest, is_confirmed=where is None)
    office.mia.open_home()
    office.world.settle()
    panel = office.mia.command("/timer")

    assert office.mia.home is not None
    assert "… and 55 more" in office.mia.home.all_text
    assert "Needs your word" in panel.all_text
    assert office.world.local.slack.faults() == []


def test_a_home_that_is_drawn_again_keeps_the_names_of_its_buttons(office: Office) -> None:
    office.mia.command("/timer start Acme logo sketches")
    names = [_names(office) for _ in range(2)]

    assert names[0] == names[1]
    assert len(set(names[0])) == len(names[0])
    assert any("timer.stop" in name for name in names[0])


def _names(office: Office) -> list[str]:
    office.mia.open_home()
    office.world.settle()
    assert office.mia.home is not None
    blocks = office.mia.home.blocks
    return [one["block_id"] for one in blocks if one["type"] == "actions" or "accessory" in one]
