"""The steps of an entry's story in plain words, for every interface; nothing is escaped here."""

from datetime import datetime
from zoneinfo import ZoneInfo

from timebot.team.days import day_in_words
from timebot.timekeeping.entry_story import Replaced, Step

_TEXT_SHOWN = 200
_DID = {
    "started": "started the timer",
    "stopped": "stopped the timer",
    "added": "added it",
    "edited": "changed it",
    "split": "split it",
    "split_off": "split it off",
    "joined": "joined both parts",
    "trimmed": "trimmed it, because it shared time with another one",
    "deleted": "deleted it",
    "restored": "restored it",
    "confirmed": "confirmed when it ended",
    "submitted": "submitted it",
    "withdrawn": "withdrew it",
    "approved": "approved it",
    "unapproved": "took the approval back",
    "rejected": "rejected it",
}
_TOOK_BACK = {
    "started": "that it was stopped",
    "edited": "a change",
    "joined": "a split",
    "deleted": "that it was there",
    "restored": "that it was deleted",
}
_PARTS = {
    "project": "Project",
    "text": "Text",
    "started_at": "From",
    "ended_at": "To",
    "billable": "Billing",
    "ticket_ref": "Ticket",
}
_KINDS = {"no_charge": "no charge"}


def deed_words(step: Step) -> str:
    """Return what was done, without who did it: changed it."""
    if step.is_undo:
        return f"took back {_TOOK_BACK.get(step.verb, 'the last change')}"
    said = _DID[step.verb]
    if step.verb == "split_off" and step.note:
        said += f" from {step.note}"
    if step.verb == "stopped" and step.note == "switched":
        said += " by starting another one"
    if step.verb == "stopped" and step.note in {"deactivated", "no member any more"}:
        said += ", because the person left"
    return said


def outcome_lines(step: Step) -> list[str]:
    """Return a line for each part that a step replaced, and for what followed from it."""
    lines = [part_line(part, step.zone) for part in step.replaced]
    if step.verb not in {"withdrawn", "rejected", "unapproved", "applied"}:
        lines += _voided(step)
    if step.verb == "rejected" and step.note:
        lines.append(f"Reason: {step.note}")
    if step.is_erased:
        lines.append("The details were erased.")
    return lines


def part_line(part: Replaced, zone: str) -> str:
    """Return one part that was changed: what it is now instead of what."""
    if part.part == "is_confirmed":
        return "Its end is confirmed." if part.after else "Its end has to be confirmed."
    if part.part in {"started_at", "ended_at"}:
        new, old = _times(part.after, part.before, zone)
    else:
        new, old = _value(part, part.after), _value(part, part.before)
    return f"{_PARTS[part.part]}: {new} instead of {old}"


def _value(part: Replaced, value: object) -> str:
    if part.part == "billable":
        return _KINDS.get(str(value), str(value))
    text = str(value) if value else "nothing"
    return text if len(text) <= _TEXT_SHOWN else f"{text[: _TEXT_SHOWN - 1].rstrip()}…"


def _times(new: str | None, old: str | None, zone: str) -> tuple[str, str]:
    """Return two instants as clocks show them, with what tells them apart: seconds, or days."""
    found = [datetime.fromisoformat(each).astimezone(ZoneInfo(zone)) for each in (new, old) if each]
    has_days = len({moment.date() for moment in found}) > 1
    has_seconds = len({f"{moment:%Y%m%d%H%M}" for moment in found}) < len(found)
    words = [_moment(each, zone, has_days=has_days, has_seconds=has_seconds) for each in (new, old)]
    return words[0], words[1]


def _moment(text: str | None, zone: str, *, has_days: bool, has_seconds: bool) -> str:
    if text is None:
        return "still running"
    moment = datetime.fromisoformat(text).astimezone(ZoneInfo(zone))
    said = f"{moment.hour}:{moment:%M:%S}" if has_seconds else f"{moment.hour}:{moment:%M}"
    return f"{said} on {day_in_words(moment.date())}" if has_days else said


def _voided(step: Step) -> list[str]:
    if step.state_before == "approved":
        return ["The approval no longer counted."]
    if step.state_before == "pending_review" and step.verb != "approved":
        return ["It was taken out of what waited for approval."]
    return []
