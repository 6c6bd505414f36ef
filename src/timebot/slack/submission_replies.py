"""What the author is told after handing hours in or taking them back."""

from timebot.slack.answer import Answer
from timebot.slack.blocks import actions, button, code, escape, section
from timebot.slack.desk import Asked
from timebot.slack.ids import Act
from timebot.slack.time_words import hours, spoken, worked_days
from timebot.slack.words import counted, listed
from timebot.timekeeping.approvers import approvers_of
from timebot.timekeeping.models import Submission
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
    lines.append(f"I asked {who} to approve." if who else _nobody(asked, is_own=is_own))
    if not is_own:
        return Answer(text=spoken(*lines), blocks=[section("\n".join(lines))])
    running = find_running(asked.session, member=asked.member)
    if running is not None:
        lines.append(f"#{running.number} is still running and was left out.")
    text = "\n".join(lines)
    back = button("Withdraw", Act.WITHDRAW, {"submission": submission.id})
    return Answer(text=spoken(text), blocks=[section(text), actions(back)])


def _nobody(asked: Asked, *, is_own: bool) -> str:
    if is_own:
        return "Nobody here can approve hours yet."
    example = code(f"{asked.desk.billing_command} role @ana approver")
    return (
        "Nobody else here may approve them, and who hands hours in leaves that to another one."
        f" An owner can give the role: {example}"
    )


def draw_withdrawn(asked: Asked, withdrawn: Withdrawn) -> Answer:
    """Say what came back."""
    entries = withdrawn.entries
    seconds = sum(entry.seconds(now=asked.now) for entry in entries)
    one = len(entries) == 1
    subject = f"Entry #{entries[0].number}" if one else counted(len(entries), "entry", "entries")
    text = (
        f"Withdrawn: {subject}, {hours(seconds)} ({worked_days(e.worked_on for e in entries)})."
        f" {'It is a draft' if one else 'They are drafts'} again and can be changed."
    )
    return Answer(text=text, blocks=[section(text), actions(button("Today", Act.TIMER_TODAY))])
