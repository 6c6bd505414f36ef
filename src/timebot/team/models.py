"""Tables of the team: the workspace with its settings, its members, its installation."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from timebot.db import STRICT, Base, InWorkspace, one_of, same_workspace, unique_where

ROLES = ("none", "member", "approver", "billing", "owner")
"""From least to most; each role may do what the ones before it may."""

OVERNIGHT_RULES = ("day_end", "last_action", "keep")

ANNEX_DETAILS = ("none", "times", "full")
"""What the annex of an invoice shows: nothing, the times behind each line, or all that a client
may see of how each amount came to be."""

REMINDED = "(remind_empty_day OR remind_no_timer OR remind_unsubmitted) AND deactivated_at IS NULL"
"""In SQL: a member who asked to be reminded of something, and is still there."""

MINUTES_OF_DAY = "BETWEEN 0 AND 1439"


class Workspace(Base):
    """A firm: one Slack workspace with everything it settled on.

    Attributes:
        slack_team_id: Slack's id of the workspace.
        seller_*: what stands on invoices as the seller.
        seller_bank: bank details as printed, or None.
        currency: ISO 4217 code of new clients.
        zone: IANA name; days and periods of the workspace are counted in it.
        anchor_on: the first day of a billing period; periods are 14 days from it.
        go_live_on: work before it is never billed.
        send_minute: minutes after local midnight at which a due run opens.
        grace_days: working days between a period's end and its run.
        rounding_*: the rule of the workspace; clients and projects may differ.
        start_policy: switch or refuse, when a timer already runs.
        nag_after_minutes: how long a timer runs before its owner is asked.
        working_days: ISO weekdays as digits, such as `12345`.
        day_start_minute, day_end_minute: the working day, minutes after local midnight.
        terms_days: days until an invoice that is not charged is due.
        deviation_percent: how far over the usual an amount may be before it is parked.
        billing_channel: the Slack channel of the billing people, or None for DMs.
        self_approval: whether a person may approve their own hours (a firm of one).
        auto_release_hours: clean invoices release themselves after this, None for never.
        invoice_series: the letters before an invoice number.
        reminder_days: days after the due date on which clients are reminded; None for never.
        annex_detail: one of `ANNEX_DETAILS`, for clients without one of their own.
        tax_name, tax_ppm: how tax is called and its usual rate in parts per million.
        overnight_rule: where a timer left overnight is stopped: at the end of the working day, at
            the member's last action, or not at all (`keep`).
        lock_after_days: days after a period's end until its entries lock, None for never.
        billing_paused_at: since when nothing is billed, charged or mailed, because the
            database was put back and the books were not compared with Stripe yet; else None.
        reconciled_at: when the invoices were last compared with Stripe's, None for never.
        approval_remind_hours, approval_escalate_hours: how long hours wait until their approvers
            are reminded, and until owners are asked too; None for never.
    """

    __tablename__ = "workspace"
    __table_args__ = (
        one_of("start_policy", "switch", "refuse"),
        one_of("overnight_rule", *OVERNIGHT_RULES),
        one_of("annex_detail", *ANNEX_DETAILS),
        CheckConstraint("lock_after_days BETWEEN 0 AND 365", name="lock_after_days"),
        CheckConstraint("approval_remind_hours BETWEEN 1 AND 720", name="approval_remind_hours"),
        CheckConstraint(
            "approval_escalate_hours BETWEEN 1 AND 720", name="approval_escalate_hours"
        ),
        one_of("rounding_mode", "up", "nearest", "down", "none"),
        one_of("rounding_scope", "entry", "day"),
        CheckConstraint("rounding_increment BETWEEN 1 AND 1440", name="rounding_increment"),
        CheckConstraint("rounding_minimum BETWEEN 0 AND 1440", name="rounding_minimum"),
        CheckConstraint(f"send_minute {MINUTES_OF_DAY}", name="send_minute"),
        CheckConstraint(f"day_start_minute {MINUTES_OF_DAY}", name="day_start_minute"),
        CheckConstraint(f"day_end_minute {MINUTES_OF_DAY}", name="day_end_minute"),
        CheckConstraint("grace_days BETWEEN 0 AND 30", name="grace_days"),
        CheckConstraint("tax_ppm BETWEEN 0 AND 1000000", name="tax_ppm"),
        STRICT,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    slack_team_id: Mapped[str] = mapped_column(unique=True)
    slack_enterprise_id: Mapped[str | None]
    name: Mapped[str]
    created_at: Mapped[datetime]
    seller_name: Mapped[str | None]
    seller_address: Mapped[str | None]
    seller_tax_id: Mapped[str | None]
    seller_email: Mapped[str | None]
    seller_bank: Mapped[str | None]
    seller_logo: Mapped[bytes | None] = mapped_column(LargeBinary)
    seller_logo_type: Mapped[str | None]
    currency: Mapped[str] = mapped_column(default="USD")
    locale: Mapped[str] = mapped_column(default="en_US")
    zone: Mapped[str] = mapped_column(default="UTC")
    anchor_on: Mapped[date | None]
    go_live_on: Mapped[date | None]
    send_minute: Mapped[int] = mapped_column(default=540)
    grace_days: Mapped[int] = mapped_column(default=1)
    rounding_increment: Mapped[int] = mapped_column(default=15)
    rounding_mode: Mapped[str] = mapped_column(default="up")
    rounding_minimum: Mapped[int] = mapped_column(default=0)
    rounding_scope: Mapped[str] = mapped_column(default="day")
    start_policy: Mapped[str] = mapped_column(default="switch")
    nag_after_minutes: Mapped[int] = mapped_column(default=240)
    working_days: Mapped[str] = mapped_column(default="12345")
    day_start_minute: Mapped[int] = mapped_column(default=540)
    day_end_minute: Mapped[int] = mapped_column(default=1080)
    terms_days: Mapped[int] = mapped_column(default=14)
    deviation_percent: Mapped[int] = mapped_column(default=100)
    billing_channel: Mapped[str | None]
    self_approval: Mapped[bool] = mapped_column(default=False)
    auto_release_hours: Mapped[int | None]
    invoice_series: Mapped[str] = mapped_column(default="INV")
    reminder_days: Mapped[list[Any] | None]
    tax_name: Mapped[str] = mapped_column(default="Tax")
    tax_ppm: Mapped[int] = mapped_column(default=0)
    project_word: Mapped[str] = mapped_column(default="project")
    overnight_rule: Mapped[str] = mapped_column(default="day_end")
    annex_detail: Mapped[str] = mapped_column(default="none")
    lock_after_days: Mapped[int | None] = mapped_column(default=14)
    approval_remind_hours: Mapped[int | None] = mapped_column(default=24)
    approval_escalate_hours: Mapped[int | None] = mapped_column(default=72)
    billing_paused_at: Mapped[datetime | None]
    reconciled_at: Mapped[datetime | None]


class Member(InWorkspace, Base):
    """A person of the firm, known by a Slack id from the first command on.

    Attributes:
        kind: person, guest, bot or external; only a person has rights.
        role: one of `ROLES`.
        zone: IANA name from the Slack profile; the workspace's where that is unknown.
        working_days, day_start_minute, day_end_minute: own working time; None for the firm's.
        home_seen_at: when the person first opened Home, None for never.
        profile_at: when Slack was last asked about the person, None for never.
        deactivated_at: when the person left, None while active.
        last_entry_number: the highest short number given to an entry of theirs.
        nag_at_day_end: whether a timer that outlasts the working day is asked about.
        remind_empty_day, remind_no_timer, remind_unsubmitted: what the person wants to be reminded
            of; nothing unless they say so.
        reminded_on: the last day, in their zone, on which they were reminded of anything.
        remind_after: who asked for reminders is not looked at before this instant; None for at
            once.
    """

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("workspace_id", "slack_user_id"),
        one_of("kind", "person", "guest", "bot", "external"),
        one_of("role", *ROLES),
        CheckConstraint("kind = 'person' OR role = 'none'", name="only_persons_have_rights"),
        CheckConstraint(f"day_start_minute {MINUTES_OF_DAY}", name="day_start_minute"),
        CheckConstraint(f"day_end_minute {MINUTES_OF_DAY}", name="day_end_minute"),
        Index(
            "ix_member_remind",
            "remind_after",
            sqlite_where=text(REMINDED),
            postgresql_where=text(REMINDED),
        ),
        STRICT,
    )

    workspace_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspace.id"), primary_key=True, sort_order=-2
    )
    slack_user_id: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="person")
    role: Mapped[str] = mapped_column(default="member")
    zone: Mapped[str]
    zone_is_known: Mapped[bool] = mapped_column(default=False)
    working_days: Mapped[str | None]
    day_start_minute: Mapped[int | None]
    day_end_minute: Mapped[int | None]
    nag_at_day_end: Mapped[bool] = mapped_column(default=True)
    remind_empty_day: Mapped[bool] = mapped_column(default=False)
    remind_no_timer: Mapped[bool] = mapped_column(default=False)
    remind_unsubmitted: Mapped[bool] = mapped_column(default=False)
    reminded_on: Mapped[date | None]
    remind_after: Mapped[datetime | None]
    home_seen_at: Mapped[datetime | None]
    profile_at: Mapped[datetime | None]
    deactivated_at: Mapped[datetime | None]
    last_entry_number: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class DayOff(InWorkspace, Base):
    """A day on which nobody is expected to work: a holiday of the firm, or one person's day off.

    Attributes:
        member_id: whose day it is, None for a holiday of the whole firm.
        day: the date, in the zone of whoever has it off.
        name: what it is called, such as New Year; empty for a person's day off.
    """

    __tablename__ = "day_off"
    __table_args__ = (
        same_workspace("member_id", "member"),
        unique_where("uq_day_off_firm", "workspace_id", "day", where="member_id IS NULL"),
        unique_where(
            "uq_day_off_member", "workspace_id", "member_id", "day", where="member_id IS NOT NULL"
        ),
        STRICT,
    )

    workspace_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspace.id"), primary_key=True, sort_order=-2
    )
    member_id: Mapped[UUID | None]
    day: Mapped[date]
    name: Mapped[str] = mapped_column(default="")


class SlackInstallation(Base):
    """How timebot speaks in a workspace; the token is encrypted at rest."""

    __tablename__ = "slack_installation"
    __table_args__ = (STRICT,)

    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id"), primary_key=True)
    app_id: Mapped[str | None]
    bot_user_id: Mapped[str | None]
    bot_id: Mapped[str | None]
    bot_token: Mapped[str | None]
    scopes: Mapped[str | None]
    installed_by: Mapped[str | None]
    installed_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
