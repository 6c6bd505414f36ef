"""What stands after the billing command, taken apart: people, amounts, days and names."""

import re
from dataclasses import dataclass
from datetime import date

from timebot.clients.lookup import PlaceUnknown, find_client, find_place
from timebot.clients.models import Client
from timebot.clients.names import name_key
from timebot.clients.places import Place, all_places
from timebot.errors import Refusal
from timebot.money import Money, UnknownCurrency, currency_code
from timebot.slack.blocks import escape
from timebot.slack.desk import Asked
from timebot.slack.profile_asking import want_profile
from timebot.team.days import day_of
from timebot.team.members import find_member, meet_member
from timebot.team.models import Member
from timebot.timekeeping.moments import NotADay, find_day
from timebot.timekeeping.wording import clean_text

_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|([^>]*))?>")
_AT_NAME = re.compile(r"(?<!\S)@[\w.-]+")
_FROM = re.compile(r"^(?P<before>.*?)(?:^|\s)from\s+(?P<day>\S+(?:\s\S+){0,2})$", re.IGNORECASE)
_AMOUNT = re.compile(
    r"^(?P<before>.*?)(?:^|\s+)(?P<amount>-?[$€£¥]?\d[\d.,']*)\s*(?P<currency>[A-Za-z]{3})?"
    r"(?:\s*(?:/|an|per)\s*h(?:our)?)?$"
)
_QUOTED = re.compile(r'^"(?P<name>[^"]+)"\s*(?P<rest>.*)$')


class PersonUnclear(Refusal):
    """The person was typed as plain text, which Slack did not turn into a mention."""

    def __init__(self, words: str) -> None:
        super().__init__(
            f"I cannot tell who {words} is. Type @ and pick the person from Slack's list.",
            example="/billing role @ana approver",
        )


class LeftOver(Refusal):
    """Something was typed that could not be used; nothing is done halfway."""

    def __init__(self, place: str, rest: str, example: str) -> None:
        super().__init__(
            f"I read {place}, but not what follows: {rest}. Nothing was changed.", example=example
        )


class DayUnclear(Refusal):
    """The words after `from` are no day."""

    def __init__(self, words: str) -> None:
        super().__init__(
            f"I cannot read {words[:40]} as a day. Write it as 2026-12-01. Nothing was changed.",
            example="/billing rate Acme 95 from 2026-12-01",
        )


@dataclass(frozen=True)
class TypedAmount:
    """An amount at the end of some words.

    Attributes:
        before: the words before it.
        amount: its digits, not read yet.
        currency: the ISO code that was typed, or None.
    """

    before: str
    amount: str
    currency: str | None

    def money(self, currency: str) -> Money:
        """Return the amount; the typed currency goes before the given one."""
        return Money.parse(self.amount, self.currency or currency)


def take_person(asked: Asked, text: str) -> tuple[Member | None, str]:
    """Split the first mention of a person off, and make them known; None without one.

    Raises:
        PersonUnclear: if a name was typed with an @ that is no mention.
    """
    match = _PERSON.search(text)
    if match is None:
        typed = _AT_NAME.search(text)
        if typed is not None:
            raise PersonUnclear(typed.group())
        return None, text
    return person_of(asked, match.group(1)), f"{text[: match.start()]} {text[match.end() :]}"


def person_of(asked: Asked, slack_user_id: str) -> Member:
    """Return the member behind a Slack id; one who never spoke to timebot becomes known.

    Slack confirms their profile when they come by; until then no right beyond their own time
    counts, see `team.rights.require`.
    """
    known = find_member(asked.session, workspace_id=asked.workspace.id, slack_user_id=slack_user_id)
    if known is not None:
        return known
    want_profile(asked, slack_user_id)
    return meet_member(
        asked.session,
        workspace=asked.workspace,
        slack_user_id=slack_user_id,
        profile=None,
        owner_hint=asked.desk.owner_hint,
        now=asked.now,
    )


def take_from(asked: Asked, text: str) -> tuple[date | None, str]:
    """Split `from 2026-12-01` off the end; None where it is not there, or part of a name."""
    match = _FROM.match(text)
    try:
        day = find_day(match["day"], today=today_of(asked)) if match else None
    except NotADay:
        raise DayUnclear(match["day"] if match else text) from None
    return (None, text) if match is None or day is None else (day, match["before"].strip())


def take_amount(text: str) -> TypedAmount | None:
    """Split an amount off the end, with its currency where one is named; None without one."""
    match = _AMOUNT.match(text.strip())
    if match is None:
        return None
    currency = match["currency"]
    if currency is not None:
        currency = currency_code(currency)
    return TypedAmount(match["before"].strip(), match["amount"].lstrip("$€£¥"), currency)


def take_currency(text: str) -> tuple[str | None, str]:
    """Split a currency off the end; None where the last word is none."""
    before, _, last = text.strip().rpartition(" ")
    try:
        return currency_code(last), before.strip()
    except UnknownCurrency:
        return None, text.strip()


def take_client(asked: Asked, text: str) -> tuple[Client, str]:
    """Return the client that the first words name, and the rest; exact names go first.

    Raises:
        PlaceUnknown, PlaceUnclear, PlaceMissing, NoClientsYet: see `find_client`.
    """
    quoted = _QUOTED.match(text.strip())
    if quoted:
        found = find_client(asked.session, workspace_id=asked.workspace.id, words=quoted["name"])
        return found, quoted["rest"].strip()
    words = text.split()
    exact = _exact_client(asked, words)
    if exact is not None:
        return exact
    for count in range(len(words), 1, -1):
        try:
            client = find_client(
                asked.session, workspace_id=asked.workspace.id, words=" ".join(words[:count])
            )
        except PlaceUnknown:
            continue
        return client, " ".join(words[count:])
    client = find_client(asked.session, workspace_id=asked.workspace.id, words=" ".join(words[:1]))
    return client, " ".join(words[1:])


def whole_client(asked: Asked, text: str) -> Client:
    """Return the client that all the words name.

    Raises:
        PlaceUnknown, PlaceUnclear, PlaceMissing, NoClientsYet: see `find_client`.
    """
    return find_client(asked.session, workspace_id=asked.workspace.id, words=cleaned(text))


def whole_place(asked: Asked, text: str, *, example: str) -> Place:
    """Return the client or project that all the words name.

    Raises:
        LeftOver: if words are left over.
        PlaceUnknown, PlaceUnclear, PlaceMissing, NoClientsYet: see `find_place`.
    """
    place, rest = find_place(
        asked.session, workspace_id=asked.workspace.id, words=text, takes_time=False
    )
    if rest:
        raise LeftOver(place.name, rest, example)
    return place


def cleaned(text: str) -> str:
    """Return typed words as one clean line; Slack's own forms become what the person saw."""
    return clean_text(text)


def today_of(asked: Asked) -> date:
    """Return the day it is for the workspace."""
    return day_of(asked.now, asked.workspace.zone)


def person_words(member: Member) -> str:
    """Return a person for mrkdwn: by name, or by mention while only Slack knows the name."""
    if member.name == member.slack_user_id:
        return f"<@{member.slack_user_id}>"
    return escape(member.name)


def _exact_client(asked: Asked, words: list[str]) -> tuple[Client, str] | None:
    clients = {
        key: place.client
        for place in all_places(asked.session, workspace_id=asked.workspace.id)
        if place.project is None
        for key in map(name_key, (place.client.name, *place.client.aliases))
    }
    for count in range(len(words), 0, -1):
        client = clients.get(name_key(" ".join(words[:count])))
        if client is not None:
            return client, " ".join(words[count:])
    return None
