"""Looking up what people type: the right place, a question, or a plain no; never a guess."""

import pytest
from sqlalchemy.orm import Session

from tests.builders import a_client, a_project, a_workspace
from timebot.clients.lookup import (
    NoClientsYet,
    PlaceMissing,
    PlaceTakesNoTime,
    PlaceUnclear,
    PlaceUnknown,
    find_client,
    find_place,
)
from timebot.clients.models import Client
from timebot.clients.names import name_key
from timebot.team.models import Workspace

ONEIL = "O\u2019Neil"


def client_with(session: Session, workspace: Workspace, name: str, *projects: str) -> Client:
    client = a_client(session, workspace, name=name, name_key=name_key(name))
    for project in projects:
        a_project(session, client, name=project, name_key=name_key(project))
    return client


@pytest.fixture
def agency(session: Session) -> Workspace:
    workspace = a_workspace(session)
    client_with(session, workspace, "Acme", "Logo", "Website", "Logo Design")
    client_with(session, workspace, "Acorn & Sons", "Retainer")
    client_with(session, workspace, "Société Générale", "Brand Book")
    client_with(session, workspace, ONEIL, "Website", "Newsletter")
    client_with(session, workspace, "Blue Ocean", "Campaign 2026")
    client_with(session, workspace, "🚀", "Launch")
    return workspace


def found(session: Session, workspace: Workspace, words: str) -> tuple[str, str]:
    place, rest = find_place(session, workspace_id=workspace.id, words=words)
    return place.name, rest


@pytest.mark.parametrize(
    ("words", "place", "rest"),
    [
        ("Acme logo", "Acme Logo", ""),
        ("acme LOGO fix the kerning", "Acme Logo", "fix the kerning"),
        ("acme logo design", "Acme Logo Design", ""),
        ("acme logo design round 2", "Acme Logo Design", "round 2"),
        ("acme web", "Acme Website", ""),
        ("acme web header", "Acme Website", "header"),
        ("acme / website: header", "Acme Website", "header"),
        ("acme > logo - header", "Acme Logo", "header"),
        ("ac we", "Acme Website", ""),
        ("acorn", "Acorn & Sons Retainer", ""),
        ("acorn and something", "Acorn & Sons Retainer", "and something"),
        ("Acorn & Sons call", "Acorn & Sons Retainer", "call"),
        ("acorn sons call", "Acorn & Sons Retainer", "call"),
        ("retainer", "Acorn & Sons Retainer", ""),
        ("newsletter issue 3", f"{ONEIL} Newsletter", "issue 3"),
        ("societe generale brand book p. 3", "Société Générale Brand Book", "p. 3"),
        ("o'neil newsletter", f"{ONEIL} Newsletter", ""),
        ("“Blue Ocean” banners", "Blue Ocean Campaign 2026", "banners"),
        ("blueocean banners", "Blue Ocean Campaign 2026", "banners"),
        ("blu ocean", "Blue Ocean Campaign 2026", ""),
        ("acne logo", "Acme Logo", ""),
        ("acme webiste footer", "Acme Website", "footer"),
        ("🚀 countdown", "🚀 Launch", "countdown"),
        ("blue ocean :tada: party", "Blue Ocean Campaign 2026", ":tada: party"),
    ],
)
def test_words_that_fit_one_place_find_it(
    session: Session, agency: Workspace, words: str, place: str, rest: str
) -> None:
    assert found(session, agency, words) == (place, rest)


@pytest.mark.parametrize(
    ("words", "candidates"),
    [
        ("acme", {"Acme Logo", "Acme Website", "Acme Logo Design"}),
        ("acme some text", {"Acme Logo", "Acme Website", "Acme Logo Design"}),
        ("website", {"Acme Website", f"{ONEIL} Website"}),
        ("ac", {"Acme Logo", "Acme Website", "Acme Logo Design", "Acorn & Sons Retainer"}),
        ("acme logo des", {"Acme Logo", "Acme Logo Design"}),
    ],
)
def test_words_that_fit_several_places_are_asked_back(
    session: Session, agency: Workspace, words: str, candidates: set[str]
) -> None:
    with pytest.raises(PlaceUnclear) as refusal:
        found(session, agency, words)

    assert {place.name for place in refusal.value.candidates} == candidates
    assert len(refusal.value.descriptions) == len(refusal.value.candidates)


def test_each_candidate_brings_the_description_that_would_remain(
    session: Session, agency: Workspace
) -> None:
    with pytest.raises(PlaceUnclear) as refusal:
        found(session, agency, "acme logo des")

    pairs = zip(refusal.value.candidates, refusal.value.descriptions, strict=True)
    assert {place.name: rest for place, rest in pairs} == {
        "Acme Logo": "des",
        "Acme Logo Design": "",
    }


def test_a_longer_beginning_does_not_silently_beat_an_exact_name(session: Session) -> None:
    workspace = a_workspace(session)
    client_with(session, workspace, "Acme", "Logo")
    client_with(session, workspace, "Acme Corporation", "Website")

    with pytest.raises(PlaceUnclear):
        found(session, workspace, "acme corp")
    assert found(session, workspace, "acme") == ("Acme Logo", "")
    assert found(session, workspace, "acme corporation") == ("Acme Corporation Website", "")


