"""Tables of timekeeping: entries, submissions, routes, corrections, and what can be undone."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from timebot.db import STRICT, Base, InWorkspace, one_of, same_workspace, unique_where
from timebot.money import Money

ENTRY_STATES = ("running", "draft", "pending_review", "approved", "applied")
BILLABLE_KINDS = ("billable", "no_charge", "internal")
ENTRY_SOURCES = ("timer", "manual", "import")

UNCONFIRMED = "NOT is_confirmed AND ended_at IS NOT NULL AND deleted_at IS NULL"
"""In SQL: an entry whose end was guessed and waits for its owner's word."""


class Submission(InWorkspace, Base):
    """Hours that one member handed in at once; approvers see it as one message.

    Attributes:
        digest: SHA-256 of exactly what the approvers are shown.
        settled_at: when its last entry left pending_review, None while something waits.
        reopened_at: when an approval was last taken back, so that it began to wait again.
        reminded_at: when its approvers were reminded, None if they were not.
        escalated_at: when owners were asked too, None if they were not.
    """

    __tablename__ = "submission"
    __table_args__ = (same_workspace("member_id", "member"), STRICT)

    member_id: Mapped[UUID]
    submitted_at: Mapped[datetime]
    digest: Mapped[str]
    settled_at: Mapped[datetime | None]
    reopened_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]

    @property
    def waits_since(self) -> datetime:
        """When it began to wait."""
        return self.reopened_at or self.submitted_at


class ShownHours(Base):
    """What approvers were shown of a submission at one time, to tell what has changed since.

    Attributes:
        digest: of this content, as the buttons carry it.
        content: the entries that waited, as they were shown.
    """

    __tablename__ = "shown_hours"
    __table_args__ = (same_workspace("submission_id", "submission"), STRICT)

    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[list[Any]]
    shown_at: Mapped[datetime]


class TimeEntry(InWorkspace, Base):
    """A stretch of work by one member on one project, exact to the second.

    Attributes:
        number: the member's own short number, `#12` to people.
        started_at, ended_at: exact for ever; `ended_at` is None while it runs.
        worked_on: the date of the start in the member's zone at that moment.
        zone: that zone's IANA name.
        state: one of `ENTRY_STATES`.
        billable: billable, no_charge (printed at zero) or internal (never printed).
        source: timer, manual or import.
        is_confirmed: False when timebot guessed the end; such an entry is never billed.
        ticket_ref, ticket_url: an outside ticket, such as ABC-123.
        permalink: the Slack message the work came from.
        rate_minor, rate_currency, rate_source, rate_id: captured when the entry is closed.
        approval_digest: what the approver was shown.
        self_approval: set where the workspace allowed approving one's own hours.
        version: grows with every change; a button made for an older one asks again.
        vouched_at: when its owner last said that the timer runs, None if they only started it.
        next_nag_at: when its owner is asked next: whether the timer is still right, or, where
            timebot guessed the end, when it ended.
    """

    __tablename__ = "time_entry"
    __table_args__ = (
        same_workspace("member_id", "member"),
        same_workspace("project_id", "project"),
        same_workspace("submission_id", "submission"),
        same_workspace("approved_by", "member"),
        same_workspace("rejected_by", "member"),
        UniqueConstraint("workspace_id", "member_id", "number"),
        unique_where(
            "uq_time_entry_running",
            "workspace_id",
            "member_id",
            where="ended_at IS NULL AND deleted_at IS NULL",
        ),
        one_of("state", *ENTRY_STATES),
        one_of("billable", *BILLABLE_KINDS),
        one_of("source", *ENTRY_SOURCES),
        CheckConstraint("(state = 'running') = (ended_at IS NULL)", name="running"),
        CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="span"),
        CheckConstraint(
            "(state IN ('approved', 'applied')) = (approved_by IS NOT NULL)"
            " AND (approved_by IS NULL) = (approved_at IS NULL)",
            name="approved",
        ),
        CheckConstraint(
            "approved_by IS NULL OR approved_by <> member_id OR self_approval",
            name="approver_is_not_author",
        ),
        CheckConstraint(
            "state NOT IN ('pending_review', 'approved', 'applied')"
            " OR (submission_id IS NOT NULL AND project_id IS NOT NULL AND is_confirmed)",
            name="submitted",
        ),
        CheckConstraint(
            "deleted_at IS NULL OR state IN ('running', 'draft')", name="deleted_only_as_draft"
        ),
        CheckConstraint(
            "(rate_minor IS NULL) = (rate_currency IS NULL)"
            " AND (rate_minor IS NULL) = (rate_source IS NULL)",
            name="rate",
        ),
        Index("ix_time_entry_member_day", "workspace_id", "member_id", "worked_on"),
        Index("ix_time_entry_project_day", "workspace_id", "project_id", "worked_on"),
        Index("ix_time_entry_submission", "workspace_id", "submission_id"),
        Index(
            "ix_time_entry_nag",
            "next_nag_at",
            sqlite_where=text("ended_at IS NULL AND deleted_at IS NULL"),
            postgresql_where=text("ended_at IS NULL AND deleted_at IS NULL"),
        ),
        Index(
            "ix_time_entry_unconfirmed",
            "next_nag_at",
            sqlite_where=text(UNCONFIRMED),
            postgresql_where=text(UNCONFIRMED),
        ),
        STRICT,
    )

    member_id: Mapped[UUID]
    number: Mapped[int]
    project_id: Mapped[UUID | None]
    text: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    worked_on: Mapped[date]
    zone: Mapped[str]
    state: Mapped[str]
    billable: Mapped[str] = mapped_column(default="billable")
    source: Mapped[str] = mapped_column(default="timer")
    is_confirmed: Mapped[bool] = mapped_column(default=True)
    ticket_ref: Mapped[str | None]
    ticket_url: Mapped[str | None]
    permalink: Mapped[str | None]
    rate_minor: Mapped[int | None]
    rate_currency: Mapped[str | None]
    rate_source: Mapped[str | None]
    rate_id: Mapped[UUID | None]
    submission_id: Mapped[UUID | None]
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
    approval_digest: Mapped[str | None]
    self_approval: Mapped[bool] = mapped_column(default=False)
    rejected_by: Mapped[UUID | None]
    rejected_at: Mapped[datetime | None]
    rejection_reason: Mapped[str | None]
    vouched_at: Mapped[datetime | None]
    next_nag_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]

    @property
    def rate(self) -> Money | None:
        """The captured rate per hour, or None where none was found."""
        if self.rate_minor is None or self.rate_currency is None:
            return None
        return Money(self.rate_minor, self.rate_currency)

    def seconds(self, *, now: datetime) -> int:
        """Return the whole seconds worked, up to now while it runs."""
        return int(((self.ended_at or now) - self.started_at).total_seconds())


