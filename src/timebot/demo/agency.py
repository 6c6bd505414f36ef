"""The agency of the demo, as data: six people, twenty clients in three currencies, their work."""

from dataclasses import dataclass

SELLER = {
    "seller_name": "Studio North",
    "seller_address": "Harbour Street 12\n20457 Hamburg\nGermany",
    "seller_tax_id": "DE 000 000 000",
    "seller_email": "billing@studio-north.example",
    "seller_bank": "Harbour Bank\nIBAN DE00 0000 0000 0000 0000 00\nBIC HARBDE00XXX",
    "currency": "EUR",
    "locale": "en_GB",
    "zone": "Europe/Berlin",
    "rounding": "15 up day",
    "tax": "VAT 19%",
    "terms_days": 14,
}


@dataclass(frozen=True)
class DemoPerson:
    """Somebody of the agency.

    Attributes:
        handle: the name in the local Slack.
        role: in timebot.
        is_admin: of the Slack workspace; the first one becomes timebot's owner.
    """

    handle: str
    name: str
    role: str
    zone: str = "Europe/Berlin"
    is_admin: bool = False


PEOPLE = (
    DemoPerson("mia", "Mia Berg", "owner", is_admin=True),
    DemoPerson("jonas", "Jonas Holm", "approver"),
    DemoPerson("sofia", "Sofia Lind", "billing"),
    DemoPerson("priya", "Priya Rao", "member"),
    DemoPerson("tom", "Tom Field", "member", zone="Europe/London"),
    DemoPerson("lucia", "Lucía Mar", "member", zone="Europe/Madrid"),
)


@dataclass(frozen=True)
class DemoClient:
    """Somebody who pays.

    Attributes:
        rate: per hour, as typed.
        projects: their names; the first has the most work.
        card: the number of the test card on file, None to send invoices instead.
        details: other fields of the client.
    """

    name: str
    currency: str
    rate: str
    projects: tuple[str, ...]
    card: str | None = "4242424242424242"
    country: str = "Germany"
    details: tuple[tuple[str, object], ...] = ()

    @property
    def email(self) -> str:
        """Where the invoices go."""
        return f"accounts@{self.name.split()[0].lower()}.example"


DECLINES = "4000000000000341"
NEEDS_ACTION = "4000002500003155"
_EXPORT: tuple[tuple[str, object], ...] = (
    ("tax_ppm", "0%"),
    ("tax_note", "Reverse charge: the customer owes the tax."),
)

CLIENTS = (
    DemoClient("Acme", "EUR", "95", ("Logo", "Website")),
    DemoClient("Birch Bakery", "EUR", "85", ("Packaging", "Menu cards"), card=DECLINES),
    DemoClient("Cedar Clinic", "EUR", "90", ("Patient portal",)),
    DemoClient("Delta Foods", "EUR", "90", ("Campaign", "Web shop"), card=None),
    DemoClient("Elm Energy", "EUR", "110", ("Annual report",),
               details=(("annex_detail", "times"),)),
    DemoClient("Fjord Ferries", "EUR", "95", ("Timetable app", "Signage")),
    DemoClient("Garden Guild", "EUR", "80", ("Newsletter",)),
    DemoClient("Harbor Hotels", "EUR", "100", ("Booking page", "Photos")),
    DemoClient("Iris Institute", "EUR", "95", ("Course pages",), card=NEEDS_ACTION),
    DemoClient("Juniper Jewels", "EUR", "105", ("Web shop",)),
    DemoClient("Kite Kids", "EUR", "75", ("Picture book",)),
    DemoClient("Linden Law", "EUR", "120", ("Brand", "Intranet"),
               details=(("rounding", "6 up day"), ("line_grouping", "day"))),
    DemoClient("Maple Motors", "USD", "125", ("Dealer site", "Configurator"),
               country="United States", details=(*_EXPORT, ("locale", "en_US"))),
    DemoClient("Nimbus Networks", "USD", "135", ("Design system",),
               country="United States", details=(*_EXPORT, ("locale", "en_US"))),
    DemoClient("Orchid Opera", "USD", "115", ("Season poster",),
               country="United States", details=(*_EXPORT, ("locale", "en_US"))),
    DemoClient("Pine Press", "USD", "110", ("Book covers", "Website"), card=None,
               country="United States", details=(*_EXPORT, ("locale", "en_US"))),
    DemoClient("Quartz Quality", "USD", "140", ("Dashboards",),
               country="United States", details=(*_EXPORT, ("locale", "en_US"))),
    DemoClient("Riso Records", "JPY", "13000", ("Sleeves", "Merch"),
               country="Japan", details=(*_EXPORT, ("locale", "ja_JP"))),
    DemoClient("Sakura Stay", "JPY", "12500", ("Booking page",),
               country="Japan", details=(*_EXPORT, ("locale", "ja_JP"))),
    DemoClient("Tanuki Tea", "JPY", "12000", ("Labels",),
               country="Japan", details=(*_EXPORT, ("locale", "ja_JP"))),
)  # fmt: skip

TASKS = (
    "First sketches", "Second round with corrections", "Call with the client", "Type and colour",
    "Header and navigation", "Photo selection", "Print files", "Review of the copy",
    "Layout of the inner pages", "Fixes after the test", "Workshop notes", "Icons",
)  # fmt: skip

GUIDE = {
    "title": "What to try first",
    "person": "priya",
    "steps": [
        {"text": "You are Priya, a designer. Start a timer.", "person": "priya",
         "command": "/timer start Acme logo Sketches"},
        {"text": "Let an hour pass with “+1 hour” at the top, then stop it.", "person": "priya",
         "command": "/timer stop"},
        {"text": "Hand in your week.", "person": "priya", "command": "/timer submit week"},
        {"text": "Jonas approves: he has a card from timebot.", "person": "jonas",
         "button": "Become Jonas"},
        {"text": "Press “To the next run” at the top. Sofia releases the invoices in #billing.",
         "person": "sofia", "channel": "billing", "button": "Become Sofia"},
        {"text": "See the receipts with their PDFs, and the charges: one card is declined.",
         "tab": "mailbox", "button": "Open the mailbox"},
        {"text": "Ask how a line came to be.", "person": "sofia",
         "command": "/timer why INV-2026-0001 1"},
    ],
}  # fmt: skip
