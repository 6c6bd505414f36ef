"""Opens the modals of time, filled in with what a button or an entry says."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from timebot.errors import Refusal
from timebot.slack import entry_form
from timebot.slack.answer import Answer
from timebot.slack.blocks import Block
from timebot.slack.closed_entry import unless_closed
from timebot.slack.desk import Asked
from timebot.slack.entry_meant import entry_meant
from timebot.slack.place_choice import find_project_option, linked_here
from timebot.slack.refusals import draw_refusal
from timebot.slack.time_words import clock
from timebot.team.days import day_of
from timebot.timekeeping.durations import format_duration
from timebot.timekeeping.editing import get_own_entry, may_confirm
from timebot.timekeeping.latest import get_latest
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.stop_times import best_stop_time
from timebot.timekeeping.tickets import Ticket
from timebot.timekeeping.timer import TimerNotRunning, find_running
from timebot.timekeeping.wishes import AddWish, StartWish, read_add_wish, read_start_wish


def open_start(asked: Asked) -> Answer:
    """Open the modal that starts a timer, filled in with what a button carries."""
    return Answer(modal=_start_modal(asked, _start_wish(asked), switches=False))


def open_switch(asked: Asked) -> Answer:
    """Open the modal that stops the running timer and starts another one."""
    return Answer(modal=_start_modal(asked, _start_wish(asked), switches=True))


def open_add(asked: Asked) -> Answer:
    """Open the modal that adds time, filled in with what a button carries."""
    if "from" in asked.delivery.value:
        return Answer(modal=_add_modal(asked, read_add_wish(asked.delivery.packed)))
    return Answer(modal=_add_modal(asked, None))


def open_add_from_message(
    asked: Asked, *, text: str, ticket: Ticket | None, permalink: str
) -> Answer:
    """Open the modal that adds time for a message; its link stays with the entry."""
    given = _words(text, None, ticket)
    return Answer(modal=_add_modal(asked, None, given=given, permalink=permalink))


def fill_in_start(asked: Asked, wish: StartWish, unclear: Refusal, *, switches: bool) -> Answer:
    """Open the modal of a start whose project is not clear, filled in with the rest of it."""
    view = _start_modal(asked, wish, switches=switches, asks=unclear.sentence)
    return Answer(modal=view, instead=draw_refusal(unclear, asked.delivery))


def fill_in_add(asked: Asked, wish: AddWish, unclear: Refusal) -> Answer:
    """Open the modal of time whose project is not clear, filled in with the rest of it."""
    view = _add_modal(asked, wish, asks=unclear.sentence)
    return Answer(modal=view, instead=draw_refusal(unclear, asked.delivery))


def open_edit(asked: Asked) -> Answer:
    """Open the entry that a button carries: one's own by its number, or any by its id."""
    if "entry" in asked.delivery.value:
        return open_entry_form(asked, entry_meant(asked))
    packed = asked.delivery.packed
    return edit_number(asked, int(packed) if packed.isdecimal() else None)


def edit_number(asked: Asked, number: int | None) -> Answer:
    """Open the entry of that number, or what runs, or the last one that has ended."""
    if number is not None:
        entry = get_own_entry(asked.session, member=asked.member, number=number, now=asked.now)
    else:
        entry = get_latest(asked.session, member=asked.member, now=asked.now)
    return open_entry_form(asked, entry)


def open_entry_form(asked: Asked, entry: TimeEntry) -> Answer:
    """Open this entry to change it, or say why it stays as it is."""

    def draw() -> Block:
        return edit_modal(asked, entry, entry_form.values_of(entry), entry.version)

    return unless_closed(asked, entry, draw)


