"""A linked channel says for what time is, unless the words name another client."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import MONDAY_NINE, a_client, a_member, a_project, a_workspace
from timebot.clients.channel_links import (
    find_linked,
    find_place_there,
    link_channel,
    unlink_channel,
)
from timebot.clients.lookup import PlaceTakesNoTime, PlaceUnclear, find_place
from timebot.clients.models import ChannelLink, Client
from timebot.clients.names import name_key
from timebot.clients.places import Place
from timebot.errors import NotAllowed
from timebot.journal.models import AuditEvent
from timebot.team.models import Member, Workspace

CHANNEL = "C0ACME"


def client_with(session: Session, workspace: Workspace, name: str, *projects: str) -> Client:
    client = a_client(session, workspace, name=name, name_key=name_key(name))
    for project in projects:
        a_project(session, client, name=project, name_key=name_key(project))
    return client


@pytest.fixture
def agency(session: Session) -> Workspace:
    workspace = a_workspace(session)
    client_with(session, workspace, "Acme", "Logo", "Website")
    client_with(session, workspace, "Globex", "Website")
    client_with(session, workspace, "Initech", "Audit")
    return workspace


@pytest.fixture
def kim(session: Session, agency: Workspace) -> Member:
    return a_member(session, agency, name="Kim", role="approver", profile_at=MONDAY_NINE)


def place_called(session: Session, agency: Workspace, words: str) -> Place:
    return find_place(session, workspace_id=agency.id, words=words, takes_time=False)[0]


def link(session: Session, agency: Workspace, actor: Member, words: str) -> None:
    link_channel(
        session,
        workspace=agency,
        actor=actor,
        channel_id=CHANNEL,
        place=place_called(session, agency, words),
        surface="slack",
        now=MONDAY_NINE,
    )


def meant(session: Session, agency: Workspace, words: str, *, linked: str) -> tuple[str, str]:
    place = place_called(session, agency, linked)
    found, rest = find_place_there(session, workspace_id=agency.id, words=words, linked=place)
    return found.name, rest


@pytest.mark.parametrize(
    ("linked", "words", "name", "rest"),
    [
        ("Acme Logo", "sketches", "Acme Logo", "sketches"),
        ("Acme Logo", "", "Acme Logo", ""),
        ("Acme Logo", "logo sketches", "Acme Logo", "sketches"),
        ("Acme Logo", "Acme sketches", "Acme Logo", "sketches"),
        ("Acme Logo", "Acme logo sketches", "Acme Logo", "sketches"),
        ("Acme Logo", "website copy", "Acme Logo", "website copy"),
        ("Acme Logo", "Globex website copy", "Globex Website", "copy"),
        ("Acme Logo", "Globex copy", "Globex Website", "copy"),
        # The beginning of a name is a word like any other; only whole names lead elsewhere.
        ("Acme Logo", "glob copy", "Acme Logo", "glob copy"),
        ("Acme", "logo sketches", "Acme Logo", "sketches"),
        ("Acme", "web copy", "Acme Website", "copy"),
        ("Acme", "Acme website copy", "Acme Website", "copy"),
        ("Initech", "sketches", "Initech Audit", "sketches"),
        ("Initech", "", "Initech Audit", ""),
        ("Initech", "audi A4 poster", "Initech Audit", "audi A4 poster"),
        ("Initech", "audit numbers", "Initech Audit", "numbers"),
    ],
)
def test_the_link_says_what_the_words_leave_out(
    session: Session, agency: Workspace, linked: str, words: str, name: str, rest: str
) -> None:
    assert meant(session, agency, words, linked=linked) == (name, rest)


@pytest.mark.parametrize("words", ["sketches", ""])
def test_of_several_projects_of_the_linked_client_none_is_guessed(
    session: Session, agency: Workspace, words: str
) -> None:
    with pytest.raises(PlaceUnclear) as refused:
        meant(session, agency, words, linked="Acme")

    assert [place.name for place in refused.value.candidates] == ["Acme Logo", "Acme Website"]
    assert refused.value.descriptions == [words, words]


def test_a_paused_project_that_is_named_is_not_replaced_by_another(
    session: Session, agency: Workspace
) -> None:
    client = place_called(session, agency, "Initech").client
    a_project(session, client, name="Retainer", name_key="retainer", state="paused")

    with pytest.raises(PlaceTakesNoTime, match="Retainer is paused"):
        meant(session, agency, "Retainer calls", linked="Initech")


def test_a_second_link_replaces_the_first(session: Session, agency: Workspace, kim: Member) -> None:
    link(session, agency, kim, "Acme")
    link(session, agency, kim, "Globex Website")

    found = find_linked(session, workspace_id=agency.id, channel_id=CHANNEL)

    assert found is not None
    assert found.place.name == "Globex Website"
    assert len(session.scalars(select(ChannelLink)).all()) == 1
    audited = session.scalars(select(AuditEvent.action).where(AuditEvent.subject_kind == "channel"))
    assert list(audited) == ["channel.linked", "channel.linked"]


def test_a_link_is_taken_away_once(session: Session, agency: Workspace, kim: Member) -> None:
    link(session, agency, kim, "Acme")
    by: dict[str, Any] = {"actor": kim, "channel_id": CHANNEL, "surface": "slack"}

    first = unlink_channel(session, workspace=agency, now=MONDAY_NINE, **by)
    second = unlink_channel(session, workspace=agency, now=MONDAY_NINE, **by)

    assert (first, second) == (True, False)
    assert find_linked(session, workspace_id=agency.id, channel_id=CHANNEL) is None


def test_members_do_not_link_channels(session: Session, agency: Workspace) -> None:
    mia = a_member(session, agency, name="Mia", profile_at=MONDAY_NINE)

    with pytest.raises(NotAllowed):
        link(session, agency, mia, "Acme")

    assert session.scalars(select(ChannelLink)).all() == []


@pytest.mark.parametrize(
    ("linked", "change", "why"),
    [
        ("Acme Logo", {"state": "paused"}, "Acme Logo is paused"),
        ("Initech Audit", {"state": "archived"}, "Initech Audit is archived"),
        ("Initech", {"state": "completed"}, "Initech has no active project"),
    ],
)
def test_a_link_to_what_takes_no_time_says_so(
    session: Session, agency: Workspace, kim: Member, linked: str, change: dict[str, str], why: str
) -> None:
    link(session, agency, kim, linked)
    found = find_place(session, workspace_id=agency.id, words=linked)[0].project
    assert found is not None
    found.state = change["state"]
    session.flush()

    now = find_linked(session, workspace_id=agency.id, channel_id=CHANNEL)

    assert now is not None
    assert now.unusable == why


def test_a_link_to_an_archived_client_says_so(
    session: Session, agency: Workspace, kim: Member
) -> None:
    link(session, agency, kim, "Globex")
    place_called(session, agency, "Globex").client.archived_at = MONDAY_NINE
    session.flush()

    now = find_linked(session, workspace_id=agency.id, channel_id=CHANNEL)

    assert now is not None
    assert now.unusable == "Globex is archived"
