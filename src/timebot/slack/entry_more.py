"""More to do with an entry than its modal shows: buttons below its fields."""

from timebot.slack.blocks import Block, actions, button
from timebot.slack.ids import Act
from timebot.timekeeping.models import TimeEntry


def more_buttons(entry: TimeEntry) -> Block:
    """Return the row of buttons that lead from an entry's modal to what else can be done."""
    value = {"entry": entry.id}
    says = f"number {entry.number}"
    return actions(
        button("Split it", Act.ENTRY_SPLIT, value, says=f"Split {says}"),
        button("History", Act.ENTRY_HISTORY, {**value, "depth": 1}, says=f"History of {says}"),
    )
