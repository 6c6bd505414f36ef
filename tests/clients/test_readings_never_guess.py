"""Properties of looking up words: exact names are found, equals are asked, order never decides."""

from uuid import uuid4

from hypothesis import example, given
from hypothesis import strategies as st

from timebot.clients.models import Client, Project
from timebot.clients.names import loose_key, name_key
from timebot.clients.places import Place
from timebot.clients.readings import choose, read

NAMES = st.sampled_from(
    "Acme|Acme Labs|Acne|Logo|Logo Design|Lego|Web|Website|Beta & Co|Béta|Nova|R&D|24/7|🚀".split(
        "|"
    )
)
SHAPES = st.dictionaries(NAMES, st.lists(NAMES, max_size=3, unique_by=name_key), max_size=4)
WORDS = st.lists(st.sampled_from("acme labs logo des web lego nova fix the a 🚀 béta".split()))


def places_of(shape: dict[str, list[str]]) -> list[Place]:
    places = []
    for name, projects in shape.items():
        client = Client(id=uuid4(), name=name, name_key=name_key(name), aliases=[])
        places.append(Place(client, None))
        for project in projects:
            row = Project(id=uuid4(), name=project, aliases=[], state="active")
            places.append(Place(client, row))
    return places


def chosen(words: str, places: list[Place]) -> set[str]:
    return {one.place.name for one in choose(read(words, places), takes_time=True)}


@given(SHAPES, st.data())
def test_the_full_name_of_a_place_always_finds_it(
    shape: dict[str, list[str]], data: st.DataObject
) -> None:
    places = places_of(shape)
    if not places:
        return
    place = data.draw(st.sampled_from(places))

    found = {one.place.key for one in choose(read(place.name, places), takes_time=True)}

    same = {one.key for one in places if name_key(one.name) == name_key(place.name)}
    of_client = {one.key for one in places if one.client is place.client}
    assert place.key in found or found & (same | of_client)


@given(SHAPES, WORDS)
def test_the_order_of_names_never_decides(shape: dict[str, list[str]], words: list[str]) -> None:
    places = places_of(shape)
    turned = places[::-1]

    assert chosen(" ".join(words), places) == chosen(" ".join(words), turned)


@given(NAMES, st.lists(st.sampled_from(["Firma", "Kontor", "Bureau"]), min_size=2, unique=True))
def test_a_project_that_several_clients_have_is_never_chosen_for_one(
    project: str, clients: list[str]
) -> None:
    places = places_of({client: [project] for client in clients})

    assert chosen(project, places) == {f"{client} {project}" for client in clients}


@given(SHAPES, WORDS)
@example({"Acme": [], "Acme Labs": []}, ["acme", "🚀", "labs"])
def test_what_follows_the_name_is_kept_whole(shape: dict[str, list[str]], words: list[str]) -> None:
    text = " ".join(words)
    readings = read(text, places_of(shape))

    for one in choose(readings, takes_time=True):
        rest = readings.typed.rest(one.count)
        assert text.endswith(rest)
        named = words[: len(words) - len(rest.split())]
        # An emoji between two words of a name goes with the name.
        bare = [word for word in named if not loose_key(word)]
        assert one.count <= len(named) <= one.count + len(bare)


@given(SHAPES, st.text(max_size=40))
def test_no_text_at_all_breaks_it(shape: dict[str, list[str]], text: str) -> None:
    places = places_of(shape)

    assert chosen(text, places) <= {place.name for place in places}
