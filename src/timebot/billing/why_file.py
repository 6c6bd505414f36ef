"""Why, as a file: every entry behind an invoice, also of those too long to be printed."""

from collections.abc import Sequence

from timebot.billing.printed_moment import Moment
from timebot.billing.spreadsheet import csv_text
from timebot.billing.why_printed import PrintedChange, PrintedEntry, PrintedLine

TIMES = (
    *("line", "project", "person", "began", "ended", "zone", "text", "ticket", "ticket_link"),
    *("kind", "seconds_worked", "minutes_billed", "rate", "amount", "currency"),
)
FULL = (
    *("line", "project", "person", "entry", "began", "ended", "zone", "text", "ticket"),
    *("ticket_link", "kind", "source", "approved_by", "approved_at", "changes", "seconds_worked"),
    *("group_seconds", "rounding", "group_minutes", "minutes_billed", "rate", "amount", "currency"),
)
HEADER = (*FULL, "rate_source")


def why_csv(lines: Sequence[PrintedLine]) -> str:
    """Return every entry behind an invoice; the amounts sum to its subtotal."""
    return _csv(HEADER, lines)


def annex_csv(lines: Sequence[PrintedLine], *, detail: str) -> str:
    """Return every entry with what an annex of that detail shows of it."""
    return _csv(FULL if detail == "full" else TIMES, lines)


def _csv(header: Sequence[str], lines: Sequence[PrintedLine]) -> str:
    facts = (_facts(line, entry) for line in lines for entry in line.entries)
    return csv_text(header, ([of_entry[name] for name in header] for of_entry in facts))


def _facts(line: PrintedLine, entry: PrintedEntry) -> dict[str, object]:
    group = entry.group
    return {
        "line": line.position,
        "project": line.project,
        "person": entry.member,
        "entry": entry.number,
        "began": _moment(entry.began),
        "ended": _moment(entry.ended),
        "zone": entry.zone,
        "text": entry.text,
        "ticket": entry.ticket_ref,
        "ticket_link": entry.ticket_url,
        "kind": line.kind,
        "source": entry.source,
        "approved_by": entry.approved_by,
        "approved_at": _moment(entry.approved) if entry.approved is not None else "",
        "changes": "; ".join(map(_change, entry.changes)),
        "seconds_worked": entry.seconds_worked,
        "group_seconds": entry.seconds_worked if group is None else group.seconds,
        "rounding": entry.rounding,
        "group_minutes": entry.minutes_billed if group is None else group.minutes,
        "minutes_billed": entry.minutes_billed,
        "rate": line.rate.decimal,
        "rate_source": entry.rate_source,
        "amount": entry.amount.decimal,
        "currency": entry.amount.currency,
    }


def _change(change: PrintedChange) -> str:
    said = f"{change.by or 'timebot'}, {_moment(change.at)}: {change.deed}"
    return " ".join((f"{said}.", *change.outcomes))


def _moment(moment: Moment) -> str:
    return f"{moment.day.isoformat()} {moment.clock:0>8}"
