"""Invoice numbers: gapless per workspace, series and year, taken in the issuing transaction."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from timebot.billing.credit_models import CreditNote, CreditNoteCounter
from timebot.billing.models import Invoice, InvoiceCounter
from timebot.errors import NotFound
from timebot.team.models import Workspace

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")


class InvoiceUnknown(NotFound):
    """No invoice has that number."""

    def __init__(self, words: str) -> None:
        super().__init__(
            f"There is no invoice {words.strip() or 'without a number'}.",
            example="/billing invoice INV-2026-0001",
        )


def next_sequence(
    session: Session,
    *,
    workspace: Workspace,
    series: str,
    year: int,
    counter: type[InvoiceCounter] | type[CreditNoteCounter] = InvoiceCounter,
) -> int:
    """Take the next number of a series; a rollback gives it back, so there are no gaps.

    The counter's row is the queue: a second taker waits for the first to commit.
    """
    given = {"workspace_id": workspace.id, "series": series, "year": year, "last": 1}
    query = insert_or(session, counter.__table__, given)  # type: ignore[arg-type] # a Table
    taken = session.scalar(
        query.on_conflict_do_update(
            index_elements=["workspace_id", "series", "year"],
            set_={"last": counter.last + 1},
        ).returning(counter.last)
    )
    if taken is None:
        message = "the counter gave no number"
        raise RuntimeError(message)
    return int(taken)


def number_text(series: str, year: int, sequence: int) -> str:
    """Return the number as printed, such as `INV-2026-0001`."""
    return f"{series}-{year}-{sequence:04d}"


def find_invoice(session: Session, *, workspace_id: UUID, number: str) -> Invoice | None:
    """Return the invoice of that number, however its letters and dashes were typed, or None.

    The zeros and the series may be left out where that names just one: `2026-1` and `1` do. The
    number of a credit note finds the invoice that it corrects.
    """
    words = re.sub(r"\s+", "", number.translate(_DASHES)).upper().lstrip("#")
    found = session.scalar(
        select(Invoice).where(Invoice.workspace_id == workspace_id, Invoice.number == words)
    )
    if found is not None:
        return found
    corrected = session.scalar(
        select(CreditNote.invoice_id).where(
            CreditNote.workspace_id == workspace_id, CreditNote.number == words
        )
    )
    if corrected is not None:
        return session.get(Invoice, (workspace_id, corrected))
    parts = re.fullmatch(r"(?:(?:(.+)-)?(\d{4})-)?0*(\d{1,9})", words)
    if parts is None:
        return None
    series, year, sequence = parts.groups()
    query = select(Invoice).where(
        Invoice.workspace_id == workspace_id, Invoice.sequence == int(sequence)
    )
    candidates = [
        invoice
        for invoice in session.scalars(query)
        if (series is None or (invoice.series or "").upper() == series)
        and (year is None or invoice.year == int(year))
    ]
    return candidates[0] if len(candidates) == 1 else None


def get_invoice(session: Session, *, workspace_id: UUID, number: str) -> Invoice:
    """Return the invoice of that number.

    Raises:
        InvoiceUnknown: if there is none.
    """
    invoice = find_invoice(session, workspace_id=workspace_id, number=number)
    if invoice is None:
        raise InvoiceUnknown(number)
    return invoice


def insert_or(
    session: Session, table: Table, values: Mapping[str, Any]
) -> "postgresql.Insert | sqlite.Insert":
    """Return an INSERT that can say what happens on a conflict, for the database in use."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table).values(values)
    return sqlite.insert(table).values(values)
