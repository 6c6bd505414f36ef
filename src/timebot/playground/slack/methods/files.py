"""files.*: the two ends of an upload; the bytes in between go to the upload URL."""

from typing import Any

from timebot.playground.slack.arguments import Arguments
from timebot.playground.slack.drawing import file_json
from timebot.playground.slack.faults import SlackFault
from timebot.playground.slack.world import World
from timebot.playground.store import Document


def get_upload_url(world: World, arguments: Arguments) -> Document:
    """https://docs.slack.dev/reference/methods/files.getUploadURLExternal."""
    name = arguments.required("filename")
    size = arguments.number("length", 0)
    if size <= 0:
        raise SlackFault("invalid_arguments", ["[ERROR] must be positive: length"])
    file_id = world.uploads.reserve(name, size)
    return {"upload_url": f"{world.url}/upload/{file_id}", "file_id": file_id}


def complete_upload(world: World, arguments: Arguments) -> Document:
    """https://docs.slack.dev/reference/methods/files.completeUploadExternal."""
    wanted: Any = arguments.json("files", "invalid_arguments")
    if not isinstance(wanted, list) or not wanted:
        raise SlackFault("invalid_arguments", ["[ERROR] missing required field: files"])
    channels = (arguments.text("channels") or arguments.text("channel_id") or "").split(",")
    for channel in filter(None, channels):
        world.directory.writable_conversation(channel)
    with world.store.transaction():
        files = [world.uploads.complete(each["id"], each.get("title")) for each in wanted]
        for channel in filter(None, channels):
            world.messages.post(
                channel,
                author=world.directory.bot_user_id,
                text=arguments.text("initial_comment") or "",
                files=files,
                thread_ts=arguments.text("thread_ts"),
            )
    return {"files": [file_json(world, file) for file in files]}


METHODS = {
    "files.completeUploadExternal": complete_upload,
    "files.getUploadURLExternal": get_upload_url,
}
