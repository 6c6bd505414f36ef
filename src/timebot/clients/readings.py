"""Readings: every way in which typed words can name a place, and which of them to follow. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from timebot.clients.labels import Fit, Label, Typed, cut, fit, label_of
from timebot.clients.models import Client, Project
from timebot.clients.places import Place

MOST_WORDS = 12
"""No name is looked for in more than so many words."""

_LEAST_BEFORE_TEXT = 3
_LEAST_OF_CLIENT = 2


@dataclass(frozen=True)
class Reading:
    """One way to understand the first words.

    Attributes:
        place: what they name.
        count: how many words name it; the rest is the description.
        fit: how well they do, as well as the worse of client and project.
        cost: what client and project cost together; it tells readings of one fit apart.
    """

    place: Place
    count: int
    fit: Fit
    cost: int

    @property
    def is_bare_client(self) -> bool:
        """Whether no project was named."""
        return self.place.project is None

    @property
    def is_closed(self) -> bool:
        """Whether it is a project that takes no new time."""
        return not self.is_bare_client and not self.place.takes_time


@dataclass(frozen=True)
class Readings:
    """Every way to understand what was typed.

    Attributes:
        typed: the words.
        found: the readings.
    """

    typed: Typed
    found: tuple[Reading, ...]

    @property
    def whole(self) -> list[Reading]:
        """The readings that leave no word over."""
        return [one for one in self.found if one.count == len(self.typed.words)]

    def longest(self, *fits: Fit, over: int = 0) -> list[Reading]:
        """Return the readings of these fits that use the most words, and more than `over`.

        Of those that use equally many the ones that cost least.
        """
        fitting = [one for one in self.found if one.fit in fits and one.count > over]
        if not fitting:
            return []
        best = min((-one.count, one.cost) for one in fitting)
        return [one for one in fitting if (-one.count, one.cost) == best]


def read(text: str, places: Sequence[Place]) -> Readings:
    """Return every way in which the beginning of the text names one of the places."""
    labels = {place.key: _labels(place) for place in places}
    marks = {mark for some in labels.values() for label in some for mark in label.marks}
    typed = cut(text, marks=marks)
    clients = {
        place.client.id: list(_fits(typed, 0, labels[place.key], least=_LEAST_OF_CLIENT))
        for place in places
        if place.project is None
    }
    found = [
        reading
        for place in places
        for reading in _readings_of(typed, place, labels[place.key], clients)
    ]
    return Readings(typed, tuple(found))


def choose(readings: Readings, *, takes_time: bool) -> list[Reading]:
    """Return the readings to follow: one, or several that fit equally well, or none.

    An exact name comes before the beginning of one, and that before a slip; of each the longest.
    Where a longer but lesser reading means another place than a shorter and better one, both are
    returned, for a person to decide.
    """
    exact = _best_exact(readings, takes_time=takes_time)
    over = exact[0].count if exact else 0
    longer = _beginnings(readings, over, takes_time=takes_time)
    if not exact and not longer:
        return _open_first(readings.longest(Fit.TYPO), takes_time=takes_time)
    chosen = _together(exact, longer)
    return _together(chosen, _longer_slips(readings, chosen))


def slips_inside(readings: Readings, client: Client, over: int) -> list[Reading]:
    """Return the client's own open projects that the words after its name mean but for a slip."""
    slips = readings.longest(Fit.TYPO, over=over)
    return [one for one in slips if one.place.client is client and one.place.takes_time]


def _best_exact(readings: Readings, *, takes_time: bool) -> list[Reading]:
    longest = readings.longest(Fit.SAME, Fit.ALIKE)
    return _open_first(_without_covered(longest), takes_time=takes_time)


def _beginnings(readings: Readings, over: int, *, takes_time: bool) -> list[Reading]:
    found = [
        one
        for one in readings.longest(Fit.BEGINNING, over=over)
        # Words of a description may look like the beginning of some project of the past.
        if not takes_time or not one.is_closed or one.count == len(readings.typed.words)
    ]
    return _open_first(_without_covered(found), takes_time=takes_time)


def _longer_slips(readings: Readings, chosen: list[Reading]) -> list[Reading]:
    """Return clients that more words mean but for a slip: `acme corpration` is not just Acme."""
    most = max(one.count for one in chosen)
    of_projects = {one.place.client.id for one in chosen if not one.is_bare_client}
    return [
        one
        for one in readings.longest(Fit.TYPO, over=max(1, most))
        if one.is_bare_client and one.place.client.id not in of_projects
    ]


def _together(better: list[Reading], longer: list[Reading]) -> list[Reading]:
    """Return both, without what a longer reading only says more precisely."""
    precise = {one.place.client.id for one in longer}
    places = {one.place.key for one in longer}
    kept = [
        one
        for one in better
        if one.place.key not in places
        and not (one.is_bare_client and one.place.client.id in precise)
        and not (one.is_closed and longer)
    ]
    return kept + longer


def _without_covered(readings: list[Reading]) -> list[Reading]:
    """Drop clients of which a project was named by the same words."""
    covered = {one.place.client.id for one in readings if not one.is_bare_client}
    return [one for one in readings if not (one.is_bare_client and one.place.client.id in covered)]


def _open_first(readings: list[Reading], *, takes_time: bool) -> list[Reading]:
    """Return those that take time, or else those that do not."""
    if not takes_time:
        return readings
    return [one for one in readings if not one.is_closed] or readings


def _readings_of(
    typed: Typed,
    place: Place,
    labels: list[Label],
    clients: dict[UUID, list[tuple[int, Fit]]],
) -> Iterator[Reading]:
    best: dict[int, tuple[Fit, int]] = {}
    heads = [(0, Fit.SAME)]
    if place.project is not None:
        heads += clients[place.client.id]
    for start, head in heads:
        for end, tail in _fits(typed, start, labels):
            both = (max(head, tail), head + tail)
            best[end] = min(best.get(end, both), both)
    return (Reading(place, count, *both) for count, both in best.items())


def _fits(
    typed: Typed, start: int, labels: list[Label], *, least: int = 0
) -> Iterator[tuple[int, Fit]]:
    """Return for each end how well the words from start fit the best of the labels."""
    total = len(typed.words)
    for end in range(start + 1, min(total, MOST_WORDS) + 1):
        enough = least or (1 if end == total else _LEAST_BEFORE_TEXT)
        found = [fit(typed, start, end, label, least=enough) for label in labels]
        fitting = [one for one in found if one is not None]
        if fitting:
            yield end, min(fitting)


def _labels(place: Place) -> list[Label]:
    named: Client | Project = place.project or place.client
    return [label_of(name) for name in (named.name, *named.aliases)]
