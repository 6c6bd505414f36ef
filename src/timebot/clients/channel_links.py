"""Channel links: what the time of a Slack channel is for, where its words do not say it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from timebot.clients.labels import Fit, split_quoted
from timebot.clients.lookup import PlaceTakesNoTime, PlaceUnclear, find_place
from timebot.clients.models import ChannelLink, Client, Project
from timebot.clients.places import Place, all_places
from timebot.clients.readings import choose, read
from timebot.journal.audit import Actor, record
from timebot.team.models import Member, Workspace
from timebot.team.rights import require


@dataclass(frozen=True)
class LinkedPlace:
    """What a channel is linked to.

    Attributes:
        place: the client, and its project where one was linked.
        unusable: why the link does not count at present, such as `Acme Logo is paused`; or empty.
    """

    place: Place
    unusable: str


def link_channel(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    channel_id: str,
    place: Place,
    surface: str,
    now: datetime,
) -> None:
    """Link a channel to a client or project; another link of the channel is replaced.

    Raises:
        NotAllowed: if the actor is no approver.
    """
    require(session, actor, "approver", to="link channels", now=now)
    before = _facts(_find(session, workspace.id, channel_id))
    values = {
        "workspace_id": workspace.id,
        "channel_id": channel_id,
        "client_id": None if place.project else place.client.id,
        "project_id": place.project.id if place.project else None,
        "linked_by": actor.id,
        "linked_at": now,
    }
    _upsert(session, values)
    after = _facts(_find(session, workspace.id, channel_id))
    _note(session, workspace, actor, surface, now, before=before, after=after)


def unlink_channel(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    channel_id: str,
    surface: str,
    now: datetime,
) -> bool:
    """Take a channel's link away, and return whether there was one.

    Raises:
        NotAllowed: if the actor is no approver.
    """
    require(session, actor, "approver", to="link channels", now=now)
    before = _facts(_find(session, workspace.id, channel_id))
    removed = session.execute(
        delete(ChannelLink)
        .where(ChannelLink.workspace_id == workspace.id, ChannelLink.channel_id == channel_id)
        .returning(ChannelLink.channel_id)
    ).first()
    if removed is None:
        return False
    _note(session, workspace, actor, surface, now, before=before, after=None)
    return True


def find_linked(session: Session, *, workspace_id: UUID, channel_id: str) -> LinkedPlace | None:
    """Return what a channel is linked to, or None without a link."""
    link = _find(session, workspace_id, channel_id)
    if link is None:
        return None
    project = None
    if link.project_id is not None:
        project = session.get_one(Project, (workspace_id, link.project_id))
    client_id = project.client_id if project is not None else link.client_id
    place = Place(session.get_one(Client, (workspace_id, client_id)), project)
    return LinkedPlace(place, _why_unusable(session, place))


def find_place_there(
    session: Session, *, workspace_id: UUID, words: str, linked: Place
) -> tuple[Place, str]:
    """Return the project that words mean which were typed in a linked channel, and the rest.

    A client whose whole name comes first is meant, wherever the words were typed, and so is a
    project of it whose whole name follows. Otherwise the link says the client, and the project
    where it has one; else the first words may name one of the client's projects. The words that
    name nothing are the description.

    Args:
        session: an open transaction.
        workspace_id: whose clients.
        words: what was typed; may be empty.
        linked: what the channel is linked to; it takes time.

    Raises:
        PlaceUnclear: if several projects of the linked client may be meant.
        PlaceTakesNoTime: if the words name one that takes no new time.
        Refusal: as `find_place`, where another client is named.
    """
    places = all_places(session, workspace_id=workspace_id)
    # Quotes around the name mean nothing; those around a description alone are its own.
    named, count, words_after = _client_named(" ".join(filter(None, split_quoted(words))), places)
    if named is not None and named.id != linked.client.id:
        return find_place(session, workspace_id=workspace_id, words=words)
    rest = words_after if count else words
    if linked.project is not None:
        named_whole = _project_named(linked.client, rest, places) if count else None
        return named_whole or (linked, _without_own_name(rest, linked))
    return _project_of(linked.client, rest, places)


def _client_named(words: str, places: list[Place]) -> tuple[Client | None, int, str]:
    """Return the client whose whole name the words begin with, its words' number, and the rest."""
    readings = read(words, [place for place in places if place.project is None])
    longest = readings.longest(Fit.SAME, Fit.ALIKE)
    if not longest:
        return None, 0, words
    one = longest[0]
    return one.place.client, one.count, readings.typed.rest(one.count)


