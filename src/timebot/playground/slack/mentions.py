"""What "Escape channels, users, and links" does to the text of a command."""

import re

from timebot.playground.slack.world import World

_USER = re.compile(r"(?<!\S)@([\w.-]+)")
_CHANNEL = re.compile(r"(?<!\S)#([\w-]+)")
_LINK = re.compile(r"(?<!\S)(https?://[^\s<>|]+)")


def escaped(world: World, text: str) -> str:
    """Return text with names of people and channels, and links, in Slack's angle brackets.

    A name nobody has stays as it was typed. A private channel's name is left out, as Slack does.
    https://docs.slack.dev/interactivity/implementing-slash-commands
    """
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    users = {user["name"]: user["id"] for user in world.directory.users()}
    channels = {each["name"]: each for each in world.directory.conversations()}

    def user(found: re.Match[str]) -> str:
        name = found[1]
        return f"<@{users[name]}|{name}>" if name in users else found[0]

    def channel(found: re.Match[str]) -> str:
        known = channels.get(found[1])
        if known is None:
            return found[0]
        name = known["name"] if known["kind"] == "channel" else ""
        return f"<#{known['id']}|{name}>"

    return _LINK.sub(r"<\1>", _CHANNEL.sub(channel, _USER.sub(user, safe)))
