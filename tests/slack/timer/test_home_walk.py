"""Everything that can be typed is at most two interactions away from Home."""

from collections.abc import Callable

import pytest

from tests.slack.timer.office import Office
from timebot.playground.slack import Person
from timebot.playground.slack.seen import View
from timebot.slack.help import VERBS

Prepare = Callable[[Office], object]
Walk = Callable[[Office], object]
Check = Callable[[Office], bool]


def home(office: Office, person: Person | None = None) -> View:
    """Open Home as it is now."""
    who = person or office.mia
    who.open_home()
    office.world.settle()
    assert who.home is not None
    return who.home


def click(office: Office, label: str, person: Person | None = None) -> None:
    """One interaction: a button or a choice of a menu on Home."""
    (person or office.mia).click(home(office, person), text=label)
    office.world.settle()


def fill_and_submit(office: Office, **fields: str) -> None:
    """One interaction: the form that has opened."""
    for name, value in fields.items():
        office.mia.fill(name, value)
    office.mia.submit()
    office.world.settle()


def nothing(_office: Office) -> None:
    """Need nothing before."""


def run(office: Office) -> None:
    office.mia.command("/timer start Acme logo sketches")


def work(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo sketches")


def hand_in(office: Office) -> None:
    work(office)
    office.mia.command("/timer submit")


def start(office: Office) -> None:
    click(office, "Start…")
    fill_and_submit(office, project="Acme, Logo", text="sketches")


def switch(office: Office) -> None:
    click(office, "Switch…")
    fill_and_submit(office, project="Globex, Website")


def add(office: Office) -> None:
    click(office, "Add time")
    fill_and_submit(office, project="Acme, Logo", spent="30m")


def edit(office: Office) -> None:
    click(office, "Edit")
    fill_and_submit(office, text="final")


def split(office: Office) -> None:
    click(office, "Split")
    fill_and_submit(office)


def approve(office: Office) -> None:
    click(office, "Show", office.kim)
    shown = office.kim.last_message(containing="Hours of mia")
    office.kim.click(shown, text="Approve")
    office.world.settle()


def why(office: Office) -> None:
    click(office, "Explain an invoice line")
    office.mia.fill("invoice", "INV-2031-0001")


def is_running(office: Office, count: int = 1) -> bool:
    return [one.ended_at for one in office.entries(office.mia)].count(None) == count


def texts(office: Office) -> list[str]:
    return [one.text for one in office.entries(office.mia)]


def states(office: Office) -> set[str]:
    return {one.state for one in office.entries(office.mia)}


def told(office: Office, words: str) -> bool:
    return any(words in each.all_text for each in office.mia.messages())


WALKS: dict[str, tuple[Prepare, Walk, Check]] = {
    "start": (nothing, start, is_running),
    "stop": (run, lambda office: click(office, "Stop"), lambda office: is_running(office, 0)),
    "switch": (run, switch, lambda office: len(office.entries(office.mia)) == 2),
    "resume": (work, lambda office: click(office, "Resume"), is_running),
    "add": (nothing, add, lambda office: states(office) == {"draft"}),
    "status": (run, home, lambda office: "Running since 9:00" in home(office).all_text),
    "today": (work, home, lambda office: "#1 *Acme, Logo* · sketches" in home(office).all_text),
    "week": (
        work,
        lambda office: click(office, "Show the week"),
        lambda office: told(office, "Mon 3 Mar"),
    ),
    "edit": (work, edit, lambda office: texts(office) == ["final"]),
    "delete": (work, lambda office: click(office, "Delete"), lambda office: texts(office) == []),
    "undo": (
        work,
        lambda office: click(office, "Undo my last change"),
        lambda office: texts(office) == [],
    ),
    "split": (work, split, lambda office: len(texts(office)) == 2),
    "submit": (
        work,
        lambda office: click(office, "Submit"),
        lambda office: states(office) == {"pending_review"},
    ),
    "withdraw": (
        hand_in,
        lambda office: click(office, "Withdraw"),
        lambda office: states(office) == {"draft"},
    ),
    "approve": (hand_in, approve, lambda office: states(office) == {"approved"}),
    "why": (
        nothing,
        why,
        lambda office: "INV-2031-0001" in office.mia.submit().errors["invoice"],
    ),
    "settings": (
        nothing,
        lambda office: click(office, "My settings"),
        lambda office: office.mia.modal is not None and "I work on" in office.mia.modal.all_text,
    ),
    "help": (
        nothing,
        lambda office: click(office, "Help"),
        lambda office: told(office, "What /timer can do"),
    ),
}


@pytest.mark.parametrize("verb", WALKS)
def test_each_verb_is_at_most_two_interactions_away_from_home(office: Office, verb: str) -> None:
    prepare, walk, has_happened = WALKS[verb]
    prepare(office)

    walk(office)

    assert has_happened(office)


def test_no_verb_is_left_out() -> None:
    # A link belongs to a channel; Home is in none.
    assert set(WALKS) == {verb.name for verb in VERBS} - {"link"}
