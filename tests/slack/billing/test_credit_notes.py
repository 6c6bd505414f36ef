"""Credit notes in Slack: from the button on the invoice to the document in the client's hands."""

import pytest

from tests.slack.billing.firms import WORKS, Firm, marked_texts, posted
from timebot.billing.credit_models import CreditNote
from timebot.billing.models import Invoice


@pytest.fixture
def invoiced(firm: Firm) -> Firm:
    """The firm, with an open invoice of two lines: two hours of Logo, one of Website."""
    firm.add_work("Logo")
    firm.add_work("Website", hours=1, day=1, text="Fonts & <colours>")
    firm.open_run()
    firm.release("Acme")
    return firm


def open_form(firm: Firm) -> None:
    firm.ben.click(firm.types("invoice 1"), text="Credit note")


def test_a_line_is_taken_back_after_a_look_at_it(invoiced: Firm) -> None:
    open_form(invoiced)
    invoiced.ben.fill("lines", ["2"])
    invoiced.ben.fill("frees", "yes")
    invoiced.ben.fill("reason", "agreed on the phone")
    look = invoiced.ben.submit()
    assert not look.errors
    view = invoiced.ben.modal
    assert view is not None
    assert "€95.00* of INV-2031-0001 is taken back (1 line)" in marked_texts(view.blocks)[0]

    invoiced.ben.submit()
    invoiced.world.settle()

    note = invoiced.row(CreditNote)
    assert (note.number, note.total_minor, note.frees_entries) == ("CN-2031-0001", 9_500, True)
    shown = invoiced.types("invoice CN-2031-0001")
    assert "Still open: €190.00." in shown.text
    assert "CN-2031-0001 of 10 Mar 2031 over €95.00: €95.00 less to pay." in shown.text
    mail = invoiced.world.local.resend.mails()[-1]
    assert mail["subject"].startswith("Credit note CN-2031-0001 from Studio North")
    invoiced.ben.click(shown, text="CN-2031-0001 PDF")
    invoiced.world.settle()
    sent = invoiced.ben.last_message(containing="Credit note CN-2031-0001")
    assert sent.files[0]["name"] == "CN-2031-0001.pdf"


def test_money_paid_by_card_goes_back_to_it(firm: Firm) -> None:
    firm.put_card_on_file("Acme", WORKS)
    firm.add_work("Logo")
    firm.open_run()
    firm.release("Acme")
    open_form(firm)
    firm.ben.fill("lines", ["1"])
    firm.ben.fill("part", "0:30")
    firm.ben.fill("reason", "half an hour too much")
    firm.ben.submit()

    firm.ben.submit()
    firm.world.settle()

    assert [each["amount_refunded"] for each in firm.world.local.stripe.charges()] == [4_750]
    assert "€47.50 went back to the card" in firm.types("invoice 1").text


@pytest.mark.parametrize(
    ("filled", "field"),
    [
        ({"lines": ["1"], "part": "soon"}, "part"),
        ({"lines": ["1"], "part": "191.00"}, "part"),
        ({"lines": ["1", "2"], "part": "0:30"}, "part"),
        ({"lines": ["1"], "part": "0:30", "frees": "yes"}, "frees"),
        ({"reason": " "}, "reason"),
    ],
)
def test_what_makes_no_sense_is_told_under_its_field(
    invoiced: Firm, filled: dict[str, str | list[str]], field: str
) -> None:
    open_form(invoiced)
    for name, value in {"reason": "too much", **filled}.items():
        invoiced.ben.fill(name, value)

    answer = invoiced.ben.submit()

    assert set(answer.errors) == {field}
    assert invoiced.rows(CreditNote) == []


def test_a_part_of_the_money_is_noted(invoiced: Firm) -> None:
    invoiced.ben.click(invoiced.types("invoice 1"), text="Mark paid")
    invoiced.ben.fill("amount", "100")
    answer = invoiced.ben.submit()
    invoiced.world.settle()

    assert not answer.errors
    shown = invoiced.types("invoice 1")
    assert "€100.00 came on 10 Mar 2031 (bank transfer)." in shown.text
    assert "Still open: €185.00." in shown.text
    assert "Cancel invoice" not in shown.buttons
    assert invoiced.row(Invoice).collection == "open"


def test_why_tells_what_was_taken_back(invoiced: Firm) -> None:
    open_form(invoiced)
    invoiced.ben.fill("lines", ["2"])
    invoiced.ben.fill("reason", "agreed")
    invoiced.ben.submit()
    invoiced.ben.submit()

    answer = invoiced.ben.command("/timer why INV-2031-0001 2")

    assert "CN-2031-0001 of 10 Mar 2031 took back 1 h and €95.00: agreed" in answer.text


def test_everything_left_is_taken_back_and_the_invoice_says_so(invoiced: Firm) -> None:
    open_form(invoiced)
    invoiced.ben.fill("reason", "the project was stopped")
    invoiced.ben.submit()

    invoiced.ben.submit()
    invoiced.world.settle()

    shown = invoiced.types("invoice 1")
    assert "Credited in full." in shown.text
    assert shown.buttons == ["PDF", "Why", "CN-2031-0001 PDF"]
    assert "credited in full" in posted(invoiced.ben, "Extra invoice run").text
