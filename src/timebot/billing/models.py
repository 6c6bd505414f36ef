"""Tables of billing: runs, and invoices with their frozen lines."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from timebot.db import STRICT, Base, InWorkspace, one_of, same_workspace, unique_where
from timebot.money import Money

DOCUMENT_STATES = ("draft", "issued", "rendered", "void")
COLLECTION_STATES = ("none", "open", "paid", "failed", "unknown", "disputed", "credited")
DELIVERY_STATES = ("none", "sent", "delivered", "bounced")


class InvoiceRun(InWorkspace, Base):
    """One pass over all clients for one billing period.

    Attributes:
        kind: scheduled (claims its period) or manual (cut-off now, claims none).
        period_start, period_end: dates, half-open; work before `period_end` is taken.
        opened_by: the member who opened a manual run.
    """

    __tablename__ = "invoice_run"
    __table_args__ = (
        same_workspace("opened_by", "member"),
        one_of("kind", "scheduled", "manual"),
        one_of("state", "open", "closed"),
        CheckConstraint("period_start < period_end", name="period"),
        unique_where(
            "uq_invoice_run_period", "workspace_id", "period_start", where="kind = 'scheduled'"
        ),
        STRICT,
    )

    workspace_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspace.id"), primary_key=True, sort_order=-2
    )
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    period_start: Mapped[date]
    period_end: Mapped[date]
    opened_at: Mapped[datetime]
    opened_by: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]


class Invoice(InWorkspace, Base):
    """What a client owes: a live draft until released, frozen from then on.

    Attributes:
        document: draft, issued, rendered or void.
        collection: none, open, paid, failed, unknown, disputed or credited.
        delivery: none, sent, delivered or bounced.
        hold: why the draft waits (held or parked), None when it is ready; drafts only.
        series, year, sequence, number: given at issue; `number` as printed.
        *_minor: whole minor units of `currency`; total = subtotal + tax; due = total - credit.
        charge_mode: charge (card), link (hosted pay page) or bank (details on the invoice).
        printed: every text the PDF prints that is not on a line; frozen.
        pdf_sha256: names the stored file.
        stripe_status: how the processor's invoice stands, in its words or ours; see `plan`.
        stripe_due_minor: what the processor's invoice asks for, as last seen; None while unknown.
        next_step_at: when the worker looks next, None when nothing is left to do.
        claimed_until, fence: a worker's lease, in real time.
        attention: a sentence for the billing people when a person must decide, else None.
        uncollected_at: when billing gave up the charge for now ("park"), else None.
    """

    __tablename__ = "invoice"
    __table_args__ = (
        same_workspace("run_id", "invoice_run"),
        same_workspace("client_id", "client"),
        same_workspace("released_by", "member"),
        one_of("document", *DOCUMENT_STATES),
        one_of("collection", *COLLECTION_STATES),
        one_of("delivery", *DELIVERY_STATES),
        CheckConstraint("hold IS NULL OR hold IN ('held', 'parked')", name="hold"),
        CheckConstraint("charge_mode IN ('charge', 'link', 'bank')", name="charge_mode"),
        CheckConstraint(
            "(document = 'draft') = (number IS NULL)"
            " AND (number IS NULL) = (sequence IS NULL)"
            " AND (number IS NULL) = (issued_on IS NULL)"
            " AND (number IS NULL) = (released_at IS NULL)"
            " AND (number IS NULL OR (series IS NOT NULL AND year IS NOT NULL))",
            name="number",
        ),
        CheckConstraint(
            "document <> 'draft' OR collection = 'none'", name="draft_collects_nothing"
        ),
        CheckConstraint("(document = 'void') = (voided_at IS NOT NULL)", name="void"),
        CheckConstraint("collection <> 'paid' OR paid_at IS NOT NULL", name="paid"),
        CheckConstraint("total_minor = subtotal_minor + tax_minor", name="total"),
        CheckConstraint("due_minor = total_minor - credit_minor", name="due"),
        unique_where(
            "uq_invoice_client_run",
            "workspace_id",
            "run_id",
            "client_id",
            where="voided_at IS NULL",
        ),
        unique_where(
            "uq_invoice_number",
            "workspace_id",
            "series",
            "year",
            "sequence",
            where="sequence IS NOT NULL",
        ),
        UniqueConstraint("workspace_id", "number"),
        UniqueConstraint("workspace_id", "stripe_invoice_id"),
        Index(
            "ix_invoice_next_step",
            "next_step_at",
            sqlite_where=text("next_step_at IS NOT NULL"),
            postgresql_where=text("next_step_at IS NOT NULL"),
        ),
        STRICT,
    )

    run_id: Mapped[UUID]
    client_id: Mapped[UUID]
    document: Mapped[str] = mapped_column(default="draft")
    collection: Mapped[str] = mapped_column(default="none")
    delivery: Mapped[str] = mapped_column(default="none")
    hold: Mapped[str | None]
    hold_reason: Mapped[str | None]
    created_at: Mapped[datetime]
    currency: Mapped[str]
    series: Mapped[str | None]
    year: Mapped[int | None]
    sequence: Mapped[int | None]
    number: Mapped[str | None]
    issued_on: Mapped[date | None]
    due_on: Mapped[date | None]
    period_start: Mapped[date]
    period_end: Mapped[date]
    subtotal_minor: Mapped[int] = mapped_column(default=0)
    tax_minor: Mapped[int] = mapped_column(default=0)
    total_minor: Mapped[int] = mapped_column(default=0)
    credit_minor: Mapped[int] = mapped_column(default=0)
    due_minor: Mapped[int] = mapped_column(default=0)
    seconds_worked: Mapped[int] = mapped_column(default=0)
    minutes_billed: Mapped[int] = mapped_column(default=0)
    charge_mode: Mapped[str] = mapped_column(default="bank")
    printed: Mapped[dict[str, Any] | None]
    released_at: Mapped[datetime | None]
    released_by: Mapped[UUID | None]
    pdf_sha256: Mapped[str | None]
    stripe_customer_id: Mapped[str | None]
    stripe_card_id: Mapped[str | None]
    stripe_invoice_id: Mapped[str | None]
    stripe_status: Mapped[str | None]
    stripe_due_minor: Mapped[int | None]
    pay_url: Mapped[str | None]
    paid_at: Mapped[datetime | None]
    paid_how: Mapped[str | None]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None]
    attention: Mapped[str | None]
    uncollected_at: Mapped[datetime | None]
    next_step_at: Mapped[datetime | None]
    step_attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    claimed_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)

    @property
    def total(self) -> Money:
        """What the invoice amounts to, tax included."""
        return Money(self.total_minor, self.currency)

    @property
    def due(self) -> Money:
        """What is left to pay after credit."""
        return Money(self.due_minor, self.currency)


class DraftEntry(Base):
    """A time entry that an open draft would bill; at most one draft holds it."""

    __tablename__ = "draft_entry"
    __table_args__ = (
        same_workspace("time_entry_id", "time_entry"),
        same_workspace("invoice_id", "invoice"),
        Index("ix_draft_entry_invoice", "workspace_id", "invoice_id"),
        STRICT,
    )

    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    time_entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    invoice_id: Mapped[UUID]


class EntryHold(InWorkspace, Base):
    """A time entry that is kept out of invoices until the hold is lifted."""

    __tablename__ = "entry_hold"
    __table_args__ = (
        same_workspace("time_entry_id", "time_entry"),
        same_workspace("held_by", "member"),
        unique_where(
            "uq_entry_hold_live", "workspace_id", "time_entry_id", where="lifted_at IS NULL"
        ),
        STRICT,
    )

    time_entry_id: Mapped[UUID]
    reason: Mapped[str]
    held_by: Mapped[UUID]
    held_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]


class InvoiceLine(InWorkspace, Base):
    """A line item as printed; never changed.

    Attributes:
        worked_on: the day, or None where the line stands for several.
        member_name, project_name, text, ticket_ref, ticket_url: as printed.
        seconds_worked, minutes_billed: exact, and after rounding.
        rate_minor: money per hour in minor units.
        kind: billable or no_charge.
        tax_ppm, tax_note: the tax rate in parts per million, and the sentence of an exemption.
    """

    __tablename__ = "invoice_line"
    __table_args__ = (
        same_workspace("invoice_id", "invoice"),
        UniqueConstraint("workspace_id", "invoice_id", "position"),
        one_of("kind", "billable", "no_charge"),
        CheckConstraint("minutes_billed >= 0", name="minutes_billed"),
        STRICT,
    )

    invoice_id: Mapped[UUID]
    position: Mapped[int]
    worked_on: Mapped[date | None]
    member_name: Mapped[str | None]
    project_name: Mapped[str]
    text: Mapped[str]
    ticket_ref: Mapped[str | None]
    ticket_url: Mapped[str | None]
    kind: Mapped[str]
    seconds_worked: Mapped[int]
    minutes_billed: Mapped[int]
    rate_minor: Mapped[int]
    amount_minor: Mapped[int]
    tax_ppm: Mapped[int]
    tax_note: Mapped[str | None]


class BillingEntry(InWorkspace, Base):
    """One approved time entry priced and rounded for billing; never changed.

    Attributes:
        group_key: names the rounding group, so that a later entry of the day can find it.
        rounding: the rule that was applied, as increment, mode, minimum and scope.
        group_seconds, group_minutes: the group's worked seconds and its billed minutes.
        minutes_billed: the entry's share of the group.
        amount_minor: the entry's share of its line.
        reversed_by: the credit note that freed the entry, None while it counts.
    """

    __tablename__ = "billing_entry"
    __table_args__ = (
        same_workspace("invoice_id", "invoice"),
        same_workspace("line_id", "invoice_line"),
        same_workspace("time_entry_id", "time_entry"),
        unique_where(
            "uq_billing_entry_live", "workspace_id", "time_entry_id", where="reversed_by IS NULL"
        ),
        Index("ix_billing_entry_line", "workspace_id", "invoice_id", "line_id"),
        Index("ix_billing_entry_group", "workspace_id", "group_key"),
        STRICT,
    )

    invoice_id: Mapped[UUID]
    line_id: Mapped[UUID]
    time_entry_id: Mapped[UUID]
    project_id: Mapped[UUID]
    member_id: Mapped[UUID]
    worked_on: Mapped[date]
    kind: Mapped[str]
    seconds_worked: Mapped[int]
    minutes_billed: Mapped[int]
    rate_minor: Mapped[int]
    rate_source: Mapped[str]
    currency: Mapped[str]
    amount_minor: Mapped[int]
    tax_ppm: Mapped[int]
    group_key: Mapped[str]
    group_seconds: Mapped[int]
    group_minutes: Mapped[int]
    rounding: Mapped[dict[str, Any]]
    reversed_by: Mapped[UUID | None]


class InvoiceTax(Base):
    """Tax of an invoice for one rate, computed once on the sum of its lines (EN 16931)."""

    __tablename__ = "invoice_tax"
    __table_args__ = (same_workspace("invoice_id", "invoice"), STRICT)

    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    invoice_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    tax_ppm: Mapped[int]
    note: Mapped[str | None]
    base_minor: Mapped[int]
    tax_minor: Mapped[int]


class InvoiceCounter(Base):
    """The last number of a series in a year; its row is the queue for the next one."""

    __tablename__ = "invoice_counter"
    __table_args__ = (STRICT,)

    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id"), primary_key=True)
    series: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
