"""The invariants: what is true of every database at every moment, checked by SQL."""

from collections.abc import Iterator

from sqlalchemy import Text, cast, select, text
from sqlalchemy.orm import Session

from timebot.billing.models import BillingEntry
from timebot.billing.worked_seconds import WORKED_SECONDS
from timebot.doctor.credit_truths import CREDIT_INVARIANTS
from timebot.doctor.invariant import Invariant
from timebot.doctor.sum_truths import SUM_INVARIANTS
from timebot.timekeeping.models import TimeEntry

_MOST_NAMED = 5


_INVARIANTS = (
    Invariant(
        "lines and invoices",
        "the lines do not add up to the subtotal or the minutes",
        "SELECT i.number FROM invoice i LEFT JOIN invoice_line l"
        " ON l.workspace_id = i.workspace_id AND l.invoice_id = i.id"
        " WHERE i.number IS NOT NULL GROUP BY i.workspace_id, i.id"
        " HAVING COALESCE(SUM(l.amount_minor), 0) <> MAX(i.subtotal_minor)"
        " OR COALESCE(SUM(l.minutes_billed), 0) <> MAX(i.minutes_billed)",
    ),
    Invariant(
        "tax",
        "the tax per rate does not add up to the tax or to the subtotal",
        "SELECT i.number FROM invoice i LEFT JOIN invoice_tax t"
        " ON t.workspace_id = i.workspace_id AND t.invoice_id = i.id"
        " WHERE i.number IS NOT NULL GROUP BY i.workspace_id, i.id"
        " HAVING COALESCE(SUM(t.tax_minor), 0) <> MAX(i.tax_minor)"
        " OR COALESCE(SUM(t.base_minor), 0) <> MAX(i.subtotal_minor)",
    ),
    Invariant(
        "billing entries and lines",
        "the billing entries do not add up to the line",
        "SELECT i.number || ' line ' || CAST(l.position AS TEXT) FROM invoice_line l"
        " JOIN invoice i ON i.workspace_id = l.workspace_id AND i.id = l.invoice_id"
        " LEFT JOIN billing_entry b ON b.workspace_id = l.workspace_id"
        " AND b.invoice_id = l.invoice_id AND b.line_id = l.id"
        " WHERE i.number IS NOT NULL GROUP BY i.workspace_id, i.id, l.workspace_id, l.id"
        " HAVING COALESCE(SUM(b.amount_minor), 0) <> MAX(l.amount_minor)"
        " OR COALESCE(SUM(b.minutes_billed), 0) <> MAX(l.minutes_billed)"
        " OR COALESCE(SUM(b.seconds_worked), 0) <> MAX(l.seconds_worked)",
    ),
    Invariant(
        "currencies",
        "a billing entry, a payment or a credit note is in another currency than its invoice",
        "SELECT DISTINCT i.number FROM invoice i JOIN"
        " (SELECT workspace_id, invoice_id, currency FROM billing_entry"
        " UNION SELECT workspace_id, invoice_id, currency FROM payment"
        " UNION SELECT workspace_id, invoice_id, currency FROM credit_note) AS one"
        " ON one.workspace_id = i.workspace_id AND one.invoice_id = i.id"
        " WHERE one.currency <> i.currency",
    ),
    Invariant(
        "applied entries",
        "the time entry is marked as billed, but no invoice bills it",
        "SELECT CAST(e.id AS TEXT) FROM time_entry e WHERE e.state = 'applied'"
        " AND NOT EXISTS (SELECT 1 FROM billing_entry b WHERE b.workspace_id = e.workspace_id"
        " AND b.time_entry_id = e.id AND b.reversed_by IS NULL)",
    ),
    Invariant(
        "billed entries",
        "the time entry is on an invoice, but not marked as billed",
        "SELECT CAST(e.id AS TEXT) FROM billing_entry b JOIN time_entry e"
        " ON e.workspace_id = b.workspace_id AND e.id = b.time_entry_id"
        " WHERE b.reversed_by IS NULL AND e.state <> 'applied'",
    ),
    Invariant(
        "invoice numbers",
        "the numbers have a gap",
        "SELECT i.series || ' ' || CAST(i.year AS TEXT) FROM invoice i"
        " WHERE i.sequence IS NOT NULL GROUP BY i.workspace_id, i.series, i.year"
        " HAVING COUNT(*) <> MAX(i.sequence) OR MIN(i.sequence) <> 1",
    ),
    Invariant(
        "number counters",
        "the counter differs from the numbers given",
        "SELECT c.series || ' ' || CAST(c.year AS TEXT) FROM invoice_counter c"
        " WHERE c.last <> (SELECT COUNT(*) FROM invoice i WHERE i.workspace_id = c.workspace_id"
        " AND i.series = c.series AND i.year = c.year)",
    ),
    Invariant(
        "paid invoices",
        "it is paid, but payments and credit notes do not come to what was due",
        "SELECT i.number FROM invoice i WHERE i.collection = 'paid' AND i.due_minor <>"
        " (SELECT COALESCE(SUM(p.amount_minor - p.lost_minor), 0) FROM payment p"
        " WHERE p.workspace_id = i.workspace_id AND p.invoice_id = i.id"
        " AND p.state = 'succeeded' AND p.currency = i.currency)"
        " + (SELECT COALESCE(SUM(c.reduces_minor), 0) FROM credit_note c"
        " WHERE c.workspace_id = i.workspace_id AND c.invoice_id = i.id)",
    ),
    Invariant(
        "payments",
        "all of it was paid or credited, but the invoice counts as unpaid",
        "SELECT i.number FROM invoice i WHERE i.number IS NOT NULL AND i.due_minor > 0"
        " AND i.collection NOT IN ('paid', 'disputed', 'credited') AND i.due_minor <="
        " (SELECT COALESCE(SUM(p.amount_minor - p.lost_minor), 0) FROM payment p"
        " WHERE p.workspace_id = i.workspace_id AND p.invoice_id = i.id"
        " AND p.state = 'succeeded')"
        " + (SELECT COALESCE(SUM(c.reduces_minor), 0) FROM credit_note c"
        " WHERE c.workspace_id = i.workspace_id AND c.invoice_id = i.id)",
    ),
    Invariant(
        "disputes",
        "it counts as disputed without an open dispute, or as paid although one is open",
        "SELECT i.number FROM invoice i WHERE i.collection IN ('paid', 'disputed')"
        " AND (i.collection = 'disputed') <> EXISTS (SELECT 1 FROM dispute d"
        " JOIN payment p ON p.workspace_id = d.workspace_id AND p.id = d.payment_id"
        " WHERE p.workspace_id = i.workspace_id AND p.invoice_id = i.id"
        " AND d.state IN ('needs_answer', 'with_bank'))",
    ),
    *SUM_INVARIANTS,
    *CREDIT_INVARIANTS,
    Invariant(
        "drafts",
        "it is a draft, but has lines already",
        "SELECT CAST(i.id AS TEXT) FROM invoice i WHERE i.document = 'draft' AND EXISTS"
        " (SELECT 1 FROM invoice_line l WHERE l.workspace_id = i.workspace_id"
        " AND l.invoice_id = i.id)",
    ),
    Invariant(
        "drafted entries",
        "the invoice is issued, but holds entries as a draft does",
        "SELECT DISTINCT i.number FROM draft_entry d"
        " JOIN invoice i ON i.workspace_id = d.workspace_id AND i.id = d.invoice_id"
        " WHERE i.document <> 'draft'",
    ),
    Invariant(
        "documents",
        "the PDF is not there",
        "SELECT i.number FROM invoice i WHERE i.document = 'rendered' AND NOT EXISTS"
        " (SELECT 1 FROM stored_file f WHERE f.workspace_id = i.workspace_id"
        " AND f.sha256 = i.pdf_sha256)",
    ),
)

