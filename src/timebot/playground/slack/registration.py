"""What Slack takes of an app's manifest: slash commands and shortcuts, with their limits.

https://docs.slack.dev/reference/app-manifest
"""

from collections import Counter
from collections.abc import Iterable

from timebot.playground.slack.blockkit.checks import length
from timebot.playground.store import Document

_COMMAND = {"command": 32, "description": 2_000, "usage_hint": 1_000}
_SHORTCUT = {"name": 24, "callback_id": 255, "description": 150}
_EACH_KIND = 5


def check_commands(commands: Iterable[Document]) -> list[Document]:
    """Return slash commands that Slack would take.

    Raises:
        ValueError: if one is too long, or is none.
    """
    listed = list(commands)
    for one in listed:
        _check_lengths(one, _COMMAND)
        if not one["command"].startswith("/") or " " in one["command"]:
            message = f"{one['command']!r} is no slash command."
            raise ValueError(message)
    return listed


def check_shortcuts(shortcuts: Iterable[Document]) -> list[Document]:
    """Return shortcuts that Slack would take: at most five of each kind, named briefly.

    Raises:
        ValueError: if there are too many, or one is too long or known already.
    """
    listed = list(shortcuts)
    for one in listed:
        _check_lengths(one, _SHORTCUT)
    kinds = Counter(one["type"] for one in listed)
    for kind, count in kinds.items():
        if count > _EACH_KIND:
            message = f"{count} {kind} shortcuts are more than {_EACH_KIND}."
            raise ValueError(message)
    if len({one["callback_id"] for one in listed}) < len(listed):
        message = "Two shortcuts have the same callback_id."
        raise ValueError(message)
    return listed


def _check_lengths(one: Document, limits: dict[str, int]) -> None:
    for field, longest in limits.items():
        if length(str(one.get(field, ""))) > longest:
            message = f"{field} may have {longest} characters: {one[field]!r}"
            raise ValueError(message)
