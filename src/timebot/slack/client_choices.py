"""Lists of clients and projects to choose from, and what a choice or a button stands for."""

from collections.abc import Mapping
from uuid import UUID

from timebot.clients.catalogue import list_clients
from timebot.clients.models import Client, Project
from timebot.clients.places import Place, all_places
from timebot.errors import NotFound
from timebot.slack.blocks import Block, option
from timebot.slack.desk import Asked, Options
from timebot.slack.ids import Act
from timebot.team.rights import require


class ClientGone(NotFound):
    """The client behind a button is not there any more."""

    def __init__(self) -> None:
        super().__init__("This client is not there any more.", example="/billing client")


class PlaceGone(NotFound):
    """The client or project behind an option is not there any more."""

    def __init__(self) -> None:
        super().__init__("This client or project is not there any more.", example="/billing client")


def client_at(asked: Asked, client_id: str | None) -> Client:
    """Return the client behind a button's or an option's value.

    Raises:
        ClientGone: if there is none.
    """
    try:
        key = UUID(client_id or "")
    except ValueError:
        raise ClientGone from None
    client = asked.session.get(Client, (asked.workspace.id, key))
    if client is None:
        raise ClientGone
    return client


def place_at(asked: Asked, place_id: str | None) -> Place:
    """Return the client or project behind a chosen option or a button's value.

    Raises:
        PlaceGone: if there is none.
    """
    for place in all_places(asked.session, workspace_id=asked.workspace.id):
        row: Client | Project = place.project or place.client
        if str(row.id) == place_id:
            return place
    raise PlaceGone


def find_clients(asked: Asked) -> list[Block]:
    """Offer clients while somebody types."""
    require(asked.session, asked.member, "billing", to="see clients", now=asked.now)
    typed = asked.delivery.text.casefold().strip()
    return [
        option(client.name, str(client.id))
        for client in list_clients(asked.session, workspace_id=asked.workspace.id)
        if typed in client.name.casefold()
    ]


def find_places(asked: Asked) -> list[Block]:
    """Offer clients and projects while somebody types."""
    require(asked.session, asked.member, "billing", to="see clients", now=asked.now)
    typed = asked.delivery.text.casefold().strip()
    return [
        option(place.name, str((place.project or place.client).id))
        for place in all_places(asked.session, workspace_id=asked.workspace.id)
        if typed in place.name.casefold()
    ]


OPTIONS: Mapping[str, Options] = {
    Act.CLIENT_FIND: find_clients,
    Act.PLACE_FIND: find_places,
    Act.ROUNDING_FIND: find_clients,
}
