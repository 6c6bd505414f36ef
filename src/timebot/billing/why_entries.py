"""The time entries behind the lines of an invoice, as they were when it was issued."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.models import BillingEntry, Invoice
from timebot.billing.worked_seconds import whole_seconds
from timebot.money import Money
from timebot.team.models import Member
from timebot.team.rounding_rule import RoundingRule
from timebot.timekeeping.entry_past import Past, look_back
from timebot.timekeeping.entry_story import Step
from timebot.timekeeping.models import TimeEntry


class GroupPart(NamedTuple):
    """What one entry brought into its rounding group, and took out of it."""

    entry_number: int
    seconds: int
    minutes: int


@dataclass(frozen=True)
class WhyGroup:
    """What was summed and rounded once: the hours of one member, project, day and rate.

    Attributes:
        parts: the entries of this invoice in the group, this one among them.
        seconds, minutes: of the whole group: what was summed, and what it came to.
    """

    parts: tuple[GroupPart, ...]
    seconds: int
    minutes: int

    @property
    def is_alone(self) -> bool:
        """Whether the group is one entry, so that nothing was summed."""
        return len(self.parts) == 1 and not self.earlier_seconds

    @property
    def earlier_seconds(self) -> int:
        """The seconds of the group that earlier invoices had billed."""
        return self.seconds - sum(part.seconds for part in self.parts)

    @property
    def earlier_minutes(self) -> int:
        """The minutes of the group that earlier invoices had billed."""
        return self.minutes - sum(part.minutes for part in self.parts)


@dataclass(frozen=True)
class WhyEntry:
    """One time entry behind a line.

    Attributes:
        entry_number: the member's own short number for it.
        started_at, ended_at: the exact instants, in UTC; `zone` is where they were worked.
        changes: what was done to it before the invoice was issued, beside starting, stopping,
            submitting and approving it.
        minutes_billed: its share of its rounding group.
        rounding: the rule in words.
        rate, amount, rate_source: None for people who see no money.
    """

    entry_id: UUID
    entry_number: int
    member_name: str
    worked_on: date
    started_at: datetime
    ended_at: datetime
    zone: str
    text: str
    ticket_ref: str | None
    ticket_url: str | None
    permalink: str | None
    source: str
    approved_by: str
    approved_at: datetime | None
    changes: tuple[Step, ...]
    seconds_worked: int
    minutes_billed: int
    group: WhyGroup
    rounding: str
    rate: Money | None
    rate_source: str | None
    amount: Money | None

    @property
    def whole_seconds(self) -> tuple[datetime, datetime]:
        """Start and end in whole seconds that differ by what was worked."""
        return whole_seconds(self.started_at, self.ended_at)


class Billed(NamedTuple):
    """What is billed of a time entry, or would be if its draft were issued.

    Attributes:
        group_seconds, group_minutes: of the whole rounding group, earlier invoices included.
        rate, rate_source, amount: None for people who see no money.
    """

    entry: TimeEntry
    member_name: str
    worked_on: date
    seconds: int
    minutes: int
    group_key: str
    group_seconds: int
    group_minutes: int
    rule: RoundingRule
    rate: Money | None
    rate_source: str | None
    amount: Money | None


def entries_behind(
    session: Session, invoice: Invoice, *, line_ids: Collection[UUID], only: Member | None
) -> dict[UUID, list[WhyEntry]]:
    """Return the entries behind some lines of an issued invoice, by line, by day and time.

    Args:
        session: the open transaction.
        invoice: the invoice.
        line_ids: the lines.
        only: whose entries, without money; None for everybody's.
    """
    rows = _rows(session, invoice, only)
    explained = explain_entries(
        session,
        [billed for _, billed in rows],
        workspace_id=invoice.workspace_id,
        only={billed.entry.id for line_id, billed in rows if line_id in line_ids},
        until=invoice.released_at or invoice.created_at,
    )
    found: dict[UUID, list[WhyEntry]] = defaultdict(list)
    for line_id, billed in rows:
        if line_id in line_ids:
            found[line_id].append(explained[billed.entry.id])
    return found


def explain_entries(
    session: Session,
    rows: Sequence[Billed],
    *,
    workspace_id: UUID,
    only: Collection[UUID],
    until: datetime,
) -> dict[UUID, WhyEntry]:
    """Return how entries came to be billed as they are, by entry.

    Args:
        session: the open transaction.
        rows: all that is billed together, so that no rounding group lacks a part.
        workspace_id: whose entries.
        only: the entries to explain.
        until: the instant as of which they are told.
    """
    groups = _groups(rows)
    chosen = [row for row in rows if row.entry.id in only]
    past = look_back(
        session, workspace_id=workspace_id, entries=[row.entry for row in chosen], until=until
    )
    return {row.entry.id: _why(row, past[row.entry.id], groups[row.group_key]) for row in chosen}


def _rows(session: Session, invoice: Invoice, only: Member | None) -> list[tuple[UUID, Billed]]:
    """Return what the invoice bills, each with its line; money only where it is all of it."""
    query = (
        select(BillingEntry, TimeEntry, Member.name)
        .join(
            TimeEntry,
            (TimeEntry.workspace_id == BillingEntry.workspace_id)
            & (TimeEntry.id == BillingEntry.time_entry_id),
        )
        .join(
            Member,
            (Member.workspace_id == BillingEntry.workspace_id)
            & (Member.id == BillingEntry.member_id),
        )
        .where(
            BillingEntry.workspace_id == invoice.workspace_id,
            BillingEntry.invoice_id == invoice.id,
        )
        .order_by(BillingEntry.worked_on, TimeEntry.started_at, TimeEntry.id)
    )
    if only is not None:
        query = query.where(BillingEntry.member_id == only.id)
    return [
        (billed.line_id, _billed(billed, entry, name, shows_money=only is None))
        for billed, entry, name in session.execute(query)
    ]


def _billed(billed: BillingEntry, entry: TimeEntry, name: str, *, shows_money: bool) -> Billed:
    return Billed(
        entry=entry,
        member_name=name,
        worked_on=billed.worked_on,
        seconds=billed.seconds_worked,
        minutes=billed.minutes_billed,
        group_key=billed.group_key,
        group_seconds=billed.group_seconds,
        group_minutes=billed.group_minutes,
        rule=RoundingRule(**billed.rounding),
        rate=Money(billed.rate_minor, billed.currency) if shows_money else None,
        rate_source=billed.rate_source if shows_money else None,
        amount=Money(billed.amount_minor, billed.currency) if shows_money else None,
    )


def _groups(rows: Sequence[Billed]) -> dict[str, WhyGroup]:
    """Return the rounding groups by key; a group is one member's, so nobody else's is missing."""
    parts: dict[str, list[GroupPart]] = defaultdict(list)
    sums: dict[str, tuple[int, int]] = {}
    for row in rows:
        parts[row.group_key].append(GroupPart(row.entry.number, row.seconds, row.minutes))
        sums[row.group_key] = row.group_seconds, row.group_minutes
    return {key: WhyGroup(tuple(parts[key]), *both) for key, both in sums.items()}


def _why(row: Billed, past: Past, group: WhyGroup) -> WhyEntry:
    entry = row.entry
    return WhyEntry(
        entry_id=entry.id,
        entry_number=entry.number,
        member_name=row.member_name,
        worked_on=row.worked_on,
        started_at=past.started_at,
        ended_at=past.ended_at,
        zone=past.zone,
        text=past.text,
        ticket_ref=past.ticket_ref,
        ticket_url=past.ticket_url,
        permalink=entry.permalink,
        source=entry.source,
        approved_by=past.approved_by,
        approved_at=past.approved_at,
        changes=past.changes,
        seconds_worked=row.seconds,
        minutes_billed=row.minutes,
        group=group,
        rounding=row.rule.words,
        rate=row.rate,
        rate_source=row.rate_source,
        amount=row.amount,
    )
