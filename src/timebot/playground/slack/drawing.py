"""How Slack hands out its things as JSON: users, conversations, messages, files."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from timebot.playground.slack.uploads import file_path, mime_type
from timebot.playground.slack.world import World
from timebot.playground.store import Document

_CHANNEL_FLAGS = {
    "channel": {"is_channel": True, "is_private": False, "is_im": False, "is_mpim": False},
    "private": {"is_channel": True, "is_private": True, "is_im": False, "is_mpim": False},
    "dm": {"is_channel": False, "is_private": True, "is_im": True, "is_mpim": False},
}


def user_json(world: World, user: Document, *, include_locale: bool = False) -> Document:
    """Return a user as `users.info` does.

    https://docs.slack.dev/reference/objects/user-object; a deactivated one has no zone or roles,
    one of another workspace no zone and no locale.
    """
    drawn = {
        "id": user["id"],
        "team_id": user["team_id"],
        "name": user["name"],
        "deleted": user["deleted"],
        "is_bot": user["is_bot"],
        "is_app_user": False,
        "updated": int(world.clock.now().timestamp()),
        "profile": {"real_name": user["real_name"], "display_name": user["name"]},
    }
    if user["team_id"] != world.directory.team_id:
        drawn["is_stranger"] = True
    if user["deleted"]:
        return drawn
    roles = ("is_admin", "is_owner", "is_restricted", "is_ultra_restricted")
    drawn |= {"real_name": user["real_name"], "color": color_of(user["id"])}
    drawn |= {role: user[role] for role in roles}
    drawn["is_primary_owner"] = user["is_owner"]
    if user["tz"] is not None and "is_stranger" not in drawn:
        offset = world.clock.now().astimezone(ZoneInfo(user["tz"])).utcoffset()
        seconds = 0 if offset is None else int(offset.total_seconds())
        drawn |= {"tz": user["tz"], "tz_label": user["tz"], "tz_offset": seconds}
    if include_locale and "is_stranger" not in drawn:
        drawn["locale"] = user["locale"]
    return drawn


def conversation_json(world: World, conversation: Document) -> Document:
    """Return a conversation as `conversations.info` does."""
    drawn = {
        "id": conversation["id"],
        "created": conversation["created"],
        "is_archived": conversation["is_archived"],
        "is_member": world.directory.bot_user_id in conversation["members"],
        "context_team_id": world.directory.team_id,
        **_CHANNEL_FLAGS[conversation["kind"]],
    }
    if conversation["kind"] == "dm":
        return drawn | {"user": conversation["with_user"]}
    users = [world.directory.get_user(each) for each in _people(world, conversation)]
    is_shared = any(user["team_id"] != world.directory.team_id for user in users)
    return drawn | {
        "name": conversation["name"],
        "name_normalized": conversation["name"],
        "num_members": len(conversation["members"]),
        "is_ext_shared": is_shared,
        "is_shared": is_shared,
        "is_general": conversation["name"] == "general",
    }


def message_json(world: World, message: Document) -> Document:
    """Return a message as Web API answers and payloads show it."""
    installation = world.directory.installation
    drawn = {"type": "message", **{key: message[key] for key in ("user", "ts", "text")}}
    if message["user"] == installation["bot_user_id"]:
        drawn |= {
            "bot_id": installation["bot_id"],
            "app_id": installation["app_id"],
            "team": installation["team_id"],
        }
    if message["blocks"]:
        drawn["blocks"] = message["blocks"]
    if message["edited"]:
        drawn["edited"] = {"user": message["user"], "ts": message["ts"]}
    if message["files"]:
        drawn["files"] = [file_json(world, file) for file in message["files"]]
    return drawn | {key: message[key] for key in ("thread_ts", "metadata") if message.get(key)}


def file_json(world: World, file: Document) -> Document:
    """Return a file as `files.completeUploadExternal` does."""
    url = world.url + file_path(file)
    return {**file, "mimetype": mime_type(file["name"]), "url_private": url, "permalink": url}


def color_of(user_id: str) -> str:
    """Return a colour that always stays the same for a user."""
    palette = ("9f69e7", "4bbe2e", "e7392d", "3c989f", "674b1b", "e96699", "684b6c", "43761b")
    return palette[sum(user_id.encode()) % len(palette)]


def _people(world: World, conversation: Document) -> Sequence[str]:
    return [each for each in conversation["members"] if each != world.directory.bot_user_id]
