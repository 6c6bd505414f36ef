from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from timebot.playground.slack import LocalSlack, Person

from .parts import section


def refusal(call: Callable[..., Any], **arguments: object) -> str:
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    return str(caught.value.response["error"])


def test_a_wrong_token_is_refused(slack: LocalSlack) -> None:
    client = WebClient("xoxb-wrong", base_url=slack.api_url)

    assert refusal(client.auth_test) == "invalid_auth"


def test_an_unknown_method_is_refused(client: WebClient) -> None:
    assert refusal(client.api_call, api_method="chat.shout") == "unknown_method"


def test_socket_mode_is_refused(client: WebClient, slack: LocalSlack) -> None:
    error = refusal(client.apps_connections_open, app_token=slack.bot_token)

    assert error == "socket_mode_not_enabled"


def test_a_user_id_stands_for_the_direct_conversation(client: WebClient, mia: Person) -> None:
    answer = client.chat_postMessage(channel=mia.id, text="Hello")

    assert answer["channel"] == mia.dm
    assert mia.last_message().text == "Hello"
    assert mia.last_message().ts == answer["ts"]


def test_a_public_channel_without_the_app_refuses_it(client: WebClient, slack: LocalSlack) -> None:
    channel = slack.add_channel("garden", bot_is_member=False)

    assert refusal(client.chat_postMessage, channel=channel, text="x") == "not_in_channel"


def test_a_private_channel_without_the_app_is_not_there(
    client: WebClient, slack: LocalSlack
) -> None:
    channel = slack.add_channel("cellar", private=True, bot_is_member=False)

    assert refusal(client.chat_postMessage, channel=channel, text="x") == "channel_not_found"
    assert refusal(client.conversations_info, channel=channel) == "channel_not_found"


def test_an_archived_channel_is_closed(client: WebClient, slack: LocalSlack) -> None:
    channel = slack.add_channel("attic")
    slack.change_channel(channel, is_archived=True)

    assert refusal(client.chat_postMessage, channel=channel, text="x") == "is_archived"


def test_a_deactivated_person_gets_no_message(
    client: WebClient, slack: LocalSlack, mia: Person
) -> None:
    slack.change_user(mia.id, deleted=True)

    assert refusal(client.chat_postMessage, channel=mia.id, text="x") == "channel_not_found"
    assert refusal(client.chat_postMessage, channel=mia.dm, text="x") == "channel_not_found"
    assert refusal(client.conversations_open, users=mia.id) == "user_disabled"


def test_a_message_needs_words_of_a_bearable_length(client: WebClient, mia: Person) -> None:
    too_long = "x" * 40_001

    # The SDK itself warns about a missing text; the plain call does not.
    blank = {"channel": mia.id, "text": " "}
    post = "chat.postMessage"
    assert refusal(client.api_call, api_method=post, json=blank) == "no_text"
    assert refusal(client.chat_postMessage, channel=mia.id, text=too_long) == "msg_too_long"


def test_faulty_blocks_are_refused_with_their_place(client: WebClient, mia: Person) -> None:
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=mia.id, text="x", blocks=[section("x" * 3001)])

    assert caught.value.response["error"] == "invalid_blocks"
    assert caught.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]
    assert mia.messages() == []


def test_blocks_without_ids_get_some(client: WebClient, mia: Person) -> None:
    answer = client.chat_postMessage(channel=mia.id, text="x", blocks=[section("x")])

    assert answer["message"]["blocks"][0]["block_id"]


def test_an_update_with_text_alone_removes_the_blocks(client: WebClient, mia: Person) -> None:
    posted = client.chat_postMessage(channel=mia.id, text="x", blocks=[section("x")])

    client.chat_update(channel=posted["channel"], ts=posted["ts"], text="y")

    message = mia.last_message()
    assert (message.text, message.blocks) == ("y", [])


