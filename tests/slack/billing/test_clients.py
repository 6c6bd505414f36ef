"""Clients: added, shown, edited and archived, as text and as modals."""

from tests.slack.billing.firms import EURO, Firm, posted
from timebot.clients.models import Client, Rate


def test_a_client_is_added_as_text(firm: Firm) -> None:
    answer = firm.types("client add Beta & Söhne b@beta.example, c@beta.example 80,50 USD")

    client = firm.row(Client, name="Beta & Söhne")
    assert client.emails == ["b@beta.example", "c@beta.example"]
    assert firm.row(Rate, client_id=client.id).per_hour.plain == "80.50"
    assert "Beta &amp; Söhne was added." in answer.text


def test_a_client_without_an_address_is_not_added(firm: Firm) -> None:
    answer = firm.types("client add Beta 80")

    assert "I need a name and an e-mail address" in answer.text
    assert "Example: `/billing client add" in answer.text
    assert len(firm.rows(Client)) == 1


def test_a_second_client_of_the_name_is_refused(firm: Firm) -> None:
    firm.types("client add ACME other@acme.example 80")

    assert len(firm.rows(Client)) == 1


def test_a_client_is_added_in_a_modal(firm: Firm) -> None:
    firm.types("client add")
    firm.ben.fill("name", "Beta")
    firm.ben.fill("emails", "b@beta.example")
    firm.ben.fill("rate", "80")

    answer = firm.ben.submit()
    firm.world.settle()

    assert answer.errors == {}
    assert firm.row(Client, name="Beta").currency == "EUR"
    assert firm.ben.last_message().text.startswith("Beta was added.")


def test_faults_of_a_modal_stand_under_their_fields(firm: Firm) -> None:
    firm.types("client add")
    firm.ben.fill("name", "Beta")
    firm.ben.fill("emails", "nobody")
    firm.ben.fill("rate", "a lot")

    answer = firm.ben.submit()
    firm.ben.fill("rate", "80")
    second = firm.ben.submit()

    assert set(answer.errors) == {"rate"}
    assert set(second.errors) == {"emails"}
    assert len(firm.rows(Client)) == 1


def test_billing_terms_are_changed_in_a_modal(firm: Firm) -> None:
    shown = firm.types("client acme")
    firm.ben.click(shown, text="Billing terms")
    firm.ben.fill("line_grouping", "day")
    firm.ben.fill("rounding", "law")
    firm.ben.fill("tax_ppm", "7%")

    firm.ben.submit()

    client = firm.row(Client, name="Acme")
    assert (client.line_grouping, client.rounding_increment, client.tax_ppm) == ("day", 6, 70_000)


def test_the_annex_is_chosen_for_a_client_or_follows_the_firm(firm: Firm) -> None:
    shown = firm.types("client acme")
    details = []
    for choice in ("none", "full", "inherit"):
        firm.ben.click(shown, text="Billing terms")
        firm.ben.fill("annex_detail", choice)
        firm.ben.submit()
        details.append(firm.row(Client, name="Acme").annex_detail)

    assert details == ["none", "full", None]
    firm.types("settings annex times", firm.olga)
    assert "Annex of invoices" in firm.types("client acme").text
    assert "times" in firm.types("client acme").text


def test_editing_keeps_what_was_not_touched(firm: Firm) -> None:
    shown = firm.types("client acme")
    firm.ben.click(shown, text="Edit")

    firm.ben.submit()
    firm.world.settle()

    assert firm.ben.last_message().text == "Acme is like that already. Nothing was changed."


def test_the_currency_stays_while_hours_wait(firm: Firm) -> None:
    firm.add_work("Logo")
    shown = firm.types("client acme")
    firm.ben.click(shown, text="Billing terms")
    firm.ben.fill("currency", "USD")

    answer = firm.ben.submit()

    assert "its currency stays EUR" in next(iter(answer.errors.values()))


def test_a_client_with_unbilled_hours_is_not_archived(firm: Firm) -> None:
    firm.add_work("Logo")

    answer = firm.types("client archive Acme")

    assert "was not archived, because it has hours" in answer.text
    assert "Bill them first." in answer.text


def test_a_client_is_archived(firm: Firm) -> None:
    shown = firm.types("client Acme")

    firm.ben.click(shown, text="Archive")

    assert firm.row(Client, name="Acme").archived_at is not None


def test_an_unclear_name_is_asked_back_with_buttons(firm: Firm) -> None:
    firm.add_clients("Acorn Bank", "Acorn Shop")

    answer = firm.types("rate Acorn 120")
    firm.ben.click(answer, text="Acorn Shop")

    client = firm.row(Client, name="Acorn Shop")
    assert {rate.amount_minor for rate in firm.rows(Rate, client_id=client.id)} == {9_500, 12_000}


def test_an_unknown_name_shows_an_example_of_the_same_command(firm: Firm) -> None:
    answer = firm.types("card Nobody")

    assert "I know no client or project called Nobody." in answer.text
    assert "Example: /billing card Acme" in answer.text


def test_what_people_typed_is_shown_literally(firm: Firm) -> None:
    firm.types("client add *Bold* <!channel> `x` b@b.example 80")

    name = firm.row(Client, currency="EUR", emails=["b@b.example"]).name
    shown = firm.types("client")
    assert "<!channel>" not in str(shown.blocks)
    assert "&lt;!channel&gt;" in str(shown.blocks)
    assert "<!channel>" in name


def test_two_hundred_clients_fit_into_one_answer(firm: Firm) -> None:
    firm.add_clients(*(f"Client number {number} with a long name" for number in range(200)))

    answer = firm.types("client")

    assert answer.text.startswith("201 clients.")
    assert len(answer.blocks) <= 50


def test_a_card_link_leads_to_a_card_on_file(firm: Firm) -> None:
    firm.put_card_on_file("Acme")

    assert firm.row(Client, name="Acme").card_last4 == "4242"
    told = posted(firm.ben, "has a card on file now")
    assert told.text.startswith("Acme has a card on file now: Visa ending in 4242")


def test_a_member_gets_no_card_link(firm: Firm) -> None:
    answer = firm.types("card Acme", firm.mia)

    assert answer.text.startswith("Only billing people and owners may ask for a card.")


def test_a_rate_of_the_client_is_shown(firm: Firm) -> None:
    answer = firm.types("client Acme")

    assert f"€{EURO.plain} an hour" in answer.text
