"""Reports: hours for everybody, money for billing people only."""

from tests.slack.billing.firms import Firm


def test_billing_people_see_hours_and_money(firm: Firm) -> None:
    firm.add_work("Logo", hours=2)
    firm.open_run()
    firm.release("Acme")
    firm.add_work("Website", hours=1.1, day=1)

    answer = firm.types("report project this month")

    assert "Total: 3 h 6 min worked, 3 h 6 min approved, 2 h billed for €190.00" in answer.text
    assert "1 h 15 min not billed yet for €118.75" in answer.text
    row = answer.all_text.split("```")[1].split("\n")[2]
    assert row.split() == ["Acme", "Website", "1:06", "1:06", "0:00", "-", "€118.75"]


def test_members_see_their_own_hours_without_money(firm: Firm) -> None:
    firm.add_work("Logo")

    answer = firm.types("report", firm.mia)
    others = firm.types("report", firm.olga)

    assert "2 h worked" in answer.text
    assert "€" not in answer.all_text
    assert "€" in others.all_text


def test_a_report_of_one_client_and_a_range(firm: Firm) -> None:
    firm.add_clients("Beta")
    firm.add_work("Logo")
    firm.add_work("Work for Beta", hours=5)

    answer = firm.types("report Acme 2031-03-01..2031-03-31")

    assert "of Acme by project" in answer.text
    assert "Total: 2 h worked" in answer.text


def test_a_report_over_days_without_work_says_so(firm: Firm) -> None:
    answer = firm.types("report last month")

    assert "Nobody recorded time on these days." in answer.text


def test_days_that_do_not_exist_are_refused(firm: Firm) -> None:
    answer = firm.types("report 2031-02-30..2031-03-01")

    assert "I cannot read 2031-02-30 as days." in answer.text


def test_buttons_lead_to_the_other_reports(firm: Firm) -> None:
    firm.add_work("Logo")
    shown = firm.types("report")

    firm.ben.click(shown, text="By member")
    firm.world.settle()

    assert firm.ben.last_message().text.startswith("Hours and money by member, 1 to 31 Mar 2031.")
