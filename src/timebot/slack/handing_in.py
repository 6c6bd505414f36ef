"""Handing hours in; where they overlap it is asked back once, with what repairs it."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, actions, button, section
from timebot.slack.desk import SURFACE, Asked
from timebot.slack.ids import Act
from timebot.slack.overlap_words import draw_overlaps
from timebot.slack.submission_replies import draw_submitted
from timebot.slack.time_words import spoken
from timebot.team.models import Member
from timebot.timekeeping.moments import DayRange
from timebot.timekeeping.overlaps import HoursOverlap, keep_all
from timebot.timekeeping.submission import submit

_MOST_ASKED = 15
"""Each overlap takes two blocks of the 50 that a message has."""


def hand_in(asked: Asked, days: DayRange, *, author: Member | None = None) -> Answer:
    """Hand in the drafts of some days, one's own or those of somebody who has left."""
    try:
        # The savepoint takes the lock back; nothing was changed before it is asked.
        with asked.session.begin_nested():
            return _submit(asked, days, author)
    except HoursOverlap as found:
        return _ask(asked, days, author, found)


def hand_in_as_is(asked: Asked) -> Answer:
    """Keep every overlap that is left in the days of a button, and hand the hours in."""
    days, author = days_in(asked.delivery.value), author_in(asked)
    try:
        with asked.session.begin_nested():
            return _submit(asked, days, author)
    except HoursOverlap as found:
        keep_all(asked.session, overlaps=found.overlaps, now=asked.now)
        return _submit(asked, days, author)


def days_in(value: Mapping[str, str]) -> DayRange:
    """Return the days that a button carries."""
    return DayRange(date.fromisoformat(value["start"]), date.fromisoformat(value["end"]))


def author_in(asked: Asked) -> Member | None:
    """Return whose hours a button is about, or None for those of the person who asks."""
    member_id = asked.delivery.value.get("member")
    if not member_id:
        return None
    return asked.session.get_one(Member, (asked.workspace.id, UUID(member_id)))


def _submit(asked: Asked, days: DayRange, author: Member | None) -> Answer:
    submission = submit(
        asked.session,
        workspace=asked.workspace,
        member=author or asked.member,
        actor=asked.member if author else None,
        start=days.start,
        end=days.end,
        now=asked.now,
        surface=SURFACE,
    )
    return draw_submitted(asked, submission)


def _ask(asked: Asked, days: DayRange, author: Member | None, found: HoursOverlap) -> Answer:
    kept: dict[str, object] = {"start": days.start, "end": days.end}
    if author is not None:
        kept["member"] = author.id
    drawn = draw_overlaps(asked, found.overlaps, most=_MOST_ASKED, kept=kept)
    as_is = button("Submit as they are", Act.OVERLAP_SUBMIT, kept)
    blocks: list[Block] = [section(found.sentence), *drawn.blocks, actions(as_is)]
    return Answer(text=spoken(found.sentence, *drawn.lines), blocks=blocks)
