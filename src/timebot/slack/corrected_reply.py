"""What somebody is told who corrected the time of another person."""

from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, actions, escape, section
from timebot.slack.desk import Asked
from timebot.slack.entry_meant import edit_this
from timebot.slack.overlap_words import draw_overlaps_of
from timebot.slack.time_words import entry_line, hours, span_in_full, spoken
from timebot.slack.timer_replies import undo_button
from timebot.team.models import Member
from timebot.team.rights import has_left
from timebot.timekeeping.history import was_submitted
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.overview import show_entry


def draw_corrected(asked: Asked, entry: TimeEntry, verb: str, *, said: str = "") -> Answer:
    """Say how somebody's entry reads now, and that they were told.

    Args:
        asked: who asks.
        entry: the entry.
        verb: Added, Changed or Deleted.
        said: what else there is to say.
    """
    author = asked.session.get_one(Member, (entry.workspace_id, entry.member_id))
    one = show_entry(asked.session, entry=entry, now=asked.now)
    name = escape(author.name)
    when = span_in_full(entry)
    lines = [f"*{name}* · {entry_line(one)}\n{verb}: *{hours(one.seconds)}* ({when})."]
    lines += [said] if said else []
    if not has_left(author):
        lines.append(f"I told {name}.")
    if was_submitted(asked.session, member=asked.member) and entry.deleted_at is None:
        lines.append("It had been handed in, so it is a draft again until it is submitted anew.")
    buttons = [undo_button(asked)]
    drawn = draw_overlaps_of(asked, entry)
    if entry.deleted_at is None:
        buttons.append(edit_this(asked, entry))
    blocks: list[Block] = [section("\n".join(lines)), actions(*buttons), *drawn.blocks]
    return Answer(text=spoken(*lines, *drawn.lines), blocks=blocks)
