"""Hours that wait too long, as people see it: reminders, owners, and approvers who leave."""

from tests.slack.timer.office import Office
from tests.slack.timer.test_approval import card_of, hand_in
from timebot.playground.slack import Person
from timebot.playground.slack.seen import Message


def cards_of(person: Person) -> list[Message]:
    return [one for one in person.messages() if "Hours of mia" in one.text]


def test_a_reminder_is_a_new_message_and_both_copies_are_repainted(office: Office) -> None:
    hand_in(office)
    office.wait(days=2)
    old, new = cards_of(office.kim)

    office.kim.click(old, text="Approve all 2")
    office.world.settle()

    assert "These hours still wait for your decision." in new.text
    assert old.buttons == new.buttons
    assert [one.buttons for one in cards_of(office.kim)] == [
        ["Take back the approval", "Correct an entry"]
    ] * 2
    assert {entry.state for entry in office.entries(office.mia)} == {"approved"}


def test_the_owners_are_asked_too_and_the_author_hears_of_it(office: Office) -> None:
    office.ana.command("/billing approvers Acme")
    office.ana.click(office.ana.last_message(), text="Set")
    office.ana.fill("people", ["kim"])
    office.ana.submit()
    hand_in(office, "1h Acme logo sketches")
    assert cards_of(office.ana) == []

    office.wait(days=4)

    told = office.mia.last_message(containing="still wait for approval")
    assert "Your hours of 3 Mar 2031, 1 h, still wait for approval. I asked ana, too." in told.text
    assert "Owners are asked, too." in card_of(office.kim).text
    office.ana.click(cards_of(office.ana)[0], text="Approve")
    assert office.entries(office.mia)[0].state == "approved"


def test_who_is_alone_in_a_firm_is_told_what_lets_their_hours_be_approved(office: Office) -> None:
    for person in (office.kim, office.mia, office.leo):
        office.world.local.slack.change_user(person.id, deleted=True)
    office.ana.command("/timer add 1h Acme logo sketches")
    office.ana.command("/timer submit")

    office.wait(days=4)

    told = office.ana.last_message(containing="still wait for approval")
    assert "Nobody else here may approve them. Give somebody the role" in told.text
    assert told.buttons == ["Settings of approval"]


def test_when_an_approver_leaves_the_owner_gets_the_hours_at_once(office: Office) -> None:
    office.ana.click(office.ana.command("/billing approvers Acme"), text="Set")
    office.ana.fill("people", ["kim"])
    office.ana.submit()
    hand_in(office, "1h Acme logo sketches")

    office.world.local.slack.change_user(office.kim.id, deleted=True)
    office.world.settle()

    assert len(cards_of(office.ana)) == 1


def test_who_loses_the_role_sees_the_hours_no_more(office: Office) -> None:
    office.ana.click(office.ana.command("/billing approvers Acme"), text="Set")
    office.ana.fill("people", ["kim"])
    office.ana.submit()
    hand_in(office, "1h Acme logo sketches")

    office.ana.command(f"/billing role <@{office.kim.id}> member")
    office.world.settle()

    gone = office.kim.last_message(containing="You do not approve hours any more")
    assert gone.buttons == []
    assert "sketches" not in gone.all_text
    assert len(cards_of(office.ana)) == 1
