"""Rounding: which rule counts, the project's, the client's or the workspace's."""

from timebot.clients.models import Client, Project, rounding_columns
from timebot.team.models import Workspace
from timebot.team.rounding_rule import RoundingRule


def rule_for(workspace: Workspace, client: Client, project: Project | None = None) -> RoundingRule:
    """Return the rule that counts: the project's own, else the client's, else the workspace's."""
    for row in (project, client):
        if row is not None and (own := rounding_columns(row)) is not None:
            return RoundingRule(*own)
    return RoundingRule(
        workspace.rounding_increment,
        workspace.rounding_mode,
        workspace.rounding_minimum,
        workspace.rounding_scope,
    )
