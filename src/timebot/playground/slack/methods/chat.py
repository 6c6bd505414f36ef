"""chat.*: posting, changing and deleting the app's messages."""

from collections.abc import Sequence

from timebot.playground.slack.arguments import Arguments
from timebot.playground.slack.blockkit import message_faults, plain_words
from timebot.playground.slack.drawing import message_json
from timebot.playground.slack.faults import SlackFault
from timebot.playground.slack.methods.conversations import open_dm
from timebot.playground.slack.spoken import note_unspoken
from timebot.playground.slack.surfaces import with_ids
from timebot.playground.slack.world import World
from timebot.playground.store import Document

# Slack cuts a longer text off without a word; the stand-in says so instead.
_POST_TEXT_LIMIT = 40_000
_UPDATE_TEXT_LIMIT = 4_000


def post_message(world: World, arguments: Arguments) -> Document:
    """https://docs.slack.dev/reference/methods/chat.postMessage."""
    channel = _target(world, arguments.required("channel", "channel_not_found"))
    conversation = world.directory.writable_conversation(channel)
    _refuse_lost_person(world, conversation)
    text, blocks = _content(world, arguments, _POST_TEXT_LIMIT)
    message = world.messages.post(
        channel,
        author=world.directory.bot_user_id,
        text=text,
        blocks=blocks or [],
        thread_ts=arguments.text("thread_ts"),
        metadata=arguments.json("metadata", "invalid_metadata_format"),
    )
    return {"channel": channel, "ts": message["ts"], "message": message_json(world, message)}


def post_ephemeral(world: World, arguments: Arguments) -> Document:
    """https://docs.slack.dev/reference/methods/chat.postEphemeral."""
    channel = arguments.required("channel", "channel_not_found")
    conversation = world.directory.writable_conversation(channel)
    user_id = arguments.required("user", "user_not_in_channel")
    user = world.directory.find_user(user_id)
    if user is None or user["deleted"] or user_id not in conversation["members"]:
        raise SlackFault("user_not_in_channel")
    text, blocks = _content(world, arguments, _POST_TEXT_LIMIT)
    message = world.messages.post(
        channel,
        author=world.directory.bot_user_id,
        text=text,
        blocks=blocks or [],
        ephemeral_to=user_id,
        thread_ts=arguments.text("thread_ts"),
    )
    return {"message_ts": message["ts"]}


def update(world: World, arguments: Arguments) -> Document:
    """https://docs.slack.dev/reference/methods/chat.update."""
    channel = arguments.required("channel", "channel_not_found")
    ts = arguments.required("ts", "message_not_found")
    _own_message(world, channel, ts, "cant_update_message")
    text, blocks = _content(world, arguments, _UPDATE_TEXT_LIMIT)
    changes: Document = {"text": text, "blocks": blocks or []}
    if not blocks:
        changes["edited"] = True
    if "metadata" in arguments:
        changes["metadata"] = arguments.json("metadata", "invalid_metadata_format")
    message = world.messages.edit(channel, ts, **changes)
    if message is None:
        raise SlackFault("message_not_found")
    drawn = message_json(world, message)
    return {"channel": channel, "ts": ts, "text": text, "message": drawn}


def delete(world: World, arguments: Arguments) -> Document:
    """https://docs.slack.dev/reference/methods/chat.delete."""
    channel = arguments.required("channel", "channel_not_found")
    ts = arguments.required("ts", "message_not_found")
    _own_message(world, channel, ts, "cant_delete_message")
    world.messages.delete(channel, ts)
    return {"channel": channel, "ts": ts}


def _target(world: World, channel: str) -> str:
    """Return the conversation; a user's id stands for the direct one with them."""
    if world.directory.find_user(channel) is None:
        return channel
    try:
        return open_dm(world, channel)
    except SlackFault as fault:
        hidden = {"user_disabled", "user_not_visible"}
        raise SlackFault("channel_not_found" if fault.error in hidden else fault.error) from fault


def _refuse_lost_person(world: World, conversation: Document) -> None:
    if (
        conversation["kind"] == "dm"
        and world.directory.get_user(conversation["with_user"])["deleted"]
    ):
        raise SlackFault("channel_not_found")


def _own_message(world: World, channel: str, ts: str, error: str) -> None:
    conversation = world.directory.app_conversation(channel)
    message = world.messages.find(channel, ts)
    if message is None or message["ephemeral_to"] is not None:
        raise SlackFault("message_not_found")
    if message["user"] != world.directory.bot_user_id:
        raise SlackFault(error)
    if conversation["is_archived"]:
        raise SlackFault("is_archived")


def _content(world: World, arguments: Arguments, limit: int) -> tuple[str, Sequence[Document]]:
    blocks = arguments.json("blocks", "invalid_blocks_format")
    faults = message_faults(blocks) if blocks is not None else []
    if faults:
        raise SlackFault("invalid_blocks", faults)
    text = arguments.text("text")
    if not blocks and not (text or "").strip():
        raise SlackFault("no_text")
    if text is not None and len(text) > limit:
        raise SlackFault("msg_too_long")
    if text:
        note_unspoken(world, text, blocks or [])
    return text or plain_words(blocks or []), with_ids(blocks or [])


METHODS = {
    "chat.delete": delete,
    "chat.postEphemeral": post_ephemeral,
    "chat.postMessage": post_message,
    "chat.update": update,
}
