"""Which scope a Web API method needs, as each method's own page says."""

from timebot.playground.slack.faults import SlackFault
from timebot.playground.store import Document

# Methods that are not named here need none (auth.test, views.*), or one by the kind of the
# conversation they read about.
_NEEDED = {
    "chat.delete": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.open": "im:write",
    "files.completeUploadExternal": "files:write",
    "files.getUploadURLExternal": "files:write",
    "team.info": "team:read",
    "users.info": "users:read",
    "users.list": "users:read",
}

_READING = {
    "channel": "channels:read",
    "private": "groups:read",
    "dm": "im:read",
    "mpim": "mpim:read",
}


def check_scope(method: str, installation: Document) -> None:
    """Let a call pass whose scope the app was given; without a list of scopes, every one.

    Raises:
        SlackFault: `missing_scope`, naming the one that is needed.
    """
    needed = _NEEDED.get(method)
    if needed is not None:
        _check(method, needed, installation)


def check_reading(kind: str, installation: Document) -> None:
    """Let a call pass that reads about a conversation of this kind.

    Raises:
        SlackFault: `missing_scope`, naming the one that is needed.
    """
    _check(f"reading about a {kind}", _READING[kind], installation)


def _check(what: str, needed: str, installation: Document) -> None:
    given = installation.get("scopes")
    if given is not None and needed not in given:
        raise SlackFault("missing_scope", [f"[ERROR] {what} needs {needed}"])
