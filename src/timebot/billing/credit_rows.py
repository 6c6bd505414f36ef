"""The rows of a credit note: its lines, its taxes, and its shares of the billing entries."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import Session

from timebot.billing.bulk import insert_many, new_ids
from timebot.billing.credit_models import (
    CreditedEntry,
    CreditNote,
    CreditNoteLine,
    CreditNoteTax,
)
from timebot.billing.crediting import CreditPlan
from timebot.billing.models import BillingEntry
from timebot.billing.rounding import apportion
from timebot.team.models import Workspace

Columns = dict[str, Sequence[Any]]
EntryLeft = tuple[UUID, int, int]
"""A billing entry, and the minutes and minor units of it that were not taken back yet."""


def write_rows(session: Session, note: CreditNote, plan: CreditPlan) -> None:
    """Write the rows of a credit note that is still a draft, set by set."""
    here, count = note.workspace_id, len(plan.lines)
    lines: Columns = {
        "workspace_id": [here] * count,
        "id": new_ids(count),
        "credit_note_id": [note.id] * count,
        "line_id": [one.line.id for one in plan.lines],
        "minutes": [one.minutes for one in plan.lines],
        "amount_minor": [one.amount_minor for one in plan.lines],
    }
    insert_many(session, CreditNoteLine, lines)
    _write_shares(session, note, plan)
    count = len(plan.taxes)
    taxes: Columns = {
        "workspace_id": [here] * count,
        "credit_note_id": [note.id] * count,
        "position": [one.tax.position for one in plan.taxes],
        "name": [one.tax.name for one in plan.taxes],
        "tax_ppm": [one.tax.tax_ppm for one in plan.taxes],
        "note": [one.tax.note for one in plan.taxes],
        "base_minor": [one.base_minor for one in plan.taxes],
        "tax_minor": [one.tax_minor for one in plan.taxes],
    }
    insert_many(session, CreditNoteTax, taxes)


def credited_entries(workspace: Workspace) -> Subquery:
    """Return, by billing entry, the `minutes` and `minor` units that credit notes took back."""
    return (
        select(
            CreditedEntry.billing_entry_id,
            func.sum(CreditedEntry.minutes).label("minutes"),
            func.sum(CreditedEntry.amount_minor).label("minor"),
        )
        .where(CreditedEntry.workspace_id == workspace.id)
        .group_by(CreditedEntry.billing_entry_id)
        .subquery()
    )


def _write_shares(session: Session, note: CreditNote, plan: CreditPlan) -> None:
    """Spread what is taken back over the entries, so that reports sum entries and agree."""
    left = _left_of_entries(session, note)
    shares: list[tuple[UUID, int, int]] = []
    for one in plan.lines:
        entries = left[one.line.id]
        minutes = apportion(one.minutes, [entry[1] for entry in entries])
        amounts = apportion(one.amount_minor, [entry[2] for entry in entries])
        shares += [
            (entry[0], part, minor)
            for entry, part, minor in zip(entries, minutes, amounts, strict=True)
        ]
    columns: Columns = {
        "workspace_id": [note.workspace_id] * len(shares),
        "credit_note_id": [note.id] * len(shares),
        "billing_entry_id": [share[0] for share in shares],
        "minutes": [share[1] for share in shares],
        "amount_minor": [share[2] for share in shares],
    }
    insert_many(session, CreditedEntry, columns)


def _left_of_entries(session: Session, note: CreditNote) -> Mapping[UUID, Sequence[EntryLeft]]:
    mine = (
        BillingEntry.workspace_id == note.workspace_id,
        BillingEntry.invoice_id == note.invoice_id,
    )
    rows = session.execute(
        select(
            CreditedEntry.billing_entry_id,
            func.sum(CreditedEntry.minutes),
            func.sum(CreditedEntry.amount_minor),
        )
        .join(
            BillingEntry,
            (BillingEntry.workspace_id == CreditedEntry.workspace_id)
            & (BillingEntry.id == CreditedEntry.billing_entry_id),
        )
        .where(*mine)
        .group_by(CreditedEntry.billing_entry_id)
    )
    gone = {entry_id: (int(minutes), int(minor)) for entry_id, minutes, minor in rows}
    left: dict[UUID, list[EntryLeft]] = {}
    entries = session.execute(
        select(
            BillingEntry.line_id,
            BillingEntry.id,
            BillingEntry.minutes_billed,
            BillingEntry.amount_minor,
        )
        .where(*mine)
        .order_by(BillingEntry.worked_on, BillingEntry.id)
    )
    for line_id, entry_id, minutes, minor in entries:
        minutes_gone, minor_gone = gone.get(entry_id, (0, 0))
        left.setdefault(line_id, []).append((entry_id, minutes - minutes_gone, minor - minor_gone))
    return left
