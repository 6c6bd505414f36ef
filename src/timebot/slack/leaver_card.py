"""What somebody who left has not handed in: the card, the same on request, and handing it in."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from uuid import UUID

from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, actions, button, escape, header, section
from timebot.slack.clicked import gives_way
from timebot.slack.desk import Asked, Card, Drawn, Feature, Viewer, viewer_of
from timebot.slack.handing_in import hand_in
from timebot.slack.ids import Act
from timebot.slack.standing_rows import more
from timebot.slack.time_lists import project_sums
from timebot.slack.time_words import entry_line, hours, span_on_day, spoken, worked_days
from timebot.slack.words import counted, listed, weekday_words
from timebot.team.models import Member
from timebot.team.rights import has_left, may, require
from timebot.timekeeping.leavers import PURPOSE, LeftHours, find_left, get_left
from timebot.timekeeping.overview import Shown, show_entries

_MOST_DAYS = 12
_MOST_INCOMPLETE = 8


def draw_left(viewer: Viewer, subject_id: str) -> Drawn | None:
    """Draw what somebody who left has not handed in, and that nothing of it is left."""
    author = viewer.session.get(Member, (viewer.workspace.id, UUID(subject_id)))
    if author is None:
        return None
    name = escape(author.name)
    if viewer.member is None or not may(viewer.member, "approver"):
        return _sentence(f"You do not approve hours any more, so those of {name} are for others.")
    left = find_left(viewer.session, member=author)
    if left is not None:
        return _draw(viewer, left)
    if has_left(author):
        return _sentence(f"{name} has left. Nothing of theirs is left to hand in.")
    return _sentence(f"{name} is back and hands in their own hours.")


def show_left(asked: Asked) -> Answer:
    """Show what somebody left behind, from a button; a refusal's button carries the bare id."""
    require(asked.session, asked.member, "approver", to="see time of others", now=asked.now)
    left = _left(asked)
    drawn = _draw(viewer_of(asked), left)
    return Answer(text=drawn.text, blocks=drawn.blocks)


def hand_in_left(asked: Asked) -> Answer:
    """Hand in all that somebody left behind; a copy that is no card gives way to the answer."""
    require(asked.session, asked.member, "approver", to="submit time of others", now=asked.now)
    left = _left(asked)
    answer = hand_in(asked, left.days, author=left.author)
    return replace(answer, replace=gives_way(asked))


def left_words(shown: Sequence[Shown], author: Member) -> str:
    """Return whose hours they are, how many, and of which days."""
    total = hours(sum(one.seconds for one in shown))
    days = worked_days(one.entry.worked_on for one in shown)
    count = counted(len(shown), "entry", "entries")
    return f"*{escape(author.name)}*  {total} in {count}, {days}"


def left_rows(viewer: Viewer, left: Sequence[LeftHours], *, most: int) -> list[Block]:
    """Return a row for each person who left hours behind, with the way to them."""
    rows = [
        section(
            left_words(show_entries(viewer.session, one.entries), one.author),
            accessory=button(
                "Show",
                Act.LEFT_SHOW,
                {"member": one.author.id},
                key=str(one.author.id),
                says=f"Show what {one.author.name} left behind",
            ),
        )
        for one in left[:most]
    ]
    return [*rows, *more(len(left), most)]


def hand_in_button(left: LeftHours) -> Block:
    """Return the button that hands in all that somebody left behind."""
    total = hours(sum(one.seconds(now=one.started_at) for one in left.entries))
    return button(
        f"Hand in {total}",
        Act.LEFT_HAND_IN,
        {"member": left.author.id},
        style="primary",
        says=f"Hand in {total} of {left.author.name}",
    )


def _draw(viewer: Viewer, left: LeftHours) -> Drawn:
    shown = show_entries(viewer.session, left.entries)
    name = escape(left.author.name)
    gone = "has left" if left.author.deactivated_at else "is no member here any more"
    title = f"Not handed in: hours of {left.author.name}"
    said = (
        f"{name} {gone}. Correct what is wrong and hand these hours in for them;"
        " somebody else approves them then."
    )
    lines = [left_words(shown, left.author), *_days(shown)]
    blocks: list[Block] = [header(title), section(said), *map(section, lines)]
    incomplete = {one.id for one in left.incomplete}
    rows = [one for one in shown if one.entry.id in incomplete]
    words = [escape(title), said, *lines, *map(_incomplete_words, rows)]
    blocks += _incomplete(rows)
    buttons = [] if rows else [hand_in_button(left)]
    correct = _correct(left, "Correct another entry" if rows else "Correct an entry")
    return Drawn(spoken(*words), [*blocks, actions(*buttons, correct)])


def _days(shown: Sequence[Shown]) -> list[str]:
    """Return one paragraph per day, with what each project of it comes to."""
    days = [
        "\n".join([f"*{weekday_words(day)}*", *project_sums(found), *_reasons(found)])
        for day, found in (
            (day, list(found)) for day, found in groupby(shown, key=lambda one: one.entry.worked_on)
        )
    ]
    missing = len(days) - _MOST_DAYS
    return [*days[:_MOST_DAYS], *([f"… and {counted(missing, 'more day')}"] if missing > 0 else [])]


def _reasons(found: Sequence[Shown]) -> list[str]:
    """Return why entries of a day were rejected, each reason once."""
    reasons = dict.fromkeys(
        escape(one.entry.rejection_reason) for one in found if one.entry.rejection_reason
    )
    return [f"Rejected: {listed([*reasons], most=3, between='; ')}"] if reasons else []


def _incomplete(rows: Sequence[Shown]) -> list[Block]:
    """Return what has to be put right first, each with what does it."""
    if not rows:
        return []
    blocks: list[Block] = [section("*Before they can be handed in*")]
    for one in rows[:_MOST_INCOMPLETE]:
        blocks += [section(_incomplete_words(one)), actions(*_ways(one))]
    return [*blocks, *more(len(rows), _MOST_INCOMPLETE)]


def _incomplete_words(one: Shown) -> str:
    lacks = [
        *([] if one.entry.is_confirmed else ["Is that when it ended?"]),
        *([] if one.entry.project_id else ["It has no project."]),
    ]
    return f"{entry_line(one)}\n{hours(one.seconds)}, {span_on_day(one.entry)}. {' '.join(lacks)}"


def _ways(one: Shown) -> list[Block]:
    entry = one.entry
    value, key = {"entry": entry.id}, str(entry.number)
    says = f"Correct number {entry.number}"
    correct = button("Correct", Act.ENTRY_EDIT, value, key=key, says=says)
    if entry.is_confirmed:
        return [correct]
    says = f"Number {entry.number} ended then"
    right = button("Confirm the end", Act.TIMER_CONFIRM, value, key=key, says=says)
    return [right, correct]


def _correct(left: LeftHours, label: str) -> Block:
    says = f"{label} of {left.author.name}"
    return button(label, Act.ENTRIES_OPEN, {"left": left.author.id}, says=says)


def _left(asked: Asked) -> LeftHours:
    member_id = asked.delivery.value.get("member") or asked.delivery.packed
    return get_left(asked.session, workspace=asked.workspace, member_id=UUID(member_id))


def _sentence(line: str) -> Drawn:
    return Drawn(line, [section(line)])


ACTIONS: Mapping[str, Feature] = {Act.LEFT_SHOW: show_left, Act.LEFT_HAND_IN: hand_in_left}
CARDS: Mapping[str, Card] = {PURPOSE: draw_left}
