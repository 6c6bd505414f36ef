"""Which scope a Web API method needs, as each method's own page says."""

from timebot.playground.slack.faults import SlackFault
from timebot.playground.store import Document

# Methods that are not named here need none (auth.test, views.*).
_NEEDED = {
    "chat.delete": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.info": "channels:read",
    "conversations.list": "channels:read",
    "conversations.members": "channels:read",
    "conversations.open": "im:write",
    "files.completeUploadExternal": "files:write",
    "files.getUploadURLExternal": "files:write",
    "team.info": "team:read",
    "users.info": "users:read",
    "users.list": "users:read",
}


def check_scope(method: str, installation: Document) -> None:
    """Let a call pass whose scope the app was given; without a list of scopes, every one.

    Raises:
        SlackFault: `missing_scope`, naming the one that is needed.
    """
    given = installation.get("scopes")
    needed = _NEEDED.get(method)
    if given is not None and needed is not None and needed not in given:
        raise SlackFault("missing_scope", [f"[ERROR] {method} needs {needed}"])
