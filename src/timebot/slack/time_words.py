"""How time, entries and places are put into words; what people typed is escaped here."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from timebot.slack.blocks import cut, escape
from timebot.slack.whole_text import LONGEST
from timebot.slack.words import days_words, weekday_words
from timebot.team.days import day_in_words
from timebot.timekeeping.durations import ClockSpan, clock_words, duration_words
from timebot.timekeeping.limits import Span
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.overview import Shown

DASH = "\u2013"
"""Between two times or days."""

KIND_WORDS = {"billable": "billable", "no_charge": "no charge", "internal": "internal"}
STATE_WORDS = {
    "running": "running",
    "draft": "not submitted",
    "pending_review": "waiting for approval",
    "approved": "approved",
    "applied": "on an invoice",
}
# The asterisks that we wrote; those of people have a word joiner before them.
_OUR_BOLD = re.compile("(?<!\u2060)\\*")
_TEXT_SHOWN = 300
_MINUTE, _SECOND = timedelta(minutes=1), timedelta(seconds=1)


def hours(seconds: int) -> str:
    """Return worked time as people read it, such as 1 h 30 min."""
    return duration_words(seconds) if seconds else "0 min"


def clock(moment: datetime, zone: str) -> str:
    """Return a moment as clocks in the zone show it: 9:05."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local.hour}:{local.minute:02}"


def clock_to_second(moment: datetime, zone: str) -> str:
    """Return a moment to the second: 9:05:30."""
    return f"{clock(moment, zone)}:{moment.second:02}"


def worked_days(days: Iterable[date]) -> str:
    """Return the first and the last of some days, or the only one."""
    found = sorted(days)
    return days_words(found[0], found[-1] + timedelta(days=1))


def stamp(moment: datetime, zone: str) -> str:
    """Return a moment in full, for messages that people read much later."""
    return f"{day_in_words(moment.astimezone(ZoneInfo(zone)).date())}, {clock(moment, zone)}"


def since(moment: datetime, *, zone: str, now: datetime) -> str:
    """Return a moment of today as a time; of another day with the day and the zone."""
    local, today = moment.astimezone(ZoneInfo(zone)).date(), now.astimezone(ZoneInfo(zone)).date()
    if local == today:
        return clock(moment, zone)
    return instant_of(moment, zone=zone)


def span(entry: TimeEntry) -> str:
    """Return from when to when an entry was worked, in its own zone: 9:00-10:30."""
    began = _start(entry)
    return f"since {began}" if entry.ended_at is None else f"{began}{DASH}{_end(entry)}"


def span_for(entry: TimeEntry, zone: str) -> str:
    """Return the entry's span, with its zone where that is not the reader's."""
    return span(entry) if entry.zone == zone else f"{span(entry)} ({entry.zone})"


def span_on_day(entry: TimeEntry) -> str:
    """Return from when to when on which day; past midnight each end has its own day beside it."""
    day = weekday_words(entry.worked_on)
    if _ended_on(entry) == entry.worked_on:
        return f"{span(entry)} on {day}"
    return f"{_start(entry)} on {day} {DASH} {_end(entry)}"


def span_in_full(entry: TimeEntry) -> str:
    """Return from when to when on which day in which zone, for answers about changed time."""
    return f"{span_on_day(entry)}, {entry.zone}"


def instant_of(moment: datetime, *, zone: str) -> str:
    """Return a moment with its day and zone: 9:15 on Mon 2 Mar 2026 (Europe/Berlin)."""
    day = moment.astimezone(ZoneInfo(zone)).date()
    return f"{clock(moment, zone)} on {weekday_words(day)} ({zone})"


def moved_words(minute: int | None, moment: datetime, zone: str) -> str:
    """Say that clocks skipped the time that was said; empty where it is the moment's own.

    Args:
        minute: the time of the day that was said, or None for none.
        moment: what it was taken as.
        zone: whose clocks are meant.
    """
    local = moment.astimezone(ZoneInfo(zone))
    if minute is None or minute == local.hour * 60 + local.minute:
        return ""
    return f"Clocks skipped {clock_words(minute)} that day, so I took {clock(moment, zone)}."


def moved_span_words(spoken: timedelta | ClockSpan, taken: Span, zone: str) -> str:
    """Say that clocks skipped an end of a span that was said; empty where they did not."""
    if not isinstance(spoken, ClockSpan):
        return ""
    moved = (
        moved_words(spoken.start_minute, taken.started_at, zone),
        moved_words(spoken.end_minute, taken.ended_at, zone),
    )
    return " ".join(each for each in moved if each)


def place(one: Shown) -> str:
    """Return client and project in bold, or that there is none."""
    return f"*{place_words(one)}*"


def place_words(one: Shown) -> str:
    """Return client and project, escaped."""
    return escape(f"{one.client}, {one.project}") if one.project else "No project"


def entry_line(one: Shown) -> str:
    """Return an entry in one line: number, place, text, ticket and kind."""
    return " · ".join([f"#{one.entry.number} {place(one)}", *entry_details(one.entry)])


def entry_details(entry: TimeEntry) -> list[str]:
    """Return what else there is to say of an entry: text, ticket, message, kind."""
    kind = KIND_WORDS[entry.billable] if entry.billable != "billable" else ""
    source = source_link(entry.permalink or "")
    found = [escape(cut(entry.text, _TEXT_SHOWN)), ticket(entry), source, kind]
    return [each for each in found if each]


def ticket(entry: TimeEntry) -> str:
    """Return the entry's ticket, as a link where it has one; empty without a ticket."""
    if not entry.ticket_ref:
        return ""
    return link(entry.ticket_url, entry.ticket_ref) if entry.ticket_url else f"#{entry.ticket_ref}"


def source_link(permalink: str) -> str:
    """Return the link to the Slack message that work comes from; empty without one."""
    return link(permalink, "from a message") if permalink else ""


def link(url: str, label: str) -> str:
    """Return a link in mrkdwn; signs that would end it early are percent-encoded."""
    for raw, safe in (("<", "%3C"), (">", "%3E"), ("|", "%7C"), ("&", "&amp;")):
        url = url.replace(raw, safe)
    return f"<{url}|{escape(label)}>"


def spoken(*lines: str) -> str:
    """Return lines of mrkdwn as one text for screen readers: without our bold marks."""
    return cut(_OUR_BOLD.sub("", "\n".join(line for line in lines if line)), LONGEST)


def _start(entry: TimeEntry) -> str:
    if entry.ended_at is None or _adds_up(entry.started_at, entry.ended_at):
        return clock(entry.started_at, entry.zone)
    # Counted back from the end, so that a fraction of a second does not spoil the sum either.
    worked = (entry.ended_at - entry.started_at) // _SECOND * _SECOND
    return clock_to_second(entry.ended_at.replace(microsecond=0) - worked, entry.zone)


def _adds_up(began: datetime, ended: datetime) -> bool:
    """Tell whether the minutes that clocks show differ by the minutes that were worked."""
    return (_whole_minute(ended) - _whole_minute(began)) // _MINUTE == (ended - began) // _MINUTE


def _whole_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _end(entry: TimeEntry) -> str:
    moment = entry.ended_at or entry.started_at
    reading = clock if _adds_up(entry.started_at, moment) else clock_to_second
    end = reading(moment, entry.zone)
    ended_on = _ended_on(entry)
    return end if ended_on == entry.worked_on else f"{end} on {day_in_words(ended_on)}"


def _ended_on(entry: TimeEntry) -> date:
    return (entry.ended_at or entry.started_at).astimezone(ZoneInfo(entry.zone)).date()
