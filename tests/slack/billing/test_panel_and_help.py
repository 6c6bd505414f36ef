"""The billing command's panel, its help, and who may use it."""

from tests.slack.billing.firms import Firm
from timebot.slack.billing_command import TYPED
from timebot.slack.billing_help import WORDS


def test_a_member_is_told_by_name_who_may_bill(firm: Firm) -> None:
    answer = firm.types("", firm.mia)

    assert answer.text == "Only billing people and owners may bill clients. Ask ben or olga."


def test_the_panel_lists_what_a_first_invoice_still_needs(firm: Firm) -> None:
    firm.types("settings seller none", firm.olga)

    answer = firm.types("")

    assert "Before the first invoice, 1 thing to set up" in answer.all_text
    assert "/billing settings seller name Studio North" in answer.text
    assert "A client with" not in answer.all_text


def test_the_panel_says_when_the_next_run_opens(firm: Firm) -> None:
    answer = firm.types("")

    assert "The next run opens Tue 18 Mar 2031, 9:00 (Europe/Berlin)." in answer.text


def test_the_panel_shows_open_runs_and_unpaid_invoices(firm: Firm) -> None:
    firm.add_work("Logo")
    firm.open_run()

    with_run = firm.types("")
    firm.release("Acme")
    with_invoice = firm.types("")

    assert "Extra invoice run, 3 to 10 Mar 2031 is open." in with_run.text
    assert "1 invoice not paid yet, €190.00." in with_invoice.text


def test_every_word_of_the_help_is_decided() -> None:
    assert {word.name for word in WORDS} == TYPED.keys() - {""}


def test_help_shows_a_member_what_members_may_do(firm: Firm) -> None:
    answer = firm.types("help", firm.mia)

    assert answer.text.startswith(
        "/billing report Shows hours, and money to billing people.\n"
        "/billing help Shows this, or one word in detail.\n"
        "All else is for billing people and owners."
    )
    assert answer.buttons == []


def test_an_unknown_word_shows_a_member_no_example_of_others(firm: Firm) -> None:
    answer = firm.types("clint", firm.mia)

    assert "/billing report client last month" in answer.text
    assert "invoices" not in answer.text
    assert answer.buttons == ["Help"]


def test_help_about_any_word_shows_an_example(firm: Firm) -> None:
    for word in WORDS:
        answer = firm.types(f"help {word.name}")

        assert f"Example: /billing {word.example}" in answer.text


def test_an_unknown_word_is_answered_with_the_nearest(firm: Firm) -> None:
    answer = firm.types("invocies Acme")

    assert "Did you mean invoice" in answer.text
    assert "Nothing was changed." in answer.text
    assert "/billing invoices Acme" in answer.text


def test_words_are_read_whatever_their_case_and_spaces(firm: Firm) -> None:
    answer = firm.types("  CLIENT   acme ")

    assert answer.text.startswith("Acme.")


def test_every_button_of_the_panel_is_answered(firm: Firm) -> None:
    panel = firm.types("", firm.olga)

    for label in panel.buttons:
        answer = firm.olga.click(panel, text=label)
        firm.world.settle()
        assert answer.error is None
    said = [message.text for message in firm.olga.messages()]
    assert not [text for text in said if "Something went wrong" in text]
