"""The entry that a button or modal is about, and buttons that name entries, whoever's they are."""

from collections.abc import Mapping
from uuid import UUID

from timebot.slack.blocks import Block, button
from timebot.slack.desk import Asked
from timebot.slack.ids import Act
from timebot.slack.timer_replies import edit_button
from timebot.team.rights import require
from timebot.timekeeping.gone import entry_gone
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.turns import EntryUnknown, get_own_entry


def entry_meant(asked: Asked, value: Mapping[str, str] | None = None) -> TimeEntry:
    """Return the entry that was clicked: by its id, or one's own by its number.

    Raises:
        EntryUnknown: if there is none.
        EntryGone: if it was deleted.
        NotAllowed: if it is somebody else's and the person is no approver.
    """
    entry = find_meant(asked, asked.delivery.value if value is None else value)
    if entry.deleted_at is not None:
        raise entry_gone(asked.session, entry, reader=asked.member, now=asked.now)
    return entry


def find_meant(asked: Asked, value: Mapping[str, str]) -> TimeEntry:
    """Return the entry that a value names, deleted or not.

    Raises:
        EntryUnknown: if there is none.
        NotAllowed: if it is somebody else's and the person is no approver.
    """
    if "entry" not in value:
        number = value.get("number", "0")
        return get_own_entry(asked.session, member=asked.member, number=int(number), now=asked.now)
    entry = asked.session.get(
        TimeEntry, (asked.workspace.id, UUID(value["entry"])), populate_existing=True
    )
    if entry is None:
        raise EntryUnknown(0)
    if entry.member_id != asked.member.id:
        require(asked.session, asked.member, "approver", to="see time of others", now=asked.now)
    return entry


def is_own(asked: Asked, entry: TimeEntry) -> bool:
    """Tell whether the entry is the asking person's."""
    return entry.member_id == asked.member.id


def edit_this(asked: Asked, entry: TimeEntry, *, label: str = "Edit", key: str = "") -> Block:
    """Return the button that opens the entry; that of somebody else is named by its id."""
    if is_own(asked, entry):
        return edit_button(entry, label=label, key=key)
    says = f"{label} number {entry.number}"
    return button(label, Act.ENTRY_EDIT, {"entry": entry.id}, key=key, says=says)
