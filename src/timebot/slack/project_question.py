"""The question what an entry was for, with the choice of a project right beside it."""

from timebot.slack.blocks import Block, section, type_ahead
from timebot.slack.ids import Act
from timebot.timekeeping.models import TimeEntry

ASKS = "What was it for? It cannot be handed in without a project."


def project_question(entry: TimeEntry, words: str = ASKS) -> Block:
    """Return the question; choosing an answer names the entry's project."""
    picker = type_ahead(f"{Act.ENTRY_SET_PROJECT}:{entry.number}", placeholder="Choose the project")
    return section(words, accessory=picker)
