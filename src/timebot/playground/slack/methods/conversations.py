"""conversations.*: channels and direct conversations."""

from timebot.playground.slack.arguments import Arguments, one_page
from timebot.playground.slack.directory import SLACKBOT
from timebot.playground.slack.drawing import conversation_json
from timebot.playground.slack.faults import SlackFault
from timebot.playground.slack.scopes import check_reading
from timebot.playground.slack.world import World
from timebot.playground.store import Document

_TYPES = {"public_channel": "channel", "private_channel": "private", "im": "dm", "mpim": "mpim"}
_DEFAULT_LIMIT = 100


def conversations_open(world: World, arguments: Arguments) -> Document:
    """https://docs.slack.dev/reference/methods/conversations.open."""
    if "channel" in arguments:
        conversation = world.directory.app_conversation(arguments.required("channel"))
        return {"channel": {"id": conversation["id"]}, "no_op": True, "already_open": True}
    users = arguments.required("users", "users_list_not_supplied").split(",")
    if len(users) > 1:
        # Group conversations are not part of the local world.
        raise SlackFault("method_not_supported_for_channel_type")
    return {"channel": {"id": open_dm(world, users[0])}}


def open_dm(world: World, user_id: str) -> str:
    """Return the id of the app's direct conversation with a person.

    Raises:
        SlackFault: `user_not_found`, `user_disabled`, `cannot_dm_bot` or `user_not_visible`.
    """
    if user_id in (SLACKBOT, world.directory.bot_user_id):
        raise SlackFault("cannot_dm_bot")
    user = world.directory.get_user(user_id)
    if user["deleted"]:
        raise SlackFault("user_disabled")
    if user["is_bot"]:
        raise SlackFault("cannot_dm_bot")
    if user["team_id"] != world.directory.team_id:
        raise SlackFault("user_not_visible")
    return world.directory.dm_with(user_id)


def conversations_info(world: World, arguments: Arguments) -> Document:
    """https://docs.slack.dev/reference/methods/conversations.info."""
    channel = arguments.required("channel", "channel_not_found")
    return {"channel": conversation_json(world, _readable(world, channel))}


def conversations_members(world: World, arguments: Arguments) -> Document:
    """https://docs.slack.dev/reference/methods/conversations.members."""
    channel = arguments.required("channel", "channel_not_found")
    members = _readable(world, channel)["members"]
    return one_page("members", members, arguments, _DEFAULT_LIMIT)


def conversations_list(world: World, arguments: Arguments) -> Document:
    """https://docs.slack.dev/reference/methods/conversations.list."""
    types = (arguments.text("types") or "public_channel").replace(" ", "").split(",")
    unknown = [each for each in types if each not in _TYPES]
    if unknown:
        raise SlackFault("invalid_types")
    kinds = {_TYPES[each] for each in types}
    for kind in kinds:
        check_reading(kind, world.directory.installation)
    shown = [
        conversation_json(world, conversation)
        for conversation in world.directory.conversations()
        if conversation["kind"] in kinds
        and _is_known_to_app(world, conversation)
        and not (arguments.flag("exclude_archived") and conversation["is_archived"])
    ]
    return one_page("channels", shown, arguments, _DEFAULT_LIMIT)


def _readable(world: World, channel: str) -> Document:
    """Return a conversation that the app may read about; each kind has a scope of its own."""
    conversation = world.directory.app_conversation(channel)
    check_reading(conversation["kind"], world.directory.installation)
    return conversation


def _is_known_to_app(world: World, conversation: Document) -> bool:
    is_member = world.directory.bot_user_id in conversation["members"]
    return conversation["kind"] == "channel" or is_member


METHODS = {
    "conversations.info": conversations_info,
    "conversations.list": conversations_list,
    "conversations.members": conversations_members,
    "conversations.open": conversations_open,
}
