"""Which project is meant: buttons for every candidate, the nearest names, and the type-ahead."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from uuid import UUID

from timebot.clients.channel_links import LinkedPlace, find_linked, find_place_there
from timebot.clients.lookup import (
    Place,
    PlaceTakesNoTime,
    PlaceUnclear,
    PlaceUnknown,
    find_place,
    list_places,
)
from timebot.clients.models import Client, Project
from timebot.clients.names import loose_key
from timebot.errors import Refusal, WayOut
from timebot.slack.blocks import Block, cut, escape, option
from timebot.slack.desk import Asked
from timebot.slack.ids import Act
from timebot.timekeeping.overview import recent

MOST_BUTTONS = 5
_MOST_RECENT = 8
_OPTIONS = 100
_ALIKE = 0.6

Wish = Callable[[UUID | None, str], str | None]
"""Returns the value of a button that does the wish for a project with a text."""


@dataclass(frozen=True)
class Choice:
    """Where the time goes.

    Attributes:
        project: the project, or None to say it later.
        text: the description.
        said: a sentence in mrkdwn on the link of the channel; empty where it played no part.
    """

    project: Project | None
    text: str
    said: str = ""


class WhichPlace(Refusal):
    """The words name no project for certain; every candidate is a button."""


class NeedsForm(WhichPlace):
    """The words name nothing that is near, or too much: the modal asks, filled in with them.

    Attributes:
        packed: what the modal is filled in with, as the value of a button.
    """

    def __init__(self, reason: Refusal, packed: str, ways_out: Sequence[WayOut]) -> None:
        super().__init__(reason.sentence, example=reason.example, ways_out=ways_out)
        self.packed = packed


def choose_place(
    asked: Asked, words: str, *, typed: str, act: Act, form: Act, wish: Wish
) -> Choice:
    """Return the project that the words name, or the channel's link, and the description.

    Args:
        asked: who asks.
        words: client, project and description in one; empty for none.
        typed: what stands before them in an example, such as `add 1h30m`.
        act: what a candidate's button does.
        form: opens the modal in which every project can be chosen.
        wish: what the buttons carry.

    Raises:
        WhichPlace: if several fit, or none does but some are near.
        NeedsForm: if none is near, or more than there are buttons for.
        Refusal: as `find_place`.
    """
    there = linked_here(asked)
    try:
        return _chosen(asked, words, there)
    except PlaceUnclear as unclear:
        unclear.example = f"{asked.desk.command} {typed} {unclear.example_name}"
        raise _unclear(_noting(unclear, there), unclear, act, form, wish) from None
    except PlaceUnknown as unknown:
        unknown.example = f"{asked.desk.command} {typed} {unknown.example_name}"
        raise _unknown(asked, _noting(unknown, there), unknown, act, form, wish) from None
    except PlaceTakesNoTime as closed:
        ways_out = _elsewhere(form, wish(None, words))
        said = _noting(closed, there)
        raise WhichPlace(said.sentence, example=said.example, ways_out=ways_out) from None


def linked_here(asked: Asked) -> LinkedPlace | None:
    """Return what the channel is linked to in which somebody acts, or None."""
    channel_id = asked.delivery.channel_id
    if not channel_id:
        return None
    return find_linked(asked.session, workspace_id=asked.workspace.id, channel_id=channel_id)


def unusable_words(there: LinkedPlace) -> str:
    """Return why the channel's link does not count."""
    return f"This channel's link does not count, because {there.unusable}."


def _chosen(asked: Asked, words: str, there: LinkedPlace | None) -> Choice:
    session, workspace_id = asked.session, asked.workspace.id
    if there is not None and not there.unusable:
        place, text = find_place_there(
            session, workspace_id=workspace_id, words=words, linked=there.place
        )
        is_from_here = place.client.id == there.place.client.id
        said = f"The project comes from <#{escape(asked.delivery.channel_id)}>."
        return Choice(place.project, text, said if is_from_here else "")
    said = escape(unusable_words(there)) if there is not None else ""
    if not words:
        return Choice(None, "", said)
    place, text = find_place(session, workspace_id=workspace_id, words=words)
    return Choice(place.project, text, said)


def _noting(refusal: Refusal, there: LinkedPlace | None) -> Refusal:
    """Return the refusal with why the channel's link did not help."""
    if there is None or not there.unusable:
        return refusal
    sentence = f"{refusal.sentence} {unusable_words(there)}"
    return Refusal(sentence, example=refusal.example)


