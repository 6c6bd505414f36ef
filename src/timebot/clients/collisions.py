"""Collisions: two clients, or two projects of one client, never answer to one name."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.clients.models import Client, Project
from timebot.clients.names import name_key
from timebot.errors import Refusal
from timebot.team.models import Workspace


class NameTaken(Refusal):
    """Another client, or another project of the client, has the name already.

    Attributes:
        name: the name that is taken.
    """

    def __init__(self, name: str, what: str, *, main_name: str | None = None) -> None:
        self.name = name
        other = f", which is another name of {main_name}" if main_name not in {None, name} else ""
        super().__init__(f"There is already a {what} {name}{other}. Please choose another name.")


def check_client_names(
    session: Session, workspace_id: UUID, names: Sequence[str], own: Client | None = None
) -> None:
    """Refuse names that another client of the workspace answers to.

    Raises:
        NameTaken: if one does.
    """
    # Aliases have no index, so whoever gives names in a workspace queues here.
    locked = select(Workspace.id).where(Workspace.id == workspace_id)
    session.execute(locked.with_for_update(key_share=True))
    others = session.scalars(
        select(Client).where(Client.workspace_id == workspace_id, Client.archived_at.is_(None))
    )
    _check(names, (other for other in others if other is not own), "client")


def check_project_names(
    session: Session, client: Client, names: Sequence[str], own: Project | None = None
) -> None:
    """Refuse names that another project of the client answers to.

    Raises:
        NameTaken: if one does.
    """
    session.refresh(client, with_for_update={"key_share": True})
    others = session.scalars(
        select(Project).where(
            Project.workspace_id == client.workspace_id,
            Project.client_id == client.id,
            Project.state != "archived",
        )
    )
    _check(names, (other for other in others if other is not own), project_of(client))


def project_of(client: Client) -> str:
    """Return what a project is called in a refusal."""
    return f"project of {client.name} called"


def _check(names: Sequence[str], others: Iterable[Client | Project], what: str) -> None:
    wanted = {name_key(name): name for name in names}
    for other in others:
        for taken in (other.name, *other.aliases):
            if name_key(taken) in wanted:
                main = None if taken == other.name else other.name
                raise NameTaken(taken, what, main_name=main)
