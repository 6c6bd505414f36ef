from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from timebot.playground.slack import LocalSlack, Person

from .parts import home, modal, section, text_field


@pytest.fixture
def trigger(slack: LocalSlack, mia: Person) -> Callable[[], str]:
    return lambda: slack.world.tickets.new_trigger(mia.id)


def refusal(call: Callable[..., Any], **arguments: object) -> str:
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    return str(caught.value.response["error"])


def test_a_trigger_works_once(client: WebClient, trigger: Callable[[], str]) -> None:
    trigger_id = trigger()
    client.views_open(trigger_id=trigger_id, view=modal())

    error = refusal(client.views_open, trigger_id=trigger_id, view=modal())

    assert error == "exchanged_trigger_id"


def test_a_trigger_lives_three_seconds(
    client: WebClient, slack: LocalSlack, trigger: Callable[[], str]
) -> None:
    trigger_id = trigger()
    slack.age_tickets(timedelta(seconds=3))

    assert refusal(client.views_open, trigger_id=trigger_id, view=modal()) == "expired_trigger_id"


def test_a_made_up_trigger_is_refused(client: WebClient) -> None:
    assert refusal(client.views_open, trigger_id="1.2", view=modal()) == "invalid_trigger_id"


def test_a_faulty_view_does_not_use_the_trigger_up(
    client: WebClient, trigger: Callable[[], str]
) -> None:
    trigger_id = trigger()
    faulty = modal(title="A title that is far too long")

    assert refusal(client.views_open, trigger_id=trigger_id, view=faulty) == "invalid_arguments"
    assert client.views_open(trigger_id=trigger_id, view=modal())["ok"]


def test_three_modals_are_the_limit(
    client: WebClient, trigger: Callable[[], str], mia: Person
) -> None:
    client.views_open(trigger_id=trigger(), view=modal(title="1"))
    client.views_push(trigger_id=trigger(), view=modal(title="2"))
    top = client.views_push(trigger_id=trigger(), view=modal(title="3"))

    error = refusal(client.views_push, trigger_id=trigger(), view=modal(title="4"))

    assert error == "push_limit_reached"
    assert mia.modal is not None
    assert mia.modal.title == "3"
    assert top["view"]["previous_view_id"] != top["view"]["root_view_id"]


def test_nothing_can_be_pushed_onto_nothing(client: WebClient, trigger: Callable[[], str]) -> None:
    assert refusal(client.views_push, trigger_id=trigger(), view=modal()) == "invalid_trigger_id"


def test_an_update_with_an_old_hash_is_refused(
    client: WebClient, trigger: Callable[[], str]
) -> None:
    view = client.views_open(trigger_id=trigger(), view=modal())["view"]
    client.views_update(view_id=view["id"], hash=view["hash"], view=modal(title="2"))

    error = refusal(
        client.views_update, view_id=view["id"], hash=view["hash"], view=modal(title="3")
    )

    assert error == "hash_conflict"


def test_an_update_keeps_what_was_typed_into_fields_that_stay(
    client: WebClient, trigger: Callable[[], str], mia: Person
) -> None:
    first = modal(text_field("Kind"), text_field("Cups"), external_id="tea")
    client.views_open(trigger_id=trigger(), view=first)
    mia.fill("Kind", "Green")
    mia.fill("Cups", "Two")

    client.views_update(
        external_id="tea", view=modal(text_field("Kind"), text_field("Pot"), external_id="tea")
    )

    assert mia.modal is not None
    values = mia.modal.values
    assert values["kind"]["x_kind"]["value"] == "Green"
    assert values["pot"]["x_pot"]["value"] is None
    assert "cups" not in values


def test_a_closed_view_cannot_be_updated(
    client: WebClient, trigger: Callable[[], str], mia: Person
) -> None:
    view = client.views_open(trigger_id=trigger(), view=modal())["view"]
    mia.close()

    assert refusal(client.views_update, view_id=view["id"], view=modal()) == "not_found"


def test_an_external_id_is_taken_once(
    client: WebClient, trigger: Callable[[], str], slack: LocalSlack, tom: Person
) -> None:
    client.views_open(trigger_id=trigger(), view=modal(external_id="tea"))
    other = slack.world.tickets.new_trigger(tom.id)

    error = refusal(client.views_open, trigger_id=other, view=modal(external_id="tea"))

    assert error == "duplicate_external_id"


def test_home_is_published_per_person(client: WebClient, mia: Person, tom: Person) -> None:
    first = client.views_publish(user_id=mia.id, view=home(section("One")))["view"]
    second = client.views_publish(user_id=mia.id, view=home(section("Two")), hash=first["hash"])

    assert second["view"]["id"] == first["id"]
    assert mia.home is not None
    assert "Two" in mia.home.all_text
    assert tom.home is None
    stale = refusal(
        client.views_publish, user_id=mia.id, view=home(section("x")), hash=first["hash"]
    )
    assert stale == "hash_conflict"


def test_a_modal_is_no_home_and_home_no_modal(
    client: WebClient, trigger: Callable[[], str], mia: Person
) -> None:
    assert refusal(client.views_publish, user_id=mia.id, view=modal()) == "invalid_arguments"
    assert refusal(client.views_open, trigger_id=trigger(), view=home()) == "invalid_arguments"


def test_a_home_with_a_select_can_be_published_again(client: WebClient, mia: Person) -> None:
    select = {"type": "external_select", "action_id": "pick"}
    view = home(section("What was it for?") | {"accessory": select})
    client.views_publish(user_id=mia.id, view=view)

    again = client.views_publish(user_id=mia.id, view=view)

    assert again["ok"]
