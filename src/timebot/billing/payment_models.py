"""Tables of what follows an issued invoice: payments, mails and stored files."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from timebot.db import STRICT, Base, InWorkspace, one_of, same_workspace, unique_where
from timebot.money import Money


class Payment(InWorkspace, Base):
    """One attempt to receive an invoice's money, or a part of it; written before a card is charged.

    Attributes:
        attempt: 1 for the first; part of the idempotency key.
        how: card, link or outside.
        state: pending, succeeded, declined, needs_action, or unknown.
        decline_code: the card network's word for why.
        paid_on, note: of money that came outside: the day, and how people call the way.
        lost_minor: how much of it went back to the client in disputes; the sum of theirs.
        next_check_at, checks: an unknown outcome is asked about, never repeated blindly.
    """

    __tablename__ = "payment"
    __table_args__ = (
        same_workspace("invoice_id", "invoice"),
        one_of("state", "pending", "succeeded", "declined", "needs_action", "unknown"),
        one_of("how", "card", "link", "outside"),
        UniqueConstraint("workspace_id", "invoice_id", "attempt"),
        unique_where(
            "uq_payment_open",
            "workspace_id",
            "invoice_id",
            where="state IN ('pending', 'unknown')",
        ),
        unique_where(
            "uq_payment_succeeded",
            "workspace_id",
            "invoice_id",
            where="state = 'succeeded' AND how <> 'outside'",
        ),
        STRICT,
    )

    invoice_id: Mapped[UUID]
    attempt: Mapped[int]
    how: Mapped[str]
    state: Mapped[str] = mapped_column(default="pending")
    amount_minor: Mapped[int]
    currency: Mapped[str]
    idempotency_key: Mapped[str]
    decline_code: Mapped[str | None]
    message: Mapped[str | None]
    stripe_payment_intent: Mapped[str | None]
    card_label: Mapped[str | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    paid_on: Mapped[date | None]
    note: Mapped[str | None]
    lost_minor: Mapped[int] = mapped_column(default=0)
    next_check_at: Mapped[datetime | None]
    checks: Mapped[int] = mapped_column(default=0)


class PaymentDispute(InWorkspace, Base):
    """A client's objection at their bank to a payment or a part of it, as last heard of.

    Attributes:
        stripe_id: the processor's id.
        state: needs_answer, with_bank, won or lost; its end is never taken back.
        is_inquiry: whether the bank only asks, and has taken no money yet.
        amount_minor, currency: what the client wants back.
        lost_minor: what is gone, in the payment's currency; also what came twice, because it was
            won in the end after the client had paid it another way.
        answer_by, page: until when evidence counts, and where people answer.
        heard_at: when it was first heard of.
    """

    __tablename__ = "dispute"
    __table_args__ = (
        same_workspace("payment_id", "payment"),
        one_of("state", "needs_answer", "with_bank", "won", "lost"),
        CheckConstraint(
            "lost_minor >= 0 AND (lost_minor = 0 OR state IN ('won', 'lost'))", name="lost_minor"
        ),
        UniqueConstraint("workspace_id", "stripe_id"),
        Index("ix_dispute_payment", "workspace_id", "payment_id"),
        STRICT,
    )

    payment_id: Mapped[UUID]
    stripe_id: Mapped[str]
    state: Mapped[str]
    is_inquiry: Mapped[bool]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    lost_minor: Mapped[int]
    answer_by: Mapped[datetime | None]
    page: Mapped[str]
    heard_at: Mapped[datetime]

    @property
    def amount(self) -> Money:
        """What the client wants back."""
        return Money(self.amount_minor, self.currency)


class Mail(InWorkspace, Base):
    """A mail about an invoice; written before it is sent, with exactly what is sent.

    Attributes:
        kind: invoice, receipt, `reminder_<days>` (after the due date) or `credit_<n>` (of the
            n-th credit note).
        attempt: 1 for the first; a person may ask for another.
        state: waiting, sent, delivered, bounced, failed or unsent (no mail is set up).
        message: subject, recipients, html and text; the attachment is named by its SHA-256.
        provider_id: Resend's id, once it took the mail.
    """

    __tablename__ = "mail"
    __table_args__ = (
        same_workspace("invoice_id", "invoice"),
        one_of("state", "waiting", "sent", "delivered", "bounced", "failed", "unsent"),
        UniqueConstraint("workspace_id", "invoice_id", "kind", "attempt"),
        Index("ix_mail_provider_id", "provider_id"),
        STRICT,
    )

    invoice_id: Mapped[UUID]
    kind: Mapped[str]
    attempt: Mapped[int]
    state: Mapped[str] = mapped_column(default="waiting")
    message: Mapped[dict[str, Any]]
    attachment_sha256: Mapped[str | None]
    idempotency_key: Mapped[str]
    provider_id: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    last_error: Mapped[str | None]


class StoredFile(Base):
    """Bytes kept once under their SHA-256: the PDF that is shown is the PDF that is mailed."""

    __tablename__ = "stored_file"
    __table_args__ = (STRICT,)

    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    content_type: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
