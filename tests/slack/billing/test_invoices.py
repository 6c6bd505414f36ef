"""One invoice: its words and buttons in every state, and what they do."""

import pytest

from tests.slack.billing.firms import DECLINES, WORKS, Firm, posted
from timebot.billing.models import Invoice


@pytest.fixture
def declined(firm: Firm) -> Firm:
    """The firm, with an invoice whose card was declined."""
    firm.put_card_on_file("Acme", DECLINES)
    firm.add_work("Logo")
    firm.open_run()
    firm.release("Acme")
    return firm


@pytest.fixture
def open_by_link(firm: Firm) -> Firm:
    """The firm, with an invoice that went out with a pay link."""
    firm.add_work("Logo")
    firm.open_run()
    firm.release("Acme")
    return firm


def test_a_declined_card_is_told_with_what_can_be_done(declined: Firm) -> None:
    card = posted(declined.ben, "INV-2031-0001 for Acme")

    assert "Card declined" in card.text
    assert card.buttons == [
        *("Try the card again", "Send pay link", "Ask for another card", "Mark paid", "PDF"),
        *("Why", "Credit note", "Park", "Cancel invoice"),
    ]
    assert "card declined" in declined.run_message().text


def test_a_declined_card_is_charged_again(declined: Firm) -> None:
    declined.put_card_on_file("Acme", WORKS)
    card = posted(declined.ben, "INV-2031-0001 for Acme")

    declined.ben.click(card, text="Try the card again")
    declined.world.settle()

    assert declined.row(Invoice).collection == "paid"
    repainted = posted(declined.ben, "INV-2031-0001 for Acme")
    assert "Paid on 10 Mar 2031" in repainted.text
    assert repainted.buttons == ["PDF", "Why", "Mail the receipt again", "Credit note"]


def test_a_declined_attempt_is_told_beside_the_payment_that_followed(declined: Firm) -> None:
    declined.put_card_on_file("Acme", WORKS)
    declined.ben.click(posted(declined.ben, "INV-2031-0001 for Acme"), text="Try the card again")
    declined.world.settle()

    card = declined.types("invoice 1")
    declined.ben.click(card, text="Why")
    declined.world.settle()

    tried = "€190.00 was tried on 10 Mar 2031 with Visa ending in 0341: card declined"
    why = declined.ben.last_message(containing="came to be")
    assert tried in card.text
    assert "€190.00 came on 10 Mar 2031" in card.text
    assert tried in why.text
    assert why.text.index(tried) < why.text.index("came on 10 Mar 2031")


def test_the_pay_link_is_sent_instead(declined: Firm) -> None:
    card = posted(declined.ben, "INV-2031-0001 for Acme")

    declined.ben.click(card, text="Send pay link")
    declined.world.settle()

    assert declined.row(Invoice).charge_mode == "link"
    assert "with a pay link" in posted(declined.ben, "INV-2031-0001 for Acme").text


def test_an_invoice_is_parked(declined: Firm) -> None:
    card = posted(declined.ben, "INV-2031-0001 for Acme")

    declined.ben.click(card, text="Park")
    declined.world.settle()

    repainted = posted(declined.ben, "INV-2031-0001 for Acme")
    assert "Parked, nothing is charged (card declined" in repainted.text
    assert "Park" not in repainted.buttons


def test_a_second_click_is_answered_and_refreshes_the_card(declined: Firm) -> None:
    stale = posted(declined.ben, "INV-2031-0001 for Acme")
    declined.ben.click(stale, text="Mark paid")
    declined.ben.submit()
    declined.world.settle()

    declined.ben.click(stale, text="Park")
    declined.world.settle()

    assert "is paid already (bank transfer)" in declined.ben.last_message(containing="is paid").text


def test_an_invoice_is_marked_paid_with_how_and_when(open_by_link: Firm) -> None:
    shown = open_by_link.types("invoice 2031-1")
    open_by_link.ben.click(shown, text="Mark paid")
    open_by_link.ben.fill("paid_on", "2031-03-09")
    open_by_link.ben.fill("how", "cash")

    open_by_link.ben.submit()
    open_by_link.world.settle()

    assert "Paid on 9 Mar 2031 (cash)" in open_by_link.types("invoice INV-2031-0001").text


def test_a_payment_in_the_future_is_refused_under_its_field(open_by_link: Firm) -> None:
    shown = open_by_link.types("invoice 1")
    open_by_link.ben.click(shown, text="Mark paid")
    open_by_link.ben.fill("paid_on", "2031-04-09")

    answer = open_by_link.ben.submit()

    assert set(answer.errors) == {"paid_on"}


def test_an_invoice_is_cancelled_with_a_reason(open_by_link: Firm) -> None:
    shown = open_by_link.types("invoice 1")
    open_by_link.ben.click(shown, text="Cancel invoice")
    open_by_link.ben.fill("reason", "wrong address")

    open_by_link.ben.submit()
    open_by_link.world.settle()

    assert open_by_link.row(Invoice).document == "void"
    assert "Cancelled: wrong address" in open_by_link.types("invoice 1").text
    assert "INV-2031-0001: cancelled" in open_by_link.run_message().text


def test_the_stored_pdf_comes_by_direct_message(open_by_link: Firm) -> None:
    shown = open_by_link.types("invoice 1")

    open_by_link.ben.click(shown, text="PDF")
    open_by_link.world.settle()

    sent = open_by_link.ben.last_message(containing="Invoice INV-2031-0001 for Acme")
    assert sent.files[0]["name"] == "INV-2031-0001.pdf"


def test_invoices_are_listed_with_details(open_by_link: Firm) -> None:
    listed = open_by_link.types("invoices")
    open_by_link.ben.click(listed, text="Details")
    open_by_link.world.settle()

    assert "1 not paid yet, €190.00." in listed.text
    assert "Send the pay link again" in open_by_link.ben.last_message().buttons


def test_an_unknown_number_is_told(open_by_link: Firm) -> None:
    answer = open_by_link.types("invoice INV-1999-0007")

    assert "INV-1999-0007" in answer.text


def test_members_see_no_invoices(open_by_link: Firm) -> None:
    for text in ("invoices", "invoice 1", "preview", "client Acme", "rate"):
        answer = open_by_link.types(text, open_by_link.mia)

        assert answer.text.startswith("Only billing people and owners may")
        assert "€" not in answer.all_text


def test_the_way_from_the_hours_to_the_amount_stands_beside_the_invoice(firm: Firm) -> None:
    firm.add_work("Logo")
    firm.open_run()
    invoice = firm.release("Acme")
    card = firm.types(f"invoice {invoice.number}")

    firm.ben.click(card, text="Why")
    firm.world.settle()

    why = firm.ben.last_message(containing="came to be")
    assert "120 min \N{MULTIPLICATION SIGN} €95.00 ÷ 60 = €190.00" in why.text
    assert "Released by ben" in why.text
    assert "Total: €190.00" in why.text


def test_how_an_invoice_came_to_be_is_sent_as_a_pdf(firm: Firm) -> None:
    firm.add_work("Logo")
    firm.open_run()
    invoice = firm.release("Acme")
    firm.ben.click(firm.types(f"invoice {invoice.number}"), text="Why")
    firm.world.settle()

    firm.ben.click(firm.ben.last_message(containing="came to be"), text="Why, as PDF")
    firm.world.settle()

    sent = firm.ben.last_message(containing="How INV-2031-0001 for Acme came to be")
    assert sent.files[0]["name"] == "INV-2031-0001-why.pdf"
