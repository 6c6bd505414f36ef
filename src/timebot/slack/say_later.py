"""A project that is said later: chosen right in a message or on Home, in one step."""

from uuid import UUID

from timebot.clients.models import Project
from timebot.errors import Refusal, WayOut
from timebot.slack.answer import NOTHING, Answer
from timebot.slack.desk import SURFACE, Asked
from timebot.slack.ids import Act
from timebot.slack.timer_replies import draw_edited
from timebot.timekeeping.editing import EntryChanges, edit_entry, get_own_entry
from timebot.timekeeping.overview import Shown, show_entry


class ProjectSaid(Refusal):
    """The entry has a project by now; a choice made in an older message does not replace it."""

    def __init__(self, one: Shown) -> None:
        number = one.entry.number
        super().__init__(
            f"#{number} is for {one.client}, {one.project} by now. Nothing was changed.",
            ways_out=[WayOut(f"Edit #{number}", Act.ENTRY_EDIT, str(number))],
        )


def set_project(asked: Asked) -> Answer:
    """Name the project that was chosen for an entry that has none yet."""
    delivery = asked.delivery
    entry = get_own_entry(
        asked.session, member=asked.member, number=int(delivery.tag), now=asked.now
    )
    chosen = UUID(delivery.chosen or "")
    if entry.project_id not in (None, chosen):
        raise ProjectSaid(show_entry(asked.session, entry=entry, now=asked.now))
    project = asked.session.get_one(Project, (asked.workspace.id, chosen))
    edit_entry(
        asked.session,
        actor=asked.member,
        entry=entry,
        changes=EntryChanges(project=project, version=entry.version),
        now=asked.now,
        surface=SURFACE,
    )
    return NOTHING if delivery.is_home else draw_edited(asked, entry, was_submitted=False)