def test_an_update_needs_the_channel_and_a_message_of_the_app(
    client: WebClient, mia: Person
) -> None:
    mia.say("mine")
    ts = mia.last_message().ts

    update = client.chat_update
    assert refusal(update, channel=mia.dm, ts=ts, text="x") == "cant_update_message"
    assert refusal(update, channel=mia.dm, ts="1.1", text="x") == "message_not_found"
    assert refusal(update, channel=mia.id, ts=ts, text="x") == "channel_not_found"


def test_an_update_has_the_shorter_limit(client: WebClient, mia: Person) -> None:
    posted = client.chat_postMessage(channel=mia.id, text="x")

    error = refusal(client.chat_update, channel=mia.dm, ts=posted["ts"], text="x" * 4001)

    assert error == "msg_too_long"


def test_a_deleted_message_is_gone(client: WebClient, mia: Person) -> None:
    posted = client.chat_postMessage(channel=mia.id, text="x")

    client.chat_delete(channel=mia.dm, ts=posted["ts"])

    assert mia.messages() == []
    assert refusal(client.chat_delete, channel=mia.dm, ts=posted["ts"]) == "message_not_found"


def test_an_ephemeral_message_is_for_one_member_only(
    client: WebClient, slack: LocalSlack, mia: Person, tom: Person
) -> None:
    channel = slack.add_channel("kitchen", members=[mia.id, tom.id])

    posted = client.chat_postEphemeral(channel=channel, user=mia.id, text="psst")

    assert mia.last_message("kitchen").text == "psst"
    assert tom.messages("kitchen") == []
    ts = posted["message_ts"]
    assert refusal(client.chat_update, channel=channel, ts=ts, text="x") == "message_not_found"


def test_an_ephemeral_message_needs_a_member(
    client: WebClient, slack: LocalSlack, mia: Person
) -> None:
    channel = slack.add_channel("kitchen")

    error = refusal(client.chat_postEphemeral, channel=channel, user=mia.id, text="psst")

    assert error == "user_not_in_channel"


def test_a_planned_failure_comes_before_the_effect(
    client: WebClient, slack: LocalSlack, mia: Person
) -> None:
    slack.fail_next("chat.postMessage", status=429, headers={"Retry-After": "30"})

    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=mia.id, text="x")

    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "30"
    assert mia.messages() == []


def test_a_planned_failure_may_come_after_the_effect(
    client: WebClient, slack: LocalSlack, mia: Person
) -> None:
    slack.fail_next("chat.postMessage", status=500, after_effect=True)

    error = refusal(client.chat_postMessage, channel=mia.id, text="x")

    assert error == "internal_error"
    assert len(mia.messages()) == 1


def test_a_cut_connection_makes_the_sdk_post_twice(
    client: WebClient, slack: LocalSlack, mia: Person
) -> None:
    slack.fail_next("chat.postMessage", status=None, after_effect=True)

    client.chat_postMessage(channel=mia.id, text="x")

    assert len(mia.messages()) == 2


def test_an_uninstalled_app_is_shut_out_until_it_is_back(
    client: WebClient, slack: LocalSlack
) -> None:
    slack.uninstall()
    assert refusal(client.auth_test) == "account_inactive"

    slack.reinstall()
    assert client.auth_test()["ok"]

    slack.revoke_token()
    assert refusal(client.auth_test) == "token_revoked"


def test_a_method_without_its_scope_is_refused(
    client: WebClient, slack: LocalSlack, mia: Person
) -> None:
    slack.set_scopes(["chat:write"])

    assert client.chat_postMessage(channel=mia.id, text="x")["ok"]
    assert refusal(client.users_info, user=mia.id) == "missing_scope"


def test_message_times_follow_the_business_clock(
    client: WebClient, slack: LocalSlack, mia: Person
) -> None:
    first = client.chat_postMessage(channel=mia.id, text="today")
    slack.world.clock.advance(timedelta(days=2))

    second = client.chat_postMessage(channel=mia.id, text="later")

    assert float(second["ts"]) - float(first["ts"]) > 86_400
