"""What a submission's card says about entries that a correction took out of it."""

from timebot.slack.blocks import escape
from timebot.slack.desk import Viewer
from timebot.slack.time_words import hours, stamp
from timebot.timekeeping.models import Submission
from timebot.timekeeping.taken_out import TakenOut, list_taken_out

_MOST = 6
_VERBS = {
    "edited": "changed",
    "split": "split",
    "trimmed": "trimmed",
    "deleted": "deleted",
}


def taken_out_words(viewer: Viewer, submission: Submission, zone: str) -> list[str]:
    """Return one line per entry that was taken out, escaped."""
    found = list_taken_out(viewer.session, submission=submission)
    lines = [_line(one, zone) for one in found[-_MOST:]]
    missing = len(found) - len(lines)
    return [f"… and {missing} more before that", *lines] if missing else lines


def _line(one: TakenOut, zone: str) -> str:
    which = "an entry"
    if one.number and one.where:
        which = f"#{one.number} ({escape(one.where)}, {hours(one.seconds)})"
    verb = _VERBS.get(one.verb or "", "changed")
    approved = " It had been approved." if one.was_approved else ""
    what = f"{escape(one.by)} {verb} {which} on {stamp(one.at, zone)}"
    return f"{what}, so it is not part of this any more.{approved}"
