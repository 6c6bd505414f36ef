"""What has changed since hours were shown, in words."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from timebot.slack.submission_changes import changes_words
from timebot.timekeeping.shown import Changes, Departed, ShownEntry

ENTRY = ShownEntry(
    entry_id=UUID(int=1),
    number=1,
    version=2,
    worked_on=date(2031, 3, 3),
    client="Acme",
    project="Logo",
    seconds=3_600,
    text="sketches",
    billable="billable",
    ticket_ref="ABC-1",
    ticket_url=None,
)
SAID = "1 h Acme, Logo · Mon 3 Mar 2031 · sketches · #ABC-1"


def test_only_what_differs_stands_behind_the_arrow() -> None:
    after = replace(ENTRY, seconds=7_200, billable="no_charge")

    words = changes_words(Changes([], [], [(ENTRY, after)]))

    assert words == [f"Changed: {SAID}  →  2 h Acme, Logo · no charge"]


def test_what_is_gone_is_named_too() -> None:
    after = replace(ENTRY, ticket_ref=None)

    words = changes_words(Changes([Departed(ENTRY, "changed", "Mia Berg", after)], [], []))

    assert words == [f"Changed by Mia Berg, and a draft again: {SAID}  →  without #ABC-1"]


def test_names_and_texts_are_never_read_as_marks() -> None:
    evil = replace(ENTRY, text="<!channel> *bold*", client="<@U1>")

    (line,) = changes_words(Changes([Departed(evil, "approved", "<!here>")], [], []))

    assert "<" not in line


def test_many_changes_are_cut_and_counted() -> None:
    many = [Departed(ENTRY, "taken_back")] * 30

    words = changes_words(Changes(many, [], []))

    assert (len(words), words[-1]) == (13, "… and 18 more")


def test_nothing_known_says_nothing() -> None:
    assert changes_words(None) == []
