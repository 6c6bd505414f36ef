"""Cards to ask for, in Slack: told a week before the run, with the link one click away."""

from datetime import timedelta

from sqlalchemy import update

from tests.builders import a_client, a_project, an_entry
from tests.slack.billing.firms import MONDAY_NINE, Firm, posted
from tests.slack.rendering.hostile_firm import mischief
from timebot.clients.models import Client

A_WEEK_BEFORE = MONDAY_NINE + timedelta(days=8, minutes=1)
"""The run is due on Tuesday of the week after next, at nine."""


def test_a_week_before_the_run_the_missing_cards_are_told_with_the_link(firm: Firm) -> None:
    firm.add_work("Logo")

    firm.world.move_to(A_WEEK_BEFORE)
    told = posted(firm.ben, "or another one")
    firm.ben.click(told, text="Card link")
    firm.world.settle()
    link = firm.ben.last_message()

    assert told.text.startswith(
        "The next run opens Tue 18 Mar 2031, 9:00 (Europe/Berlin). 1 client with time to bill"
        " needs a card, or another one."
    )
    assert "Acme: no card on file." in told.text
    assert "With this link Acme puts a card on file at Stripe." in link.text
    assert "/card/" in link.text


def test_the_card_of_each_kind_is_told_in_its_words(firm: Firm) -> None:
    firm.add_clients("Beta", "Gamma")
    for project in ("Logo", "Work for Beta", "Work for Gamma"):
        firm.add_work(project)
    known = {"card_id": "pm_1", "card_brand": "visa", "card_last4": "4242"}
    _change(firm, "Beta", **known, card_exp_month=2, card_exp_year=2031)
    _change(firm, "Gamma", **known, card_trouble="short")

    answer = firm.types("card")

    assert "Acme: no card on file." in answer.text
    assert "Beta: Visa ending in 4242 is valid to 02/2031 only." in answer.text
    assert "Gamma: Visa ending in 4242 had too little money on it the last time." in answer.text


def test_sixty_clients_are_cut_with_their_number(firm: Firm) -> None:
    with firm.session() as session:
        workspace, mia = firm.workspace(session), firm.member(session, firm.mia)
        for number in range(60):
            client = a_client(session, workspace, name=mischief(number))
            an_entry(session, mia, a_project(session, client), started_at=MONDAY_NINE)

    firm.world.move_to(A_WEEK_BEFORE)

    told = posted(firm.ben, "60 clients with time to bill need a card")
    assert told.buttons.count("Card link") == 40
    assert "… and 20 more clients." in told.all_text


def test_the_panel_leads_to_the_list_until_a_card_is_there(firm: Firm) -> None:
    firm.add_work("Logo")
    panel = firm.types("")

    firm.ben.click(panel, text="Cards to ask for")
    firm.world.settle()
    listed = firm.ben.last_message().text
    firm.put_card_on_file("Acme")

    assert "Acme: no card on file." in listed
    assert "Cards to ask for" not in firm.types("").buttons
    assert firm.types("card").text.startswith("Nobody needs to be asked for a card")


def test_the_list_follows_the_cards_that_arrive_meanwhile(firm: Firm) -> None:
    firm.add_clients("Beta")
    for project in ("Logo", "Work for Beta"):
        firm.add_work(project)
    firm.world.move_to(A_WEEK_BEFORE)
    told = posted(firm.ben, "2 clients with time to bill need a card")

    firm.put_card_on_file("Acme")
    after_one = posted(firm.ben, "The next run opens")
    firm.put_card_on_file("Beta")
    after_both = posted(firm.ben, "The next run opens")

    assert told.ts == after_one.ts == after_both.ts
    assert "Beta: no card on file." in after_one.text
    assert "Acme" not in after_one.text
    assert "has one that works." in after_both.text
    assert after_both.buttons == []


def _change(firm: Firm, name: str, **columns: object) -> None:
    with firm.session() as session:
        session.execute(update(Client).where(Client.name == name).values(**columns))
