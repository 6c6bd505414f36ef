"""Why, as a file: every entry behind an invoice, also of those too long to be printed."""

from collections.abc import Iterator

from timebot.billing.spreadsheet import csv_text
from timebot.billing.why_document import WhyDocument
from timebot.billing.why_printed import Moment, PrintedChange, PrintedEntry, PrintedLine

HEADER = (
    *("line", "project", "person", "entry", "began", "ended", "zone", "text", "ticket", "source"),
    *("approved_by", "approved_at", "changes", "seconds_worked", "group_seconds", "rounding"),
    *("group_minutes", "minutes_billed", "rate", "rate_source", "amount", "currency"),
)


def why_csv(document: WhyDocument) -> str:
    """Return every entry behind the invoice; the amounts sum to its subtotal."""
    return csv_text(HEADER, _rows(document))


def _rows(document: WhyDocument) -> Iterator[tuple[object, ...]]:
    for line in document.lines:
        for entry in line.entries:
            yield _row(line, entry)


def _row(line: PrintedLine, entry: PrintedEntry) -> tuple[object, ...]:
    group = entry.group
    return (
        line.position,
        line.project,
        entry.member,
        entry.number,
        _moment(entry.began),
        _moment(entry.ended),
        entry.zone,
        entry.text,
        entry.ticket_ref,
        entry.source,
        entry.approved_by,
        _moment(entry.approved) if entry.approved is not None else "",
        "; ".join(map(_change, entry.changes)),
        entry.seconds_worked,
        entry.seconds_worked if group is None else group.seconds,
        entry.rounding,
        entry.minutes_billed if group is None else group.minutes,
        entry.minutes_billed,
        line.rate.decimal,
        entry.rate_source,
        entry.amount.decimal,
        entry.amount.currency,
    )


def _change(change: PrintedChange) -> str:
    said = f"{change.by or 'timebot'}, {_moment(change.at)}: {change.deed}"
    return " ".join((f"{said}.", *change.outcomes))


def _moment(moment: Moment) -> str:
    return f"{moment.day.isoformat()} {moment.clock}"