def project_options(asked: Asked) -> list[Block]:
    """Offer projects that take time while somebody types: recent ones first, then by name."""
    places = list_places(asked.session, workspace_id=asked.workspace.id, takes_time=True)
    typed = [_key(word) for word in asked.delivery.text.split()]
    places = [one for one in places if all(word in _keys(one) for word in typed)]
    order = _recent_first(asked)
    places.sort(key=lambda one: order.get(one.project.id if one.project else None, len(order)))
    return [project_option(one.client, one.project) for one in places[:_OPTIONS] if one.project]


def project_option(client: Client, project: Project) -> Block:
    """Return a project as a choice of the type-ahead."""
    return option(f"{cut(client.name, 36)}, {cut(project.name, 36)}", str(project.id))


def find_project_option(asked: Asked, project_id: UUID | None) -> Block | None:
    """Return the choice that stands for a project, or None for no project."""
    if project_id is None:
        return None
    project = asked.session.get(Project, (asked.workspace.id, project_id))
    if project is None:
        return None
    client = asked.session.get_one(Client, (project.workspace_id, project.client_id))
    return project_option(client, project)


def _unclear(said: Refusal, unclear: PlaceUnclear, act: Act, form: Act, wish: Wish) -> WhichPlace:
    found = [
        (place.name, wish(place.project.id, text))
        for place, text in zip(unclear.candidates, unclear.descriptions, strict=True)
        if place.project is not None
    ]
    packed = wish(None, unclear.descriptions[0])
    ways_out = _ways(found, act) + _elsewhere(form, packed)
    if packed and len(found) > MOST_BUTTONS:
        return NeedsForm(said, packed, ways_out)
    return WhichPlace(said.sentence, example=said.example, ways_out=ways_out)


def _unknown(
    asked: Asked, said: Refusal, unknown: PlaceUnknown, act: Act, form: Act, wish: Wish
) -> WhichPlace:
    found = [
        (one.name, wish(one.project.id, _rest(unknown.words, one)))
        for one in _near(asked, unknown)
        if one.project is not None
    ]
    packed = wish(None, unknown.words)
    ways_out = _ways(found, act) + _elsewhere(form, packed)
    if act is not Act.PLACE_PICK and packed:
        ways_out.append(WayOut("Start without a project", act, packed))
    if packed and not found:
        return NeedsForm(said, packed, ways_out)
    return WhichPlace(said.sentence, example=said.example, ways_out=ways_out)


def _near(asked: Asked, unknown: PlaceUnknown) -> list[Place]:
    """Return the places that take time of the nearest names, each once."""
    places = list_places(asked.session, workspace_id=asked.workspace.id, takes_time=True)
    near = [
        one
        for name in unknown.nearest
        for one in places
        if name in (one.name, one.client.name) and one.project is not None
    ]
    return list({one.key: one for one in near}.values())


def _ways(found: Sequence[tuple[str, str | None]], act: Act) -> list[WayOut]:
    return [WayOut(name, act, value) for name, value in found[:MOST_BUTTONS] if value]


def _elsewhere(form: Act, value: str | None) -> list[WayOut]:
    return [WayOut("Choose from all projects", form, value)] if value else []


def _rest(words: str, place: Place) -> str:
    """Return the words without those at their beginning that look like the place's name."""
    typed = words.split()
    named = len(place.name.split())
    likeness = [
        (SequenceMatcher(None, " ".join(typed[:count]).casefold(), name).ratio(), count)
        for count in range(1, min(named, len(typed)) + 1)
        for name in (place.name.casefold(), place.client.name.casefold())
    ]
    best, count = max(likeness)
    return " ".join(typed[count:]) if best >= _ALIKE else words


def _keys(place: Place) -> str:
    names = [place.name, *place.client.aliases, *(place.project.aliases if place.project else [])]
    return " ".join(_key(word) for name in names for word in name.split())


def _key(word: str) -> str:
    # Without case and accents; an emoji stays what it is.
    return loose_key(word) or word.casefold()


def _recent_first(asked: Asked) -> dict[UUID | None, int]:
    latest = recent(asked.session, member=asked.member, limit=_MOST_RECENT)
    order: dict[UUID | None, int] = {}
    for one in latest:
        if one.entry.project_id is not None:
            order.setdefault(one.entry.project_id, len(order))
    return order
