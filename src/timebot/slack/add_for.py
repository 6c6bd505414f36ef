"""Adding time for somebody else, in a modal; the person is told at once."""

import re
from collections.abc import Mapping
from uuid import UUID

from timebot.clients.lookup import find_place
from timebot.errors import Refusal
from timebot.slack import entry_form
from timebot.slack.answer import Answer, AtField
from timebot.slack.billing_words import person_of
from timebot.slack.blocks import Block, field, modal, text_field, type_ahead
from timebot.slack.corrected_reply import draw_corrected
from timebot.slack.desk import SURFACE, Asked, Feature
from timebot.slack.entry_fields import day_in, project_in, text_in, under_fields
from timebot.slack.form_fields import Field, filled
from timebot.slack.ids import Act, Form
from timebot.slack.place_choice import find_project_option
from timebot.team.days import day_of
from timebot.team.rights import require
from timebot.timekeeping.durations import DurationUnclear, parse_duration
from timebot.timekeeping.limits import EndsBeforeStart, LongTime, TimeInFuture
from timebot.timekeeping.manual import add_entry, place
from timebot.timekeeping.moments import find_day
from timebot.timekeeping.on_behalf import HasLeft, NoTimeOfTheirs, NotKnownYet
from timebot.timekeeping.phrases import leading_duration
from timebot.timekeeping.wording import LONGEST_TEXT, clean_plain, clean_text

PERSON = "person"
_FOR = re.compile(r"\s*\bfor\s+<@([UW][A-Z0-9]+)(?:\|[^>]*)?>\s*", re.IGNORECASE)


def open_add_for(asked: Asked) -> Answer:
    """Open the modal that adds time for somebody."""
    return _opened(asked, {})


def add_for_typed(asked: Asked) -> Answer | None:
    """Open the modal for `add 1h30m Acme logo yesterday for @ana`; None where nobody is named."""
    named = _FOR.search(asked.delivery.text)
    if named is None:
        return None
    words = clean_text(_FOR.sub(" ", asked.delivery.text)).split()[1:]
    behind = _behind_duration(words)
    given: dict[str, str | None] = {PERSON: named[1].upper()}
    given[entry_form.SPENT] = " ".join(words[: len(words) - len(behind)]) or None
    rest = _take_day(asked, " ".join(behind), given)
    given[entry_form.TEXT] = rest or None
    if rest:
        given |= _place_in(asked, rest)
    return _opened(asked, given)


def save_added_for(asked: Asked) -> Answer:
    """Add the time that was filled in, for the person who was chosen."""
    state = asked.delivery.state
    require(asked.session, asked.member, "approver", to="add time for others", now=asked.now)
    author = person_of(asked, filled(asked.delivery, PERSON))
    more: Mapping[type[Refusal], str] = {
        EndsBeforeStart: entry_form.SPENT,
        TimeInFuture: entry_form.SPENT,
        LongTime: entry_form.SPENT,
    }
    try:
        with under_fields(more), asked.session.begin_nested():
            span = place(
                asked.session,
                parse_duration(clean_plain(state.get(entry_form.SPENT) or "")),
                workspace=asked.workspace,
                member=author,
                day=day_in(state),
                now=asked.now,
            )
            added = add_entry(
                asked.session,
                workspace=asked.workspace,
                member=author,
                actor=asked.member,
                project=project_in(asked),
                span=span,
                text=text_in(state),
                now=asked.now,
                surface=SURFACE,
            )
    except DurationUnclear as unclear:
        words = f"{unclear.sentence} Write {unclear.number}m or {unclear.number}h."
        raise AtField(entry_form.SPENT, words) from None
    except (HasLeft, NoTimeOfTheirs, NotKnownYet) as refusal:
        raise AtField(PERSON, refusal) from None
    return draw_corrected(asked, added.entry, "Added")


def _opened(asked: Asked, given: Mapping[str, str | None]) -> Answer:
    require(asked.session, asked.member, "approver", to="add time for others", now=asked.now)
    return Answer(modal=_form(asked, given))


def _form(asked: Asked, given: Mapping[str, str | None]) -> Block:
    today = day_of(asked.now, asked.member.zone).isoformat()
    text = {**text_field(initial=given.get(entry_form.TEXT) or ""), "max_length": LONGEST_TEXT}
    spent = text_field(initial=given.get(entry_form.SPENT) or "", placeholder="1h30m or 9:00-10:30")
    blocks = [
        Field(PERSON, "Person", "person", hint="They are told at once.").draw(given.get(PERSON)),
        field(entry_form.PROJECT, "Project", _project(asked, given), optional=True),
        field(entry_form.SPENT, "How long, or from when to when", spent),
        Field(entry_form.DAY, "Day", "day", hint="In the time zone of the person.").draw(
            given.get(entry_form.DAY) or today
        ),
        field(entry_form.TEXT, "Text", text, optional=True),
    ]
    return modal(Form.ADD_FOR, "Add time for somebody", blocks, submit="Add")


def _project(asked: Asked, given: Mapping[str, str | None]) -> Block:
    chosen = given.get(entry_form.PROJECT)
    option = find_project_option(asked, UUID(chosen) if chosen else None)
    return type_ahead(Act.ENTRY_PROJECT, chosen=option, placeholder="Type a client or project")


def _behind_duration(words: list[str]) -> list[str]:
    """Return the words behind the duration; of one that cannot be read, the form says so."""
    try:
        return leading_duration(words)[1]
    except Refusal:
        return words[1:]


def _take_day(asked: Asked, words: str, given: dict[str, str | None]) -> str:
    """Note the day that the last word says, and return the words before it; else all of them."""
    before, _, last = words.rpartition(" ")
    day = find_day(last, today=day_of(asked.now, asked.member.zone))
    if day is None:
        return words
    given[entry_form.DAY] = day.isoformat()
    return before


def _place_in(asked: Asked, words: str) -> dict[str, str | None]:
    """Return project and text where the words name one project; else they all are the text."""
    try:
        place_meant, text = find_place(asked.session, workspace_id=asked.workspace.id, words=words)
    except Refusal:
        return {}
    if place_meant.project is None:
        return {}
    return {entry_form.PROJECT: str(place_meant.project.id), entry_form.TEXT: text or None}


ACTIONS: Mapping[str, Feature] = {Act.ADD_FOR_FORM: open_add_for}
FORMS: Mapping[str, Feature] = {Form.ADD_FOR: save_added_for}
