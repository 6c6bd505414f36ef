"""Quotes around what people type mean nothing, but that they end a whole name."""

import pytest
from sqlalchemy.orm import Session

from tests.builders import a_client, a_project, a_workspace
from timebot.clients.channel_links import find_place_there
from timebot.clients.labels import split_quoted
from timebot.clients.lookup import PlaceUnclear, find_place
from timebot.clients.places import Place
from timebot.team.models import Workspace


@pytest.fixture
def agency(session: Session) -> Workspace:
    workspace = a_workspace(session)
    for name, projects in {
        "Acme": ("Logo", "Logo Redesign"),
        "Bob's Bar": ("Menu",),
        'The "Big" One': ("Site",),
        "Globex": ("Logo",),
    }.items():
        client = a_client(session, workspace, name=name)
        for project in projects:
            a_project(session, client, name=project)
    return workspace


@pytest.mark.parametrize(
    ("words", "place", "rest"),
    [
        ('"Acme logo" drafts', "Acme Logo", "drafts"),
        ("\u201cAcme logo\u201d drafts", "Acme Logo", "drafts"),
        ("\u201eAcme logo\u201c drafts", "Acme Logo", "drafts"),
        ("\u00abAcme logo\u00bb: drafts", "Acme Logo", "drafts"),
        ("'Acme' 'logo' drafts", "Acme Logo", "drafts"),
        ('" Acme logo " drafts', "Acme Logo", "drafts"),
        ('"Acme" logo drafts', "Acme Logo", "drafts"),
        ('"Acme logo drafts"', "Acme Logo", "drafts"),
        ('"Acme logo drafts" for Bob', "Acme Logo", "drafts for Bob"),
        ('"Acme logo drafts', "Acme Logo", "drafts"),
        ("'Bob's Bar menu' drinks", "Bob's Bar Menu", "drinks"),
        ("Bob's Bar menu drinks", "Bob's Bar Menu", "drinks"),
        ('The "Big" One site x', 'The "Big" One Site', "x"),
    ],
)
def test_quotes_around_a_name_or_all_of_it_are_left_out(
    session: Session, agency: Workspace, words: str, place: str, rest: str
) -> None:
    found, text = find_place(session, workspace_id=agency.id, words=words)

    assert (found.name, text) == (place, rest)


@pytest.mark.parametrize("text", ['"final draft"', '"final" draft', 'the "final" draft'])
def test_a_description_keeps_its_quotes(session: Session, agency: Workspace, text: str) -> None:
    for name in ("Acme logo", '"Acme logo"'):
        found, rest = find_place(session, workspace_id=agency.id, words=f"{name} {text}")

        assert (found.name, rest) == ("Acme Logo", text)


def test_a_whole_name_in_quotes_ends_there(session: Session, agency: Workspace) -> None:
    found, rest = find_place(session, workspace_id=agency.id, words='"Acme logo" redesign ideas')

    assert (found.name, rest) == ("Acme Logo", "redesign ideas")


def test_a_name_in_quotes_that_several_projects_have_is_asked_about(
    session: Session, agency: Workspace
) -> None:
    with pytest.raises(PlaceUnclear) as asked:
        find_place(session, workspace_id=agency.id, words='"logo" redesign ideas')

    assert [one.name for one in asked.value.candidates] == ["Acme Logo", "Globex Logo"]
    assert asked.value.descriptions == ["redesign ideas", "redesign ideas"]


@pytest.mark.parametrize(
    ("words", "rest"),
    [('"Globex logo drafts"', "drafts"), ('"final draft"', '"final draft"')],
)
def test_in_a_linked_channel_quotes_around_a_name_mean_nothing_either(
    session: Session, agency: Workspace, words: str, rest: str
) -> None:
    linked, _ = find_place(session, workspace_id=agency.id, words="Globex logo")
    assert isinstance(linked, Place)

    found, text = find_place_there(session, workspace_id=agency.id, words=words, linked=linked)

    assert (found.name, text) == ("Globex Logo", rest)


@pytest.mark.parametrize("text", ["no quotes", '"open', "'Bob's", "it's 'late'", '""x', ""])
def test_without_quotes_that_close_nothing_is_enclosed(text: str) -> None:
    inside, behind = split_quoted(text)

    assert (inside, behind) == ("", text)