def open_stop_at(asked: Asked) -> Answer:
    """Open the modal that asks when the running timer ended."""
    entry = find_running(asked.session, member=asked.member)
    if entry is None or str(entry.id) != asked.delivery.value.get("entry", str(entry.id)):
        raise TimerNotRunning
    likely = best_stop_time(asked.session, member=asked.member, entry=entry, now=asked.now)
    local = clock(likely, entry.zone).zfill(5)
    day = day_of(likely, entry.zone)
    kept = {"entry": entry.id}
    return Answer(modal=entry_form.stop_form(entry, day=day, minute=local, kept=kept))


def _start_wish(asked: Asked) -> StartWish | None:
    """Return the start that a button carries, or None."""
    value = asked.delivery.value
    carries = "project" in value or "text" in value
    return read_start_wish(asked.delivery.packed) if carries else None


def _start_modal(asked: Asked, wish: StartWish | None, *, switches: bool, asks: str = "") -> Block:
    given: dict[str, str | None] = {}
    project_id = _linked_project(asked) if wish is None else wish.project_id
    if wish is not None:
        given = _words(wish.text, wish.billable, wish.ticket)
        if wish.started_at:
            given[entry_form.AT] = clock(wish.started_at, asked.member.zone)
    return entry_form.start_form(
        given=given,
        project=find_project_option(asked, project_id),
        kept={},
        switches=switches,
        asks=asks,
    )


def _add_modal(
    asked: Asked,
    wish: AddWish | None,
    *,
    given: entry_form.Given | None = None,
    permalink: str = "",
    asks: str = "",
) -> Block:
    zone = asked.member.zone
    filled = dict(given or {})
    project_id = _linked_project(asked) if wish is None else wish.project_id
    if wish is not None:
        filled |= _words(wish.text, wish.billable, wish.ticket) | _span_words(wish, zone)
    filled.setdefault(entry_form.DAY, day_of(asked.now, zone).isoformat())
    return entry_form.add_form(
        given=filled,
        project=find_project_option(asked, project_id),
        zone=zone,
        kept={"permalink": permalink} if permalink else {},
        asks=asks,
    )


def _linked_project(asked: Asked) -> UUID | None:
    """Return the project that the channel is linked to, where it is one that takes time."""
    there = linked_here(asked)
    if there is None or there.unusable or there.place.project is None:
        return None
    return there.place.project.id


def edit_modal(
    asked: Asked,
    entry: TimeEntry,
    given: entry_form.Given,
    version: int,
    *,
    asks: str = "",
    ways: Sequence[Block] = (),
    long: str = "",
) -> Block:
    """Draw the modal of an entry, as it is or as it was filled in.

    Args:
        asked: who asks.
        entry: the entry.
        given: what the fields hold.
        version: the version of the entry that the person was shown.
        asks: a question to confirm by saving again, or why it was not saved.
        ways: buttons that help with what is asked.
        long: the times that the question was about.
    """
    project = given.get(entry_form.PROJECT)
    kept = {**asked.delivery.value} if asks else {}
    return entry_form.edit_form(
        entry,
        given=given,
        project=find_project_option(asked, UUID(project) if project else None),
        kept={**kept, "entry": entry.id, "version": version, "long": long},
        confirms=may_confirm(asked.session, asked.member, entry),
        asks=asks,
        ways=ways,
    )


def _words(text: str, billable: str | None, ticket: Ticket | None) -> dict[str, str | None]:
    named = (ticket.url or ticket.ref) if ticket else None
    return {
        entry_form.TEXT: text or None,
        entry_form.KIND: billable,
        entry_form.TICKET: named,
    }


def _span_words(wish: AddWish, zone: str) -> dict[str, str | None]:
    """Return the fields that say the wish's span again, to the minute."""
    span = wish.span
    if day_of(span.ended_at, zone) - day_of(span.started_at, zone) > timedelta(days=1):
        spent = format_duration(span.length)
    else:
        spent = f"{clock(span.started_at, zone)}-{clock(span.ended_at, zone)}"
    return {
        entry_form.SPENT: spent,
        entry_form.DAY: day_of(span.started_at, zone).isoformat(),
    }
