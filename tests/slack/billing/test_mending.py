"""Mending on an invoice: an address that mails come back from, and a refund that failed."""

from sqlalchemy import select

from tests.slack.billing.firms import Firm, posted
from timebot.billing.credit_models import CreditNote
from timebot.clients.models import Client


def test_a_mail_that_came_back_goes_out_again_to_a_mended_address(firm: Firm) -> None:
    with firm.session() as session:
        session.scalars(select(Client)).one().emails = ["bounce@acme.example"]
    firm.add_work("Logo")
    firm.open_run()
    firm.release("Acme")
    shown = posted(firm.ben, "The mail about INV-2031-0001 came back")

    assert shown.buttons[0] == "Mend address"
    firm.ben.click(shown, text="Mend address")
    firm.ben.fill("emails", "pay@acme.example")
    firm.ben.submit()
    firm.world.settle()

    assert firm.world.local.resend.mails()[-1]["to"] == ["pay@acme.example"]
    assert "Mend address" not in posted(firm.ben, "INV-2031-0001 for Acme").buttons


def failed_refund(firm: Firm) -> None:
    firm.put_card_on_file("Acme")
    firm.add_work("Logo")
    firm.open_run()
    firm.release("Acme")
    firm.ben.click(firm.types("invoice 1"), text="Credit note")
    firm.ben.fill("back", "refund")
    firm.ben.fill("reason", "agreed")
    firm.ben.submit()
    firm.ben.submit()
    firm.world.settle()
    firm.world.local.stripe.bank.fail_refund(firm.row(CreditNote).refund_id or "")
    firm.world.settle()


def test_a_refund_that_failed_is_tried_again(firm: Firm) -> None:
    failed_refund(firm)

    shown = firm.types("invoice 1")
    assert shown.buttons[0] == "Try the refund of CN-2031-0001 again"
    firm.ben.click(shown, text="Try the refund of CN-2031-0001 again")
    firm.world.settle()

    assert firm.row(CreditNote).refund_state == "done"


def test_a_refund_that_failed_is_told_with_the_button_that_tries_it_again(firm: Firm) -> None:
    failed_refund(firm)

    told = posted(firm.ben, "INV-2031-0001 for Acme: the refund failed")
    assert "for CN-2031-0001 did not work: the bank sent it back." in told.text
    assert told.buttons == ["Try the refund again", "Show invoice"]
    firm.ben.click(told, text="Try the refund again")
    firm.world.settle()

    assert firm.row(CreditNote).refund_state == "done"
    assert "The refund for CN-2031-0001 is tried again in a moment." in firm.ben.messages()[-1].text
