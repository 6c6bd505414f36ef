"""Handing in, approving and rejecting through the card, the list and the modal."""

from tests.slack.timer.office import Office
from timebot.playground.slack import Person
from timebot.playground.slack.seen import Message


def hand_in(office: Office, *adds: str, person: Person | None = None) -> None:
    person = person or office.mia
    for words in adds or ("1h Acme logo sketches #ABC-1", "30m Globex header"):
        person.command(f"/timer add {words}")
    person.command("/timer submit")
    office.world.settle()


def card_of(person: Person) -> Message:
    cards = [one for one in person.messages() if "Hours of" in one.all_text]
    return [one for one in cards if not one.is_ephemeral][-1]


def test_the_card_shows_hours_text_and_ticket_by_day_and_project_and_no_money(
    office: Office,
) -> None:
    hand_in(office)

    card = card_of(office.kim)

    assert "Hours of mia: 1 h 30 min" in card.all_text
    assert "*Mon 3 Mar 2031*" in card.all_text
    assert "1 h · sketches · #ABC-1" in card.all_text
    assert card.buttons == [
        "Approve all 2",
        "Approve with exceptions",
        "Reject",
        "Correct an entry",
        "Approve",
        "Approve",
    ]
    assert "95" not in card.all_text
    assert "€" not in card.all_text


def test_one_entry_after_the_other_is_approved_from_the_same_old_card(office: Office) -> None:
    hand_in(office)
    card = card_of(office.kim)
    values = [block["accessory"]["value"] for block in card.blocks if "accessory" in block]

    for value in values:
        office.kim.click(card, value=value)
    office.world.settle()

    assert {entry.state for entry in office.entries(office.mia)} == {"approved"}
    assert card_of(office.kim).buttons == ["Take back the approval", "Correct an entry"]


def test_of_two_approvers_the_second_sees_who_was_quicker(office: Office) -> None:
    hand_in(office)
    for_ana = card_of(office.ana)
    office.kim.click(card_of(office.kim), text="Approve all 2")

    office.ana.click(for_ana, text="Approve all 2")
    office.world.settle()

    told = [one.text for one in office.ana.messages() if one.is_ephemeral][-1]
    assert "kim approved this at 9:00." in told
    assert "Approved by kim" in card_of(office.ana).all_text


def test_a_change_since_the_card_was_shown_is_shown_and_asked_again(office: Office) -> None:
    hand_in(office)
    old = card_of(office.kim)
    office.mia.command("/timer withdraw 2")

    office.kim.click(old, text="Approve all 2")
    office.world.settle()

    asked = [one for one in office.kim.messages() if one.is_ephemeral][-1]
    assert "Something in these hours has changed" in asked.text
    assert [entry.state for entry in office.entries(office.mia)] == ["pending_review", "draft"]
    office.kim.click(asked, text="Approve")
    assert office.entries(office.mia)[0].state == "approved"


def test_who_has_lost_the_role_is_refused_on_an_old_card(office: Office) -> None:
    hand_in(office)
    card = card_of(office.kim)
    with office.session() as session:
        office.member(session, office.kim).role = "member"

    office.kim.click(card, text="Approve all 2")
    office.world.settle()

    assert "Only approvers, billing people and owners may" in office.kim.last_message().text
    assert {entry.state for entry in office.entries(office.mia)} == {"pending_review"}


def test_ones_own_hours_are_not_listed_and_no_card_of_them_comes(office: Office) -> None:
    hand_in(office, "1h Acme logo", person=office.kim)

    assert office.kim.command("/timer approve").text == "Nothing waits for your approval."
    assert [one for one in office.kim.messages() if "Hours of" in one.all_text] == []
    assert "Hours of kim: 1 h" in card_of(office.ana).all_text


def test_the_only_one_who_may_approve_is_told_what_to_do_about_their_own_hours(
    office: Office,
) -> None:
    with office.session() as session:
        office.member(session, office.kim).role = "member"
    office.ana.command("/timer add 1h Acme logo")

    handed_in = office.ana.command("/timer submit")
    listed = office.ana.command("/timer approve")
    office.ana.click(listed, text="Settings of approval")

    said = (
        "nobody else here may approve them. Give somebody the role: `/billing role @ana approver`"
    )
    assert said in handed_in.text
    assert said in listed.text
    assert handed_in.buttons == ["Settings of approval", "Withdraw"]
    assert office.ana.modal is not None
    assert "May people approve their own hours" in office.ana.modal.all_text


def test_a_rejection_wants_a_reason_and_tells_the_author(office: Office) -> None:
    hand_in(office)
    office.kim.click(card_of(office.kim), text="Reject")
    assert office.kim.modal is not None

    office.kim.fill("reason", "  ")
    empty = office.kim.submit()
    office.kim.fill("reason", "Which of the sketches?")
    office.kim.submit()
    office.world.settle()

    assert list(empty.errors) == ["reason"]
    told = office.mia.last_message(containing="kim rejected")
    assert "Reason: Which of the sketches?" in told.text
    assert told.buttons == ["Edit", "Edit", "Submit again"]
    assert "They are drafts again." in told.text
    assert {entry.state for entry in office.entries(office.mia)} == {"draft"}
    assert "Rejected by kim" in card_of(office.ana).all_text


