"""The restore watch: notices that the database was put back by other means than `timebot restore`.

A snapshot that is rolled back, a copied file or `pg_restore` leaves no trace in the database
itself. But Stripe remembers: an invoice made for this workspace after the newest one known here
shows that these books are older than the truth. Then billing pauses as after any restore.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from timebot.billing.models import Invoice, InvoiceRun
from timebot.billing.pausing import last_resumed_at, pause_billing
from timebot.billing.ports import CardProcessor, OutcomeUnknown, Rejected, SetUpWrong, TryLater
from timebot.billing.reconciling import LOOKS_BACK, Difference, tell_differences, unknown_here
from timebot.billing.set_up_trouble import tell_set_up
from timebot.db import Database
from timebot.team.models import Workspace

LOOKS_EVERY = timedelta(hours=1)
"""How often the processor is asked, beside the start of a process, of each run and release."""

ASKS_AGAIN = timedelta(seconds=30)
"""How long a processor that does not answer is left alone before a step asks it again."""

log = structlog.get_logger(__name__)


class RestoreWatch:
    """Asks the processor what it knows; when it was asked last is remembered by each process.

    A process that has just started asks before anything else, and the pipeline asks before what was
    released since. No answer is no consent: nothing is asked for or charged meanwhile, because what
    a run by hand billed in the lost part has no natural key here that would find it again.
    """

    def __init__(self, database: Database, processor: CardProcessor) -> None:
        self._database = database
        self._processor = processor
        self._looked: dict[UUID, datetime] = {}
        self._unanswered: dict[UUID, datetime] = {}

    def is_due(self, session: Session, *, workspace: Workspace, now: datetime) -> bool:
        """Tell whether it is time to ask: at first, each hour, after each opening and release."""
        if workspace.billing_paused_at is not None:
            return False
        last = self._looked.get(workspace.id)
        if last is None or now - last >= LOOKS_EVERY:
            return True
        opened = select(InvoiceRun.id).where(
            InvoiceRun.workspace_id == workspace.id,
            InvoiceRun.state == "open",
            InvoiceRun.opened_at > last,
        )
        released = select(Invoice.id).where(
            Invoice.workspace_id == workspace.id, Invoice.released_at > last
        )
        return any(session.scalar(each.limit(1)) is not None for each in (opened, released))

    def vouches(self, workspace_id: UUID, *, now: datetime) -> bool:
        """Tell whether a workspace's books are known to be no older than the processor's.

        The processor is asked here where that is due; as long as it does not answer, they are not.
        """
        asked_at = self._unanswered.get(workspace_id)
        if asked_at is not None and now - asked_at < ASKS_AGAIN:
            return False
        with self._database.read_only() as session:
            workspace = session.get_one(Workspace, workspace_id)
            if not self.is_due(session, workspace=workspace, now=now):
                return True
        try:
            return not self.look(workspace_id, now=now)
        except (TryLater, OutcomeUnknown, Rejected) as trouble:
            self._unanswered[workspace_id] = now
            log.warning(
                "billing.held_back", workspace_id=str(workspace_id), trouble=type(trouble).__name__
            )
            if isinstance(trouble, SetUpWrong):
                self._tell(workspace_id, trouble, now)
            return False

    def _tell(self, workspace_id: UUID, wrong: SetUpWrong, now: datetime) -> None:
        """Tell what the steps would have told, had they been taken."""
        with self._database.transaction() as session:
            workspace = session.get_one(Workspace, workspace_id)
            tell_set_up(session, workspace=workspace, trouble=wrong.trouble, now=now)

    def look(self, workspace_id: UUID, *, now: datetime) -> Sequence[Difference]:
        """Pause billing where the processor knows newer invoices than we do, and return those.

        Raises:
            TryLater, OutcomeUnknown, Rejected: if the processor did not answer; it is still due.
        """
        with self._database.read_only() as session:
            since = _since(session, session.get_one(Workspace, workspace_id), now)
        theirs = self._processor.list_invoices(workspace_key=str(workspace_id), since=since)
        with self._database.transaction() as session:
            workspace = session.get_one(Workspace, workspace_id)
            found = unknown_here(session, workspace=workspace, theirs=theirs)
            numbers = [one.number for one in found]
            if found and pause_billing(session, workspace=workspace, unknown=numbers, now=now):
                at = f"books_behind:{now.isoformat()}"
                tell_differences(session, workspace=workspace, found=found, since=at, now=now)
                log.warning("billing.paused", workspace_id=str(workspace_id), unknown=len(found))
        self._looked[workspace_id] = now
        self._unanswered.pop(workspace_id, None)
        return found


def _since(session: Session, workspace: Workspace, now: datetime) -> datetime:
    """Return the instant of the newest invoice known here, or when people last accepted the rest.

    Whatever the processor made for a later release than that must be known here, too.
    """
    newest = session.scalar(
        select(func.max(Invoice.released_at)).where(
            Invoice.workspace_id == workspace.id, Invoice.stripe_invoice_id.is_not(None)
        )
    )
    resumed = last_resumed_at(session, workspace)
    # The processor counts in seconds, and what it made in that very one was accepted, too.
    accepted = None if resumed is None else resumed + timedelta(seconds=1)
    known = [each for each in (newest, accepted) if each is not None]
    return max(known, default=now - LOOKS_BACK)
