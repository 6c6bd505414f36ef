"""The history of an entry: who did what, when, before and after; in a modal, page by page."""

from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, actions, button, context, escape, modal, section
from timebot.slack.desk import Asked
from timebot.slack.entry_meant import find_meant
from timebot.slack.ids import Act, Form
from timebot.slack.time_words import entry_line, stamp
from timebot.slack.words import counted
from timebot.timekeeping.entry_story import Replaced, Step, Story, tell_story
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.overview import show_entry
from timebot.timekeeping.story_words import deed_words, outcome_lines, part_line

_PAGE = 40
_DEEPEST = 3
"""Slack stacks three views; the last one has no way to older steps."""


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


def step_words(step: Step, zone: str, *, author: str = "") -> str:
    """Return one step in words, escaped: who, when, what, and what it replaced.

    Args:
        step: the step.
        zone: the zone in which its instant is read.
        author: whose entry it is, to be named where somebody else did it; empty for no name.
    """
    who = escape(step.by) if step.by else "timebot"
    whose = f" for {escape(author)}" if author and step.is_for_author else ""
    head = f"*{who}*{whose}, {stamp(step.at, zone)}: {escape(deed_words(step))}."
    return "\n".join([head, *map(escape, outcome_lines(step))])


def part_words(part: Replaced, zone: str) -> str:
    """Return one part that was changed, escaped: what it is now instead of what."""
    return escape(part_line(part, zone))


def _older(entry: TimeEntry, story: Story, skip: int, depth: int) -> list[Block]:
    if not story.older:
        return []
    more = f"… and {counted(story.older, 'older step')}"
    if depth + 1 >= _DEEPEST:
        return [context(more)]
    value = {"entry": entry.id, "skip": skip + len(story.steps), "depth": depth + 1}
    return [context(more), actions(button("Older", Act.ENTRY_HISTORY, value))]
