import threading
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient

from timebot.playground.slack import LocalSlack, NotThere, Person

from .parts import button, buttons, option, section


@pytest.mark.usefixtures("app")
def test_a_command_nobody_registered_is_not_there(mia: Person) -> None:
    with pytest.raises(NotThere, match=r"/coffee is not a valid command. The app has: /tea"):
        mia.command("/coffee")


@pytest.mark.usefixtures("app")
def test_only_members_write_in_a_channel(slack: LocalSlack, mia: Person) -> None:
    slack.add_channel("garden")
    attic = slack.add_channel("attic", members=[mia.id])
    slack.change_channel(attic, is_archived=True)

    for channel in ("garden", "attic"):
        with pytest.raises(NotThere, match=f"cannot write in #{channel}"):
            mia.command("/tea", channel=channel)


def test_a_person_of_another_workspace_clicks_but_has_no_commands(
    app: App, client: WebClient, slack: LocalSlack
) -> None:
    seen: list[dict[str, Any]] = []

    @app.action("drink")
    def drink(ack: Ack, body: dict[str, Any]) -> None:
        seen.append(body)
        ack()

    slack.add_user("zoe", team_id="T0OTHER")
    zoe = slack.person("zoe")
    channel = slack.add_channel("shared", members=[zoe.id])
    client.chat_postMessage(
        channel=channel, text="Tea?", blocks=[buttons(button("Drink", "drink"))]
    )
    zoe.click(zoe.last_message("shared"), "drink")

    assert seen[0]["user"]["team_id"] == "T0OTHER"
    assert seen[0]["team"]["id"] == slack.team_id
    with pytest.raises(NotThere, match="another workspace"):
        zoe.command("/tea", channel="shared")


@pytest.mark.usefixtures("app")
def test_a_deactivated_person_can_do_nothing(slack: LocalSlack, mia: Person) -> None:
    slack.change_user(mia.id, deleted=True)

    with pytest.raises(NotThere, match="nobody who can use Slack"):
        mia.command("/tea")


def test_an_old_rendering_can_still_be_clicked(app: App, client: WebClient, mia: Person) -> None:
    seen: list[dict[str, Any]] = []

    @app.action("drink")
    def drink(ack: Ack, body: dict[str, Any]) -> None:
        seen.append(body)
        ack()

    blocks = [buttons(button("Drink", "drink", value="7"))]
    posted = client.chat_postMessage(channel=mia.id, text="Tea?", blocks=blocks)
    old = mia.last_message()
    client.chat_update(channel=mia.dm, ts=posted["ts"], text="Gone")
    answer = mia.click(old, "drink")

    assert answer.status == 200
    assert seen[0]["actions"][0]["value"] == "7"
    assert seen[0]["message"]["text"] == "Gone"


def test_the_same_action_in_several_rows_is_found_by_its_value(
    app: App, client: WebClient, mia: Person
) -> None:
    seen: list[str] = []

    @app.action("drink")
    def drink(ack: Ack, action: dict[str, Any]) -> None:
        seen.append(action["value"])
        ack()

    rows = [
        section(each, accessory=button("Drink", "drink", value=each)) for each in ("one", "two")
    ]
    client.chat_postMessage(channel=mia.id, text="Tea?", blocks=rows)
    mia.click(mia.last_message(), "drink", value="two")

    assert seen == ["two"]


def test_a_menu_is_used_by_the_words_of_its_option(
    app: App, client: WebClient, mia: Person
) -> None:
    seen: list[dict[str, Any]] = []

    @app.action("menu")
    def menu(ack: Ack, action: dict[str, Any]) -> None:
        seen.append(action["selected_option"])
        ack()

    overflow = {
        "type": "overflow",
        "action_id": "menu",
        "options": [option("Green"), option("Black")],
    }
    client.chat_postMessage(
        channel=mia.id, text="Tea?", blocks=[section("Tea?", accessory=overflow)]
    )
    mia.click(mia.last_message(), text="Black")
    mia.click(mia.last_message(), "menu", selected="green")

    assert seen == [option("Black"), option("Green")]


def test_an_answer_shows_only_what_this_person_sees(app: App, mia: Person, tom: Person) -> None:
    @app.command("/tea")
    def tea(ack: Ack, client: WebClient) -> None:
        client.chat_postMessage(channel=tom.id, text="For Tom")
        client.chat_postMessage(channel=mia.id, text="For Mia", blocks=[section("Mia's tea")])
        ack(text="Done")

    answer = mia.command("/tea")

    assert [message.text for message in answer.messages] == ["For Mia", "Done"]
    assert "Mia's tea" in answer.all_text
    assert "Tom" not in answer.all_text


def test_buttons_are_read_by_their_labels(client: WebClient, mia: Person) -> None:
    blocks = [section("x", accessory=button("Milk", "a")), buttons(button("Tea", "b"))]
    client.chat_postMessage(channel=mia.id, text="x", blocks=blocks)

    assert mia.last_message().buttons == ["Milk", "Tea"]


def test_an_external_select_in_a_message_asks_the_app(
    app: App, client: WebClient, mia: Person
) -> None:
    seen: list[dict[str, Any]] = []

    @app.options("kind")
    def kinds(ack: Ack, body: dict[str, Any]) -> None:
        seen.append(body)
        ack(
            option_groups=[
                {"label": {"type": "plain_text", "text": "Teas"}, "options": [option("Green")]}
            ]
        )

    @app.action("kind")
    def kind(ack: Ack, body: dict[str, Any]) -> None:
        seen.append(body)
        ack()

    select = {"type": "external_select", "action_id": "kind"}
    client.chat_postMessage(channel=mia.id, text="x", blocks=[buttons(select, block_id="row")])
    message = mia.last_message()

    assert mia.options("kind", "gr", message) == []
    assert mia.options("kind", "gre", message) == ["Green"]
    mia.click(message, "kind", selected="Green")
    assert seen[0]["container"]["message_ts"] == message.ts
    assert seen[-1]["actions"][0]["selected_option"] == option("Green")
    assert seen[-1]["state"]["values"]["row"]["kind"]["selected_option"] == option("Green")


def test_a_person_can_wait_for_a_message(client: WebClient, mia: Person) -> None:
    later = threading.Timer(
        0.05, client.chat_postMessage, kwargs={"channel": mia.id, "text": "Tea is ready"}
    )
    later.start()

    assert mia.wait_for_message(containing="ready").text == "Tea is ready"
    with pytest.raises(NotThere, match="Tea is ready"):
        mia.wait_for_message(containing="coffee", timeout=0.01)
    later.join()