def test_one_entry_is_rejected_and_handed_in_again(office: Office) -> None:
    hand_in(office)
    office.kim.click(card_of(office.kim), text="Reject")
    office.kim.fill("which", ["30 min Globex, Website"])
    office.kim.fill("reason", "Please say more")
    office.kim.submit()
    office.world.settle()
    states = [entry.state for entry in office.entries(office.mia)]

    told = office.mia.last_message(containing="kim rejected")
    office.mia.click(told, text="Submit again")
    office.world.settle()

    assert "It is a draft again." in told.text
    assert states == ["pending_review", "draft"]
    assert office.entries(office.mia)[1].state == "pending_review"
    assert "Hours of mia: 30 min" in card_of(office.kim).all_text


def test_the_list_of_what_waits_shows_and_approves(office: Office) -> None:
    hand_in(office)
    hand_in(office, "2h Initech audit", person=office.leo)

    listed = office.kim.command("/timer approve")
    office.kim.click(listed, text="Approve 2 h")
    office.world.settle()

    assert "2 submissions to approve: 3 h 30 min" in listed.text
    assert office.entries(office.leo)[0].state == "approved"
    assert "Approved: 2 h in 1 entry." in office.kim.last_message(containing="Approved: ").text


def test_a_member_is_told_who_may_approve(office: Office) -> None:
    answer = office.mia.command("/timer approve")

    assert "Only approvers, billing people and owners may approve hours." in answer.text


def test_nothing_to_approve_is_said(office: Office) -> None:
    assert office.kim.command("/timer approve").text == "Nothing waits for your approval."


def test_a_card_of_seventy_entries_is_cut_politely_and_approve_all_covers_them(
    office: Office,
) -> None:
    hand_in(office, *(f"1m Acme logo piece {number}" for number in range(70)))
    card = card_of(office.kim)
    assert len(card.blocks) <= 50
    assert "Approve all approves all 70 entries, 1 h 10 min." in card.all_text

    office.kim.click(card, text="Show the next ones")
    office.world.settle()
    shown = [one for one in office.kim.messages() if one.is_ephemeral][-1]
    office.kim.click(card, text="Approve all 70")

    assert "piece 69" in shown.all_text
    assert {entry.state for entry in office.entries(office.mia)} == {"approved"}


def test_withdrawn_hours_leave_the_card_and_are_drafts(office: Office) -> None:
    hand_in(office)

    answer = office.mia.command("/timer withdraw")
    office.world.settle()

    assert "Withdrawn: 2 entries, 1 h 30 min" in answer.text
    card = office.kim.last_message(containing="took these hours back")
    assert card.buttons == []


def test_entries_without_a_project_are_named_with_a_button_that_opens_the_first(
    office: Office,
) -> None:
    office.mia.command("/timer start")
    office.wait(minutes=5)
    office.mia.command("/timer stop")

    refused = office.mia.command("/timer submit")
    office.mia.click(refused, text="Fix #1")

    assert "Nothing was submitted, because #1 has no project." in refused.text
    assert office.mia.modal is not None
    assert office.mia.modal.title == "Entry #1"


def test_a_period_without_an_anchor_is_refused(office: Office) -> None:
    office.change_workspace(anchor_on=None)

    assert "No billing period is set" in office.mia.command("/timer submit period").text


def test_an_approval_that_was_edited_away_is_told_to_the_approver(office: Office) -> None:
    hand_in(office, "1h Acme logo sketches")
    office.kim.click(card_of(office.kim), text="Approve")
    office.world.settle()
    office.mia.command("/timer edit 1")
    office.mia.fill("text", "something else")
    office.mia.submit()
    office.world.settle()

    told = office.kim.last_message(containing="no longer counts")

    assert "mia changed time that you had approved" in told.text


def test_hours_that_were_opened_from_home_show_what_was_settled(office: Office) -> None:
    hand_in(office)
    office.kim.open_home()
    office.world.settle()
    assert office.kim.home is not None
    office.kim.click(office.kim.home, text="Show")
    office.world.settle()
    copy = office.kim.last_message()

    office.kim.click(copy, text="Approve all 2")
    office.world.settle()

    again = next(one for one in office.kim.messages() if one.ts == copy.ts)
    assert "Approved: 1 h 30 min in 2 entries." in again.text
    assert again.buttons == ["Take back"]


def test_the_list_keeps_what_else_waits_after_an_approval(office: Office) -> None:
    hand_in(office)
    hand_in(office, "2h Initech audit", person=office.leo)
    listed = office.kim.command("/timer approve")

    office.kim.click(listed, text="Approve 2 h")
    office.world.settle()

    left = [one for one in office.kim.messages() if one.is_ephemeral][-1]
    assert "1 submission to approve: 1 h 30 min" in left.text
    assert "Approve 1 h 30 min" in left.buttons
