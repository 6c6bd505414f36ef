"""Tables of correction: credit notes with their frozen rows, and what clients have in credit."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from timebot.db import STRICT, Base, InWorkspace, one_of, same_workspace, unique_where
from timebot.money import Money

REFUND_STATES = ("none", "wanted", "pending", "done", "failed")
CREDIT_KINDS = ("granted", "applied", "returned", "paid_out")


class CreditNote(InWorkspace, Base):
    """A document that takes back all or part of an issued invoice; frozen like one.

    Attributes:
        ordinal: 1 for the first of its invoice; part of its name to the outside.
        document: draft only inside the transaction that writes it; then issued, rendered.
        *_minor: whole minor units; total = subtotal + tax = reduces + refund + credit.
        reduces_minor: what is no longer asked for; refund_minor: what goes back to the card;
            credit_minor: what the client has to their credit, for the next invoice.
        frees_entries: whether its hours may be billed again.
        printed: every text the PDF prints that is not on a line; frozen.
        refund_state: none, wanted, pending, done or failed.
        refund_id: the processor's id of the refund; while a failed one is tried again, of that one.
        refund_attempt: 1 for the first; part of the idempotency key.
    """

    __tablename__ = "credit_note"
    __table_args__ = (
        same_workspace("invoice_id", "invoice"),
        same_workspace("created_by", "member"),
        one_of("document", "draft", "issued", "rendered"),
        one_of("refund_state", *REFUND_STATES),
        CheckConstraint(
            "(document = 'draft') = (number IS NULL)"
            " AND (number IS NULL) = (sequence IS NULL)"
            " AND (number IS NULL) = (issued_on IS NULL)"
            " AND (number IS NULL OR (series IS NOT NULL AND year IS NOT NULL))",
            name="number",
        ),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("total_minor = subtotal_minor + tax_minor", name="total"),
        CheckConstraint(
            "total_minor = reduces_minor + refund_minor + credit_minor AND total_minor > 0"
            " AND reduces_minor >= 0 AND refund_minor >= 0 AND credit_minor >= 0",
            name="split",
        ),
        CheckConstraint("(refund_minor > 0) = (refund_state <> 'none')", name="refund"),
        unique_where(
            "uq_credit_note_number",
            "workspace_id",
            "series",
            "year",
            "sequence",
            where="sequence IS NOT NULL",
        ),
        UniqueConstraint("workspace_id", "number"),
        UniqueConstraint("workspace_id", "invoice_id", "ordinal"),
        STRICT,
    )

    invoice_id: Mapped[UUID]
    ordinal: Mapped[int]
    document: Mapped[str] = mapped_column(default="draft")
    series: Mapped[str | None]
    year: Mapped[int | None]
    sequence: Mapped[int | None]
    number: Mapped[str | None]
    issued_on: Mapped[date | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]
    reason: Mapped[str]
    currency: Mapped[str]
    subtotal_minor: Mapped[int]
    tax_minor: Mapped[int]
    total_minor: Mapped[int]
    reduces_minor: Mapped[int]
    refund_minor: Mapped[int]
    credit_minor: Mapped[int]
    frees_entries: Mapped[bool] = mapped_column(default=False)
    printed: Mapped[dict[str, Any] | None]
    pdf_sha256: Mapped[str | None]
    refund_state: Mapped[str] = mapped_column(default="none")
    refund_id: Mapped[str | None]
    refund_attempt: Mapped[int] = mapped_column(default=1)

    @property
    def total(self) -> Money:
        """What is taken back, tax included."""
        return Money(self.total_minor, self.currency)


class CreditNoteLine(InWorkspace, Base):
    """What a credit note takes back of one line of its invoice; never changed.

    Attributes:
        minutes: 0 where only the price was lowered.
    """

    __tablename__ = "credit_note_line"
    __table_args__ = (
        same_workspace("credit_note_id", "credit_note"),
        same_workspace("line_id", "invoice_line"),
        UniqueConstraint("workspace_id", "credit_note_id", "line_id"),
        Index("ix_credit_note_line_line", "workspace_id", "line_id"),
        CheckConstraint("minutes >= 0 AND amount_minor >= 0", name="amounts"),
        STRICT,
    )

    credit_note_id: Mapped[UUID]
    line_id: Mapped[UUID]
    minutes: Mapped[int]
    amount_minor: Mapped[int]


class CreditNoteTax(Base):
    """The tax that a credit note takes back for one rate; it mirrors a row of the invoice."""

    __tablename__ = "credit_note_tax"
    __table_args__ = (
        same_workspace("credit_note_id", "credit_note"),
        CheckConstraint("base_minor >= 0 AND tax_minor >= 0", name="amounts"),
        STRICT,
    )

    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    credit_note_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    tax_ppm: Mapped[int]
    note: Mapped[str | None]
    base_minor: Mapped[int]
    tax_minor: Mapped[int]


class CreditedEntry(Base):
    """What a credit note takes back of one billing entry, so that reports sum entries."""

    __tablename__ = "credited_entry"
    __table_args__ = (
        same_workspace("credit_note_id", "credit_note"),
        same_workspace("billing_entry_id", "billing_entry"),
        CheckConstraint("minutes >= 0 AND amount_minor >= 0", name="amounts"),
        Index("ix_credited_entry_billing_entry", "workspace_id", "billing_entry_id"),
        STRICT,
    )

    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    credit_note_id: Mapped[UUID] = mapped_column(primary_key=True)
    billing_entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    minutes: Mapped[int]
    amount_minor: Mapped[int]


class CreditNoteCounter(Base):
    """The last credit note number of a series in a year; its row is the queue for the next one."""

    __tablename__ = "credit_note_counter"
    __table_args__ = (STRICT,)

    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id"), primary_key=True)
    series: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class ClientCredit(InWorkspace, Base):
    """A move of what a client has in credit; the sum of all is the balance, never below zero.

    Attributes:
        kind: granted (by a credit note), applied (to an invoice), returned (that invoice was
            cancelled) or paid_out (sent back another way).
        amount_minor: above zero where the credit grows, below where it shrinks.
    """

    __tablename__ = "client_credit"
    __table_args__ = (
        same_workspace("client_id", "client"),
        same_workspace("credit_note_id", "credit_note"),
        same_workspace("invoice_id", "invoice"),
        same_workspace("created_by", "member"),
        one_of("kind", *CREDIT_KINDS),
        CheckConstraint(
            "amount_minor <> 0 AND (kind IN ('granted', 'returned')) = (amount_minor > 0)",
            name="amount_minor",
        ),
        CheckConstraint(
            "(kind = 'granted') = (credit_note_id IS NOT NULL)"
            " AND (kind IN ('applied', 'returned')) = (invoice_id IS NOT NULL)",
            name="about",
        ),
        unique_where(
            "uq_client_credit_granted", "workspace_id", "credit_note_id", where="kind = 'granted'"
        ),
        unique_where(
            "uq_client_credit_moved",
            "workspace_id",
            "invoice_id",
            "kind",
            where="invoice_id IS NOT NULL",
        ),
        Index("ix_client_credit_client", "workspace_id", "client_id", "currency"),
        STRICT,
    )

    client_id: Mapped[UUID]
    currency: Mapped[str]
    kind: Mapped[str]
    amount_minor: Mapped[int]
    credit_note_id: Mapped[UUID | None]
    invoice_id: Mapped[UUID | None]
    note: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