# One statement, so that it costs one round trip after each of many tests.
_ALL_INVARIANTS = text(
    "\nUNION ALL\n".join(
        f"SELECT {number} AS which, found.* FROM ({one.query}) AS found"  # noqa: S608 - our own SQL
        for number, one in enumerate(_INVARIANTS)
    )
)


_SECONDS = Invariant("billed seconds", "it was billed with other seconds than were worked", "")
_OTHER_SECONDS = (
    select(cast(TimeEntry.id, Text))
    .join(
        BillingEntry,
        (BillingEntry.workspace_id == TimeEntry.workspace_id)
        & (BillingEntry.time_entry_id == TimeEntry.id),
    )
    .where(BillingEntry.reversed_by.is_(None), BillingEntry.seconds_worked != WORKED_SECONDS)
)

CHECKS = tuple(one.check for one in (*_INVARIANTS, _SECONDS))
"""The names of all checks."""


def invariants(session: Session) -> list[str]:
    """Return a sentence for each invariant that is broken, naming the rows; nothing if all hold."""
    return [sentence for _, sentence in broken_invariants(session)]


def broken_invariants(session: Session) -> Iterator[tuple[str, str]]:
    """Yield the check and the sentence of each invariant that is broken."""
    found: dict[int, list[str]] = {}
    for which, what in session.execute(_ALL_INVARIANTS):
        found.setdefault(which, []).append(str(what))
    for which, names in sorted(found.items()):
        one = _INVARIANTS[which]
        yield one.check, f"{listed(names)}: {one.sentence}."
    names = list(session.scalars(_OTHER_SECONDS))
    if names:
        yield _SECONDS.check, f"{listed(names)}: {_SECONDS.sentence}."


def listed(names: list[str]) -> str:
    """Join names, as many as can be read."""
    more = len(names) - _MOST_NAMED
    shown = ", ".join(names[:_MOST_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown
