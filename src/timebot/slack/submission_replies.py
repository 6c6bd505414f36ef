"""What the author is told after handing hours in or taking them back."""

from collections.abc import Sequence

from timebot.slack.answer import Answer
from timebot.slack.blocks import actions, button, code, escape, section
from timebot.slack.desk import Asked, viewer_of
from timebot.slack.ids import Act
from timebot.slack.refusals import buttons_of
from timebot.slack.time_words import hours, spoken, worked_days
from timebot.slack.vacant_approval import vacant_buttons, vacant_words
from timebot.slack.words import counted, days_words, listed
from timebot.timekeeping.approvers import approvers_of
from timebot.timekeeping.changing import ensure_changeable
from timebot.timekeeping.locks import PeriodLocked
from timebot.timekeeping.models import Submission, TimeEntry
from timebot.timekeeping.overview import show_submission
from timebot.timekeeping.submission import Withdrawn
from timebot.timekeeping.timer import find_running

_MOST_NAMED = 3


def draw_submitted(asked: Asked, submission: Submission) -> Answer:
    """Say what was handed in, who was asked, and what was left out.

    Hours of somebody who left cannot be withdrawn: they have no author who would. To take one out,
    it is corrected.
    """
    shown = show_submission(asked.session, submission=submission)
    entries = [one.entry for group in shown.groups for one in group.entries]
    days = worked_days(entry.worked_on for entry in entries)
    approvers = approvers_of(
        asked.session, workspace=asked.workspace, submission=submission, now=asked.now
    )
    who = listed([escape(one.name) for one in approvers], most=_MOST_NAMED)
    count = counted(len(entries), "entry", "entries")
    is_own = submission.member_id == asked.member.id
    whose = "" if is_own else f" of {escape(shown.author.name)}"
    lines = [f"Handed in *{hours(shown.seconds)}*{whose} in {count} ({days})."]
    if not is_own:
        lines.append(f"I asked {who} to approve." if who else _nobody_else(asked))
        return Answer(text=spoken(*lines), blocks=[section("\n".join(lines))])
    lines.append(f"I asked {who} to approve." if who else vacant_words(viewer_of(asked)))
    running = find_running(asked.session, member=asked.member)
    if running is not None:
        lines.append(f"#{running.number} is still running and was left out.")
    text = "\n".join(lines)
    back = button("Withdraw", Act.WITHDRAW, {"submission": submission.id})
    ways_on = [] if who else vacant_buttons(viewer_of(asked))
    return Answer(text=spoken(text), blocks=[section(text), actions(*ways_on, back)])


def _nobody_else(asked: Asked) -> str:
    example = code(f"{asked.desk.billing_command} role @ana approver")
    return (
        "Nobody else here may approve them, and who hands hours in leaves that to another one."
        f" An owner can give the role: {example}"
    )


def draw_withdrawn(asked: Asked, withdrawn: Withdrawn) -> Answer:
    """Say what came back."""
    entries = withdrawn.entries
    seconds = sum(entry.seconds(now=asked.now) for entry in entries)
    one, lock = len(entries) == 1, _lock_on(asked, entries)
    subject = f"Entry #{entries[0].number}" if one else counted(len(entries), "entry", "entries")
    text = (
        f"Withdrawn: {subject}, {hours(seconds)} ({worked_days(e.worked_on for e in entries)})."
        f" {'It is a draft' if one else 'They are drafts'} again{_what_now(lock)}"
    )
    ways_on = buttons_of(lock) if lock else []
    buttons = actions(*ways_on, button("Today", Act.TIMER_TODAY))
    return Answer(text=text, blocks=[section(text), buttons])


def _lock_on(asked: Asked, entries: Sequence[TimeEntry]) -> PeriodLocked | None:
    """Return the lock that keeps one of the entries from being changed, or None."""
    try:
        for entry in entries:
            ensure_changeable(asked.session, actor=asked.member, entry=entry, now=asked.now)
    except PeriodLocked as lock:
        return lock
    return None


def _what_now(lock: PeriodLocked | None) -> str:
    if lock is None:
        return " and can be changed."
    days = days_words(lock.period.start, lock.period.end)
    return (
        f". The period {days} is locked, so time in it stays as it is until it is opened again; you"
        " can hand it in as it is."
    )
