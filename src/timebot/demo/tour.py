"""`timebot demo --tour`: the whole story, played through signed requests and told as it goes."""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console

from timebot.app import Timebot
from timebot.billing.run_schedule import next_run_at
from timebot.demo.agency import DECLINES
from timebot.demo.cards import fill_in_card_form, visit
from timebot.demo.environment import free_port
from timebot.demo.history import settle
from timebot.demo.run import a_local_timebot
from timebot.playground.slack import Answer, Person
from timebot.playground.world import LocalWorld
from timebot.serving import serving_http
from timebot.slack.manifest import event_names
from timebot.team.days import day_of, local_instant
from timebot.team.workspaces import find_workspace

_LINK = re.compile(r"https?://\S+/card/[\w-]+")
_LONGEST_SAID = 700
_ZONE = "Europe/Berlin"


class StoryBroken(Exception):
    """Something that the story counts on did not happen."""


@dataclass
class Stage:
    """Where the story is played, and who plays it."""

    local: LocalWorld
    timebot: Timebot
    console: Console
    people: dict[str, str] = field(default_factory=dict)

    def tell(self, sentence: str) -> None:
        """Tell what happens next."""
        self.console.print(f"\n[bold]{sentence}[/bold]")

    def person(self, handle: str) -> Person:
        """Return one of the people."""
        return self.local.slack.person(self.people[handle])

    def types(self, handle: str, command: str) -> Answer:
        """Let somebody type a command, and show what they see."""
        self.console.print(f"  {handle}: [cyan]{command}[/cyan]", highlight=False)
        answer = self.person(handle).command(command)
        self.shows(answer)
        settle(self.timebot, self.local)
        return answer

    def clicks(self, handle: str, label: str, *, where: str | None = None) -> None:
        """Let somebody press the first button so named, in the newest message that has one."""
        person = self.person(handle)
        for message in reversed(person.messages(where)):
            for found in message.buttons:
                if found.startswith(label):
                    self.console.print(f"  {handle} presses [cyan]{found}[/cyan]", highlight=False)
                    self.shows(person.click(message, text=found))
                    settle(self.timebot, self.local)
                    return
        raise StoryBroken(f"{handle} sees no button {label!r}")

    def sees(self, handle: str, *, where: str | None = None, containing: str = "") -> None:
        """Show the newest message that somebody sees."""
        self._quote(self.person(handle).last_message(where, containing).text)

    def shows(self, answer: Answer) -> None:
        """Show an answer; a fault ends the story."""
        if answer.error or answer.errors:
            raise StoryBroken(f"{answer.error} {answer.errors}")
        if answer.text:
            self._quote(answer.text)

    def passes(self, by: timedelta, words: str) -> None:
        """Let time pass."""
        self.console.print(f"  … {words} …", style="dim")
        self.local.clock.advance(by)
        settle(self.timebot, self.local)

    def until_next_run(self) -> None:
        """Let time pass until the next invoice run is due."""
        with self.timebot.database.read_only() as session:
            workspace = find_workspace(session, self.local.slack.team_id)
            now = self.local.clock.now()
            due = next_run_at(session, workspace=workspace, now=now) if workspace else None
        if due is None:
            raise StoryBroken("no run is due")
        self.console.print(f"  … until {due:%A, %-d %B %Y} …", style="dim")
        self.local.clock.move_to(due + timedelta(minutes=1))
        settle(self.timebot, self.local)

    def _quote(self, text: str) -> None:
        shown = text if len(text) <= _LONGEST_SAID else text[:_LONGEST_SAID] + " …"
        for line in shown.splitlines():
            self.console.print(f"    │ {line}", style="green", highlight=False, markup=False)


