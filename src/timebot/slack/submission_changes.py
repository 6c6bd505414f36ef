"""What has changed since an approver was shown hours, in words: before and after."""

from collections.abc import Sequence

from timebot.slack.blocks import Block, cut, escape, section
from timebot.slack.time_words import KIND_WORDS, hours
from timebot.slack.words import weekday_words
from timebot.timekeeping.shown import Changes, Departed, ShownEntry

_MOST_LINES = 12
_TEXT_SHOWN = 80
_FATES = {
    "approved": "Approved{by}",
    "rejected": "Rejected{by}",
    "deleted": "Deleted{by}",
    "taken_back": "Taken back",
    "handed_in_again": "Handed in again",
}


def changes_words(changes: Changes | None) -> list[str]:
    """Return one line per entry that was taken out, added or changed; mrkdwn, escaped."""
    if changes is None:
        return []
    lines = [_departed_words(one) for one in changes.departed]
    lines += [f"Added: {_entry_words(one)}" for one in changes.added]
    lines += [_pair_words("Changed", *pair) for pair in changes.changed]
    if not lines:
        lines = ["These hours were settled and taken back meanwhile; they say the same as before."]
    if len(lines) > _MOST_LINES:
        rest = len(lines) - _MOST_LINES
        lines = [*lines[:_MOST_LINES], f"… and {rest} more"]
    return lines


def changes_block(lines: Sequence[str]) -> list[Block]:
    """Return the lines drawn as a list."""
    return [section("\n".join(f"• {line}" for line in lines))] if lines else []


def _departed_words(one: Departed) -> str:
    by = f" by {escape(one.by)}" if one.by else ""
    if one.after is not None:
        return _pair_words(f"Changed{by}, and a draft again", one.before, one.after)
    return f"{_FATES[one.fate].format(by=by)}: {_entry_words(one.before)}"


def _pair_words(verb: str, before: ShownEntry, after: ShownEntry) -> str:
    # Only what differs stands behind the arrow; all of it is what the eye has to compare.
    pairs = zip(_parts(before), _parts(after), strict=True)
    differs = [word or f"without {was}" for was, word in pairs if was != word]
    return f"{verb}: {_entry_words(before)}  →  {_joined(differs)}"


def _entry_words(one: ShownEntry) -> str:
    *said, kind = _parts(one)
    return _joined([*said, kind if one.billable != "billable" else ""])


def _joined(words: Sequence[str]) -> str:
    return escape(" · ".join(each for each in words if each))


def _parts(one: ShownEntry) -> list[str]:
    """Return what is said of an entry, each part in its place."""
    return [
        f"{hours(one.seconds)} {f'{one.client}, {one.project}' if one.project else 'No project'}",
        weekday_words(one.worked_on),
        cut(one.text, _TEXT_SHOWN),
        f"#{one.ticket_ref}" if one.ticket_ref else "",
        KIND_WORDS[one.billable],
    ]
