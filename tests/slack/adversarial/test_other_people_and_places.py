"""Guests, bots, outsiders, people who leave or change their name; channels that come and go."""

import pytest

from tests.slack.timer.office import Office
from tests.slack.timer.test_approval import card_of, hand_in
from timebot.playground.slack import NotThere
from timebot.playground.slack.seen import Message

REACHABLE = ("ana", "kim", "mia", "leo")


def a_card_in_a_shared_channel(office: Office, *members: str) -> tuple[str, Message]:
    """Put Kim's card where others see it, as somebody does who shares a message."""
    slack = office.world.local.slack
    channel = slack.add_channel("with-others", members=[office.kim.id, *members])
    card = card_of(office.kim)
    posted = slack.world.messages.post(
        channel, author=slack.bot_user_id, text=card.text, blocks=card.blocks
    )
    return channel, Message(posted)


@pytest.mark.parametrize(
    "profile",
    [
        {"team_id": "T0OTHER", "tz": None},
        {"is_restricted": True},
        {"is_ultra_restricted": True},
    ],
)
def test_who_is_no_member_clicks_approve_in_vain(
    office: Office, profile: dict[str, object]
) -> None:
    hand_in(office)
    stranger = office.world.add_person("zoe", **profile)
    _, card = a_card_in_a_shared_channel(office, stranger.id)

    answer = stranger.click(card, text="Approve all 2")
    office.world.settle()

    assert answer.error is None
    assert {entry.state for entry in office.entries(office.mia)} == {"pending_review"}
    told = [message.all_text for message in stranger.messages(card.channel) if message.is_ephemeral]
    assert any("Only people of this workspace" in text for text in told)


def test_an_outsider_reaches_no_command_no_shortcut_and_no_home(office: Office) -> None:
    stranger = office.world.add_person("zoe", team_id="T0OTHER")
    channel = office.world.local.slack.add_channel("shared", members=[stranger.id])

    with pytest.raises(NotThere, match="another workspace"):
        stranger.command("/timer start Acme logo", channel=channel)
    with pytest.raises(NotThere, match="another workspace"):
        stranger.open_home()


@pytest.mark.parametrize("is_bot", [True, False])
def test_somebody_who_left_is_not_written_to(office: Office, *, is_bot: bool) -> None:
    hand_in(office)
    gone = {"deleted": True} if not is_bot else {"is_bot": True}
    office.world.local.slack.change_user(office.kim.id, **gone)
    office.world.settle()
    office.mia.command("/timer add 1h Acme website")
    office.mia.command("/timer submit")
    office.world.settle()

    wrong = [fault for fault in office.world.local.slack.faults() if "chat." in fault]
    assert wrong == []
    assert any("Hours of mia" in message.text for message in office.ana.messages())


def test_a_new_name_is_shown_and_the_old_hours_stay(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo")
    office.world.local.slack.change_user(office.mia.id, real_name="Mia Sommer")
    office.world.settle()
    office.mia.command("/timer submit")
    office.world.settle()

    assert "Hours of Mia Sommer: 1 h" in office.kim.messages()[-1].text


def test_a_profile_without_a_zone_counts_in_the_workspaces(office: Office) -> None:
    nobody = office.world.add_person("noa", tz=None)

    answer = nobody.command("/timer start Acme logo")

    assert "Started at 9:00" in answer.text


def test_a_command_in_any_conversation_is_answered_privately(office: Office) -> None:
    slack = office.world.local.slack
    places = [
        slack.add_channel("open", members=[office.mia.id], bot_is_member=False),
        slack.add_channel("closed", members=[office.mia.id], private=True, bot_is_member=False),
        slack.add_channel("shared", members=[office.mia.id, slack.add_user("zoe", team_id="T0X")]),
    ]

    answers = [office.mia.command("/timer status", channel=place) for place in places]

    assert [answer.error for answer in answers] == [None] * len(places)
    assert all(answer.message and answer.message.is_ephemeral for answer in answers)


def test_what_only_one_person_saw_is_not_needed_after_a_reload(office: Office) -> None:
    office.mia.command("/timer start Acme logo")
    office.mia.reload()

    panel = office.mia.command("/timer")
    office.mia.click(panel, text="Stop")

    assert [entry.ended_at is None for entry in office.entries(office.mia)] == [False]
