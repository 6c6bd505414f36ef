"""`timebot reconcile`: compares the invoices with Stripe's; after a restore billing goes on."""

from datetime import datetime
from uuid import UUID

import click
from sqlalchemy import select

from timebot.app import connect_outside
from timebot.billing.pausing import resume_billing
from timebot.billing.ports import CardProcessor, OutcomeUnknown, Rejected, TryLater
from timebot.billing.reconciling import Difference, Reconciler
from timebot.cli.opening import (
    one_workspace,
    open_settings,
    operator,
    present,
    reading,
    workspace_option,
    writing,
)
from timebot.db import Database
from timebot.errors import Refusal
from timebot.gateways.resend_gateway import TWO_A_SECOND
from timebot.serving import held_alone
from timebot.settings import Settings
from timebot.team.models import Workspace


class BooksDiffer(Refusal):
    """Something is on one side only, or has another total there."""

    def __init__(self, count: int) -> None:
        what = "1 difference was" if count == 1 else f"{count} differences were"
        super().__init__(
            f"{what} found. Mend them, at Stripe or here, and run this again; or look at them and"
            " run: timebot reconcile --go-on"
        )


class NotCompared(Refusal):
    """Stripe could not be asked."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Stripe could not be asked: {reason}. Nothing was changed. Try again.")


@click.command()
@click.option("--go-on", is_flag=True, help="Let billing go on in spite of the differences.")
@workspace_option
def reconcile(*, go_on: bool, team: str | None) -> None:
    """Compare our invoices with Stripe's, as timebot itself does every night.

    After a restore billing is paused until nothing differs, or until somebody has looked at the
    differences and says --go-on. Without Stripe there is nothing to compare.
    """
    settings, now = open_settings(), present()
    with reading(settings) as session:
        query = select(Workspace)
        wanted = [one_workspace(session, team)] if team else session.scalars(query).all()
        names = {one.id: one.name for one in wanted}
    found = {key: _compare(settings, key, now) for key in names}
    for key, differences in found.items():
        click.echo(f"{names[key]}: {_words(differences)}")
        for one in differences or ():
            click.echo(f"  {one.sentence}")
        if go_on or differences is None:
            _resume(settings, key, now)
    count = sum(len(each or ()) for each in found.values())
    if count and not go_on:
        raise BooksDiffer(count)


def _compare(settings: Settings, workspace_id: UUID, now: datetime) -> list[Difference] | None:
    """Return what differs, or None without a processor to compare with."""
    processor: CardProcessor | None = connect_outside(settings, TWO_A_SECOND).processor
    if processor is None:
        return None
    url = settings.effective_database_url
    with held_alone(url):
        database = Database(url)
        try:
            return list(Reconciler(database, processor).reconcile(workspace_id, now=now))
        except (TryLater, OutcomeUnknown, Rejected) as trouble:
            raise NotCompared(str(trouble) or type(trouble).__name__) from trouble
        finally:
            database.dispose()


def _words(differences: list[Difference] | None) -> str:
    if differences is None:
        return "Stripe is not connected, so there is nothing to compare."
    if not differences:
        return "every invoice is as at Stripe."
    return "1 difference" if len(differences) == 1 else f"{len(differences)} differences"


def _resume(settings: Settings, workspace_id: UUID, now: datetime) -> None:
    with writing(settings) as session:
        workspace = session.get_one(Workspace, workspace_id)
        if workspace.billing_paused_at is None:
            return
        actor = operator(session, workspace, now)
        resume_billing(session, workspace=workspace, actor=actor, surface="cli", now=now)
        click.echo(f"{workspace.name}: billing goes on.")
