import json
import time
from datetime import timedelta
from http import HTTPStatus
from threading import Event
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier
from werkzeug.wrappers import Request, Response

from timebot.playground.http import LocalServer
from timebot.playground.slack import LocalSlack, NotThere, Person


def test_a_delivery_is_signed_with_real_time(app: App, slack: LocalSlack, mia: Person) -> None:
    @app.command("/tea")
    def tea(ack: Ack) -> None:
        ack()

    slack.world.clock.advance(timedelta(days=400))
    mia.command("/tea")

    sent = slack.deliveries[-1]
    verifier = SignatureVerifier(slack.signing_secret)
    assert verifier.is_valid_request(sent.body, dict(sent.headers))


def test_a_command_carries_what_slack_sends(app: App, slack: LocalSlack, mia: Person) -> None:
    seen: list[dict[str, Any]] = []

    @app.command("/tea")
    def tea(ack: Ack, command: dict[str, Any]) -> None:
        seen.append(command)
        ack()

    slack.add_channel("cellar", private=True, members=[mia.id])
    mia.command("/tea  green   tea ", channel="#cellar")
    mia.command("/tea")

    first, second = seen
    assert first["text"] == "green   tea"
    assert first["channel_name"] == "privategroup"
    assert (second["text"], second["channel_name"]) == ("", "directmessage")
    assert first["api_app_id"] == slack.app_id
    assert first["team_id"] == slack.team_id
    assert first["is_enterprise_install"] == "false"


def test_mentions_are_escaped_where_the_command_asks_for_it(
    app: App, slack: LocalSlack, mia: Person, tom: Person
) -> None:
    seen: list[str] = []

    @app.command("/tea")
    def tea(ack: Ack, command: dict[str, Any]) -> None:
        seen.append(command["text"])
        ack()

    slack.set_commands([{"command": "/tea", "should_escape": True}])
    channel = slack.add_channel("kitchen")
    mia.command("/tea @tom #kitchen R&D @nobody https://tea.example/x")

    link = "<https://tea.example/x>"
    assert seen == [f"<@{tom.id}|tom> <#{channel}|kitchen> R&amp;D @nobody {link}"]


def test_a_public_answer_shows_the_command_too(
    app: App, slack: LocalSlack, mia: Person, tom: Person
) -> None:
    @app.command("/tea")
    def tea(ack: Ack) -> None:
        ack(text="Tea for all", response_type="in_channel")

    slack.add_channel("kitchen", members=[mia.id, tom.id])
    mia.command("/tea all", channel="kitchen")

    assert [message.text for message in tom.messages("kitchen")] == ["/tea all", "Tea for all"]


def test_an_answer_after_three_seconds_is_too_late(app: App, mia: Person) -> None:
    hurry = Event()

    @app.command("/tea")
    def tea(ack: Ack) -> None:
        hurry.wait(3.5)
        ack(text="too late")

    answer = mia.command("/tea")
    hurry.set()

    assert answer.error == "operation_timeout"
    assert answer.status is None
    assert answer.ms >= 3000
    assert mia.messages() == []


@pytest.mark.usefixtures("app")
def test_an_answer_that_is_no_200_is_shown_as_a_failure(mia: Person) -> None:
    answer = mia.command("/tea")

    assert answer.error == "dispatch_failed"
    assert answer.status == HTTPStatus.NOT_FOUND


def test_an_app_that_is_not_there_is_a_failure(slack: LocalSlack, mia: Person) -> None:
    assert mia.command("/tea").error == "dispatch_failed"

    slack.connect("http://127.0.0.1:9/slack/events")

    assert mia.command("/tea").error == "dispatch_failed"


def test_faulty_blocks_in_a_command_answer_are_shown_and_recorded(
    app: App, slack: LocalSlack, mia: Person
) -> None:
    @app.command("/tea")
    def tea(ack: Ack) -> None:
        ack(text="x", blocks=[{"type": "shout"}])

    answer = mia.command("/tea")

    assert answer.error == "invalid_blocks"
    assert any("unsupported type: shout" in fault for fault in slack.faults())
    assert mia.messages() == []


def test_the_same_request_can_be_sent_again(app: App, slack: LocalSlack, mia: Person) -> None:
    seen: list[str] = []

    @app.command("/tea")
    def tea(ack: Ack, command: dict[str, Any]) -> None:
        seen.append(command["trigger_id"])
        ack()

    mia.command("/tea")
    replies = slack.resend_last_delivery(3, parallel=True)

    assert [reply.status for reply in replies] == [200, 200, 200]
    assert len(seen) == 4
    assert len(set(seen)) == 1


def test_a_forged_signature_is_not_let_in(app: App, slack: LocalSlack, mia: Person) -> None:
    @app.command("/tea")
    def tea(ack: Ack) -> None:
        ack()

    mia.command("/tea")
    (forged,) = slack.resend_last_delivery(headers={"X-Slack-Signature": "v0=00"})

    assert forged.status == HTTPStatus.UNAUTHORIZED


