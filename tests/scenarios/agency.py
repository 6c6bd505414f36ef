"""Studio North and its people, driven by what they type and click: signed requests only."""

import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.worlds import World, a_world
from timebot.demo.cards import fill_in_card_form, visit
from timebot.playground.slack import Answer, Message, Person
from timebot.playground.store import Document
from timebot.slack.manifest import SCOPES
from timebot.team.days import local_instant

BERLIN = "Europe/Berlin"
WORKS, WORKS_TOO, DECLINES = "4242424242424242", "5555555555554444", "4000000000000341"

CAST = (
    ("olga", "Olga Roth", BERLIN),
    ("ben", "Ben Falk", BERLIN),
    ("kim", "Kim Sommer", BERLIN),
    ("mia", "Mia Berg", BERLIN),
    ("tom", "Tom Field", "Europe/London"),
    ("leo", "Leo Stein", BERLIN),
)
"""Olga owns the studio, Ben bills, Kim approves; Mia, Tom and Leo record time."""

_PATIENCE_SECONDS = 10


@dataclass
class Agency:
    """The studio, and the hands of its people."""

    world: World

    def person(self, name: str) -> Person:
        """Return one of the people."""
        return self.world.person(name)

    def is_at(self, clock: str, day: int, month: int = 3) -> None:
        """Let time pass until the studio's clocks show this, in 2031."""
        hour, minute = map(int, clock.split(":"))
        instant = local_instant(date(2031, month, day), hour * 60 + minute, BERLIN)
        self.world.move_to(instant)

    def types(self, name: str, text: str) -> str:
        """Let somebody type a command; return what they see."""
        return self.answers(name, text).all_text

    def answers(self, name: str, text: str) -> Answer:
        """Let somebody type a command; return the answer, with its buttons."""
        answer = self.person(name).command(text)
        assert answer.error is None, (text, answer.error)
        return answer

    def clicks(self, name: str, label: str, on: Message | Answer) -> str:
        """Let somebody press the first button whose label begins so; return what they see."""
        found = next(each for each in on.buttons if each.startswith(label))
        answer = self.person(name).click(on, text=found)
        assert answer.error is None, (label, answer.error)
        return answer.all_text

    def sends(self, name: str, **fields: object) -> str:
        """Let somebody fill in the open modal and submit it; return what they see."""
        person = self.person(name)
        for field, value in fields.items():
            person.fill(field, value)
        answer = person.submit()
        assert not answer.errors, answer.errors
        return answer.all_text

    def newest(self, name: str, containing: str, where: str | None = None) -> Message:
        """Return the newest message in a conversation that is no private answer and says this.

        What waits for the worker is done first, as it would be within a moment.
        """
        self.world.settle()
        return next(
            message
            for message in reversed(self.person(name).messages(where))
            if containing in message.all_text and not message.is_ephemeral
        )

    def newest_answer(self, name: str) -> Message:
        """Return the newest private answer that somebody has got, such as one to a click."""
        self.world.settle()
        return [each for each in self.person(name).messages() if each.is_ephemeral][-1]

    def card_of(self, approver: str, author: str) -> Message:
        """Return the newest card with an author's hours."""
        return self.newest(approver, f"Hours of {author}")

    def run_card(self) -> Message:
        """Return the newest message of an invoice run, as Ben sees it."""
        return self.newest("ben", "Invoice run", "billing")

    def releases(self, client: str) -> None:
        """Let Ben release the draft of a client, after a look at it."""
        shown = self.answers("ben", f"/billing release {client}")
        self.clicks("ben", "Release", shown)

    def puts_card_on_file(self, client: str, number: str, *, by: str = "ben") -> None:
        """Let a client open the link that somebody got for them, and fill in the form."""
        answer = self.answers(by, f"/billing card {client}")
        visit(next(word for word in answer.text.split() if "/card/" in word))
        newest = self.world.local.stripe.customers()[-1]
        fill_in_card_form(self.world.local, str(newest["id"]), number)
        self.world.settle()

    def mails_to(self, client: str) -> list[Document]:
        """Return the mails that a client has got, oldest first."""
        self.world.settle()
        address = f"accounts@{client.lower()}.example"
        return [mail for mail in self.world.local.resend.mails() if address in mail["to"]]

    def pays_on_the_hosted_page(self, client: str, number: str = WORKS) -> None:
        """Let a client follow the link in its newest mail and pay there."""
        mail = self.mails_to(client)[-1]
        link = next(word for word in mail["text"].split() if "/invoice/" in word)
        form = urllib.parse.urlencode({"number": number}).encode()
        with urllib.request.urlopen(link, form, timeout=_PATIENCE_SECONDS) as page:  # noqa: S310 - loopback
            assert "Paid on" in page.read().decode()
        self.world.settle()


