"""Which project is meant: buttons for every candidate, never a guess."""

import time
from datetime import date

from tests.builders import a_client, a_project
from tests.slack.timer.office import Office


def test_several_candidates_become_private_buttons(office: Office) -> None:
    unclear = office.mia.command("/timer start website new page @-20m nc")

    assert unclear.buttons == ["Acme Website", "Globex Website", "Choose from all projects"]
    assert office.entries(office.mia) == []
    office.mia.click(unclear, text="Globex Website")
    office.world.settle()

    (entry,) = office.entries(office.mia)
    assert (entry.text, entry.billable) == ("new page", "no_charge")
    assert "Started at 8:40 on Mon 3 Mar 2031 (Europe/Berlin)." in office.mia.last_message().text


def test_more_than_five_candidates_open_the_form_filled_in(office: Office) -> None:
    add_many_projects(office)

    office.mia.command("/timer start umbrella tests @-20m nc")
    assert office.mia.modal is not None
    assert "umbrella tests could be Umbrella Lab 0" in office.mia.modal.all_text
    office.mia.fill("project", "Umbrella, Lab 7")
    office.mia.submit()
    office.world.settle()

    (entry,) = office.entries(office.mia)
    assert (entry.text, entry.billable) == ("tests", "no_charge")
    assert "Started at 8:40 on Mon 3 Mar 2031 (Europe/Berlin)." in office.mia.last_message().text


def test_words_that_are_like_no_name_open_the_form_filled_in(office: Office) -> None:
    office.mia.command("/timer add 45m zzzz qqqq yesterday #ABC-7")
    assert office.mia.modal is not None
    assert "I know no client or project called zzzz qqqq." in office.mia.modal.all_text
    office.mia.fill("project", "Acme, Logo")
    office.mia.submit()

    (entry,) = office.entries(office.mia)
    assert (entry.text, entry.ticket_ref) == ("zzzz qqqq", "ABC-7")
    assert entry.worked_on == date(2031, 3, 2)


def test_buttons_stand_in_for_a_form_that_comes_too_late(office: Office) -> None:
    add_many_projects(office)
    late = {"ok": False, "error": "expired_trigger_id"}
    office.world.local.slack.fail_next("views.open", status=200, body=late)

    office.mia.command("/timer start umbrella tests")
    office.world.settle()
    answer = office.mia.last_message()
    office.mia.click(answer, text="Umbrella Lab 3")

    assert office.mia.modal is None
    assert len(answer.buttons) == 6
    (entry,) = office.entries(office.mia)
    assert entry.text == "tests"


def add_many_projects(office: Office) -> None:
    with office.session() as session:
        client = a_client(session, office.workspace(session), name="Umbrella")
        for number in range(8):
            a_project(session, client, name=f"Lab {number}")


def test_unknown_words_offer_the_nearest_names_and_to_start_without_a_project(
    office: Office,
) -> None:
    unknown = office.mia.command("/timer start Globoxx corporation header")

    assert "I know no client or project" in unknown.text
    assert unknown.buttons[0] == "Globex Website"
    office.mia.click(unknown, text="Start without a project")
    office.world.settle()
    (entry,) = office.entries(office.mia)
    assert (entry.project_id, entry.text) == (None, "Globoxx corporation header")


def test_time_is_added_to_the_candidate_that_was_chosen(office: Office) -> None:
    unclear = office.mia.command("/timer add 45m website copy #ABC-7 yesterday")

    office.mia.click(unclear, text="Acme Website")
    office.world.settle()

    (entry,) = office.entries(office.mia)
    assert (entry.text, entry.ticket_ref) == ("copy", "ABC-7")
    assert "45 min" in office.mia.last_message().text
    assert "Sun 2 Mar 2031, Europe/Berlin" in office.mia.last_message().text


def test_a_bare_number_is_asked_back_with_both_readings(office: Office) -> None:
    unclear = office.mia.command("/timer add 90 Acme logo talk")

    assert unclear.buttons == ["90 minutes", "90 hours"]
    office.mia.click(unclear, text="90 minutes")
    office.world.settle()

    assert "Added: 1 h 30 min" in office.mia.last_message().text


def test_a_paused_project_is_refused_with_a_way_to_another_one(office: Office) -> None:
    with office.session() as session:
        client = a_client(session, office.workspace(session), name="Hooli")
        a_project(session, client, name="Nucleus", state="paused")

    refused = office.mia.command("/timer start Hooli nucleus")

    assert "paused" in refused.text
    assert refused.buttons == ["Choose from all projects"]


def test_the_type_ahead_offers_recent_projects_first_and_finds_parts_of_names(
    office: Office,
) -> None:
    office.mia.command("/timer add 1h Initech retainer")
    office.mia.command("/timer add")

    everything = office.mia.options("project")
    found = office.mia.options("project", "WEB glo")

    assert everything[0] == "Initech, Retainer"
    assert len(everything) == 5
    assert found == ["Globex, Website"]


def test_the_type_ahead_finds_one_of_three_hundred_clients_and_no_closed_project(
    office: Office,
) -> None:
    with office.session() as session:
        workspace = office.workspace(session)
        for number in range(300):
            client = a_client(session, workspace, name=f"Client {number:03}")
            a_project(session, client, name="Work")
        a_project(session, client, name="Old work", state="paused")
    office.mia.command("/timer add 5m Client 150 work")
    office.mia.command("/timer add")

    everything = office.mia.options("project")
    began = time.perf_counter()
    found = office.mia.options("project", "299 wo")
    took = time.perf_counter() - began

    assert len(everything) == 100
    assert everything[0] == "Client 150, Work"
    assert found == ["Client 299, Work"]
    # Slack waits three seconds; nobody should notice one of them.
    assert took < 1
