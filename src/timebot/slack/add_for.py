"""Adding time for somebody else, in a modal; the person is told at once."""

import re
from collections.abc import Mapping
from uuid import UUID

from timebot.errors import Refusal, WayOut
from timebot.slack import entry_form
from timebot.slack.answer import Answer, AtField
from timebot.slack.billing_words import person_of
from timebot.slack.blocks import Block
from timebot.slack.corrected_reply import draw_corrected
from timebot.slack.desk import Asked, Feature
from timebot.slack.entry_saving import add_filled_in, filled_in_again, skipped_words
from timebot.slack.form_fields import filled
from timebot.slack.ids import Act, Form, pack
from timebot.slack.place_choice import choose_place, find_project_option
from timebot.slack.timer_replies import draw_added
from timebot.team.days import day_of
from timebot.team.rights import may, require
from timebot.timekeeping.limits import LongTime
from timebot.timekeeping.locks import PeriodLocked
from timebot.timekeeping.on_behalf import HasLeft, NoTimeOfTheirs, NotKnownYet
from timebot.timekeeping.phrases import leading_duration, read_work
from timebot.timekeeping.wording import clean_text

_FOR = re.compile(r"\s*\bfor\s+<@([UW][A-Z0-9]+)(?:\|[^>]*)?>\s*", re.IGNORECASE)
_FOR_NAME = re.compile(r"\s*\bfor\s+(@[\w.-]*\w)\s*", re.IGNORECASE)


class ForWhom(Refusal):
    """Time for a name that Slack did not turn into a person: somebody else's, or one's own text?"""

    def __init__(self, asked: Asked, name: str, words: str) -> None:
        if may(asked.member, "approver"):
            said = "Choose the person from a list, or type @ and pick the name that Slack offers."
        else:
            said = "Only approvers add time for others: ask one, or say that it is your own time."
        super().__init__(
            f"Slack did not tell me who {name[:40]} is, so nothing was added. {said}",
            example=f"{asked.desk.command} add 1h30m Acme logo for @ana",
            ways_out=_ways_out(asked, words),
        )


def open_add_for(asked: Asked) -> Answer:
    """Open the modal that adds time for somebody, filled in with what a button carries."""
    words = _FOR_NAME.sub(" ", asked.delivery.value.get("words", ""), count=1)
    return _opened(asked, words, None)


def add_for_typed(asked: Asked) -> Answer | None:
    """Open the modal for `add 1h30m Acme logo yesterday for @ana`; None where nobody is named.

    Raises:
        ForWhom: if a name is typed as plain text.
        NotAllowed: if the person may not add time for others.
    """
    named = _FOR.search(asked.delivery.text)
    if named is not None:
        words = _FOR.sub(" ", asked.delivery.text, count=1)
        return _opened(asked, _behind_verb(words), named[1].upper())
    words = _behind_verb(asked.delivery.text)
    typed = _FOR_NAME.search(words)
    if typed is not None:
        raise ForWhom(asked, typed[1], words)
    return None


def save_added_for(asked: Asked) -> Answer:
    """Add the time that was filled in, for the person who was chosen."""
    require(asked.session, asked.member, "approver", to="add time for others", now=asked.now)
    author = person_of(asked, filled(asked.delivery, entry_form.PERSON))
    try:
        added = add_filled_in(asked, author=author)
    except (LongTime, PeriodLocked) as refusal:
        return Answer(next_view=entry_form.add_for_form(**filled_in_again(asked, refusal)))
    except (HasLeft, NoTimeOfTheirs, NotKnownYet) as refusal:
        raise AtField(entry_form.PERSON, refusal) from None
    said = skipped_words(asked, added)
    if author.id == asked.member.id:
        return draw_added(asked, added, said=said)
    return draw_corrected(asked, added.entry, "Added", said=said)


def _opened(asked: Asked, words: str, person: str | None) -> Answer:
    require(asked.session, asked.member, "approver", to="add time for others", now=asked.now)
    return Answer(modal=_form(asked, words, person))


def _form(asked: Asked, words: str, person: str | None) -> Block:
    today = day_of(asked.now, asked.member.zone)
    spent, behind = _duration_and_rest(words.split())
    work = read_work(behind, today=today)
    place, asks = _place_in(asked, work.words)
    ticket = (work.ticket.url or work.ticket.ref) if work.ticket else None
    given = {
        entry_form.PERSON: person,
        entry_form.SPENT: spent,
        entry_form.DAY: (work.day or today).isoformat(),
        entry_form.KIND: work.billable,
        entry_form.TICKET: ticket,
        **place,
    }
    chosen = given.get(entry_form.PROJECT)
    project = find_project_option(asked, UUID(chosen) if chosen else None)
    return entry_form.add_for_form(given=given, project=project, kept={}, asks=asks)


def _ways_out(asked: Asked, words: str) -> list[WayOut]:
    own = WayOut("It is my own time", Act.TIMER_ADD, words)
    try:
        choose = WayOut("Choose the person", Act.ADD_FOR_FORM, pack({"words": words}))
    except ValueError:
        # No entry keeps a text that is too long for a button.
        return []
    return [choose, own] if may(asked.member, "approver") else [own]


def _behind_verb(text: str) -> str:
    return clean_text(text).partition(" ")[2]


def _duration_and_rest(words: list[str]) -> tuple[str, list[str]]:
    """Return the duration as typed and the words behind; of an unreadable one the form says so."""
    try:
        behind = leading_duration(words)[1]
    except Refusal:
        behind = words[1:]
    return " ".join(words[: len(words) - len(behind)]), behind


def _place_in(asked: Asked, words: str) -> tuple[dict[str, str | None], str]:
    """Return project and text, and what is asked where the words name no project for certain."""
    try:
        choice = choose_place(
            asked,
            words,
            typed="add 1h30m",
            act=Act.PLACE_PICK,
            form=Act.ADD_FOR_FORM,
            wish=lambda _project, _text: None,
        )
    except Refusal as unclear:
        return {entry_form.TEXT: words or None}, unclear.sentence
    project = str(choice.project.id) if choice.project else None
    return {entry_form.PROJECT: project, entry_form.TEXT: choice.text or None}, ""


ACTIONS: Mapping[str, Feature] = {Act.ADD_FOR_FORM: open_add_for}
FORMS: Mapping[str, Feature] = {Form.ADD_FOR: save_added_for}
