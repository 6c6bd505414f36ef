"""The Web API methods, by name."""

from collections.abc import Callable

from timebot.playground.slack.arguments import Arguments
from timebot.playground.slack.methods import chat, conversations, files, users, views
from timebot.playground.slack.world import World
from timebot.playground.store import Document

Method = Callable[[World, Arguments], Document]

METHODS: dict[str, Method] = {
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **users.METHODS,
    **views.METHODS,
}
