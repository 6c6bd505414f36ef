"""What Slack and the network do to an app now and then, on demand."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient, WebhookClient
from slack_sdk.errors import SlackApiError

from timebot.playground.slack import LocalSlack, NotThere, Person
from timebot.playground.slack.trouble import Kind


def hears(app: App) -> list[dict[str, Any]]:
    """Let the app take note of the commands it gets."""
    seen: list[dict[str, Any]] = []

    @app.command("/tea")
    def tea(ack: Ack, command: dict[str, Any]) -> None:
        seen.append(command)
        ack()

    return seen


def test_a_limited_method_says_how_long_and_others_go_on(
    client: WebClient, slack: LocalSlack, mia: Person
) -> None:
    slack.trouble.limit("chat.postMessage", timedelta(seconds=30))

    for _ in range(2):
        with pytest.raises(SlackApiError) as refused:
            client.chat_postMessage(channel=mia.dm, text="Tea?")

    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "30"
    assert client.users_info(user=mia.id)["ok"]
    slack.trouble.lift_limits()
    assert client.chat_postMessage(channel=mia.dm, text="Tea?")["ok"]
    assert [message.text for message in mia.messages()] == ["Tea?"]


def test_a_slow_answer_is_a_true_one(client: WebClient, slack: LocalSlack, mia: Person) -> None:
    slack.trouble.slow_down("chat.postMessage", 0.2)
    began = time.monotonic()

    posted = client.chat_postMessage(channel=mia.dm, text="Tea?")

    assert time.monotonic() - began >= 0.2
    assert mia.last_message().ts == posted["ts"]


@pytest.mark.parametrize(
    ("kind", "arrived"),
    [("500_before", 0), ("500_after", 1), ("cut_before", 0), ("cut_after", 1)],
)
def test_an_answer_through_an_address_fails_before_or_after_it_is_shown(
    app: App, slack: LocalSlack, mia: Person, kind: Kind, arrived: int
) -> None:
    seen = hears(app)
    mia.command("/tea")
    slack.trouble.next_call("response_url", kind)
    hook = WebhookClient(seen[0]["response_url"], retry_handlers=[])

    failed = False
    try:
        failed = hook.send(text="Here it is").status_code == 500
    except OSError:
        failed = True

    assert failed
    assert len(mia.messages()) == arrived


def test_what_was_delivered_comes_again_minutes_later_with_a_good_signature(
    app: App, slack: LocalSlack, mia: Person
) -> None:
    seen = hears(app)
    mia.command("/tea green")
    first = slack.deliveries[-1]

    reply = slack.trouble.deliver_again(headers={"X-Slack-Retry-Num": "1"})

    assert reply.status == 200
    assert slack.deliveries[-1].body == first.body
    assert [command["text"] for command in seen] == ["green", "green"]


def test_nothing_can_come_again_before_anything_came(slack: LocalSlack) -> None:
    with pytest.raises(NotThere, match="Nothing was delivered"):
        slack.trouble.deliver_again()


def test_the_certificate_is_looked_at_without_a_word_to_a_listener(
    app: App, slack: LocalSlack
) -> None:
    seen = hears(app)

    reply = slack.trouble.check_ssl()

    assert (reply.status, seen) == (200, [])


def test_an_app_with_too_many_events_is_told(slack: LocalSlack) -> None:
    slack.trouble.tell_that_events_are_limited()

    told = json.loads(slack.deliveries[-1].body)
    assert told["type"] == "app_rate_limited"
    assert told["minute_rate_limited"] % 60 == 0


def test_a_deleted_channel_and_an_old_id_are_known_no_more(
    client: WebClient, slack: LocalSlack, mia: Person
) -> None:
    deleted, shared = (slack.add_channel(name, members=[mia.id]) for name in ("attic", "garden"))
    slack.trouble.delete_channel(deleted)
    renewed = slack.trouble.change_channel_id(shared)

    for channel in (deleted, shared):
        with pytest.raises(SlackApiError, match="channel_not_found"):
            client.chat_postMessage(channel=channel, text="Tea?")
    assert client.chat_postMessage(channel=renewed, text="Tea?")["ok"]
