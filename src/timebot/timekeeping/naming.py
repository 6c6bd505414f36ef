"""Names entries and moments in the sentences that people read."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from timebot.clients.models import Client, Project
from timebot.team.days import day_in_words
from timebot.timekeeping.models import TimeEntry


def project_words(session: Session, project: Project | None) -> str:
    """Return a project with its client: Acme, Logo."""
    if project is None:
        return "no project"
    client = session.get_one(Client, (project.workspace_id, project.client_id))
    return f"{client.name}, {project.name}"


def entry_words(session: Session, entry: TimeEntry) -> str:
    """Return an entry as people know it: #12 (Acme, Logo)."""
    project = None
    if entry.project_id is not None:
        project = session.get_one(Project, (entry.workspace_id, entry.project_id))
    return f"#{entry.number} ({project_words(session, project)})"


def moment_words(moment: datetime, *, zone: str, now: datetime) -> str:
    """Return a moment as clocks in the zone show it; with the date unless it is today."""
    local, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    time = f"{local.hour}:{local.minute:02}"
    return time if local.date() == today else f"{time} on {day_in_words(local.date())}"


def numbers_words(entries: list[TimeEntry]) -> str:
    """Return the numbers of a few entries: #3, #4 and 7 more."""
    shown = [f"#{entry.number}" for entry in entries[:5]]
    if len(entries) > len(shown):
        return f"{', '.join(shown)} and {len(entries) - len(shown)} more"
    return " and ".join(shown) if len(shown) < 3 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def entry_value(entry: TimeEntry) -> str:
    """Return what a button carries that is about one entry, whoever's it is."""
    return f'{{"entry":"{entry.id}"}}'