@pytest.mark.usefixtures("app")
def test_the_request_url_is_verified_by_a_challenge(slack: LocalSlack) -> None:
    assert slack.verify_request_url()


def test_an_event_that_is_not_taken_comes_three_times_more(slack: LocalSlack, mia: Person) -> None:
    seen: list[tuple[str | None, str | None, str]] = []

    @Request.application
    def busy(request: Request) -> Response:
        event_id = json.loads(request.get_data())["event_id"]
        number = request.headers.get("X-Slack-Retry-Num")
        seen.append((number, request.headers.get("X-Slack-Retry-Reason"), event_id))
        return Response(status=503)

    server = LocalServer(busy)
    server.start()
    slack.connect(server.url)
    mia.open_home()
    end = time.monotonic() + 5
    while len(seen) < 4 and time.monotonic() < end:
        time.sleep(0.01)
    server.stop()

    assert [number for number, _, _ in seen] == [None, "1", "2", "3"]
    assert seen[1][1] == "http_error"
    assert len({event_id for _, _, event_id in seen}) == 1


def test_an_event_is_not_repeated_when_the_app_says_so(slack: LocalSlack, mia: Person) -> None:
    calls: list[str] = []

    @Request.application
    def busy(request: Request) -> Response:
        calls.append(request.path)
        return Response(status=503, headers={"X-Slack-No-Retry": "1"})

    server = LocalServer(busy)
    server.start()
    slack.connect(server.url)
    mia.open_home()
    time.sleep(0.1)
    server.stop()

    assert len(calls) == 1


@pytest.mark.usefixtures("app")
def test_events_the_app_did_not_ask_for_are_not_sent(slack: LocalSlack, mia: Person) -> None:
    mia.say("hello")
    assert slack.deliveries == []

    slack.connect(slack.world.directory.installation["request_url"], events=["message.im"])
    mia.say("hello again")
    mia.open_home()

    assert [sent.title for sent in slack.deliveries] == ["message.im"]


def test_a_changed_user_is_an_event(app: App, slack: LocalSlack, mia: Person) -> None:
    seen: list[dict[str, Any]] = []

    @app.event("user_change")
    def changed(event: dict[str, Any]) -> None:
        seen.append(event["user"])

    slack.change_user(mia.id, real_name="Mia Hill", tz="Asia/Kathmandu")

    assert (seen[0]["real_name"], seen[0]["tz_offset"]) == ("Mia Hill", 20_700)


def test_a_global_shortcut_opens_a_door(app: App, slack: LocalSlack, mia: Person) -> None:
    seen: list[dict[str, Any]] = []

    @app.shortcut("brew")
    def brew(ack: Ack, shortcut: dict[str, Any]) -> None:
        seen.append(shortcut)
        ack()

    slack.set_shortcuts([{"type": "global", "callback_id": "brew", "name": "Brew tea"}])

    assert mia.shortcut("brew").status == 200
    assert seen[0]["trigger_id"]
    assert "response_url" not in seen[0]
    mia.say("x")
    message = mia.last_message()
    with pytest.raises(NotThere, match="no message shortcut"):
        mia.shortcut("brew", message)


def test_a_message_shortcut_carries_the_message(
    app: App, slack: LocalSlack, mia: Person, client: WebClient
) -> None:
    seen: list[dict[str, Any]] = []

    @app.message_shortcut("log")
    def log(ack: Ack, shortcut: dict[str, Any]) -> None:
        seen.append(shortcut)
        ack()

    slack.set_shortcuts([{"type": "message", "callback_id": "log", "name": "Log"}])
    channel = slack.add_channel("kitchen", members=[mia.id])
    mia.say("I made tea", "kitchen")
    mia.shortcut("log", mia.last_message("kitchen"))

    assert seen[0]["message"]["text"] == "I made tea"
    assert seen[0]["channel"]["id"] == channel
    client.chat_postEphemeral(channel=channel, user=mia.id, text="psst")
    whisper = mia.last_message("kitchen")
    with pytest.raises(NotThere, match="ephemeral"):
        mia.shortcut("log", whisper)


def test_the_inspector_shows_both_directions_without_secrets(
    app: App, slack: LocalSlack, mia: Person
) -> None:
    @app.command("/tea")
    def tea(ack: Ack, client: WebClient, command: dict[str, Any]) -> None:
        client.chat_postMessage(channel=command["user_id"], text="Tea")
        ack()

    mia.command("/tea")
    exchanges = slack.exchanges()

    # Bolt has asked who it is, once.
    assert [each["title"] for each in exchanges] == ["auth.test", "chat.postMessage", "/tea"]
    assert [each["direction"] for each in exchanges] == ["to_slack", "to_slack", "to_app"]
    assert [each["kind"] for each in exchanges] == ["web_api", "web_api", "command"]
    assert [each["n"] for each in exchanges] == [1, 2, 3]
    assert exchanges[2]["request"]["body"]["command"] == "/tea"
    everything = json.dumps(exchanges)
    assert slack.bot_token not in everything
    assert slack.signing_secret not in everything
    assert "v0=" not in everything
    assert slack.exchanges(after=1) == exchanges[1:]
