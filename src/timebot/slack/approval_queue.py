"""The list of what waits for one approver: settled one by one or at once, and taken back."""

from collections.abc import Sequence

from timebot.slack.answer import Answer
from timebot.slack.away_words import away_words
from timebot.slack.blocks import Block, actions, button, context, divider, escape, header, section
from timebot.slack.desk import SURFACE, Asked, viewer_of
from timebot.slack.ids import Act
from timebot.slack.leaver_card import left_rows
from timebot.slack.submission_changes import changes_words
from timebot.slack.time_words import hours, place_words, spoken, stamp, worked_days
from timebot.slack.vacant_approval import vacant_buttons, vacant_words
from timebot.slack.words import counted, listed
from timebot.team.rights import require
from timebot.timekeeping.approval import AlreadySettled, ChangedSince, NothingWaits
from timebot.timekeeping.approvers import waits_for_nobody
from timebot.timekeeping.leavers import left_for
from timebot.timekeeping.models import Submission
from timebot.timekeeping.overview import SubmissionShown, waiting_for
from timebot.timekeeping.shown import find_changes
from timebot.timekeeping.submitted import list_waiting
from timebot.timekeeping.waiting import (
    MOST_AT_ONCE,
    LatelySettled,
    QueueChanged,
    approve_waiting,
    lately_settled,
    queue_digest,
)

STALE = (AlreadySettled, ChangedSince, NothingWaits, QueueChanged)
"""Refusals that mean: the button was drawn for something else than what waits now."""

_PER_PAGE = 12
_MOST_LATELY = 4
_MOST_LEFT = 4
# Enough of an id and of a digest to say what has changed; the full digest decides.
_SHORT = 8


def list_approvals(asked: Asked, _rest: str = "") -> Answer:
    """List the submissions that wait for the person who asks."""
    require(asked.session, asked.member, "approver", to="approve hours", now=asked.now)
    is_more = asked.delivery.name == Act.APPROVALS_SHOW
    skip = int(asked.delivery.value.get("skip", "0")) if is_more else 0
    return draw_queue(asked, skip=skip)


def approve_queue(asked: Asked) -> Answer:
    """Approve everything that was listed, or show what has changed and ask again."""
    try:
        # The savepoint takes back what was settled before somebody else was seen to be quicker.
        with asked.session.begin_nested():
            rulings = approve_waiting(
                asked.session,
                workspace=asked.workspace,
                approver=asked.member,
                digest=asked.delivery.value.get("digest", ""),
                now=asked.now,
                surface=SURFACE,
            )
    except STALE as stale:
        return draw_queue(asked, said=[escape(stale.sentence), *_what_changed(asked)])
    entries = [entry for ruling in rulings for entry in ruling.approved]
    total = hours(sum(entry.seconds(now=asked.now) for entry in entries))
    who = listed(sorted({escape(ruling.author.name) for ruling in rulings}), most=6)
    line = f"Approved: {total} in {counted(len(rulings), 'submission')}, of {who}."
    return draw_queue(asked, said=[line])


def draw_queue(asked: Asked, *, skip: int = 0, said: Sequence[str] = ()) -> Answer:
    """Draw what waits and what was settled lately, below what has just happened."""
    waiting = waiting_for(
        asked.session, workspace=asked.workspace, approver=asked.member, now=asked.now
    )
    lately = lately_settled(asked.session, approver=asked.member, now=asked.now, limit=_MOST_LATELY)
    total = hours(sum(one.seconds for one in waiting))
    title = f"{counted(len(waiting), 'submission')} to approve: {total}"
    is_vacant = not waiting and waits_for_nobody(
        asked.session, workspace=asked.workspace, author=asked.member, now=asked.now
    )
    if not waiting:
        title = vacant_words(viewer_of(asked)) if is_vacant else "Nothing waits for your approval."
    shown = waiting[skip : skip + _PER_PAGE]
    blocks: list[Block] = [section("\n".join(said))] if said else []
    blocks += [header(title)] if waiting else [section(title)]
    ways_on = vacant_buttons(viewer_of(asked)) if is_vacant else []
    blocks += [actions(*ways_on)] if ways_on else []
    if len(waiting) > 1:
        blocks.append(actions(_approve_all(waiting)))
    for one in shown:
        blocks += [section(_row(one)), actions(*_buttons(one, is_only=len(waiting) == 1))]
    blocks += _rest(len(waiting), skip)
    blocks += _left_blocks(asked)
    blocks += _lately_blocks(asked, lately)
    away = away_words(asked.session, workspace=asked.workspace, viewer=asked.member, now=asked.now)
    blocks += [context(away)] if away else []
    words = [title, *map(_row, shown), *(_lately_words(asked, one) for one in lately), away]
    is_plain = len(blocks) == 1 and not said
    return Answer(
        text=spoken(*said, *words),
        blocks=[] if is_plain else blocks,
        replace=asked.delivery.kind == "click",
    )


