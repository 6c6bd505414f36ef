"""Rules of Slack that an app learns only when it breaks one."""

from typing import Any

import pytest
from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.playground.slack.parts import button, buttons, home, option, section, words
from timebot.playground.slack import LocalSlack, NotThere, Person
from timebot.playground.slack.blockkit import message_faults


def test_an_outsider_uses_buttons_but_no_command_no_shortcut_and_no_home(
    app: App, client: WebClient, slack: LocalSlack
) -> None:
    seen: list[str] = []

    @app.action("brew")
    def brew(ack: Ack, body: dict[str, Any]) -> None:
        seen.append(body["user"]["team_id"])
        ack()

    slack.set_shortcuts([{"type": "global", "callback_id": "brew", "name": "Brew tea"}])
    zoe = slack.person(slack.add_user("zoe", team_id="T0OTHER"))
    channel = slack.add_channel("shared", members=[zoe.id])
    client.chat_postMessage(channel=channel, text="Tea?", blocks=[buttons(button("Yes", "brew"))])

    zoe.click(zoe.last_message(channel), action_id="brew")

    assert seen == ["T0OTHER"]
    with pytest.raises(NotThere, match="of another workspace"):
        zoe.command("/tea", channel=channel)
    with pytest.raises(NotThere, match="of another workspace"):
        zoe.shortcut("brew")
    with pytest.raises(NotThere, match="of another workspace"):
        zoe.open_home()


def test_the_profile_of_an_outsider_has_no_zone_and_no_locale(
    client: WebClient, slack: LocalSlack
) -> None:
    zoe = slack.add_user("zoe", team_id="T0OTHER", tz="Asia/Kathmandu")

    profile = client.users_info(user=zoe, include_locale=True)["user"]

    assert profile["is_stranger"]
    assert not {"tz", "tz_offset", "locale"} & set(profile)


def test_a_guest_of_one_channel_is_offered_no_shortcuts(slack: LocalSlack) -> None:
    slack.set_shortcuts([{"type": "global", "callback_id": "brew", "name": "Brew tea"}])
    gus = slack.person(slack.add_user("gus", is_ultra_restricted=True))

    with pytest.raises(NotThere, match="single channel"):
        gus.shortcut("brew")


def test_slackbot_looks_like_a_person_and_cannot_be_written_to(client: WebClient) -> None:
    assert not client.users_info(user="USLACKBOT")["user"]["is_bot"]
    with pytest.raises(SlackApiError, match="cannot_dm_bot"):
        client.conversations_open(users="USLACKBOT")


@pytest.mark.parametrize(
    "shortcuts",
    [
        [{"type": "global", "callback_id": "x", "name": "n" * 25}],
        [{"type": "global", "callback_id": str(n), "name": "Brew"} for n in range(6)],
        [{"type": kind, "callback_id": "x", "name": "Brew"} for kind in ("global", "message")],
        [{"type": "global", "callback_id": "x", "name": "Brew", "description": "d" * 151}],
    ],
)
def test_shortcuts_that_a_manifest_may_not_have_are_refused(
    slack: LocalSlack, shortcuts: list[dict[str, str]]
) -> None:
    with pytest.raises(ValueError, match=r"more than|may have|same callback_id"):
        slack.set_shortcuts(shortcuts)


def test_five_shortcuts_of_each_kind_are_taken(slack: LocalSlack) -> None:
    slack.set_shortcuts(
        {"type": kind, "callback_id": f"{kind}{n}", "name": "n" * 24}
        for kind in ("global", "message")
        for n in range(5)
    )


@pytest.mark.parametrize("command", ["tea", "/tea time", "/" + "t" * 32])
def test_a_command_that_a_manifest_may_not_have_is_refused(slack: LocalSlack, command: str) -> None:
    with pytest.raises(ValueError, match=r"no slash command|may have"):
        slack.set_commands([{"command": command}])


