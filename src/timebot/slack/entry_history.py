"""The history of an entry: who did what, when, before and after; in a modal, page by page."""

from datetime import datetime

from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, actions, button, context, cut, escape, modal, section
from timebot.slack.desk import Asked
from timebot.slack.entry_meant import find_meant
from timebot.slack.ids import Act, Form
from timebot.slack.time_words import KIND_WORDS, clock, entry_line, stamp
from timebot.slack.words import counted
from timebot.team.days import day_in_words, day_of
from timebot.timekeeping.entry_story import Replaced, Step, Story, tell_story
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.overview import show_entry

_PAGE = 40
_DEEPEST = 3
"""Slack stacks three views; the last one has no way to older steps."""

_TEXT_SHOWN = 200
_DID = {
    "started": "started the timer",
    "stopped": "stopped the timer",
    "added": "added it",
    "edited": "changed it",
    "split": "split it",
    "split_off": "split it off",
    "joined": "joined both parts",
    "trimmed": "trimmed it, because it shared time with another one",
    "deleted": "deleted it",
    "restored": "restored it",
    "confirmed": "confirmed when it ended",
    "submitted": "submitted it",
    "withdrawn": "withdrew it",
    "approved": "approved it",
    "unapproved": "took the approval back",
    "rejected": "rejected it",
}
_TOOK_BACK = {
    "started": "that it was stopped",
    "edited": "a change",
    "joined": "a split",
    "deleted": "that it was there",
    "restored": "that it was deleted",
}
_PARTS = {
    "project": "Project",
    "text": "Text",
    "started_at": "From",
    "ended_at": "To",
    "billable": "Billing",
    "ticket_ref": "Ticket",
}


def open_history(asked: Asked) -> Answer:
    """Open the history of the entry that was clicked, or its older part."""
    value = asked.delivery.value
    entry = find_meant(asked, value)
    return show_history(
        asked, entry, skip=int(value.get("skip", "0")), depth=int(value.get("depth", "0"))
    )


def show_history(asked: Asked, entry: TimeEntry, *, skip: int = 0, depth: int = 0) -> Answer:
    """Open the history of an entry.

    Args:
        asked: who asks: its author, or an approver.
        entry: the entry.
        skip: how many of the newest steps were shown already.
        depth: how many views lie below this one.
    """
    story = tell_story(
        asked.session,
        reader=asked.member,
        entry=entry,
        now=asked.now,
        skip=skip,
        most=_PAGE,
    )
    one = show_entry(asked.session, entry=entry, now=asked.now)
    blocks: list[Block] = [section(entry_line(one))]
    blocks += [section(step_words(step, asked.member.zone)) for step in story.steps]
    if not story.steps:
        blocks.append(context("Nothing was noted about it; it was imported."))
    blocks += _older(entry, story, skip, depth)
    return Answer(modal=modal(Form.HISTORY, f"History of #{entry.number}", blocks))


def step_words(step: Step, zone: str) -> str:
    """Return one step in words, escaped: who, when, what, and what it replaced."""
    who = escape(step.by) if step.by else "timebot"
    head = f"*{who}*, {stamp(step.at, zone)}: {_what(step)}."
    lines = [head, *(part_words(part, step.zone) for part in step.replaced)]
    if step.verb not in {"withdrawn", "rejected", "unapproved", "applied"}:
        lines += _voided(step)
    if step.verb == "rejected" and step.note:
        lines.append(f"Reason: {escape(step.note)}")
    if step.is_erased:
        lines.append("The details were erased.")
    return "\n".join(lines)


def _what(step: Step) -> str:
    if step.is_undo:
        return f"took back {_TOOK_BACK.get(step.verb, 'the last change')}"
    said = _DID[step.verb]
    if step.verb == "split_off" and step.note:
        said += f" from {escape(step.note)}"
    if step.verb == "stopped" and step.note == "switched":
        said += " by starting another one"
    if step.verb == "stopped" and step.note in {"deactivated", "no member any more"}:
        said += ", because its owner left"
    return said


def part_words(part: Replaced, zone: str) -> str:
    """Return one part that was changed, escaped: what it is now instead of what."""
    if part.part == "is_confirmed":
        return "Its end is confirmed." if part.after else "Its end has to be confirmed."
    if part.part in {"started_at", "ended_at"}:
        new, old = _times(part.after, part.before, zone)
    else:
        new, old = _value(part, part.after), _value(part, part.before)
    return f"{_PARTS[part.part]}: {new} instead of {old}"


def _value(part: Replaced, value: object) -> str:
    if part.part == "billable":
        return KIND_WORDS.get(str(value), str(value))
    return escape(cut(str(value), _TEXT_SHOWN)) if value else "nothing"


def _times(new: str | None, old: str | None, zone: str) -> tuple[str, str]:
    """Return two instants as clocks show them; with their days where these differ."""
    moments = [datetime.fromisoformat(each) if each else None for each in (new, old)]
    days = {day_of(each, zone) for each in moments if each}
    words = []
    for each in moments:
        if each is None:
            words.append("still running")
        elif len(days) > 1:
            words.append(f"{clock(each, zone)} on {day_in_words(day_of(each, zone))}")
        else:
            words.append(clock(each, zone))
    return words[0], words[1]


def _voided(step: Step) -> list[str]:
    if step.state_before == "approved":
        return ["The approval no longer counted."]
    if step.state_before == "pending_review" and step.verb != "approved":
        return ["It was taken out of what waited for approval."]
    return []


def _older(entry: TimeEntry, story: Story, skip: int, depth: int) -> list[Block]:
    if not story.older:
        return []
    more = f"… and {counted(story.older, 'older step')}"
    if depth + 1 >= _DEEPEST:
        return [context(more)]
    value = {"entry": entry.id, "skip": skip + len(story.steps), "depth": depth + 1}
    return [context(more), actions(button("Older", Act.ENTRY_HISTORY, value))]
