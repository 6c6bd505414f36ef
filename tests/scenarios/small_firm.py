"""A small firm on the morning of its run: a card that works, one that is declined, a transfer."""

from tests.scenarios.agency import DECLINES, WORKS, Agency

NUMBERS = ("INV-2031-0001", "INV-2031-0002", "INV-2031-0003")
"""Of Acme, whose card works, of Maple, whose card is declined, and of Sakura, who transfers."""

SUBJECTS = (
    "Invoice INV-2031-0002 from Studio North: $100.00",
    "Invoice INV-2031-0003 from Studio North: $100.00",
    "Receipt for invoice INV-2031-0001 from Studio North",
)
"""Of the mails that leave after everything was released."""


def up_to_the_run(agency: Agency) -> None:
    """Olga sets up, Mia works an hour for each client, Olga approves, and the run opens."""
    for words in (
        "seller Studio North; address Harbour Street 12; email billing@north.example",
        "zone Europe/Berlin; anchor 2031-03-03; channel #billing",
    ):
        agency.types("olga", f"/billing settings {words}")
    agency.types("mia", "/timer status")
    for client in ("Acme", "Maple", "Sakura"):
        address = f"accounts@{client.lower()}.example"
        agency.types("olga", f"/billing client add {client} {address} 100 USD")
        agency.types("olga", f"/billing project add {client} Work")
        agency.types("mia", f"/timer add 1h {client} Sketches")
    agency.puts_card_on_file("Acme", WORKS, by="olga")
    agency.puts_card_on_file("Maple", DECLINES, by="olga")
    agency.types("mia", "/timer submit today")
    agency.clicks("olga", "Approve all", agency.card_of("olga", "Mia Berg"))
    agency.is_at("9:01", 18)
    assert "3 ready" in agency.newest("olga", "Invoice run", "billing").all_text