@contextmanager
def an_agency(folder: Path, database_url: str) -> Iterator[Agency]:
    """Open the studio on Monday, 3 March 2031 at half past eight; nobody has set it up yet."""
    begins = local_instant(date(2031, 3, 3), 8 * 60 + 30, BERLIN)
    with a_world(folder, database_url, begins=begins) as world:
        slack = world.local.slack
        slack.set_scopes(SCOPES)
        people = {
            handle: world.add_person(handle, real_name=name, tz=zone, is_owner=handle == "olga")
            for handle, name, zone in CAST
        }
        slack.add_channel("billing", private=True, members=[people["olga"].id, people["ben"].id])
        yield Agency(world)


def set_up(agency: Agency) -> None:
    """Olga and Ben set the studio up through `/billing`."""
    for words in (
        "seller Studio North; address Harbour Street 12 | 20457 Hamburg",
        "tax id DE123456789; bank Harbour Bank | IBAN DE02 1203 0000 0000 2020 51",
        "currency EUR; zone Europe/Berlin; locale en_GB; anchor 2031-03-03; tax VAT 19%",
        "rounding 15 up day; email billing@north.example; channel #billing",
    ):
        agency.types("olga", f"/billing settings {words}")
    for name in ("ben", "kim", "mia", "tom", "leo"):
        agency.types(name, "/timer status")
    agency.types("olga", "/billing role @ben billing")
    agency.types("olga", "/billing role @kim approver")


def add_clients(agency: Agency) -> None:
    """Four clients: two cards that work, one that will be declined, and one who transfers.

    Linden Law is billed in units of six minutes; the two abroad pay no tax here.
    """
    for words in (
        "client add Acme accounts@acme.example 95 EUR",
        "project add Acme Logo",
        "project add Acme Website 110",
        "client add Linden accounts@linden.example 120 EUR",
        "project add Linden Brand",
        "client add Maple accounts@maple.example 125 USD",
        "project add Maple Dealer site",
        "client add Sakura accounts@sakura.example 12000 JPY",
        "project add Sakura Booking",
    ):
        agency.types("ben", f"/billing {words}")
    for client in ("Acme", "Linden", "Maple", "Sakura"):
        agency.clicks("ben", "Edit", agency.answers("ben", f"/billing client {client}"))
        agency.sends("ben", address=f"{client} Street 1\nOldtown")
    abroad = {"tax_ppm": "0%", "tax_note": "Reverse charge: the customer owes the tax."}
    _terms(agency, "Linden", rounding="law")
    _terms(agency, "Maple", **abroad)
    _terms(agency, "Sakura", **abroad, collection="Pay link or bank")
    agency.puts_card_on_file("Acme", WORKS)
    agency.puts_card_on_file("Linden", WORKS_TOO)
    agency.puts_card_on_file("Maple", DECLINES)


def _terms(agency: Agency, client: str, **fields: object) -> None:
    shown = agency.answers("ben", f"/billing client {client}")
    agency.clicks("ben", "Billing terms", shown)
    agency.sends("ben", **fields)