def test_a_longer_name_with_a_slip_is_asked_back(session: Session) -> None:
    workspace = a_workspace(session)
    client_with(session, workspace, "Acme", "Logo")
    client_with(session, workspace, "Acme Corporation", "Website")

    with pytest.raises(PlaceUnclear):
        found(session, workspace, "acme corpration header")


def test_the_longest_exact_name_wins(session: Session) -> None:
    workspace = a_workspace(session)
    client_with(session, workspace, "Acme", "Logo")
    client_with(session, workspace, "Acme Labs", "Website")

    assert found(session, workspace, "acme labs header") == ("Acme Labs Website", "header")
    assert found(session, workspace, "acme lunch") == ("Acme Logo", "lunch")


def test_a_client_and_a_project_of_one_name_are_asked_back(session: Session) -> None:
    workspace = a_workspace(session)
    client_with(session, workspace, "Nova", "Site")
    client_with(session, workspace, "Beta", "Nova")

    with pytest.raises(PlaceUnclear) as refusal:
        found(session, workspace, "nova")

    assert {place.name for place in refusal.value.candidates} == {"Nova Site", "Beta Nova"}


def test_an_exact_accent_decides_between_names_that_differ_by_it_alone(session: Session) -> None:
    workspace = a_workspace(session)
    client_with(session, workspace, "Rosé", "Logo")
    client_with(session, workspace, "Rose", "Logo")

    assert found(session, workspace, "rosé")[0] == "Rosé Logo"
    assert found(session, workspace, "rose")[0] == "Rose Logo"


def test_an_alias_is_as_good_as_the_name(session: Session) -> None:
    workspace = a_workspace(session)
    client = a_client(session, workspace, name="International Business", aliases=["IB"])
    a_project(session, client, name="Audit", aliases=["yearly check"])

    assert found(session, workspace, "ib yearly check now")[0] == "International Business Audit"
    assert found(session, workspace, "ib yearly check now")[1] == "now"


@pytest.mark.parametrize("state", ["paused", "completed"])
def test_a_project_that_takes_no_time_is_named_with_the_reason(
    session: Session, agency: Workspace, state: str
) -> None:
    client = client_with(session, agency, "Zeta", "Website")
    a_project(session, client, name="Poster", state=state)

    with pytest.raises(PlaceTakesNoTime) as refusal:
        found(session, agency, "zeta poster print")

    assert refusal.value.sentence == f"Zeta Poster is {state}, so it takes no new time."


def test_a_paused_project_of_the_same_name_does_not_stand_in_the_way(session: Session) -> None:
    workspace = a_workspace(session)
    client_with(session, workspace, "Acme", "Logo")
    other = client_with(session, workspace, "Beta", "Website")
    a_project(session, other, name="Logo", state="paused")

    assert found(session, workspace, "logo")[0] == "Acme Logo"


def test_a_client_without_an_active_project_takes_no_time(session: Session) -> None:
    workspace = a_workspace(session)
    client_with(session, workspace, "Acme")

    with pytest.raises(PlaceTakesNoTime) as refusal:
        found(session, workspace, "acme logo")

    assert "Acme has no active project" in refusal.value.sentence
    assert refusal.value.example == "/billing project add Acme Website"


def test_archived_clients_and_projects_are_hidden(session: Session, agency: Workspace) -> None:
    client = a_client(session, agency, name="Zeta", archived_at=agency.created_at)
    a_project(session, client, name="Old Poster", state="archived")

    with pytest.raises(PlaceUnknown):
        found(session, agency, "zeta")


def test_what_is_unknown_names_the_nearest(session: Session, agency: Workspace) -> None:
    with pytest.raises(PlaceUnknown) as refusal:
        found(session, agency, "ackmme websight")

    assert refusal.value.nearest[0] == "Acme Website"
    assert "ackmme websight" in refusal.value.sentence


def test_no_words_are_asked_for(session: Session, agency: Workspace) -> None:
    with pytest.raises(PlaceMissing):
        found(session, agency, "  ")


@pytest.mark.parametrize("words", ["🎉", "...", '""', ":tada:"])
def test_marks_alone_mean_nothing(session: Session, agency: Workspace, words: str) -> None:
    with pytest.raises(PlaceUnknown):
        found(session, agency, words)


def test_an_empty_workspace_says_how_to_begin(session: Session) -> None:
    with pytest.raises(NoClientsYet):
        found(session, a_workspace(session), "acme")


def test_the_clients_of_another_workspace_are_never_found(
    session: Session, agency: Workspace
) -> None:
    client_with(session, a_workspace(session), "Hidden", "Logo")

    with pytest.raises(PlaceUnknown):
        found(session, agency, "hidden")


def test_for_billing_a_client_stands_for_itself(session: Session, agency: Workspace) -> None:
    place, rest = find_place(session, workspace_id=agency.id, words="acme 95 EUR", takes_time=False)

    assert (place.name, place.project, rest) == ("Acme", None, "95 EUR")


def test_a_client_is_found_by_all_the_words_only(session: Session, agency: Workspace) -> None:
    assert find_client(session, workspace_id=agency.id, words="acorn").name == "Acorn & Sons"
    with pytest.raises(PlaceUnknown):
        find_client(session, workspace_id=agency.id, words="acme logo")
    with pytest.raises(PlaceUnclear):
        find_client(session, workspace_id=agency.id, words="ac")
