"""The annex: how much of its making an invoice shows, the client's choice or the workspace's."""

from timebot.clients.models import Client
from timebot.team.models import Workspace


def annex_detail_of(workspace: Workspace, client: Client) -> str:
    """Return one of `ANNEX_DETAILS`: the client's own, else the workspace's."""
    return client.annex_detail or workspace.annex_detail
