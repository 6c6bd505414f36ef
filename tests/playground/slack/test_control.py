import json
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from werkzeug.wrappers import Response

from timebot.playground.slack import LocalSlack, Person

from .parts import button, buttons, field, home, modal, text_field

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(slack: LocalSlack) -> Ask:
    """Ask the controls: with a body it is a POST."""

    def fetch(path: str, **body: object) -> dict[str, Any]:
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{slack.url}/_/{path}", data=data, headers={"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310 - our own server
                found: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                found = {"status": error.code, **json.load(error)}
        return found

    return fetch


def test_the_state_shows_what_this_person_may_see(ask: Ask, slack: LocalSlack, mia: Person) -> None:
    slack.add_channel("kitchen", members=[mia.id])
    slack.add_channel("cellar", private=True)

    state = ask(f"state?user={mia.id}")

    assert state["me"]["initials"] == "MB"
    assert [user["name"] for user in state["users"]] == ["mia", "tom"]
    assert [(each["kind"], each["name"]) for each in state["conversations"]] == [
        ("dm", ""),
        ("channel", "kitchen"),
    ]
    assert state["commands"][0]["command"] == "/tea"
    assert state["app"] == {
        "id": slack.bot_user_id,
        "name": "Tea",
        "request_url": None,
        "connected": False,
    }
    assert state["clock"]["offset_seconds"] == 0
    assert state["version"] > 0


def test_a_command_and_its_answer_are_shown(app: App, ask: Ask, mia: Person) -> None:
    @app.command("/tea")
    def tea(ack: Ack) -> None:
        ack(text="Green")

    done = ask("command", user=mia.id, channel=mia.dm, text="/tea")
    shown = ask(f"conversation/{mia.dm}?user={mia.id}")["messages"][0]

    assert done["ok"]
    assert (shown["text"], shown["ephemeral"], shown["is_app"]) == ("Green", True, True)
    assert shown["user_name"] == "Tea"


@pytest.mark.usefixtures("app")
def test_a_wrong_command_is_told_in_words(ask: Ask, mia: Person) -> None:
    answer = ask("command", user=mia.id, channel=mia.dm, text="/coffee")

    assert not answer["ok"]
    assert "not a valid command" in answer["error"]


def test_a_modal_is_filled_in_on_the_page(
    app: App, ask: Ask, client: WebClient, slack: LocalSlack, mia: Person
) -> None:
    seen: list[dict[str, Any]] = []

    @app.view("pour")
    def pour(ack: Ack, view: dict[str, Any]) -> None:
        seen.append(view["state"]["values"])
        ack(response_action="errors", errors={"kind": "No."})

    trigger_id = slack.world.tickets.new_trigger(mia.id)
    client.views_open(trigger_id=trigger_id, view=modal(text_field("Kind"), callback_id="pour"))
    view = ask(f"modal?user={mia.id}")["stack"][-1]
    state = {"kind": {"x_kind": {"type": "plain_text_input", "value": "Green"}}}
    answer = ask("submit", user=mia.id, view_id=view["id"], state=state)

    assert seen[0]["kind"]["x_kind"]["value"] == "Green"
    assert answer["errors"] == {"kind": "No."}
    assert not answer["ok"]
    assert ask("close", user=mia.id, view_id=view["id"])["ok"]
    assert ask(f"modal?user={mia.id}")["stack"] == []


def test_buttons_work_in_messages_and_home(
    app: App, ask: Ask, client: WebClient, mia: Person
) -> None:
    seen: list[str] = []

    @app.action("drink")
    def drink(ack: Ack, body: dict[str, Any]) -> None:
        seen.append(body["container"]["type"])
        ack()

    @app.event("app_home_opened")
    def opened(event: dict[str, Any]) -> None:
        view = home(buttons(button("Drink", "drink"), block_id="row"))
        client.views_publish(user_id=event["user"], view=view)

    ask("home_opened", user=mia.id)
    block = ask(f"home?user={mia.id}")["view"]["blocks"][0]
    posted = client.chat_postMessage(channel=mia.id, text="Tea?", blocks=[block])
    click = {"user": mia.id, "block_id": "row", "action_id": "drink", "action": {}, "state": {}}
    message = {"type": "message", "channel": mia.dm, "ts": posted["ts"]}

    assert ask("click", container=message, **click)["ok"]
    assert ask("click", container={"type": "home"}, **click)["ok"]
    gone = ask("click", container={**message, "ts": "1.1"}, **click)
    assert gone["error"] == "That message is gone."
    assert seen == ["message", "view"]