def _row(one: SubmissionShown) -> str:
    entries = [each for group in one.groups for each in group.entries]
    projects = dict.fromkeys(place_words(each) for each in entries)
    days = worked_days(each.entry.worked_on for each in entries)
    count = counted(len(entries), "entry", "entries")
    name = f"*{escape(one.author.name)}*"
    named = listed([*projects], most=4, between="; ")
    return f"{name}  {hours(one.seconds)}, {count}, {days}\n{named}"


def _buttons(one: SubmissionShown, *, is_only: bool) -> list[Block]:
    value = {"submission": one.submission.id, "digest": one.digest}
    name, total, key = one.author.name, hours(one.seconds), str(one.submission.id)
    exceptions = button(
        "With exceptions",
        Act.EXCEPTIONS_FORM,
        value,
        key=key,
        says=f"Approve hours of {name} with exceptions",
    )
    return [
        button(
            f"Approve {total}",
            Act.APPROVE_ALL,
            value,
            key=key,
            style="primary" if is_only else None,
            says=f"Approve {total} of {name}",
        ),
        *([exceptions] if sum(len(group.entries) for group in one.groups) > 1 else []),
        button("Show the hours", Act.APPROVAL_SHOW, value, key=key, says=f"Show {name}'s hours"),
    ]


def _approve_all(waiting: Sequence[SubmissionShown]) -> Block:
    meant = waiting[:MOST_AT_ONCE]
    total = hours(sum(one.seconds for one in meant))
    count = counted(len(meant), "submission")
    which = f"all {count}" if len(meant) == len(waiting) else f"the oldest {count}"
    each = " ".join(f"{one.submission.id.hex[:_SHORT]}{one.digest[:_SHORT]}" for one in meant)
    value = {"digest": queue_digest(meant), "each": each}
    return button(f"Approve {which}, {total}", Act.APPROVE_QUEUE, value, style="primary")


def _rest(count: int, skip: int) -> list[Block]:
    left = count - skip - _PER_PAGE
    pages = []
    if skip:
        first = {"skip": max(0, skip - _PER_PAGE)}
        pages.append(button("Back", Act.APPROVALS_SHOW, first, key="back"))
    if left > 0:
        more = {"skip": skip + _PER_PAGE}
        pages.append(button("Show the next ones", Act.APPROVALS_SHOW, more, key="next"))
    words = [context(f"… and {left} more, oldest first.")] if left > 0 else []
    return [*words, actions(*pages)] if pages else []


def _left_blocks(asked: Asked) -> list[Block]:
    left = left_for(asked.session, workspace=asked.workspace, approver=asked.member, now=asked.now)
    if not left:
        return []
    rows = left_rows(viewer_of(asked), left, most=_MOST_LEFT)
    return [divider(), section("*Hours of people who left, not handed in*"), *rows]


def _lately_blocks(asked: Asked, lately: Sequence[LatelySettled]) -> list[Block]:
    rows = [section(_lately_words(asked, one), accessory=_take_back(one)) for one in lately]
    return [divider(), section("*Approved lately, not billed yet*"), *rows] if rows else []


def _lately_words(asked: Asked, one: LatelySettled) -> str:
    days = worked_days(entry.worked_on for entry in one.entries)
    when = stamp(one.approved_at, asked.member.zone)
    return f"*{escape(one.author.name)}*  {hours(one.seconds)}, {days}. Approved {when}."


def _take_back(one: LatelySettled) -> Block:
    return button(
        "Take back",
        Act.UNAPPROVE,
        {"submission": one.submission.id},
        key=str(one.submission.id),
        says=f"Take back the approval of {hours(one.seconds)} of {one.author.name}",
    )


def _what_changed(asked: Asked) -> list[str]:
    """Return what is different from the list that was clicked, by author."""
    listed_ones = asked.delivery.value.get("each", "").split()
    before = {each[:_SHORT]: each[_SHORT:] for each in listed_ones}
    waiting = waiting_for(
        asked.session, workspace=asked.workspace, approver=asked.member, now=asked.now
    )
    lines = []
    for one in waiting:
        was = before.pop(one.submission.id.hex[:_SHORT], None)
        name = escape(one.author.name)
        if was is None and len(waiting) <= MOST_AT_ONCE:
            lines.append(f"New: {name}, {hours(one.seconds)}")
        elif was is not None and not one.digest.startswith(was):
            lines += [f"{name}: {line}" for line in _changes(asked, one.submission, was)]
    if before:
        lines.append(f"No longer waiting: {counted(len(before), 'submission')}")
    return [f"• {line}" for line in lines[:_PER_PAGE]]


def _changes(asked: Asked, submission: Submission, digest: str) -> list[str]:
    return changes_words(
        find_changes(
            asked.session,
            submission=submission,
            waiting=list_waiting(asked.session, submission),
            digest=digest,
        )
    )
