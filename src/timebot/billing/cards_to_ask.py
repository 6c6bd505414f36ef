"""Cards to ask for: whose card would bring no money at the next run, told a week before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, case, exists, null, select
from sqlalchemy.orm import Session

from timebot.billing.approved_work import is_held
from timebot.billing.recipients import billing_recipients
from timebot.billing.run_schedule import ComingRun, coming_run
from timebot.clients.models import Client, Project
from timebot.journal.models import PostedMessage
from timebot.journal.notices import refresh_card, show_card
from timebot.journal.posted import list_posted
from timebot.team.days import day_of
from timebot.team.models import Workspace
from timebot.timekeeping.models import TimeEntry

CARD = "cards_to_ask"
"""The purpose of the message that lists them."""

ASKED_BEFORE = timedelta(days=7)
"""How long before a run is due its missing cards are told."""


@dataclass(frozen=True)
class CardToAsk:
    """A client who is to be asked for a card, or for another one.

    Attributes:
        reason: missing, expiring (before the charge) or refused (the last time it was charged).
    """

    client: Client
    reason: str


def tell_cards_to_ask(
    session: Session, *, workspace: Workspace, can_charge: bool, now: datetime
) -> bool:
    """Show the billing people once per period which cards to ask for (card `cards_to_ask`).

    It is told in the week before the run is due, as soon as there is anybody to ask. Whoever draws
    it looks again.
    """
    if not can_charge or workspace.billing_paused_at is not None:
        return False
    run = coming_run(session, workspace=workspace, now=now)
    if run is None or now < run.due_at - ASKED_BEFORE:
        return False
    if not list_cards_to_ask(session, workspace=workspace, run=run, now=now):
        return False
    which = list_id(workspace, run.period.start)
    has_one = {each.recipient for each in _copies(session, workspace, which)}
    show_card(
        session,
        workspace_id=workspace.id,
        purpose=CARD,
        subject_id=which,
        recipients=[one for one in billing_recipients(session, workspace) if one not in has_one],
        now=now,
    )
    return True


def repaint_cards_to_ask(session: Session, *, workspace_id: UUID, now: datetime) -> None:
    """Repaint the list of the coming run where it stands: a card came, went, or was refused."""
    workspace = session.get_one(Workspace, workspace_id)
    run = coming_run(session, workspace=workspace, now=now)
    if run is not None:
        which = list_id(workspace, run.period.start)
        refresh_card(session, workspace_id=workspace_id, purpose=CARD, subject_id=which, now=now)


def list_id(workspace: Workspace, period_start: date) -> UUID:
    """Return the id of the list for a period's run, which has no row to stand for it yet."""
    return uuid5(workspace.id, f"cards to ask for {period_start}")


def list_cards_to_ask(
    session: Session, *, workspace: Workspace, run: ComingRun | None, now: datetime
) -> Sequence[CardToAsk]:
    """List by name the clients who have time to bill and no card that will pay for it.

    Retainers, clients who get their invoices sent, and archived ones are never charged by
    themselves and left out.

    Args:
        session: the transaction.
        workspace: whose clients.
        run: the run that would charge them; None for one that is opened now.
        now: the present instant.
    """
    today = day_of(now, workspace.zone)
    cut_off = today + timedelta(days=1) if run is None else run.period.end
    reason = _reason(today if run is None else _charge_day(workspace, run))
    rows = session.execute(
        select(Client, reason)
        .where(
            Client.workspace_id == workspace.id,
            Client.archived_at.is_(None),
            Client.collection == "charge",
            ~Client.is_retainer,
            reason.is_not(None),
            _has_time_to_bill(workspace, cut_off),
        )
        .order_by(Client.name_key, Client.id)
    )
    return [CardToAsk(client, str(why)) for client, why in rows]


def _copies(session: Session, workspace: Workspace, which: UUID) -> Sequence[PostedMessage]:
    return list_posted(session, workspace_id=workspace.id, purpose=CARD, subject_id=which)


def _charge_day(workspace: Workspace, run: ComingRun) -> date:
    """Return the first day on which the run can charge anybody."""
    waits = timedelta(hours=workspace.auto_release_hours or 0)
    return day_of(run.due_at + waits, workspace.zone)


def _reason(charge_on: date) -> ColumnElement[str | None]:
    """Return SQL that names the first reason that holds; NULL where the card is good."""
    # A card is good to the end of its month.
    expires = Client.card_exp_year * 12 + Client.card_exp_month
    return case(
        (Client.card_id.is_(None), "missing"),
        (expires < charge_on.year * 12 + charge_on.month, "expiring"),
        (Client.card_trouble.is_not(None), "refused"),
        else_=null(),
    )


def _has_time_to_bill(workspace: Workspace, cut_off: date) -> ColumnElement[bool]:
    """Return SQL that is true for a client with time that may yet be approved for the run."""
    return exists().where(
        Project.workspace_id == Client.workspace_id,
        Project.client_id == Client.id,
        TimeEntry.workspace_id == Project.workspace_id,
        TimeEntry.project_id == Project.id,
        TimeEntry.state != "applied",
        TimeEntry.deleted_at.is_(None),
        TimeEntry.billable == "billable",
        TimeEntry.worked_on < cut_off,
        TimeEntry.worked_on >= (workspace.go_live_on or date.min),
        ~is_held(),
    )
