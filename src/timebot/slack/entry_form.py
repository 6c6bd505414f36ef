"""The modals in which time is started, added and changed. Pure drawing."""

from collections.abc import Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from timebot.slack.blocks import (
    Block,
    actions,
    context,
    field,
    modal,
    option,
    plain,
    section,
    select,
    text_field,
    type_ahead,
)
from timebot.slack.entry_more import more_buttons
from timebot.slack.form_fields import Field
from timebot.slack.ids import Act, Form
from timebot.slack.time_words import clock, hours, source_link, ticket
from timebot.slack.words import weekday_words
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.wording import LONGEST_TEXT

PERSON, PROJECT, TEXT, AT, SPENT, DAY, BEGAN, ENDED, KIND, TICKET = (
    "person",
    "project",
    "text",
    "at",
    "spent",
    "day",
    "began",
    "ended",
    "kind",
    "ticket",
)
"""The fields, by block id."""

OF_PROJECT = "of_project"
"""The choice that leaves the kind to the project."""

_KINDS = {
    OF_PROJECT: "As the project says",
    "billable": "Billable",
    "no_charge": "No charge (on the invoice at zero)",
    "internal": "Internal (never on an invoice)",
}
Given = Mapping[str, str | None]
"""What the fields hold, by block id, as typed."""


def start_form(
    *,
    given: Given,
    project: Block | None,
    kept: Mapping[str, object],
    switches: bool = False,
    asks: str = "",
    ways: Sequence[Block] = (),
) -> Block:
    """Draw the modal that starts a timer.

    Args:
        given: what the fields hold at first.
        project: the choice of the project, or None.
        kept: what travels along unseen.
        switches: whether a running timer is stopped for it, whatever the workspace's rule.
        asks: what is asked on top: which project, to submit it again, or why it was not started.
        ways: buttons that help with that.
    """
    title = "Switch to another task" if switches else "Start a timer"
    return modal(
        Form.START,
        title,
        [
            *_question(asks, ways),
            _project(project),
            _text(given),
            field(
                AT,
                "Started at",
                text_field(initial=given.get(AT) or "", placeholder="Now"),
                hint="Empty for now. Or write 9:15, or -20m for 20 minutes ago.",
                optional=True,
            ),
            _kind(given.get(KIND) or OF_PROJECT),
            _ticket(given),
        ],
        submit="Switch" if switches else "Start",
        kept={**kept, "switches": int(switches)},
    )


def add_form(
    *,
    given: Given,
    project: Block | None,
    zone: str,
    kept: Mapping[str, object],
    asks: str = "",
    ways: Sequence[Block] = (),
) -> Block:
    """Draw the modal that adds time by hand; on top what is asked, with buttons that help."""
    blocks = [
        *_question(asks, ways),
        *_sources(source_link(str(kept.get("permalink") or ""))),
        *_by_hand(given, project, day_hint=f"In your time zone, {zone}."),
    ]
    return modal(Form.ADD, "Add time", blocks, submit="Add", kept=kept)


def add_for_form(
    *,
    given: Given,
    project: Block | None,
    kept: Mapping[str, object],
    asks: str = "",
    ways: Sequence[Block] = (),
) -> Block:
    """Draw the modal that adds time for somebody; on top what is asked, with buttons that help."""
    person = Field(PERSON, "Person", "person", hint="They are told at once.")
    blocks = [
        *_question(asks, ways),
        person.draw(given.get(PERSON)),
        *_by_hand(given, project, day_hint="In the time zone of the person."),
    ]
    return modal(Form.ADD_FOR, "Add time for somebody", blocks, submit="Add", kept=kept)


def edit_form(
    entry: TimeEntry,
    *,
    given: Given,
    project: Block | None,
    kept: Mapping[str, object],
    confirms: bool,
    asks: str = "",
    ways: Sequence[Block] = (),
) -> Block:
    """Draw the modal that changes an entry; a running timer has a start only.

    Args:
        entry: the entry.
        given: what the fields hold.
        project: the choice of the project, or None.
        kept: what travels along unseen.
        confirms: whether who saves it vouches for an end that was guessed.
        asks: what is asked on top, or why it was not saved.
        ways: buttons that help with that.
    """
    is_closed = entry.ended_at is not None
    begun = field(BEGAN, "From", _time(given.get(BEGAN)), hint=f"In {entry.zone}.")
    blocks = [
        *_question(asks, ways),
        *_warning(entry, confirms=confirms),
        *_sources(ticket(entry), source_link(entry.permalink or "")),
        _project(project),
        _text(given),
        *([field(DAY, "Day", _date(given.get(DAY)))] if is_closed else []),
        begun,
        *([field(ENDED, "To", _time(given.get(ENDED)))] if is_closed else []),
        _kind(given.get(KIND) or entry.billable, follows_project=False),
        _ticket(given),
        more_buttons(entry),
    ]
    return modal(Form.EDIT, f"Entry #{entry.number}", blocks, submit="Save", kept=kept)


