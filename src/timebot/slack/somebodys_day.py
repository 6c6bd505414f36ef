"""A day of somebody else, chosen in a modal or typed: its entries, each with what can be done."""

from collections.abc import Mapping
from datetime import date

from timebot.slack.answer import Answer, AtField
from timebot.slack.billing_words import PersonUnclear, person_of, take_person
from timebot.slack.blocks import Block, modal
from timebot.slack.desk import Asked, Feature
from timebot.slack.form_fields import Field, draw_fields, filled
from timebot.slack.ids import Act, Form
from timebot.slack.others_entries import day_modal
from timebot.slack.time_lists import list_day
from timebot.team.days import day_of
from timebot.team.models import Member
from timebot.team.rights import require
from timebot.timekeeping.moments import DayInFuture, NotADay, parse_day
from timebot.timekeeping.wording import clean_text

PERSON, DAY = "person", "day"
_FIELDS = (
    Field(PERSON, "Person", "person", hint="They are told of each change at once."),
    Field(DAY, "Day", "day", hint="In the time zone of the person."),
)


def open_choice(asked: Asked) -> Answer:
    """Open the modal that asks whose day is meant."""
    require(asked.session, asked.member, "approver", to="correct time for others", now=asked.now)
    today = day_of(asked.now, asked.member.zone).isoformat()
    fields: list[Block] = draw_fields(_FIELDS, {DAY: today})
    return Answer(modal=modal(Form.CORRECT_FOR, "Correct time", fields, submit="Show"))


def show_chosen(asked: Asked) -> Answer:
    """Show the day that was chosen, in place of the question."""
    require(asked.session, asked.member, "approver", to="correct time for others", now=asked.now)
    somebody = person_of(asked, filled(asked.delivery, PERSON))
    try:
        day = date.fromisoformat(filled(asked.delivery, DAY))
    except ValueError:
        raise AtField(DAY, "Please choose a day.") from None
    if somebody.id == asked.member.id:
        own = f"{asked.desk.command} today {day.isoformat()}"
        raise AtField(PERSON, f"That is you. {own} lists your own entries of that day.")
    return Answer(next_view=day_modal(asked, somebody, day))


def correct_typed(asked: Asked) -> Answer | None:
    """Open the day of `edit @ana yesterday`, one's own as a list; None where nobody is named."""
    if "@" not in asked.delivery.text:
        return None
    require(asked.session, asked.member, "approver", to="correct time for others", now=asked.now)
    try:
        somebody, words = take_person(asked, asked.delivery.text)
    except PersonUnclear as unclear:
        unclear.example = f"{asked.desk.command} edit @ana yesterday"
        raise
    if somebody is None:
        return None
    day = _day(asked, somebody, words)
    if somebody.id == asked.member.id:
        return list_day(asked, day)
    return Answer(modal=day_modal(asked, somebody, day))


def _day(asked: Asked, somebody: Member, words: str) -> date:
    """Return the day behind the verb, in the person's zone; today where none is said."""
    _, *rest = clean_text(words).split()
    today = day_of(asked.now, somebody.zone)
    said = " ".join(word for word in rest if word.casefold() not in {"for", "of"})
    try:
        return parse_day(said, today=today) if said else today
    except (NotADay, DayInFuture) as refusal:
        refusal.example = f"{asked.desk.command} edit @{somebody.name} yesterday"
        raise


ACTIONS: Mapping[str, Feature] = {Act.CORRECT_FOR_FORM: open_choice}
FORMS: Mapping[str, Feature] = {Form.CORRECT_FOR: show_chosen}
