import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from timebot.playground.slack import LocalSlack, Person


def test_a_profile_has_zone_and_roles(client: WebClient, mia: Person, tom: Person) -> None:
    owner = client.users_info(user=mia.id, include_locale=True)["user"]
    member = client.users_info(user=tom.id)["user"]

    assert (owner["tz"], owner["is_owner"], owner["is_admin"]) == ("Europe/Berlin", True, True)
    assert owner["locale"] == "en-US"
    assert (member["tz"], member["is_owner"]) == ("America/New_York", False)
    assert member["tz_offset"] in (-18_000, -14_400)


def test_a_deactivated_profile_says_little(
    client: WebClient, slack: LocalSlack, tom: Person
) -> None:
    slack.change_user(tom.id, deleted=True)

    user = client.users_info(user=tom.id)["user"]

    assert user["deleted"]
    assert "tz" not in user


def test_a_person_of_another_workspace_is_a_stranger(client: WebClient, slack: LocalSlack) -> None:
    stranger = slack.add_user("zoe", team_id="T0OTHER")

    user = client.users_info(user=stranger)["user"]

    assert user["is_stranger"]
    assert user["team_id"] == "T0OTHER"


def test_an_unknown_user_is_not_found(client: WebClient) -> None:
    with pytest.raises(SlackApiError, match="user_not_found"):
        client.users_info(user="U0NOBODY")


def test_the_user_list_has_slackbot_who_is_no_bot(client: WebClient) -> None:
    members = {user["id"]: user for user in client.users_list()["members"]}

    assert not members["USLACKBOT"]["is_bot"]
    assert members["U0LOCALBOT"]["is_bot"]
    assert len(members) == 4


def test_lists_come_in_pages(client: WebClient, slack: LocalSlack) -> None:
    for name in ("one", "two", "three"):
        slack.add_channel(name)

    first = client.conversations_list(limit=2)
    second = client.conversations_list(limit=2, cursor=first["response_metadata"]["next_cursor"])

    names = [channel["name"] for channel in [*first["channels"], *second["channels"]]]
    assert names == ["one", "two", "three"]
    assert second["response_metadata"]["next_cursor"] == ""


def test_a_conversation_tells_its_kind_and_members(
    client: WebClient, slack: LocalSlack, mia: Person
) -> None:
    channel = slack.add_channel("cellar", private=True, members=[mia.id])

    info = client.conversations_info(channel=channel)["channel"]

    assert info["is_private"]
    assert info["is_member"]
    assert not info["is_ext_shared"]
    assert mia.id in client.conversations_members(channel=channel)["members"]


def test_a_channel_with_strangers_is_shared(client: WebClient, slack: LocalSlack) -> None:
    channel = slack.add_channel("shared", members=[slack.add_user("zoe", team_id="T0OTHER")])

    assert client.conversations_info(channel=channel)["channel"]["is_ext_shared"]


def test_the_direct_conversation_is_opened_once(client: WebClient, mia: Person) -> None:
    assert client.conversations_open(users=mia.id)["channel"]["id"] == mia.dm
    assert client.conversations_open(users=[mia.id])["channel"]["id"] == mia.dm


def test_the_app_knows_itself_and_its_team(client: WebClient, slack: LocalSlack) -> None:
    assert client.auth_test()["user_id"] == slack.bot_user_id
    assert client.team_info()["team"]["id"] == slack.team_id


def test_a_guest_sees_only_the_channels_they_are_in(slack: LocalSlack) -> None:
    guest = slack.add_user("gus", is_restricted=True)
    slack.add_channel("garden")
    slack.add_channel("kitchen", members=[guest])

    person = slack.person("gus")

    assert person.messages("kitchen") == []
    with pytest.raises(LookupError, match="does not see"):
        person.messages("garden")
