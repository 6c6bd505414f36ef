"""Everything the local Slack consists of, in one place for those who work with it."""

from dataclasses import dataclass

from timebot.playground.clock import MovableClock
from timebot.playground.slack.deliver import Postman
from timebot.playground.slack.directory import Directory
from timebot.playground.slack.inspector import Inspector
from timebot.playground.slack.messages import Messages
from timebot.playground.slack.surfaces import Surfaces
from timebot.playground.slack.tickets import Tickets
from timebot.playground.slack.uploads import Uploads
from timebot.playground.store import Store


@dataclass(frozen=True)
class World:
    """The parts of the local Slack; `url` is the address of its server."""

    store: Store
    clock: MovableClock
    directory: Directory
    messages: Messages
    surfaces: Surfaces
    tickets: Tickets
    uploads: Uploads
    inspector: Inspector
    postman: Postman
    url: str


def build_world(
    store: Store, clock: MovableClock, *, url: str, team_name: str, app_name: str
) -> World:
    """Put the parts together on one store."""
    directory = Directory(store, clock, team_name=team_name, app_name=app_name)
    inspector = Inspector(store, clock, directory)
    return World(
        store=store,
        clock=clock,
        directory=directory,
        messages=Messages(store, clock),
        surfaces=Surfaces(store, directory),
        tickets=Tickets(store),
        uploads=Uploads(store),
        inspector=inspector,
        postman=Postman(directory, inspector),
        url=url,
    )
