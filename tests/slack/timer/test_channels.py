"""A linked channel: the name may be left out there, and every answer says where it came from."""

import re

from sqlalchemy import select

from tests.slack.timer.office import Office
from timebot.clients.models import Project
from timebot.playground.slack import Person


def add_channel(office: Office) -> str:
    everybody = [office.ana.id, office.kim.id, office.mia.id, office.leo.id]
    return office.world.local.slack.add_channel("acme", members=everybody)


def link(office: Office, what: str) -> str:
    channel = add_channel(office)
    office.kim.command(f"/timer link {what}", channel)
    return channel


def running(office: Office) -> tuple[str, str]:
    (shown,) = [one for one in office.entries(office.mia) if one.ended_at is None]
    status = office.mia.command("/timer status").text
    place = status.partition("#")[2].partition(" ")[2].partition(" · ")[0]
    # What has passed follows the place: 0 s, or more on a slow machine.
    return re.sub(r", \d.*", "", place, flags=re.DOTALL), shown.text


def test_the_name_is_left_out_in_a_linked_channel(office: Office) -> None:
    channel = link(office, "Acme logo")

    answer = office.mia.command("/timer start sketches", channel)

    assert running(office) == ("Acme, Logo", "sketches")
    assert f"The project comes from <#{channel}>." in answer.text


def test_a_client_that_is_named_wins_over_the_link(office: Office) -> None:
    channel = link(office, "Acme logo")

    answer = office.mia.command("/timer start Globex copy", channel)

    assert running(office) == ("Globex, Website", "copy")
    assert "comes from" not in answer.text


def test_another_project_of_the_linked_client_wins_if_both_are_named(office: Office) -> None:
    channel = link(office, "Acme logo")

    office.mia.command("/timer start Acme Website fix footer", channel)

    assert running(office) == ("Acme, Website", "fix footer")


def test_the_linked_client_alone_keeps_the_linked_project(office: Office) -> None:
    channel = link(office, "Acme logo")

    office.mia.command("/timer start Acme fix footer", channel)

    assert running(office) == ("Acme, Logo", "fix footer")


def test_of_several_projects_of_the_linked_client_each_is_a_button(office: Office) -> None:
    channel = link(office, "Acme")

    question = office.mia.command("/timer start sketches", channel)
    assert question.message is not None
    assert question.message.buttons[:3] == [
        "Acme Logo",
        "Acme Website",
        "Choose from all projects",
    ]
    office.mia.click(question, text="Acme Website")

    assert running(office) == ("Acme, Website", "sketches")


def test_time_is_added_and_switched_without_a_name_too(office: Office) -> None:
    channel = link(office, "Initech audit")
    office.mia.command("/timer start Acme logo")

    added = office.mia.command("/timer add 30m calls", channel)
    office.mia.command("/timer switch numbers", channel)

    assert "*Initech, Audit* · calls" in added.all_text
    assert running(office) == ("Initech, Audit", "numbers")


def test_everybody_sees_the_link_and_approvers_set_it(office: Office) -> None:
    channel = add_channel(office)

    refused = office.mia.command("/timer link Acme", channel)
    none = office.mia.command("/timer link", channel)
    office.kim.command("/timer link Acme", channel)
    seen = office.mia.command("/timer link", channel)

    assert "Only approvers" in refused.text
    assert f"<#{channel}> is linked to no client or project." in none.text
    assert f"<#{channel}> is linked to Acme." in seen.text
    assert "Unlink" not in (seen.message.buttons if seen.message else [])


def test_a_link_is_taken_away_with_its_button(office: Office) -> None:
    channel = add_channel(office)
    shown = office.kim.command("/timer link Acme", channel)

    office.kim.click(shown, text="Unlink")
    office.world.settle()

    assert "is linked to no client" in office.kim.command("/timer link", channel).text


def test_an_unclear_name_is_asked_back_with_buttons_that_link(office: Office) -> None:
    channel = add_channel(office)

    question = office.kim.command("/timer link website", channel)
    office.kim.click(question, text="Globex Website")
    office.world.settle()

    assert "Globex, Website" in office.kim.command("/timer link", channel).text


def test_a_link_to_a_paused_project_is_not_used_and_that_is_said(office: Office) -> None:
    channel = link(office, "Acme logo")
    with office.session() as session:
        for project in session.scalars(select(Project).where(Project.name == "Logo")):
            project.state = "paused"

    answer = office.mia.command("/timer start", channel)

    assert running(office) == ("No project", "")
    assert "link does not count, because Acme Logo is paused." in answer.text


def test_there_is_no_link_outside_of_channels(office: Office) -> None:
    answer = office.kim.command("/timer link Acme")

    assert "A link belongs to a channel" in answer.text


def test_an_approver_links_a_channel_from_home(office: Office) -> None:
    channel = add_channel(office)
    open_form(office, office.kim)
    office.kim.fill("channel", channel)
    office.kim.fill("place", "Acme logo")

    office.kim.submit()
    office.world.settle()

    assert f"<#{channel}> is linked to Acme, Logo." in office.kim.last_message().text
    office.mia.command("/timer start sketches", channel)
    assert running(office) == ("Acme, Logo", "sketches")


def test_a_name_that_the_form_does_not_know_is_told_under_its_field(office: Office) -> None:
    channel = add_channel(office)
    open_form(office, office.kim)
    office.kim.fill("channel", channel)
    office.kim.fill("place", "Nobody")

    assert list(office.kim.submit().errors) == ["place"]


def test_members_are_told_who_links_channels(office: Office) -> None:
    answer = open_form(office, office.mia)

    assert office.mia.modal is None
    assert "kim" in answer


def open_form(office: Office, person: Person) -> str:
    person.open_home()
    office.world.settle()
    assert person.home is not None
    person.click(person.home, action_id="more.menu", selected="Link a channel")
    office.world.settle()
    return "" if person.modal else person.last_message().text
