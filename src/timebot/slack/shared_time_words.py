"""What an approver is told of time that counts twice because its author kept both entries."""

from timebot.slack.blocks import escape
from timebot.slack.desk import Viewer
from timebot.slack.time_words import hours
from timebot.slack.words import counted, weekday_words
from timebot.timekeeping.naming import entry_words
from timebot.timekeeping.overlaps import Overlap, list_shared
from timebot.timekeeping.overview import SubmissionShown

_MOST = 3


def shared_time_words(viewer: Viewer, shown: SubmissionShown) -> list[str]:
    """Return a line for each pair of entries that share time, and one for those left out."""
    entries = [one.entry for group in shown.groups for one in group.entries]
    found = list_shared(viewer.session, entries=entries, now=viewer.now)
    lines = [_pair(viewer, one) for one in found[:_MOST]]
    left = len(found) - len(lines)
    return [*lines, f"\u2026 and {counted(left, 'more pair')} of entries"] if left else lines


def _pair(viewer: Viewer, one: Overlap) -> str:
    names = (escape(entry_words(viewer.session, each)) for each in (one.earlier, one.later))
    day = weekday_words(one.later.worked_on)
    return f"{hours(one.seconds)} counts twice: {' and '.join(names)} overlap on {day}."