class MemberAction(InWorkspace, Base):
    """Something a member did that can be undone for a while.

    Attributes:
        kind: started, switched, stopped, added, edited or deleted.
        entry_id: the entry it was about.
        other_entry_id: the entry that an automatic stop closed.
        before: what an edit replaced.
        entry_version: the entry's version just after, to notice that something was built on it.
    """

    __tablename__ = "member_action"
    __table_args__ = (
        same_workspace("member_id", "member"),
        same_workspace("entry_id", "time_entry"),
        same_workspace("other_entry_id", "time_entry"),
        Index("ix_member_action_latest", "workspace_id", "member_id", "at"),
        STRICT,
    )

    member_id: Mapped[UUID]
    at: Mapped[datetime]
    kind: Mapped[str]
    entry_id: Mapped[UUID]
    other_entry_id: Mapped[UUID | None]
    before: Mapped[dict[str, Any] | None]
    entry_version: Mapped[int]
    undone_at: Mapped[datetime | None]


class ApprovalRoute(InWorkspace, Base):
    """Who approves hours of a project or client; without a route everybody with the role does."""

    __tablename__ = "approval_route"
    __table_args__ = (
        same_workspace("client_id", "client"),
        same_workspace("project_id", "project"),
        same_workspace("approver_id", "member"),
        same_workspace("substitute_id", "member"),
        CheckConstraint("client_id IS NULL OR project_id IS NULL", name="scope"),
        unique_where(
            "uq_approval_route_project",
            "workspace_id",
            "project_id",
            "approver_id",
            where="project_id IS NOT NULL",
        ),
        unique_where(
            "uq_approval_route_client",
            "workspace_id",
            "client_id",
            "approver_id",
            where="client_id IS NOT NULL",
        ),
        unique_where(
            "uq_approval_route_workspace",
            "workspace_id",
            "approver_id",
            where="client_id IS NULL AND project_id IS NULL",
        ),
        STRICT,
    )

    client_id: Mapped[UUID | None]
    project_id: Mapped[UUID | None]
    approver_id: Mapped[UUID]
    substitute_id: Mapped[UUID | None]


class OverlapKept(InWorkspace, Base):
    """Two entries of one member that share some time, which they said is right.

    Attributes:
        earlier_id, later_id: the two entries, by their starts.
        shared_from, shared_until: the time they share; if that changes they are asked again.
    """

    __tablename__ = "overlap_kept"
    __table_args__ = (
        same_workspace("member_id", "member"),
        same_workspace("earlier_id", "time_entry"),
        same_workspace("later_id", "time_entry"),
        UniqueConstraint("workspace_id", "earlier_id", "later_id"),
        CheckConstraint("earlier_id <> later_id", name="two_entries"),
        STRICT,
    )

    member_id: Mapped[UUID]
    earlier_id: Mapped[UUID]
    later_id: Mapped[UUID]
    shared_from: Mapped[datetime]
    shared_until: Mapped[datetime]
    kept_at: Mapped[datetime]


class PeriodReopening(InWorkspace, Base):
    """A locked period that a billing role has opened again for a while.

    Attributes:
        period_start: the first day of the period.
        reopened_by, reopened_at: who opened it, and when.
        until_at: when it locks again.
        reason: why, as the audit has it too.
    """

    __tablename__ = "period_reopening"
    __table_args__ = (
        same_workspace("reopened_by", "member"),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("until_at > reopened_at", name="span"),
        Index("ix_period_reopening_period", "workspace_id", "period_start"),
        STRICT,
    )

    period_start: Mapped[date]
    reopened_by: Mapped[UUID]
    reopened_at: Mapped[datetime]
    until_at: Mapped[datetime]
    reason: Mapped[str]


class PeriodRequest(InWorkspace, Base):
    """The wish of a member that a locked period be opened for corrections.

    Attributes:
        period_start: the first day of the period.
        asked_at: when the billing people were asked.
        answered_at: when one of them opened it, None while it waits.
    """

    __tablename__ = "period_request"
    __table_args__ = (
        same_workspace("member_id", "member"),
        unique_where(
            "uq_period_request_open",
            "workspace_id",
            "period_start",
            "member_id",
            where="answered_at IS NULL",
        ),
        STRICT,
    )

    member_id: Mapped[UUID]
    period_start: Mapped[date]
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
