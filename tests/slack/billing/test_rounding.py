"""Rounding: other rules beside what was billed, for those who may see money."""

from datetime import timedelta

from tests.slack.billing.firms import MONDAY_NINE, Firm
from timebot.clients.models import Client


def billed(firm: Firm, *hours: float) -> None:
    """Let Acme have an invoice over each of these, worked on one day after the other."""
    firm.world.move_to(MONDAY_NINE + timedelta(days=7))
    for day, length in enumerate(hours):
        firm.add_work("Logo", hours=length, day=day)
        firm.types("run")
        firm.world.settle()
        firm.ben.click(firm.types("release Acme"), text="Release")
        firm.world.settle()


def ceiling(firm: Firm, percent: int) -> None:
    with firm.session() as session:
        session.query(Client).filter_by(name="Acme").one().uplift_ceiling_percent = percent


def rows(drawn: str) -> list[list[str]]:
    return [line.split() for line in drawn.split("```")[1].splitlines()]


def test_an_invoice_is_shown_under_every_rule_with_the_one_of_today(firm: Firm) -> None:
    billed(firm, 1 / 6)
    ceiling(firm, 20)

    answer = firm.types("rounding acme")

    assert rows(answer.all_text) == [
        ["Rule", "Billed", "Uplift", "Net", "Draft"],
        ["as", "billed", "0:15", "+50.0%", "€23.75", "would", "wait"],
        ["none", "day", "0:10", "0.0%", "€15.83"],
        ["none", "entry", "0:10", "0.0%", "€15.83"],
        ["6", "up", "day", "0:12", "+20.0%", "€19.00"],
        ["6", "up", "entry", "0:12", "+20.0%", "€19.00"],
        ["15", "up", "day", "(now)", "0:15", "+50.0%", "€23.75", "would", "wait"],
        ["15", "up", "entry", "0:15", "+50.0%", "€23.75", "would", "wait"],
    ]
    assert "Up to 15 minutes, per day." in answer.all_text
    assert "20%; a draft over it waits for you." in answer.all_text


def test_the_words_alone_say_it_all(firm: Firm) -> None:
    billed(firm, 1 / 6)

    answer = firm.types("rounding Acme")

    assert "INV-2031-0001 of 10 Mar 2031, 10 min worked." in answer.text
    assert "6 up day: 0:12, +20.0%, €19.00\n" in answer.text
    assert "Most that rounding may add: no limit." in answer.text


def test_several_invoices_are_summed_above_each_of_them(firm: Firm) -> None:
    billed(firm, 1 / 6, 1)

    answer = firm.types("rounding Acme")

    assert "The last 2 invoices together, 1 h 10 min worked" in answer.all_text
    assert rows(answer.all_text)[1] == ["as", "billed", "1:15", "+7.2%", "€118.75"]
    assert answer.all_text.count("```") == 6


def test_a_client_without_invoices_is_told_so(firm: Firm) -> None:
    answer = firm.types("rounding Acme")

    assert "none to compare yet" in answer.text
    assert "```" not in answer.all_text


def test_only_billing_people_see_it(firm: Firm) -> None:
    billed(firm, 1)

    answer = firm.types("rounding Acme", firm.mia)

    assert "€" not in answer.all_text
    assert "only" in answer.text.casefold()


def test_the_client_s_card_leads_to_it_and_on_to_the_billing_terms(firm: Firm) -> None:
    billed(firm, 1 / 6)
    ceiling(firm, 20)
    shown = firm.types("client acme")
    assert "a draft waits where it adds more than 20%" in shown.all_text

    firm.ben.click(shown, text="Compare rounding")
    firm.world.settle()
    firm.ben.click(firm.ben.last_message(), text="Billing terms")
    firm.ben.fill("rounding", "6 up day")
    firm.ben.fill("uplift_ceiling_percent", "25")
    firm.ben.submit()

    client = firm.row(Client, name="Acme")
    assert (client.rounding_increment, client.uplift_ceiling_percent) == (6, 25)


def test_without_a_name_a_client_can_be_chosen(firm: Firm) -> None:
    asked = firm.types("rounding")

    assert "Example: /billing rounding Acme" in asked.text
    assert asked.all_text.startswith("Whose last invoices")
