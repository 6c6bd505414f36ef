"""A locked period: the refusal, asking for it to be opened, and opening it again."""

from datetime import date

from tests.slack.timer.office import Office


def an_old_entry(office: Office) -> None:
    office.change_workspace(anchor_on=date(2031, 3, 3), lock_after_days=14)
    office.mia.command("/timer start Acme logo sketches")
    office.wait(hours=1)
    office.mia.command("/timer stop")
    office.wait(days=28)


def test_a_locked_entry_is_refused_and_billing_is_asked_with_one_click(office: Office) -> None:
    an_old_entry(office)

    refused = office.mia.command("/timer split 1 9:30")
    office.mia.click(refused, text="Ask billing to open it")
    office.world.settle()

    assert "was locked on 31 Mar 2031" in refused.text
    assert "I asked ana to open 3 to 16 Mar 2031 again." in office.mia.last_message().text
    card = office.ana.last_message()
    assert "mia asks to open 3 to 16 Mar 2031 again, to correct time in it." in card.text


def test_opening_it_needs_a_reason_tells_who_asked_and_repaints_the_request(
    office: Office,
) -> None:
    an_old_entry(office)
    office.mia.click(office.mia.command("/timer split 1 9:30"), text="Ask billing to open it")
    office.world.settle()
    office.ana.click(office.ana.last_message(), text="Open it again")

    office.ana.fill("reason", "*Acme* was late")
    office.ana.submit()
    office.world.settle()

    assert "3 to 16 Mar 2031 can be corrected again." in office.mia.last_message().text
    assert "Reason: \u2060*Acme\u2060* was late" in office.mia.last_message().text
    card = office.ana.last_message(containing="asks to open")
    assert "ana opened it until the end of Thu 3 Apr 2031." in card.text
    assert "Open it again" not in card.all_text
    assert "Split at 9:30:" in office.mia.command("/timer split 1 9:30").text


def test_an_empty_reason_is_a_fault_under_its_field(office: Office) -> None:
    an_old_entry(office)
    office.ana.command("/billing open")

    office.ana.fill("reason", " ")
    answer = office.ana.submit()

    assert "Please say why" in answer.errors["reason"]


def test_a_period_is_opened_from_the_command(office: Office) -> None:
    an_old_entry(office)

    said = office.ana.command("/billing open 2031-03-05 Acme was late")
    refused = office.kim.command("/billing open 2031-03-05 why not")

    assert "3 to 16 Mar 2031 can be corrected until the end of Thu 3 Apr 2031." in said.text
    assert "Only billing people and owners may open a period again." in refused.text


def test_a_locked_entry_cannot_be_saved_and_the_modal_says_why(office: Office) -> None:
    an_old_entry(office)
    office.mia.command("/timer edit 1")

    office.mia.fill("text", "call")
    answer = office.mia.submit()

    assert "was locked on 31 Mar 2031" in next(iter(answer.errors.values()))
