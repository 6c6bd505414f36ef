"""Everything that waits approved at once, and approvals and hours taken back."""

from tests.slack.timer.office import Office
from tests.slack.timer.test_approval import card_of, hand_in
from tests.slack.timer.test_bulk_approval import states


def test_everything_that_waits_is_approved_with_one_click(office: Office) -> None:
    hand_in(office)
    hand_in(office, "2h Initech audit", person=office.leo)
    listed = office.kim.command("/timer approve")

    office.kim.click(listed, text="Approve all 2 submissions, 3 h 30 min")
    office.world.settle()

    told = office.kim.last_message(containing="Approved: ")
    assert "Approved: 3 h 30 min in 2 submissions, of leo and mia." in told.text
    assert {entry.state for entry in office.entries(office.leo)} == {"approved"}
    assert set(states(office)) == {"approved"}


def test_a_list_that_is_out_of_date_says_what_is_different(office: Office) -> None:
    hand_in(office)
    hand_in(office, "2h Initech audit", person=office.leo)
    listed = office.kim.command("/timer approve")
    office.mia.command("/timer withdraw 2")

    office.kim.click(listed, text="Approve all 2 submissions, 3 h 30 min")
    office.world.settle()

    again = office.kim.last_message(containing="has changed since this list was drawn")
    assert "mia: Taken back: 30 min Globex, Website" in again.text
    assert "Approve all 2 submissions, 3 h" in again.buttons
    assert states(office) == ["pending_review", "draft"]


def test_a_long_list_is_paged(office: Office) -> None:
    for number in range(14):
        hand_in(office, f"{number + 1}m Acme logo")
    listed = office.kim.command("/timer approve")

    office.kim.click(listed, text="Show the next ones")
    office.world.settle()

    page = office.kim.messages()[-1]
    assert "… and 2 more, oldest first." in listed.all_text
    assert [each for each in page.buttons if each.startswith("Approve 1")] == [
        "Approve 13 min",
        "Approve 14 min",
    ]
    assert "Approve all 14 submissions, 1 h 45 min" in page.buttons


def test_an_approval_is_taken_back_from_the_card_and_the_author_is_told(office: Office) -> None:
    hand_in(office)
    office.kim.click(card_of(office.kim), text="Approve all 2")
    office.world.settle()

    office.kim.click(card_of(office.kim), text="Take back the approval")
    office.world.settle()

    assert set(states(office)) == {"pending_review"}
    told = [one for one in office.mia.messages() if "took an approval back" in one.text]
    assert len(told) == 1
    assert "Approve all 2" in card_of(office.kim).buttons


def test_an_approval_is_taken_back_from_the_list(office: Office) -> None:
    hand_in(office)
    office.kim.click(card_of(office.kim), text="Approve all 2")
    office.world.settle()
    listed = office.kim.command("/timer approve")

    office.kim.click(listed, text="Take back")
    office.world.settle()

    assert "Approved lately, not billed yet" in listed.all_text
    assert set(states(office)) == {"pending_review"}
    assert "1 h 30 min in 2 entries wait for approval again" in office.kim.messages()[-1].text


def test_taking_hours_back_is_told_to_everybody_who_was_asked_once(office: Office) -> None:
    hand_in(office)

    office.mia.command("/timer withdraw 2")
    office.world.settle()

    for person in (office.kim, office.ana):
        told = [one for one in person.messages() if "mia took hours back" in one.text]
        assert len(told) == 1
        assert "30 min in 1 entry" in told[0].text
        assert "1 h still wait." in told[0].text
