"""Which project is meant: buttons for every candidate, the nearest names, and the type-ahead."""

from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from uuid import UUID

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
from timebot.slack.blocks import Block, cut, option
from timebot.slack.desk import Asked
from timebot.slack.ids import Act
from timebot.timekeeping.overview import recent

MOST_BUTTONS = 5
_MOST_RECENT = 8
_OPTIONS = 100
_ALIKE = 0.6

Wish = Callable[[UUID | None, str], str | None]
"""Returns the value of a button that does the wish for a project with a text."""


class WhichPlace(Refusal):
    """The words name no project for certain; every candidate is a button."""


def choose_place(
    asked: Asked, words: str, *, act: Act, form: Act, wish: Wish
) -> tuple[Project | None, str]:
    """Return the project that the words name, and the rest as the description.

    Args:
        asked: who asks.
        words: client, project and description in one; empty for none.
        act: what a candidate's button does.
        form: opens the modal in which every project can be chosen.
        wish: what the buttons carry.

    Raises:
        WhichPlace: if several fit, or none does.
        Refusal: as `find_place`.
    """
    if not words:
        return None, ""
    try:
        place, text = find_place(asked.session, workspace_id=asked.workspace.id, words=words)
    except PlaceUnclear as unclear:
        raise _unclear(unclear, act, form, wish) from None
    except PlaceUnknown as unknown:
        raise _unknown(asked, unknown, act, form, wish) from None
    except PlaceTakesNoTime as closed:
        ways_out = _ways([], act) + _elsewhere(form, wish(None, words))
        raise WhichPlace(closed.sentence, example=closed.example, ways_out=ways_out) from None
    return place.project, text


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


def _unclear(unclear: PlaceUnclear, act: Act, form: Act, wish: Wish) -> WhichPlace:
    found = [
        (place.name, wish(place.project.id, text))
        for place, text in zip(unclear.candidates, unclear.descriptions, strict=True)
        if place.project is not None
    ]
    # The sixth and further candidates are found by typing a few letters into the form.
    more = _elsewhere(form, wish(None, unclear.descriptions[0])) if _too_many(found) else []
    return WhichPlace(unclear.sentence, example=unclear.example, ways_out=_ways(found, act) + more)


def _unknown(asked: Asked, unknown: PlaceUnknown, act: Act, form: Act, wish: Wish) -> WhichPlace:
    places = list_places(asked.session, workspace_id=asked.workspace.id, takes_time=True)
    near = [
        one
        for name in unknown.nearest
        for one in places
        if name in (one.name, one.client.name) and one.project is not None
    ]
    unique = {one.key: one for one in near}.values()
    found = [
        (one.name, wish(one.project.id, _rest(unknown.words, one)))
        for one in unique
        if one.project is not None
    ]
    ways_out = _ways(found, act) + _elsewhere(form, wish(None, unknown.words))
    without = wish(None, unknown.words)
    if act is not Act.PLACE_PICK and without:
        ways_out.append(WayOut("Start without a project", act, without))
    return WhichPlace(unknown.sentence, example=unknown.example, ways_out=ways_out)


def _ways(found: Sequence[tuple[str, str | None]], act: Act) -> list[WayOut]:
    return [WayOut(name, act, value) for name, value in found[:MOST_BUTTONS] if value]


def _too_many(found: Sequence[object]) -> bool:
    return len(found) > MOST_BUTTONS


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
