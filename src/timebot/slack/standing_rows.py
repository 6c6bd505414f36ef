"""Rows on where one's hours stand: what needs one's word, and what waits for somebody else."""

from collections.abc import Sequence
from datetime import datetime

from timebot.slack.blocks import Block, actions, button, context, escape, section
from timebot.slack.ids import Act
from timebot.slack.project_question import project_question
from timebot.slack.time_words import entry_line, hours, since, span_on_day, worked_days
from timebot.slack.timer_replies import edit_button
from timebot.slack.words import counted, listed
from timebot.timekeeping.overview import Shown
from timebot.timekeeping.standing import OwnWaiting

_MOST_NAMED = 3


def doubt_rows(in_doubt: Sequence[Shown], *, most: int) -> list[Block]:
    """Return each entry that needs its owner's word, with what settles it right there."""
    rows = [block for one in in_doubt[:most] for block in _doubt(one)]
    return [*rows, *more(len(in_doubt), most)]


def doubt_words(one: Shown) -> str:
    """Return what has to be said about an entry."""
    when = f"{hours(one.seconds)}, {span_on_day(one.entry)}"
    asks = "What was it for?" if one.entry.is_confirmed else "Is that when it ended?"
    return f"{entry_line(one)}\n{when}. {asks}"


def rejected_rows(rejected: Sequence[Shown], *, most: int) -> list[Block]:
    """Return each entry that came back, with the reason and what changes it."""
    rows = [
        section(
            rejected_words(one),
            accessory=edit_button(one.entry, key=f"rejected{one.entry.number}"),
        )
        for one in rejected[:most]
    ]
    return [*rows, *more(len(rejected), most)]


def rejected_words(one: Shown) -> str:
    """Return what came back, and why."""
    reason = escape(one.entry.rejection_reason or "no reason given")
    return f"{entry_line(one)} · {hours(one.seconds)}\nRejected: {reason}"


def own_waiting_rows(
    waiting: Sequence[OwnWaiting], *, most: int, zone: str, now: datetime
) -> list[Block]:
    """Return each of one's submissions that wait, with Withdraw."""
    rows = [
        section(own_waiting_words(one, zone=zone, now=now), accessory=_withdraw(one))
        for one in waiting[:most]
    ]
    return [*rows, *more(len(waiting), most)]


def own_waiting_words(one: OwnWaiting, *, zone: str, now: datetime) -> str:
    """Return how much waits, of which days, since when and with whom."""
    entries = [each.entry for group in one.shown.groups for each in group.entries]
    days = worked_days(entry.worked_on for entry in entries)
    began = since(one.shown.submission.submitted_at, zone=zone, now=now)
    who = listed([escape(each.name) for each in one.approvers], most=_MOST_NAMED)
    count = counted(len(entries), "entry", "entries")
    return (
        f"*{hours(one.shown.seconds)}* in {count}, {days}\n"
        f"Waiting since {began} for {who or 'somebody who can approve hours'}."
    )


def more(count: int, shown: int) -> list[Block]:
    """Say how many rows are not shown."""
    return [context(f"… and {count - shown} more")] if count > shown else []


def _doubt(one: Shown) -> list[Block]:
    entry = one.entry
    if entry.is_confirmed:
        return [project_question(entry, doubt_words(one))]
    key = f"doubt{entry.number}"
    right = button(
        "That is right",
        Act.TIMER_CONFIRM,
        {"entry": entry.id},
        key=key,
        says=f"Number {entry.number} ended then",
    )
    runs = button(
        "It still runs",
        Act.END_RUNS_ON,
        {"entry": entry.id},
        key=key,
        says=f"Number {entry.number} still runs",
    )
    correct = edit_button(entry, label="Correct", key=key)
    return [section(doubt_words(one)), actions(right, correct, runs)]


def _withdraw(one: OwnWaiting) -> Block:
    submission = one.shown.submission
    says = f"Withdraw {hours(one.shown.seconds)}"
    return button(
        "Withdraw",
        Act.WITHDRAW,
        {"submission": submission.id},
        key=str(submission.id),
        says=says,
    )
