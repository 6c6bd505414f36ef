"""The words of a line: what its entries share, and the ticket of each where they differ."""

from tests.billing.works import work
from timebot.billing.line_texts import LineTexts, line_texts
from timebot.billing.pricing import Work, price

TRACKER = "https://tickets.example/browse/ABC-1"


def ticketed(number: int, text: str, ref: str | None, url: str | None = None) -> Work:
    return work(number, minutes=30, text=text)._replace(ticket_ref=ref, ticket_url=url)


def texts_of(*works: Work) -> LineTexts:
    (line,) = price(list(works), currency="EUR", grouping="project").lines
    return line_texts(line)


def test_a_line_of_one_ticket_names_it_once_with_its_address() -> None:
    texts = texts_of(ticketed(1, "Sketches", "ABC-1"), ticketed(2, "Copy", "ABC-1", TRACKER))

    assert (texts.text, texts.ticket_ref, texts.ticket_url) == ("Sketches; Copy", "ABC-1", TRACKER)


def test_a_line_of_several_tickets_keeps_each_beside_its_text() -> None:
    texts = texts_of(
        ticketed(1, "Sketches", "ABC-1", TRACKER),
        ticketed(2, "", "ABC-2"),
        ticketed(3, "Copy", None),
    )

    assert (texts.text, texts.ticket_ref) == ("Sketches (ABC-1); ABC-2; Copy", None)


def test_the_same_name_in_two_systems_is_not_one_ticket() -> None:
    other = "https://other.example/browse/ABC-1"

    texts = texts_of(ticketed(1, "Sketches", "ABC-1", TRACKER), ticketed(2, "Copy", "ABC-1", other))

    assert (texts.text, texts.ticket_url) == ("Sketches (ABC-1); Copy (ABC-1)", None)
