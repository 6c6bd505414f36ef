from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient, WebhookClient

from timebot.playground.slack import LocalSlack, Person

from .parts import button, buttons, section


@pytest.fixture
def url_of_command(app: App, mia: Person) -> str:
    """The response URL of a command that was answered with "Working"."""
    seen: list[str] = []

    @app.command("/tea")
    def tea(ack: Ack, command: dict[str, Any]) -> None:
        seen.append(command["response_url"])
        ack(text="Working")

    mia.command("/tea")
    return seen[0]


@pytest.fixture
def url_of_click(app: App, client: WebClient) -> Callable[[Person], str]:
    """A click on a button, which gives its response URL."""
    seen: list[str] = []

    @app.action("drink")
    def drink(ack: Ack, body: dict[str, Any]) -> None:
        seen.append(body["response_url"])
        ack()

    def click(person: Person) -> str:
        blocks = [buttons(button("Drink", "drink"))]
        client.chat_postMessage(channel=person.id, text="Tea?", blocks=blocks)
        person.click(person.last_message(), "drink")
        return seen[-1]

    return click


def test_a_response_url_works_five_times(url_of_command: str, mia: Person) -> None:
    hook = WebhookClient(url_of_command)

    statuses = [hook.send(text=str(n)).status_code for n in range(6)]
    sixth = hook.send(text="x")

    assert statuses == [200, 200, 200, 200, 200, 404]
    assert "used_url" in sixth.body
    assert [message.text for message in mia.messages()] == ["Working", "0", "1", "2", "3", "4"]
    assert all(message.is_ephemeral for message in mia.messages())


def test_a_response_url_lives_thirty_minutes(url_of_command: str, slack: LocalSlack) -> None:
    slack.age_tickets(timedelta(minutes=30))

    answer = WebhookClient(url_of_command).send(text="x")

    assert answer.status_code == 404
    assert "expired_url" in answer.body


def test_the_answer_of_a_command_can_be_replaced(url_of_command: str, mia: Person) -> None:
    WebhookClient(url_of_command).send(text="Done", replace_original=True)

    assert [message.text for message in mia.messages()] == ["Done"]
    assert mia.last_message().is_ephemeral


def test_a_clicked_message_can_be_replaced(
    url_of_click: Callable[[Person], str], mia: Person
) -> None:
    url = url_of_click(mia)

    WebhookClient(url).send(text="Drunk", blocks=[section("Drunk")], replace_original=True)

    assert [message.text for message in mia.messages()] == ["Drunk"]
    assert not mia.last_message().is_ephemeral


def test_a_clicked_message_can_be_deleted(
    url_of_click: Callable[[Person], str], mia: Person
) -> None:
    WebhookClient(url_of_click(mia)).send(delete_original=True)

    assert mia.messages() == []


def test_an_answer_without_a_word_about_it_leaves_the_message_alone(
    url_of_click: Callable[[Person], str], mia: Person
) -> None:
    WebhookClient(url_of_click(mia)).send(text="Not now")

    assert [message.text for message in mia.messages()] == ["Tea?", "Not now"]
    assert mia.last_message().is_ephemeral


def test_a_public_answer_goes_where_the_app_is_no_member(
    app: App, slack: LocalSlack, mia: Person, tom: Person
) -> None:
    @app.command("/tea")
    def tea(ack: Ack, command: dict[str, Any]) -> None:
        WebhookClient(command["response_url"]).send(text="For all", response_type="in_channel")
        ack()

    slack.add_channel("garden", members=[mia.id, tom.id], bot_is_member=False)
    mia.command("/tea", channel="garden")

    assert [message.text for message in tom.messages("garden")] == ["For all"]


def test_faulty_blocks_are_refused_and_recorded(url_of_command: str, slack: LocalSlack) -> None:
    hook = WebhookClient(url_of_command)

    answer = hook.send(text="x", blocks=[{"type": "section"}])
    empty = hook.send_dict({"response_type": "ephemeral"})

    assert (answer.status_code, empty.status_code) == (400, 400)
    assert "invalid_blocks" in answer.body
    assert "no_text" in empty.body
    assert any("missing required field: text or fields" in each for each in slack.faults())


def test_an_ephemeral_message_is_named_but_not_sent_along(
    app: App, client: WebClient, slack: LocalSlack, mia: Person
) -> None:
    seen: list[dict[str, Any]] = []

    @app.action("drink")
    def drink(ack: Ack, body: dict[str, Any]) -> None:
        seen.append(body)
        ack()

    channel = slack.add_channel("kitchen", members=[mia.id])
    blocks = [buttons(button("Drink", "drink", value="7"))]
    client.chat_postEphemeral(channel=channel, user=mia.id, text="Tea?", blocks=blocks)
    mia.click(mia.last_message("kitchen"), value="7")

    assert seen[0]["container"]["is_ephemeral"]
    assert "message" not in seen[0]
    assert seen[0]["channel"] == {"id": channel, "name": "kitchen"}
