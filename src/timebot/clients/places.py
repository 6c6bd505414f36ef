"""Places: where work belongs, a client and one of its projects."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.clients.models import Client, Project


@dataclass(frozen=True)
class Place:
    """Where work belongs: a client, and one of its projects where one is meant."""

    client: Client
    project: Project | None

    @property
    def name(self) -> str:
        """The place as people call it, such as `Acme Logo`."""
        if self.project is None:
            return self.client.name
        return f"{self.client.name} {self.project.name}"

    @property
    def key(self) -> tuple[UUID, UUID | None]:
        """The ids of client and project, by which places are told apart."""
        return (self.client.id, self.project.id if self.project is not None else None)

    @property
    def takes_time(self) -> bool:
        """Whether new work can be recorded there."""
        return self.project is not None and self.project.state == "active"


def list_places(session: Session, *, workspace_id: UUID, takes_time: bool) -> list[Place]:
    """List the projects with their clients, by name: those that take new time, or all shown."""
    return [
        place
        for place in all_places(session, workspace_id=workspace_id)
        if place.project is not None and (place.takes_time or not takes_time)
    ]


def all_places(session: Session, *, workspace_id: UUID) -> list[Place]:
    """List every client, followed by its projects; archived ones are left out."""
    clients = session.scalars(
        select(Client)
        .where(Client.workspace_id == workspace_id, Client.archived_at.is_(None))
        .order_by(Client.name_key)
    ).all()
    projects = session.scalars(
        select(Project)
        .where(Project.workspace_id == workspace_id, Project.state != "archived")
        .order_by(Project.name_key)
    ).all()
    of_client: dict[UUID, list[Project]] = {}
    for project in projects:
        of_client.setdefault(project.client_id, []).append(project)
    return [
        Place(client, project)
        for client in clients
        for project in (None, *of_client.get(client.id, []))
    ]