def _project_named(client: Client, words: str, places: list[Place]) -> tuple[Place, str] | None:
    """Return the client's project whose whole name the words begin with, and the rest, or None."""
    readings = read(words, [place for place in places if place.client.id == client.id])
    longest = readings.longest(Fit.SAME, Fit.ALIKE)
    named = next((one for one in longest if one.place.project is not None), None)
    if named is None:
        return None
    if not named.place.takes_time:
        raise PlaceTakesNoTime([named.place])
    return named.place, readings.typed.rest(named.count)


def _without_own_name(words: str, linked: Place) -> str:
    """Return the words without the linked project's name, if they begin with it."""
    readings = read(words, [Place(linked.client, None), linked])
    named = [
        one for one in readings.longest(Fit.SAME, Fit.ALIKE) if one.place.project is linked.project
    ]
    return readings.typed.rest(named[0].count) if named else words


def _project_of(client: Client, words: str, places: list[Place]) -> tuple[Place, str]:
    own = [place for place in places if place.client.id == client.id]
    opened = [place for place in own if place.takes_time]
    readings = read(words, own)
    chosen = [one for one in choose(readings, takes_time=True) if one.place.project is not None]
    if len(opened) == 1:
        # What only looks like a name is text: there is nothing to choose from.
        chosen = [one for one in chosen if one.fit in {Fit.SAME, Fit.ALIKE}]
    if len(chosen) == 1:
        if not chosen[0].place.takes_time:
            raise PlaceTakesNoTime([chosen[0].place])
        return chosen[0].place, readings.typed.rest(chosen[0].count)
    if chosen:
        rests = [readings.typed.rest(one.count) for one in chosen]
        raise PlaceUnclear(words, [one.place for one in chosen], rests)
    if len(opened) > 1:
        raise PlaceUnclear(words or client.name, opened, [words] * len(opened))
    return opened[0], words


def _why_unusable(session: Session, place: Place) -> str:
    if place.client.archived_at is not None:
        return f"{place.client.name} is archived"
    if place.project is not None:
        return "" if place.takes_time else f"{place.name} is {place.project.state}"
    places = all_places(session, workspace_id=place.client.workspace_id)
    if any(one.client.id == place.client.id and one.takes_time for one in places):
        return ""
    return f"{place.client.name} has no active project"


def _find(session: Session, workspace_id: UUID, channel_id: str) -> ChannelLink | None:
    return session.get(ChannelLink, (workspace_id, channel_id), populate_existing=True)


def _upsert(session: Session, values: dict[str, object]) -> None:
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    key = ("workspace_id", "channel_id")
    replaced = {name: value for name, value in values.items() if name not in key}
    session.execute(
        insert(ChannelLink)
        .values(**values)
        .on_conflict_do_update(index_elements=list(key), set_=replaced)
    )


def _facts(link: ChannelLink | None) -> dict[str, str | None] | None:
    if link is None:
        return None
    return {
        "channel_id": link.channel_id,
        "client_id": str(link.client_id) if link.client_id else None,
        "project_id": str(link.project_id) if link.project_id else None,
    }


def _note(
    session: Session,
    workspace: Workspace,
    actor: Member,
    surface: str,
    now: datetime,
    *,
    before: dict[str, str | None] | None,
    after: dict[str, str | None] | None,
) -> None:
    record(
        session,
        workspace_id=workspace.id,
        actor=Actor(actor.id, surface),
        action="channel.linked" if after else "channel.unlinked",
        subject_kind="channel",
        subject_id=None,
        at=now,
        before=before,
        after=after,
    )