def tour(folder: Path | None = None) -> int:
    """Play the story in a new world and return 0, or 1 if it did not end as told.

    Args:
        folder: where the PDFs and mails are left; a new one by default.
    """
    console = Console(width=110, soft_wrap=True)
    folder = folder or Path(tempfile.mkdtemp(prefix="timebot-tour-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with a_stage(console) as stage:
            for chapter in CHAPTERS:
                chapter(stage)
            leave_papers(stage, folder)
    except StoryBroken as broken:
        console.print(f"\nThe story broke: {broken}", style="red")
        return 1
    console.print(f"\nThe invoices and mails are in {folder}", highlight=False)
    return 0


@contextmanager
def a_stage(console: Console) -> Iterator[Stage]:
    """Yield a world of its own with timebot in it; nothing of it stays."""
    with tempfile.TemporaryDirectory(prefix="timebot-world-") as name:
        folder, port = Path(name), free_port()
        url = f"http://127.0.0.1:{port}"
        with (
            a_local_timebot(folder, f"sqlite:///{folder / 'timebot.db'}", url) as (local, timebot),
            serving_http(timebot, host="127.0.0.1", port=port),
        ):
            local.connect(url, events=event_names())
            local.clock.move_to(_monday_morning(local.clock.now()))
            yield Stage(local, timebot, console)


def _monday_morning(now: datetime) -> datetime:
    """Return nine o'clock on the next Monday, as the firm's clocks show it."""
    today = day_of(now, _ZONE)
    return local_instant(today + timedelta(days=7 - today.weekday()), 9 * 60, _ZONE)


def set_up_the_firm(stage: Stage) -> None:
    """Mia installs timebot and sets it up."""
    stage.tell("Mia, Priya and Jonas run a design agency in Slack. Mia sets timebot up.")
    slack = stage.local.slack
    for handle, name in (("mia", "Mia Berg"), ("priya", "Priya Rao"), ("jonas", "Jonas Holm")):
        stage.people[handle] = slack.add_user(
            handle, real_name=name, tz=_ZONE, is_owner=handle == "mia"
        )
    today = stage.local.clock.now().date()
    monday = today - timedelta(days=today.weekday())
    for words in (
        "seller_name Studio North; seller_address Harbour Street 12 | 20457 Hamburg",
        "seller_bank Harbour Bank | IBAN DE00 0000 0000 0000 0000 00; seller_email b@north.example",
        f"currency EUR; zone {_ZONE}; anchor_on {monday}; tax VAT 19%; rounding 15 up day",
    ):
        stage.types("mia", f"/billing settings {words}")
    stage.types("mia", "/billing role @jonas approver")


def add_the_clients(stage: Stage) -> None:
    """Three clients: one card works, one is declined, one pays by transfer."""
    stage.tell("Three clients: Acme pays by card, Birch's card will be declined, Sakura transfers.")
    stage.types("mia", "/billing client add Acme accounts@acme.example 95 EUR")
    stage.types("mia", "/billing project add Acme Logo")
    stage.types("mia", "/billing client add Birch accounts@birch.example 85 EUR")
    stage.types("mia", "/billing project add Birch Packaging")
    stage.types("mia", "/billing client add Sakura accounts@sakura.example 12000 JPY")
    stage.types("mia", "/billing project add Sakura Website")
    for client, number in (("Acme", "4242424242424242"), ("Birch", DECLINES)):
        answer = stage.types("mia", f"/billing card {client}")
        link = _LINK.search(answer.all_text)
        if link is None:
            raise StoryBroken(f"no card link for {client}")
        stage.tell(f"{client} opens the link and fills in the form.")
        visit(link.group())
        fill_in_card_form(stage.local, str(stage.local.stripe.customers()[-1]["id"]), number)
        settle(stage.timebot, stage.local)


def work(stage: Stage) -> None:
    """Priya and Mia work."""
    stage.tell("Priya works with the timer, and adds what she forgot to time.")
    stage.types("priya", "/timer start Acme logo First sketches #STU-101")
    stage.passes(timedelta(hours=1, minutes=35), "an hour and 35 minutes later")
    stage.types("priya", "/timer switch Birch Packaging of the bread")
    stage.passes(timedelta(minutes=50), "50 minutes later")
    stage.types("priya", "/timer stop")
    stage.passes(timedelta(hours=2, minutes=30), "two and a half hours later")
    stage.types("priya", "/timer add 2h Sakura Booking page")
    stage.types("priya", "/timer submit today")


def approve(stage: Stage) -> None:
    """Jonas approves."""
    stage.tell("Jonas gets one message and settles it with one click.")
    stage.sees("jonas")
    stage.clicks("jonas", "Approve all")


def bill(stage: Stage) -> None:
    """The run is opened and released."""
    stage.tell("Two weeks pass. The invoice run opens by itself, and Mia looks at it.")
    stage.until_next_run()
    stage.sees("mia", containing="Acme")
    stage.clicks("mia", "Release all")
    stage.tell("The PDFs are drawn, the cards charged, the mails sent. The message shows it.")
    stage.sees("mia", containing="Acme")


def settle_the_declined(stage: Stage) -> None:
    """The declined invoice is paid outside."""
    stage.tell("Birch's card was declined. Mia sees why and sends the pay link.")
    stage.clicks("mia", "Send pay link")


def ask_why(stage: Stage) -> None:
    """Where a line comes from."""
    stage.tell("How did the first line of the first invoice come to be?")
    stage.types("mia", "/timer why INV-2026-0001 1".replace("2026", _year(stage)))
    stage.types("mia", "/billing report client last month")


CHAPTERS: tuple[Callable[[Stage], None], ...] = (
    set_up_the_firm,
    add_the_clients,
    work,
    approve,
    bill,
    settle_the_declined,
    ask_why,
)


def leave_papers(stage: Stage, folder: Path) -> None:
    """Save every mail with its PDF, and hold the charges against the invoices."""
    mails = stage.local.resend.mails()
    for number, mail in enumerate(mails, start=1):
        (folder / f"mail-{number}.txt").write_text(
            f"To: {', '.join(mail['to'])}\nSubject: {mail['subject']}\n\n{mail['text']}", "utf-8"
        )
        for paper in mail["attachments"]:
            (folder / paper["filename"]).write_bytes(paper["content"])
    charged = [one for one in stage.local.stripe.charges() if one["status"] == "succeeded"]
    pdfs = list(folder.glob("*.pdf"))
    if len(charged) != 1 or len(pdfs) != 3:  # Acme is charged; all three have an invoice
        raise StoryBroken(f"{len(charged)} charges and {len(pdfs)} invoices")
    stage.tell("In the end: three invoices, one card charged, and nobody charged twice.")


def _year(stage: Stage) -> str:
    return str(stage.local.clock.now().year)
