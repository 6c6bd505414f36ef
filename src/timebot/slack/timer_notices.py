"""What people are told about their time without having asked, drawn when it is delivered."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from timebot.slack.blocks import Block, actions, button, escape, section
from timebot.slack.desk import Drawn, Notice, Viewer
from timebot.slack.ids import Act
from timebot.slack.time_words import (
    hours,
    place_words,
    span,
    spoken,
    worked_days,
)
from timebot.slack.timer_replies import edit_button
from timebot.slack.vacant_approval import vacant_buttons, what_helps
from timebot.slack.words import counted, listed, weekday_words
from timebot.team.models import Member
from timebot.timekeeping.approvers import waits_for_nobody
from timebot.timekeeping.models import Submission, TimeEntry
from timebot.timekeeping.overview import Shown, show_entry, show_submission

Facts = dict[str, str]
_MOST_SHOWN = 8
_ROLES = {
    "member": "a member: you record only your own time",
    "approver": "an approver: you approve the hours of others",
    "billing": "a billing person: you change clients, rates and invoices, and approve hours",
    "owner": "an owner: you may do everything, such as give roles and change settings",
}


def tell_rejected(viewer: Viewer, facts: Facts) -> Drawn | None:
    """Tell the author what came back, why, and offer to change it and hand it in again.

    What was approved at the same time is said in the same message.
    """
    approved = {**facts, "entry_ids": facts.get("approved_ids", "[]")}
    entries, kept = _entries(viewer, facts), _entries(viewer, approved)
    if not entries:
        return tell_approved(viewer, approved)
    reason = escape(facts.get("reason", ""))
    why = f"\nReason: {reason}" if reason else ""
    said = f"rejected {_sum_of(entries)}"
    if kept:
        said = f"approved {_sum_of(kept)} of yours, and {said}"
    head = f"{_name(viewer, facts)} {said}.{why}"
    reasons = _reasons(facts)
    rows = [_row(one, reasons.get(one.entry.id, "")) for one in entries[:_MOST_SHOWN]]
    missing = len(entries) - len(rows)
    more = [f"… and {missing} more"] if missing else []
    blocks: list[Block] = [section(head)]
    for one, words in zip(entries, rows, strict=False):
        edit = edit_button(one.entry, key=str(one.entry.number))
        blocks.append(section(words, accessory=edit))
    blocks += [section(words) for words in more]
    days = {
        "start": min(one.entry.worked_on for one in entries),
        "end": max(one.entry.worked_on for one in entries) + timedelta(days=1),
    }
    blocks.append(actions(button("Submit again", Act.SUBMIT, days)))
    return Drawn(spoken(head, *rows, *more, _drafts_again(len(entries), is_all=not kept)), blocks)


def _drafts_again(count: int, *, is_all: bool) -> str:
    if count == 1:
        return "It is a draft again." if is_all else "The rejected one is a draft again."
    return "They are drafts again." if is_all else "The rejected ones are drafts again."


def tell_approved(viewer: Viewer, facts: Facts) -> Drawn | None:
    """Tell the author what was approved."""
    entries = _entries(viewer, facts)
    if not entries:
        return None
    total = hours(sum(one.seconds for one in entries))
    days = worked_days(one.entry.worked_on for one in entries)
    count = counted(len(entries), "entry", "entries")
    line = f"{_name(viewer, facts)} approved *{total}* of yours: {count}, {days}."
    return Drawn(spoken(line), [section(line)])


def tell_voided(viewer: Viewer, facts: Facts) -> Drawn | None:
    """Tell that an approval does not count any more, and what happens next."""
    entries = _entries(viewer, facts | {"entry_ids": _ids(facts)})
    if not entries:
        return None
    is_author = viewer.member is not None and entries[0].entry.member_id == viewer.member.id
    by = _name(viewer, facts)
    if is_author:
        said = f"{by} took an approval back. It waits for approval again:"
    else:
        said = f"{by} changed time that you had approved, so the approval no longer counts:"
    rows = [_row(one) for one in entries[:_MOST_SHOWN]]
    missing = len(entries) - len(rows)
    more = [f"… and {missing} more"] if missing else []
    text = "\n".join([said, *rows, *more])
    return Drawn(spoken(text), [section(text)])


def tell_withdrawn(viewer: Viewer, facts: Facts) -> Drawn | None:
    """Tell an approver that hours were taken back."""
    submission = viewer.session.get(Submission, (viewer.workspace.id, UUID(facts["submission_id"])))
    if submission is None:
        return None
    left = show_submission(viewer.session, submission=submission)
    taken = _entries(viewer, facts)
    line = f"{escape(left.author.name)} took hours back"
    if taken:
        days = worked_days(one.entry.worked_on for one in taken)
        total = hours(sum(one.seconds for one in taken))
        line += f": *{total}* in {counted(len(taken), 'entry', 'entries')}, {days}"
    line += f". {hours(left.seconds)} still wait." if left.groups else ". Nothing waits any more."
    return Drawn(spoken(line), [section(line)])


def tell_escalated(viewer: Viewer, facts: Facts) -> Drawn | None:
    """Tell the author that their hours still wait, and who has them now."""
    submission = viewer.session.get(Submission, (viewer.workspace.id, UUID(facts["submission_id"])))
    shown = show_submission(viewer.session, submission=submission) if submission else None
    if shown is None or not shown.groups:
        return None
    days = worked_days(one.entry.worked_on for group in shown.groups for one in group.entries)
    owners = [
        viewer.session.get_one(Member, (viewer.workspace.id, each)).name
        for each in _listed_ids(facts.get("owner_ids"))
    ]
    who = listed([escape(name) for name in sorted(owners)], most=4)
    asked = f"I asked {who}, too." if who else "Everybody who may approve them has been asked."
    is_vacant = not who and waits_for_nobody(
        viewer.session, workspace=viewer.workspace, author=shown.author, now=viewer.now
    )
    if is_vacant:
        asked = f"Nobody else here may approve them. {what_helps(viewer)}"
    line = f"Your hours of {days}, *{hours(shown.seconds)}*, still wait for approval. {asked}"
    ways_on = vacant_buttons(viewer) if is_vacant else []
    return Drawn(spoken(line), [section(line), *([actions(*ways_on)] if ways_on else [])])


def tell_role(viewer: Viewer, facts: Facts) -> Drawn | None:
    """Tell a person about their new role."""
    role = _ROLES.get(facts.get("role", ""))
    if role is None:
        return None
    line = f"{_name(viewer, facts)} made you {role}."
    return Drawn(line, [section(line)])


def _sum_of(entries: Sequence[Shown]) -> str:
    total = hours(sum(one.seconds for one in entries))
    return f"*{total}* in {counted(len(entries), 'entry', 'entries')}"


def _entries(viewer: Viewer, facts: Facts) -> list[Shown]:
    """Return the entries that the facts name and that are still there."""
    found = []
    for each in _listed_ids(facts.get("entry_ids")):
        entry = viewer.session.get(TimeEntry, (viewer.workspace.id, each))
        if entry is not None and entry.deleted_at is None:
            found.append(show_entry(viewer.session, entry=entry, now=viewer.now))
    return found


def _listed_ids(ids: object) -> Sequence[UUID]:
    given = json.loads(ids) if isinstance(ids, str) else ids
    return [UUID(str(one)) for one in given] if isinstance(given, list) else []


def _reasons(facts: Facts) -> dict[UUID, str]:
    """Return the reason of each entry, where they differ."""
    given: object = facts.get("reasons")
    ids = _listed_ids(facts.get("entry_ids"))
    return dict(zip(ids, map(str, given), strict=False)) if isinstance(given, list) else {}


def _ids(facts: Facts) -> str:
    return json.dumps(facts.get("entry_ids") or [facts["entry_id"]])


def _row(one: Shown, reason: str = "") -> str:
    entry = one.entry
    where = f"#{entry.number} {place_words(one)}"
    day = weekday_words(entry.worked_on)
    words = "\n".join(
        each for each in (escape(entry.text), escape(f"Reason: {reason}" if reason else "")) if each
    )
    return f"{where}: {hours(one.seconds)}, {day}, {span(entry)}" + (f"\n{words}" if words else "")


def _name(viewer: Viewer, facts: Facts) -> str:
    member = viewer.session.get(Member, (viewer.workspace.id, UUID(facts["by_member_id"])))
    return escape(member.name) if member is not None else "Somebody"


NOTICES: Mapping[str, Notice] = {
    "entries_rejected": tell_rejected,
    "entries_approved": tell_approved,
    "approval_voided": tell_voided,
    "submission_withdrawn": tell_withdrawn,
    "submission_escalated": tell_escalated,
    "role_changed": tell_role,
}
"""Who draws each notice."""
