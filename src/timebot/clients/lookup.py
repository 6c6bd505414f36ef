"""Lookup: which client or project the words mean that a person typed. Never a guess."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from rapidfuzz import fuzz, process, utils
from sqlalchemy.orm import Session

from timebot.clients.labels import Fit, split_quoted
from timebot.clients.models import Client
from timebot.clients.places import Place, all_places, list_places
from timebot.clients.readings import Reading, Readings, choose, read, slips_inside
from timebot.errors import NotFound, Refusal

__all__ = [
    "NoClientsYet",
    "Place",
    "PlaceMissing",
    "PlaceTakesNoTime",
    "PlaceUnclear",
    "PlaceUnknown",
    "find_client",
    "find_place",
    "list_places",
]

MOST_NAMED = 5
_EXAMPLE = "/timer start Acme logo"


class PlaceUnclear(Refusal):
    """Several places fit equally well.

    Attributes:
        words: what was typed.
        candidates: the places that fit.
        descriptions: for each of them, what would be left as the description.
        example_name: a name that could be typed.
    """

    def __init__(
        self, words: str, candidates: list[Place], descriptions: Sequence[str] = ()
    ) -> None:
        self.words = words
        self.candidates = candidates
        self.example_name = candidates[0].name
        self.descriptions = list(descriptions) or [""] * len(candidates)
        names = [place.name for place in candidates]
        super().__init__(
            f"{_short(words)} could be {_either(names)}. Please say which one.",
            example=f"/timer start {self.example_name}",
        )


class PlaceUnknown(NotFound):
    """Nothing fits the words.

    Attributes:
        words: what was typed.
        nearest: the nearest names.
        example_name: a name that could be typed.
    """

    def __init__(self, words: str, nearest: list[str]) -> None:
        self.words = words
        self.nearest = nearest
        self.example_name = nearest[0] if nearest else "Acme logo"
        hint = f" The nearest I have: {', '.join(nearest)}." if nearest else ""
        super().__init__(
            f"I know no client or project called {_short(words)}.{hint}",
            example=f"/timer start {self.example_name}",
        )


class PlaceMissing(Refusal):
    """No client or project was named."""

    def __init__(self) -> None:
        super().__init__("Which client or project is it for? Please name one.", example=_EXAMPLE)


class NoClientsYet(NotFound):
    """The workspace has no clients."""

    def __init__(self) -> None:
        super().__init__(
            "There are no clients yet. Billing people add them.",
            example="/billing client add Acme billing@acme.example 95",
        )


class PlaceTakesNoTime(Refusal):
    """The place is known but takes no new time.

    Attributes:
        places: what was meant.
    """

    def __init__(self, places: list[Place]) -> None:
        self.places = places
        super().__init__(_why_closed(places), example=_project_example(places[0]))


def find_place(
    session: Session, *, workspace_id: UUID, words: str, takes_time: bool = True
) -> tuple[Place, str]:
    """Return the place that the first words mean, and the rest as the description.

    The longest name that fits wins, or the whole name of a project that quotes enclose. With
    `takes_time` the place is an active project: a client stands for its only one. Without it a
    client stands for itself, and paused and completed projects are found too.

    Raises:
        PlaceMissing: if there are no words.
        NoClientsYet: if there is nothing to find.
        PlaceUnclear: if several places fit.
        PlaceUnknown: if none does.
        PlaceTakesNoTime: if only a paused or completed project fits, or a client without any
            active one.
    """
    places = _places(session, workspace_id, words)
    readings, behind = _read_quoted(words, places)
    chosen = choose(readings, takes_time=takes_time)
    if not chosen:
        raise PlaceUnknown(words.strip(), _nearest(words, places))
    if takes_time:
        chosen = _opened(readings, chosen, places)
    rests = [f"{readings.typed.rest(one.count)} {behind}".strip() for one in chosen]
    if len(chosen) > 1:
        raise PlaceUnclear(words.strip(), [one.place for one in chosen], rests)
    return chosen[0].place, rests[0]


def find_client(session: Session, *, workspace_id: UUID, words: str) -> Client:
    """Return the client that the words mean, all of them.

    Raises:
        PlaceMissing: if there are no words.
        NoClientsYet: if there is nothing to find.
        PlaceUnclear: if several clients fit.
        PlaceUnknown: if none does.
    """
    places = [one for one in _places(session, workspace_id, words) if one.project is None]
    readings = read(words, places)
    best = min((one.fit for one in readings.whole), default=Fit.TYPO)
    found = [one.place for one in readings.whole if one.fit is best]
    if not found:
        raise PlaceUnknown(words.strip(), _nearest(words, places))
    if len(found) > 1:
        raise PlaceUnclear(words.strip(), found)
    return found[0].client


def _places(session: Session, workspace_id: UUID, words: str) -> list[Place]:
    if not words.strip():
        raise PlaceMissing
    places = all_places(session, workspace_id=workspace_id)
    if not places:
        raise NoClientsYet
    return places


def _read_quoted(words: str, places: list[Place]) -> tuple[Readings, str]:
    """Return the readings of the words, and what stands behind a whole name in quotes.

    Quotes that enclose anything else, such as all of the words, mean nothing.
    """
    inside, behind = split_quoted(words)
    if inside:
        readings = read(inside, places)
        if any(one.fit <= Fit.ALIKE and not one.is_bare_client for one in readings.whole):
            return readings, behind
    return read(f"{inside} {behind}".strip(), places), ""


def _opened(readings: Readings, chosen: list[Reading], places: list[Place]) -> list[Reading]:
    """Replace clients by their open projects.

    Raises:
        PlaceTakesNoTime: if nothing that takes time is left.
    """
    opened: dict[tuple[UUID, UUID | None], Reading] = {}
    for one in chosen:
        for reading in _projects_meant(readings, one, places):
            opened.setdefault(reading.place.key, reading)
    if not opened:
        raise PlaceTakesNoTime([one.place for one in chosen])
    return list(opened.values())


def _projects_meant(readings: Readings, one: Reading, places: list[Place]) -> list[Reading]:
    if not one.is_bare_client:
        return [one] if one.place.takes_time else []
    own = [
        replace(one, place=place)
        for place in places
        if place.client is one.place.client and place.takes_time
    ]
    if len(own) > 1:
        # The words after the client's name may be one of the projects, mistyped.
        return slips_inside(readings, one.place.client, one.count) or own
    return own


def _why_closed(places: list[Place]) -> str:
    projects = [place for place in places if place.project is not None]
    if not projects:
        name = places[0].client.name
        return f"{name} has no active project, so nobody can record time for it yet."
    said = [f"{one.name} is {one.project.state}" for one in projects if one.project is not None]
    them = "it takes" if len(said) == 1 else "they take"
    return f"{' and '.join(said[:MOST_NAMED])}, so {them} no new time."


def _project_example(place: Place) -> str | None:
    if place.project is None:
        return f"/billing project add {place.client.name} Website"
    return None


def _nearest(words: str, places: list[Place]) -> list[str]:
    names = [place.name for place in places]
    found = process.extract(
        words, names, scorer=fuzz.WRatio, processor=utils.default_process, limit=3, score_cutoff=60
    )
    return [name for name, _score, _position in found]


def _short(words: str) -> str:
    text = " ".join(words.split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def _either(names: list[str]) -> str:
    shown, more = names[:MOST_NAMED], len(names) - MOST_NAMED
    if more > 0:
        return f"{', '.join(shown)} or {more} more"
    return f"{', '.join(shown[:-1])} or {shown[-1]}"
