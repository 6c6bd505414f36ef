from typing import Any

from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient

from timebot.playground.clock import MovableClock
from timebot.playground.slack import LocalSlack, Person
from timebot.playground.store import Store

from .parts import button, buttons, home, modal, section, text_field


def test_a_command_is_answered_in_private(app: App, mia: Person, tom: Person) -> None:
    @app.command("/tea")
    def tea(ack: Ack, command: dict[str, Any]) -> None:
        ack(text=f"{command['text']} for {command['user_name']}", response_type="ephemeral")

    answer = mia.command("/tea green")

    assert answer.error is None
    assert answer.status == 200
    assert answer.text == "green for mia"
    assert mia.last_message().is_ephemeral
    assert tom.messages() == []


def test_a_click_reaches_the_app_with_the_message(app: App, mia: Person, client: WebClient) -> None:
    seen: list[dict[str, Any]] = []

    @app.action("drink")
    def drink(ack: Ack, body: dict[str, Any], respond: Respond) -> None:
        seen.append(body)
        respond(replace_original=True, text="Drunk", blocks=[section("Drunk")])
        ack()

    client.chat_postMessage(
        channel=mia.id, text="Tea?", blocks=[section("Tea?"), buttons(button("Drink", "drink"))]
    )
    answer = mia.click(mia.last_message(), text="Drink")

    assert answer.error is None
    assert answer.text == "Drunk"
    assert seen[0]["message"]["text"] == "Tea?"
    assert seen[0]["actions"][0]["text"]["text"] == "Drink"
    assert [message.text for message in mia.messages()] == ["Drunk"]


def test_a_modal_is_opened_filled_in_and_submitted(app: App, mia: Person) -> None:
    seen: list[dict[str, Any]] = []

    @app.command("/tea")
    def tea(ack: Ack, command: dict[str, Any], client: WebClient) -> None:
        client.views_open(
            trigger_id=command["trigger_id"],
            view=modal(text_field("Kind"), callback_id="pour"),
        )
        ack()

    @app.view("pour")
    def pour(ack: Ack, view: dict[str, Any]) -> None:
        seen.append(view)
        ack()

    opened = mia.command("/tea")
    assert opened.view is not None
    assert opened.view.title == "Tea"
    mia.fill("Kind", "Green")
    answer = mia.submit()

    assert answer.error is None
    assert mia.modal is None
    assert seen[0]["state"]["values"]["kind"]["x_kind"]["value"] == "Green"


def test_home_is_published_when_it_is_opened(app: App, mia: Person) -> None:
    @app.event("app_home_opened")
    def opened(event: dict[str, Any], client: WebClient) -> None:
        client.views_publish(user_id=event["user"], view=home(section("Welcome")))

    answer = mia.open_home()

    assert answer.status == 200
    assert mia.home is not None
    assert "Welcome" in mia.home.all_text
    assert answer.home == mia.home


def test_everything_is_there_after_a_restart(
    slack: LocalSlack, store: Store, clock: MovableClock, client: WebClient, mia: Person
) -> None:
    client.files_upload_v2(channel=mia.dm, filename="tea.txt", content="tea", initial_comment="x")
    client.views_publish(user_id=mia.id, view=home(section("Welcome")))
    slack.connect("http://127.0.0.1:9/slack/events")

    again = LocalSlack(store, clock)
    person = again.person("mia")

    assert (again.bot_token, again.signing_secret) == (slack.bot_token, slack.signing_secret)
    assert person.messages() == mia.messages()
    assert person.home == mia.home
    assert again.file_content(person.last_message().files[0]["id"]) == b"tea"
    assert again.exchanges() == slack.exchanges()
    again.stop()


def test_the_same_world_set_up_twice_is_the_same_world(slack: LocalSlack) -> None:
    again = slack.add_user("mia")
    channel = slack.add_channel("kitchen", members=[again])

    assert again == slack.person("mia").id
    assert slack.add_channel("kitchen") == channel
