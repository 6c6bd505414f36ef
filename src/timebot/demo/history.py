"""The agency's history: weeks of work and a first invoice run, lived through as time goes by."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import select

from timebot.app import Timebot
from timebot.billing.issuing import release_all
from timebot.billing.models import InvoiceRun
from timebot.billing.run_schedule import next_run_at
from timebot.demo.cards import put_cards_on_file
from timebot.demo.seeding import (
    SURFACE,
    WEEKS_OF_HISTORY,
    Agency,
    Calendar,
    found_firm,
    join_slack,
    work_a_week,
)
from timebot.playground.world import LocalWorld
from timebot.team.days import local_instant

Say = Callable[[str], None]


def live_through_history(timebot: Timebot, local: LocalWorld, *, say: Say) -> Agency:
    """Found the firm, let it work and bill for some weeks, and stop on a Thursday morning.

    Time moves forward the whole way, so every instant in the world fits every other. The web door
    must be open, because the local Stripe reports cards and payments to it.
    """
    calendar = Calendar.after(timebot.clock.now())
    say("Founding the firm")
    zone = "Europe/Berlin"
    local.clock.move_to(local_instant(calendar.anchor_on, 8 * 60, zone))
    ids, billing = join_slack(local)
    agency = found_firm(timebot, local, ids, calendar, billing)
    say("Putting the clients' cards on file")
    put_cards_on_file(timebot, local)
    for week in range(WEEKS_OF_HISTORY):
        monday = calendar.anchor_on + timedelta(weeks=week)
        say(f"Working in the week of {monday:%-d %B}")
        _live_a_week(timebot, local, agency, monday, calendar.opens_at, say)
    local.clock.move_to(calendar.opens_at)
    settle(timebot, local)
    return agency


def settle(timebot: Timebot, local: LocalWorld) -> None:
    """Let the worker and the webhooks do everything that is due now."""
    # Webhooks first: what their own threads delivered meanwhile, the worker finds then.
    while local.stripe.deliver_pending() + local.resend.deliver_pending() + timebot.worker.drain():
        pass


def _live_a_week(
    timebot: Timebot,
    local: LocalWorld,
    agency: Agency,
    monday: date,
    opens_at: datetime,
    say: Say,
) -> None:
    saturday = local_instant(monday + timedelta(days=5), 0, agency.workspace.zone)
    work_a_week(timebot, agency, monday, until=opens_at)
    if saturday >= opens_at:
        return
    local.clock.move_to(saturday)
    settle(timebot, local)
    with timebot.database.read_only() as session:
        due = next_run_at(session, workspace=agency.workspace, now=timebot.clock.now())
    if due and due < min(opens_at, saturday + timedelta(days=7)):
        local.clock.move_to(due)
        settle(timebot, local)
        say("Sending the first invoices")
        _release_everything(timebot, agency)
        settle(timebot, local)


def _release_everything(timebot: Timebot, agency: Agency) -> None:
    with timebot.database.transaction() as session:
        agency = agency.inside(session)
        run = session.scalars(
            select(InvoiceRun).where(InvoiceRun.workspace_id == agency.workspace.id)
        ).one()
        release_all(
            session,
            workspace=agency.workspace,
            actor=agency.members["sofia"],
            run_id=run.id,
            digest=None,
            can_charge=True,
            surface=SURFACE,
            now=timebot.clock.now(),
        )