def stop_form(
    entry: TimeEntry,
    *,
    day: date,
    minute: str,
    kept: Mapping[str, object],
    asks: str = "",
    form: Form = Form.STOP_AT,
) -> Block:
    """Draw the modal that asks when a timer ended: one that runs, or one that timebot stopped."""
    began = f"{clock(entry.started_at, entry.zone)} on {weekday_words(entry.worked_on)}"
    return modal(
        form,
        "When did it end?",
        [
            *_question(asks),
            section(f"#{entry.number} began at {began} ({entry.zone})."),
            field(DAY, "Day", _date(day.isoformat())),
            field(AT, "Time", _time(minute)),
        ],
        submit="Stop it then" if form is Form.STOP_AT else "It ended then",
        kept=kept,
    )


def values_of(entry: TimeEntry) -> dict[str, str | None]:
    """Return what the fields of the edit form hold for the entry."""
    zone = ZoneInfo(entry.zone)
    ended = entry.ended_at.astimezone(zone) if entry.ended_at else None
    return {
        PROJECT: str(entry.project_id) if entry.project_id else None,
        TEXT: entry.text or None,
        DAY: entry.worked_on.isoformat(),
        BEGAN: f"{entry.started_at.astimezone(zone):%H:%M}",
        ENDED: f"{ended:%H:%M}" if ended else None,
        KIND: entry.billable,
        TICKET: entry.ticket_url or entry.ticket_ref,
    }


def long_question(seconds: int) -> str:
    """Return the question before an entry of more than a day is saved."""
    return f"That would be {hours(seconds)} in one entry. If that is right, save it again."


def _by_hand(given: Given, project: Block | None, *, day_hint: str) -> list[Block]:
    """Return the fields of time that is added by hand, whoever worked it."""
    spent = text_field(initial=given.get(SPENT) or "", placeholder="1h30m or 9:00-10:30")
    return [
        _project(project),
        field(SPENT, "How long, or from when to when", spent),
        field(DAY, "Day", _date(given.get(DAY)), hint=day_hint),
        _text(given),
        _kind(given.get(KIND) or OF_PROJECT),
        _ticket(given),
    ]


def _question(asks: str, ways: Sequence[Block] = ()) -> list[Block]:
    buttons = [actions(*ways)] if ways else []
    return [{"type": "section", "text": plain(asks)}, *buttons] if asks else []


def _warning(entry: TimeEntry, *, confirms: bool) -> list[Block]:
    if not entry.is_confirmed:
        whose = "Saving confirms it." if confirms else "Whoever recorded it has been asked."
        return [context(f"Nobody has confirmed when it ended. {whose}")]
    done = {"pending_review": "waits for approval", "approved": "is approved"}.get(entry.state)
    if done is None:
        return []
    return [context(f"It {done}. If you change it, it becomes a draft again.")]


def _sources(*links: str) -> list[Block]:
    """Show where the work comes from: its ticket, its message."""
    known = [each for each in links if each]
    return [context(" · ".join(known))] if known else []


def _project(chosen: Block | None) -> Block:
    element = type_ahead(Act.ENTRY_PROJECT, chosen=chosen, placeholder="Type a client or project")
    return field(PROJECT, "Project", element, optional=True)


def _text(given: Given) -> Block:
    element = text_field(initial=given.get(TEXT) or "", placeholder="What you are doing")
    return field(TEXT, "Text", {**element, "max_length": LONGEST_TEXT}, optional=True)


def _kind(chosen: str, *, follows_project: bool = True) -> Block:
    choices = [
        option(label, name)
        for name, label in _KINDS.items()
        if follows_project or name != OF_PROJECT
    ]
    initial = next((one for one in choices if one["value"] == chosen), choices[0])
    return field(KIND, "Billing", select("value", choices, chosen=initial))


def _ticket(given: Given) -> Block:
    element = text_field(initial=given.get(TICKET) or "", placeholder="ABC-123, or a link")
    return field(TICKET, "Ticket", element, optional=True)


def _date(initial: str | None) -> Block:
    element: Block = {"type": "datepicker", "action_id": "value"}
    return {**element, "initial_date": initial} if initial else element


def _time(initial: str | None) -> Block:
    element: Block = {"type": "timepicker", "action_id": "value"}
    return {**element, "initial_time": initial} if initial else element
