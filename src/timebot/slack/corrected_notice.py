"""Tells people what somebody else did to their time: what it was, and what it is now."""

import json
from collections.abc import Mapping
from uuid import UUID

from timebot.slack.blocks import Block, actions, button, escape, section
from timebot.slack.desk import Drawn, Notice, Viewer
from timebot.slack.entry_history import part_words
from timebot.slack.ids import Act
from timebot.slack.time_words import entry_line, hours, span_in_full, spoken
from timebot.slack.timer_replies import edit_button
from timebot.team.models import Member
from timebot.timekeeping.entry_story import replaced_parts
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.overview import show_entry

_SAID = {
    "added": "{by} added time for you:",
    "edited": "{by} changed an entry of yours:",
    "split": "{by} split an entry of yours:",
    "trimmed": "{by} trimmed an entry of yours, because it shared time with another one:",
    "deleted": "{by} deleted an entry of yours:",
    "undone": "{by} took back what they had done to an entry of yours:",
}


def tell_corrected(viewer: Viewer, facts: dict[str, str]) -> Drawn | None:
    """Tell the author who did what to which entry, with the way to its history."""
    entry = viewer.session.get(TimeEntry, (viewer.workspace.id, UUID(facts["entry_id"])))
    if entry is None:
        return None
    who = viewer.session.get_one(Member, (viewer.workspace.id, UUID(facts["by_member_id"])))
    one = show_entry(viewer.session, entry=entry, now=viewer.now)
    said = _SAID[facts["what"]].format(by=escape(who.name))
    lines = [f"{said}\n{entry_line(one)}\n{hours(one.seconds)}, {span_in_full(entry)}"]
    lines += _replaced(viewer, facts, entry.zone)
    if _was_submitted(facts):
        lines.append("You had handed it in. It is a draft again; please submit it again.")
    value = {"entry": entry.id}
    says = f"History of number {entry.number}"
    buttons: list[Block] = [button("History", Act.ENTRY_HISTORY, value, says=says)]
    if entry.deleted_at is None:
        buttons.append(edit_button(entry))
    return Drawn(spoken(*lines), [section("\n".join(lines)), actions(*buttons)])


def _replaced(viewer: Viewer, facts: dict[str, str], zone: str) -> list[str]:
    if not facts.get("before"):
        return []
    before, after = json.loads(facts["before"]), json.loads(facts["after"])
    parts = replaced_parts(viewer.session, viewer.workspace.id, before, after)
    return [part_words(part, zone) for part in parts]


def _was_submitted(facts: dict[str, str]) -> bool:
    before = json.loads(facts["before"]) if facts.get("before") else {}
    return facts["what"] != "deleted" and before.get("state") in {"pending_review", "approved"}


NOTICES: Mapping[str, Notice] = {"entry_corrected": tell_corrected}