def test_options_are_fetched_for_the_page(
    app: App, ask: Ask, client: WebClient, slack: LocalSlack, mia: Person
) -> None:
    @app.options("x_kind")
    def kinds(ack: Ack) -> None:
        ack(options=[{"text": {"type": "plain_text", "text": "Green"}, "value": "g"}])

    trigger_id = slack.world.tickets.new_trigger(mia.id)
    select = {"type": "external_select", "min_query_length": 0}
    view = client.views_open(trigger_id=trigger_id, view=modal(field("Kind", select)))["view"]
    answer = ask(
        "options",
        user=mia.id,
        container={"type": "view", "view_id": view["id"]},
        block_id="kind",
        action_id="x_kind",
        value="",
    )

    assert answer["options"][0]["value"] == "g"


def test_the_clock_is_moved_by_time_and_by_name(ask: Ask, slack: LocalSlack) -> None:
    target = datetime(2100, 1, 1, tzinfo=UTC)
    slack.add_jump("run", "To the next run", lambda: target)
    slack.add_jump("never", "To never", lambda: None)

    assert ask("clock", advance_seconds=3600)["ok"]
    assert ask("clock", jump="run")["now"].startswith("2100-01-01T00:00")
    assert ask("clock", advance_seconds=-5)["error"] == "The clock moves forward only."
    assert "leads nowhere" in ask("clock", jump="never")["error"]
    jumps = ask("state")["clock"]["jumps"]
    assert jumps[0] == {"key": "run", "label": "To the next run"}


def test_the_page_waits_for_changes_and_reads_the_inspector(
    ask: Ask, client: WebClient, mia: Person
) -> None:
    version = ask("state")["version"]
    client.chat_postMessage(channel=mia.id, text="x")

    assert ask(f"changes?after={version}")["version"] > version
    exchange = ask("inspector?after=0")["exchanges"][0]
    assert (exchange["title"], exchange["status"]) == ("chat.postMessage", 200)


def test_faulty_requests_are_refused_in_words(ask: Ask, mia: Person) -> None:
    assert ask("nowhere")["status"] == 404
    assert ask("conversation/C0NOWHERE")["error"] == "channel_not_found"
    assert ask("command", user=mia.id)["error"] == "The field 'channel' is missing."
    assert "must be an object" in ask("click", user=mia.id, state=1)["error"]


def test_other_applications_are_mounted_below_a_path(slack: LocalSlack) -> None:
    slack.mount("/mail", Response("letters"))

    with urllib.request.urlopen(f"{slack.url}/mail/x") as page:  # noqa: S310 - our own server
        assert page.read() == b"letters"


def test_a_foreign_host_name_is_not_let_in(slack: LocalSlack) -> None:
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{slack.url}/_/state", headers={"Host": "evil.example"}
    )

    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)  # noqa: S310 - our own server

    assert caught.value.code == 403
    caught.value.close()


def test_files_outside_the_page_are_not_handed_out(slack: LocalSlack) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{slack.url}/static/../../store.py")  # noqa: S310 - our own

    assert caught.value.code == 404
    caught.value.close()


def test_say_writes_a_message(ask: Ask, mia: Person) -> None:
    assert ask("say", user=mia.id, channel=mia.dm, text="hi")["ok"]
    assert mia.last_message().text == "hi"


def test_the_page_breaks_the_next_call_of_a_method(
    ask: Ask, client: WebClient, mia: Person
) -> None:
    planned = ask("trouble", method="chat.postMessage", kind="500_before")

    with pytest.raises(SlackApiError, match="internal_error"):
        client.chat_postMessage(channel=mia.dm, text="Tea?")
    assert planned["ok"]
    assert client.chat_postMessage(channel=mia.dm, text="Tea?")["ok"]


def test_the_page_delivers_the_last_request_again(
    ask: Ask, app: App, slack: LocalSlack, mia: Person
) -> None:
    assert not ask("trouble", kind="again")["ok"]

    @app.command("/tea")
    def tea(ack: Ack) -> None:
        ack()

    mia.command("/tea")

    assert ask("trouble", kind="again")["ok"]
    assert len(slack.deliveries) == 2


@pytest.mark.parametrize(
    ("method", "kind"), [("nobody.knows", "500_before"), ("views.open", "gremlins")]
)
def test_a_trouble_that_is_not_known_is_refused(ask: Ask, method: str, kind: str) -> None:
    assert "There is no trouble" in ask("trouble", method=method, kind=kind)["error"]