@pytest.mark.parametrize("needed", ["channels:read", "groups:read"])
def test_reading_about_a_channel_needs_the_scope_of_its_kind(
    client: WebClient, slack: LocalSlack, needed: str
) -> None:
    channel = slack.add_channel("cellar", private=needed == "groups:read")
    both = {"channels:read", "groups:read"}

    slack.set_scopes(both - {needed})
    with pytest.raises(SlackApiError, match="missing_scope"):
        client.conversations_info(channel=channel)

    slack.set_scopes([needed])
    assert client.conversations_info(channel=channel)["ok"]


def test_a_public_channel_takes_posts_of_an_app_that_may_write_everywhere(
    client: WebClient, slack: LocalSlack
) -> None:
    public = slack.add_channel("garden", bot_is_member=False)
    private = slack.add_channel("cellar", private=True, bot_is_member=False)

    slack.set_scopes(["chat:write"])
    with pytest.raises(SlackApiError, match="not_in_channel"):
        client.chat_postMessage(channel=public, text="Tea?")

    slack.set_scopes(["chat:write", "chat:write.public"])
    assert client.chat_postMessage(channel=public, text="Tea?")["ok"]
    with pytest.raises(SlackApiError, match="channel_not_found"):
        client.chat_postMessage(channel=private, text="Tea?")


def test_a_menu_of_many_choices_stands_in_a_section_but_not_in_a_row() -> None:
    menu = {
        "type": "multi_static_select",
        "action_id": "kinds",
        "options": [option("Green"), option("Black")],
    }

    assert message_faults([section("Which?", accessory=menu)]) == []
    assert "unsupported type: multi_static_select" in message_faults([buttons(menu)])[0]


def test_what_only_one_person_saw_is_gone_after_a_reload(
    app: App, client: WebClient, mia: Person, tom: Person
) -> None:
    @app.command("/tea")
    def tea(ack: Ack) -> None:
        ack("Only for you")

    for person in (mia, tom):
        person.command("/tea")
    client.chat_postMessage(channel=mia.dm, text="For good")

    mia.reload()

    assert [message.text for message in mia.messages()] == ["For good"]
    assert [message.text for message in tom.messages()] == ["Only for you"]


def test_an_answer_through_an_address_can_go_into_a_thread(app: App, mia: Person) -> None:
    @app.command("/tea")
    def tea(ack: Ack, respond: Respond) -> None:
        ack()
        respond(text="In the thread", thread_ts="1.000001", response_type="in_channel")

    mia.command("/tea")

    assert mia.last_message().document["thread_ts"] == "1.000001"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("Tea for 3: ready at 9:30", []),
        ("TEA FOR 3, <https://tea.example|READY> at 9:30", []),
        ("Your tea", ["the text does not say: for, 3, ready, at, 9, 30"]),
    ],
)
def test_a_text_that_does_not_say_what_is_shown_is_a_fault(
    client: WebClient, slack: LocalSlack, mia: Person, text: str, faults: list[str]
) -> None:
    blocks = [
        {"type": "header", "text": words("Tea for 3")},
        section("Ready at 9:30", accessory=button("Pour the tea", "pour")),
    ]

    client.chat_postMessage(channel=mia.dm, text=text, blocks=blocks)

    assert slack.faults() == faults


def test_a_full_text_cannot_say_more(client: WebClient, slack: LocalSlack, mia: Person) -> None:
    full = "tea " * 960 + "…"

    client.chat_postMessage(channel=mia.dm, text=full, blocks=[section("And coffee")])

    assert slack.faults() == []


def test_a_home_drawn_for_an_older_one_does_not_replace_a_newer(
    client: WebClient, mia: Person
) -> None:
    old = client.views_publish(user_id=mia.id, view=home(section("One")))["view"]["hash"]
    client.views_publish(user_id=mia.id, view=home(section("Two")), hash=old)

    with pytest.raises(SlackApiError, match="hash_conflict"):
        client.views_publish(user_id=mia.id, view=home(section("Three")), hash=old)

    assert mia.home is not None
    assert "Two" in mia.home.all_text
