"""The PDF: what it says, that it is the same each time, and that nobody can make it fetch."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.drawing import DrawingHere
from tests.gateways.documents import a_document, a_line, a_why_document, an_annex_row
from timebot.billing.document import InvoiceDocument, Party
from timebot.billing.ports import TryLater
from timebot.db import Database
from timebot.gateways.drawing import ChildRenderer
from timebot.gateways.invoice_html import InvoicePage, WhyPage
from timebot.gateways.pdf_child import draw
from timebot.money import Money

_BREAK = "\u200b"


def pages_of(document: InvoiceDocument) -> list[str]:
    reader = PdfReader(io.BytesIO(DrawingHere().render(document)))
    return [page.extract_text() for page in reader.pages]


def words_of(document: InvoiceDocument) -> str:
    return " ".join(" ".join(pages_of(document)).split())


def test_an_invoice_says_who_what_when_and_how_much() -> None:
    words = words_of(a_document(purchase_order="PO 4711"))

    for wanted in (
        "INV-2026-0001", "Studio North", "Harbour Street 12", "DE 000", "Acme", "Main Street 1",
        "DE 111", "17 November 2026", "2 November 2026", "15 November 2026", "PO 4711", "Mia Berg",
        "Logo", "Sketches", "1:45", "95.00", "166.25", "VAT 19%", "€31.59", "€197.84",
        "IBAN DE00 0000", "rounded half up", "rounded up to 15 minutes", "Page 1 of 1",
    ):  # fmt: skip
        assert wanted in words


def test_the_same_document_gives_the_same_bytes() -> None:
    renderer = ChildRenderer()

    assert renderer.render(a_document()) == renderer.render(a_document())


def test_the_head_of_the_table_stands_on_every_page() -> None:
    lines = tuple(a_line(number, text="Layout of the inner pages") for number in range(1, 91))

    pages = pages_of(a_document(lines=lines))

    assert len(pages) > 2
    assert all("HOURS" in page.upper() for page in pages[:-1])
    assert f"Page 2 of {len(pages)}" in pages[1]


@pytest.mark.parametrize(
    ("currency", "minor", "locale", "shown"),
    [
        ("JPY", 13_000, "en_GB", "13,000"),
        ("EUR", 1_234_550, "de_DE", "12.345,50"),
        ("KWD", 12_340, "en_GB", "12.340"),
        ("ISK", 5_000, "en_GB", "5,000"),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(
    currency: str, minor: int, locale: str, shown: str
) -> None:
    money = Money(minor, currency)
    line = a_line(amount=money, rate=money)
    document = a_document(
        currency=currency, locale=locale, lines=(line,), taxes=(), subtotal=money,
        tax=Money(0, currency), total=money, credit=Money(0, currency), due=money,
    )  # fmt: skip

    assert shown in words_of(document)


def test_a_ticket_is_a_link() -> None:
    line = a_line(ticket_ref="ABC-123", ticket_url="https://tickets.example/ABC-123")

    reader = PdfReader(io.BytesIO(DrawingHere().render(a_document(lines=(line,)))))

    links = [note.get_object()["/A"]["/URI"] for note in reader.pages[0].annotations or []]
    assert "https://tickets.example/ABC-123" in links


def test_a_ticket_is_a_link_in_the_annex_too() -> None:
    row = an_annex_row(ticket_ref="ABC-9", ticket_url="https://tickets.example/ABC-9")

    reader = PdfReader(io.BytesIO(DrawingHere().render(a_document(annex=(row,)))))

    links = [
        note.get_object()["/A"]["/URI"] for page in reader.pages for note in page.annotations or []
    ]
    assert "https://tickets.example/ABC-9" in links


def test_a_draft_says_so_and_has_no_number() -> None:
    words = words_of(a_document(is_draft=True, number=None))

    assert "DRAFT" in words
    assert "INV-" not in words


def test_a_line_without_charge_is_marked() -> None:
    words = words_of(a_document(lines=(a_line(kind="no_charge", amount=Money(0, "EUR")),)))

    assert "no charge" in words


def test_the_annex_of_times_begins_a_page_and_shows_when_and_worked_beside_billed() -> None:
    pages = pages_of(a_document(annex=(an_annex_row(),)))

    (first, second) = (" ".join(page.split()) for page in pages)
    assert "time worked and time billed" in second.lower()
    for wanted in ("23:40:05", "1:20:05", "on 3 Nov", "1:40:00", "those of Europe/Berlin"):
        assert wanted in second
        assert wanted not in first
    assert "1:45" in second


def test_an_annex_of_several_zones_names_each_beside_its_times() -> None:
    rows = (an_annex_row(), an_annex_row(zone="Asia/Tokyo"))

    words = words_of(a_document(annex=rows)).replace(_BREAK, "")

    assert "Europe/Berlin" in words
    assert "Asia/Tokyo" in words
    assert "Times are those of" not in words


def test_an_annex_that_was_frozen_without_times_is_printed_without_them() -> None:
    row = an_annex_row(began=None, ended=None, zone="")

    words = words_of(a_document(annex=(row,)))

    assert "1:40:00" in words
    assert "FROM" not in words.partition("ANNEX")[2]


def test_the_full_annex_shows_each_step_and_nothing_of_what_was_paid() -> None:
    document = a_document(annex_detail="full", explained=a_why_document().lines)

    pages = pages_of(document)

    (first, second) = (" ".join(page.split()) for page in pages)
    assert "how each amount came to be" in second.lower()
    for wanted in (
        "105 min", "€95.00 per hour ÷ 60 = €166.25", "23:40:05", "0:50:15", "on 3 Nov", "Kim",
        "Rounded together", "From: 9:00 instead of 8:30", "The approval no longer counted.",
    ):  # fmt: skip
        assert wanted in second
        assert wanted not in first
    assert "4242" not in second


def test_how_it_came_to_be_is_printed_from_the_instants_to_what_is_owed() -> None:
    pdf = DrawingHere().render_why(a_why_document())

    pages = PdfReader(io.BytesIO(pdf)).pages
    words = " ".join(" ".join(page.extract_text() for page in pages).split())
    for wanted in (
        "Invoice INV-2026-0001", "Line 1:", "Logo", "23:40:05", "0:50:15", "on 3 Nov", "Europe/",
        "105 min", "€95.00 per hour", "€166.25", "rounded half up", "approved by", "Kim",
        "3 November 2026, 10:00:12", "project rate since 1 Nov 2026",
        "Rounded together: #1 1:10:10 + #2 0:05:55 = 1:16:05", "less 0:15 billed earlier",
        "From: 9:00 instead of 8:30. The approval no longer counted.",
        "VAT 19% of €166.25", "Paid on 20 November 2026", "Visa ending in 4242", "Still to pay",
        "€97.84", "19 November 2026: €100.00, Visa ending in 0341.",
    ):  # fmt: skip
        assert wanted in words


def test_a_rehearsed_document_says_that_it_is_a_draft() -> None:
    document = a_why_document()
    rehearsed = replace(document, invoice=replace(document.invoice, is_draft=True))

    assert "DRAFT" in WhyPage().html(rehearsed)
    assert "DRAFT" not in WhyPage().html(document)


def test_lines_of_a_day_have_no_column_for_a_person() -> None:
    html = InvoicePage().html(a_document(lines=(a_line(member=None, text=""),)))

    assert "Person" not in html


def test_what_people_typed_stays_text() -> None:
    hostile = "<script>alert(1)</script><img src=x></td>&amp; {{ 7*7 }}"

    words = words_of(
        a_document(lines=(a_line(text=hostile),), buyer=Party(hostile, None, None, None))
    )

    assert "<script>alert(1)</script>" in words
    assert "{{ 7*7 }}" in words


def test_a_word_without_end_is_drawn() -> None:
    text = "x" * 1_000

    assert "x" * 20 in words_of(a_document(lines=(a_line(text=text, ticket_ref="y" * 200),)))


def test_nothing_is_fetched_and_no_file_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of the house")
    with a_listener() as (url, asked):
        html = (
            f"<link rel=stylesheet href={url}/a.css><link rel=attachment href={secret.as_uri()}>"
            f"<img src={url}/b.png><style>@import '{url}/c.css';body{{background:url({url}/d)}}"
            f"</style><object data={url}/e></object><p>hello"
        )
        # The page as a hostile template would make it; what people type is escaped before.
        pdf = draw(html)

    assert asked == []
    reader = PdfReader(io.BytesIO(pdf))
    assert not list(reader.attachments)
    assert b"the secret of the house" not in pdf


def test_a_page_that_takes_too_long_harms_nobody() -> None:
    with pytest.raises(TryLater):
        ChildRenderer(patience_seconds=0.05).render(a_document())


def test_nothing_is_drawn_inside_a_transaction(database: Database) -> None:
    with (
        database.transaction(),
        pytest.raises(RuntimeError, match="inside a database transaction"),
    ):
        ChildRenderer().render(a_document())


def test_a_period_is_shown_with_its_last_day() -> None:
    document = a_document(period_end=date(2026, 11, 16) + timedelta(days=14))

    assert "29 November 2026" in words_of(document)


@contextmanager
def a_listener() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
