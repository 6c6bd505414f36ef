"""Tables of the clients: clients, their projects, dated rates, and linked channels."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from timebot.db import STRICT, Base, InWorkspace, one_of, same_workspace, unique_where
from timebot.money import Money
from timebot.team.models import ANNEX_DETAILS

LINE_GROUPINGS = ("entry", "day", "person", "project")
RATE_SCOPES = ("member_on_project", "project", "member", "client")
"""From most to least specific."""

CARD_TROUBLES = ("short", "ended", "confirm", "refused")
"""Why the card on file did not pay the last time: too little money on it, it never will, the client
must confirm, or the bank gave no reason."""

PROJECT_STATES = ("active", "paused", "completed", "archived")
"""Paused and completed ones take no new time but are still billed; archived ones are hidden."""

# Written with equalities: an OR with NULL inside would let half a rule pass.
_ROUNDING = (
    "(rounding_increment IS NULL) = (rounding_mode IS NULL)"
    " AND (rounding_increment IS NULL) = (rounding_minimum IS NULL)"
    " AND (rounding_increment IS NULL) = (rounding_scope IS NULL)"
    " AND rounding_increment BETWEEN 1 AND 1440"
    " AND rounding_mode IN ('up', 'nearest', 'down', 'none')"
    " AND rounding_minimum BETWEEN 0 AND 1440 AND rounding_scope IN ('entry', 'day')"
)


class Client(InWorkspace, Base):
    """A firm that pays.

    Attributes:
        name_key: the name as compared: NFKC, case-folded, single spaces.
        emails: where invoices go; the first is the recipient, the rest get copies.
        currency: ISO 4217; locked while there are unbilled entries.
        locale: how amounts and dates are written, such as `de_DE`.
        tax_ppm: tax rate in parts per million; None for the workspace's.
        tax_note: a sentence that explains an exemption, such as a reverse charge.
        collection: charge (card on file) or send (pay link or bank details).
        is_retainer: money held for the client; never charged automatically.
        line_grouping: what one printed line stands for.
        annex_detail: one of `ANNEX_DETAILS`; None for the workspace's.
        rounding_*: the client's own rule, all four or none.
        uplift_ceiling_percent: how far rounding may raise the time before a draft is parked.
        stripe_customer_id, card_*: the card on file; only what may be shown.
        stripe_customer_gone: the last customer of theirs that was deleted at Stripe.
        card_trouble: one of `CARD_TROUBLES`; None if the card paid, or was not tried.
        card_link_digest: SHA-256 of the bearer link's secret; the link ends at `card_link_until`.
    """

    __tablename__ = "client"
    __table_args__ = (
        unique_where("uq_client_name_key", "workspace_id", "name_key", where="archived_at IS NULL"),
        UniqueConstraint("workspace_id", "stripe_customer_id"),
        one_of("collection", "charge", "send"),
        one_of("line_grouping", *LINE_GROUPINGS),
        one_of("annex_detail", *ANNEX_DETAILS),
        CheckConstraint(_ROUNDING, name="rounding"),
        CheckConstraint("tax_ppm BETWEEN 0 AND 1000000", name="tax_ppm"),
        CheckConstraint("name <> ''", name="name"),
        STRICT,
    )

    workspace_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspace.id"), primary_key=True, sort_order=-2
    )
    name: Mapped[str]
    name_key: Mapped[str]
    aliases: Mapped[list[str]] = mapped_column(default=list)
    emails: Mapped[list[str]]
    currency: Mapped[str]
    locale: Mapped[str] = mapped_column(default="en_US")
    address: Mapped[str | None]
    tax_id: Mapped[str | None]
    tax_ppm: Mapped[int | None]
    tax_note: Mapped[str | None]
    purchase_order: Mapped[str | None]
    invoice_series: Mapped[str | None]
    terms_days: Mapped[int | None]
    collection: Mapped[str] = mapped_column(default="charge")
    is_retainer: Mapped[bool] = mapped_column(default=False)
    line_grouping: Mapped[str] = mapped_column(default="entry")
    annex_detail: Mapped[str | None]
    rounding_increment: Mapped[int | None]
    rounding_mode: Mapped[str | None]
    rounding_minimum: Mapped[int | None]
    rounding_scope: Mapped[str | None]
    uplift_ceiling_percent: Mapped[int | None]
    stripe_customer_id: Mapped[str | None]
    stripe_customer_gone: Mapped[str | None]
    card_id: Mapped[str | None]
    card_brand: Mapped[str | None]
    card_last4: Mapped[str | None]
    card_exp_month: Mapped[int | None]
    card_exp_year: Mapped[int | None]
    card_trouble: Mapped[str | None]
    card_link_digest: Mapped[str | None]
    card_link_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class Project(InWorkspace, Base):
    """What a client pays for.

    Attributes:
        name_key: the name as compared, unique per client while not archived.
        state: one of `PROJECT_STATES`.
        billable: the kind a new entry gets: billable, no_charge or internal.
        budget_minutes, budget_minor: the budget in time or in money, never both.
        budget_alerted_percent: the highest threshold that was already told, 0 for none.
        rounding_*: the project's own rule, all four or none.
    """

    __tablename__ = "project"
    __table_args__ = (
        same_workspace("client_id", "client"),
        unique_where(
            "uq_project_name_key",
            "workspace_id",
            "client_id",
            "name_key",
            where="state <> 'archived'",
        ),
        one_of("state", *PROJECT_STATES),
        one_of("billable", "billable", "no_charge", "internal"),
        CheckConstraint("budget_minutes IS NULL OR budget_minor IS NULL", name="budget"),
        CheckConstraint(_ROUNDING, name="rounding"),
        CheckConstraint("name <> ''", name="name"),
        STRICT,
    )

    client_id: Mapped[UUID]
    name: Mapped[str]
    name_key: Mapped[str]
    aliases: Mapped[list[str]] = mapped_column(default=list)
    state: Mapped[str] = mapped_column(default="active")
    billable: Mapped[str] = mapped_column(default="billable")
    budget_minutes: Mapped[int | None]
    budget_minor: Mapped[int | None]
    budget_alerted_percent: Mapped[int] = mapped_column(default=0)
    rounding_increment: Mapped[int | None]
    rounding_mode: Mapped[str | None]
    rounding_minimum: Mapped[int | None]
    rounding_scope: Mapped[str | None]
    external_ref: Mapped[str | None]
    created_at: Mapped[datetime]


class Rate(InWorkspace, Base):
    """Money per hour from a day on, for one scope.

    Attributes:
        scope: one of `RATE_SCOPES`; it says which of the three ids are set.
        amount_minor, currency: money per hour.
        valid_from: the first day it counts for; date.min for "always".
    """

    __tablename__ = "rate"
    __table_args__ = (
        same_workspace("client_id", "client"),
        same_workspace("project_id", "project"),
        same_workspace("member_id", "member"),
        CheckConstraint(
            "(scope = 'client' AND client_id IS NOT NULL AND project_id IS NULL"
            " AND member_id IS NULL)"
            " OR (scope = 'project' AND project_id IS NOT NULL AND client_id IS NULL"
            " AND member_id IS NULL)"
            " OR (scope = 'member' AND member_id IS NOT NULL AND client_id IS NULL"
            " AND project_id IS NULL)"
            " OR (scope = 'member_on_project' AND member_id IS NOT NULL"
            " AND project_id IS NOT NULL AND client_id IS NULL)",
            name="scope",
        ),
        CheckConstraint("amount_minor >= 0", name="amount_minor"),
        unique_where(
            "uq_rate_client", "workspace_id", "client_id", "valid_from", where="scope = 'client'"
        ),
        unique_where(
            "uq_rate_project", "workspace_id", "project_id", "valid_from", where="scope = 'project'"
        ),
        # A person may have one rate per currency: it applies to the clients of that currency.
        unique_where(
            "uq_rate_member",
            "workspace_id",
            "member_id",
            "currency",
            "valid_from",
            where="scope = 'member'",
        ),
        unique_where(
            "uq_rate_member_on_project",
            "workspace_id",
            "member_id",
            "project_id",
            "valid_from",
            where="scope = 'member_on_project'",
        ),
        STRICT,
    )

    scope: Mapped[str]
    client_id: Mapped[UUID | None]
    project_id: Mapped[UUID | None]
    member_id: Mapped[UUID | None]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    valid_from: Mapped[date]
    created_at: Mapped[datetime]

    @property
    def per_hour(self) -> Money:
        """The rate as money per hour."""
        return Money(self.amount_minor, self.currency)


class ChannelLink(Base):
    """A Slack channel whose time is for one client or project, unless somebody names another.

    Attributes:
        channel_id: Slack's id of the channel.
        client_id, project_id: exactly one of them.
        linked_by, linked_at: who said so, and when.
    """

    __tablename__ = "channel_link"
    __table_args__ = (
        same_workspace("client_id", "client"),
        same_workspace("project_id", "project"),
        same_workspace("linked_by", "member"),
        CheckConstraint("(client_id IS NULL) <> (project_id IS NULL)", name="one_place"),
        STRICT,
    )

    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id"), primary_key=True)
    channel_id: Mapped[str] = mapped_column(primary_key=True)
    client_id: Mapped[UUID | None]
    project_id: Mapped[UUID | None]
    linked_by: Mapped[UUID]
    linked_at: Mapped[datetime]


def rounding_columns(row: Any) -> tuple[int, str, int, str] | None:  # noqa: ANN401 - three tables share the columns
    """Return increment, mode, minimum and scope of a row's own rule, or None without one."""
    if row.rounding_increment is None:
        return None
    return (row.rounding_increment, row.rounding_mode, row.rounding_minimum, row.rounding_scope)
