"""The pipeline: the worker takes an issued invoice through its steps, one at a time.

A step is claimed in one transaction, asks the outside with none open, and is recorded in another
one that counts only while the claim is still its own. Killed anywhere, at most that step is
repeated, and each looks before it acts.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import Select
from sqlalchemy.orm import Session

from timebot.billing.document_ports import LetterWriter, Renderer
from timebot.billing.models import Invoice
from timebot.billing.ports import (
    CardProcessor,
    Mailer,
    OutcomeUnknown,
    Rejected,
    SetUpWrong,
    TryLater,
)
from timebot.billing.restore_watch import RestoreWatch
from timebot.billing.set_up_trouble import tell_set_up
from timebot.billing.steps import charging_card, collecting, crediting, mailing, rendering
from timebot.billing.steps.claims import claim, due_invoices, lock_claimed
from timebot.billing.steps.plan import CUSTOMER_GONE, next_step
from timebot.billing.steps.settling import decide, desert, park_uncharged
from timebot.billing.steps.work import Effect, Outside, Work
from timebot.db import Busy, Database
from timebot.journal.outcomes import MOST_ATTEMPTS, RealTime, wait_before_retry
from timebot.team.models import Workspace

AT_ONCE = 100
"""How many steps one call of `run_once` takes at most."""

STEPS: Mapping[str, Callable[[Outside, Work], Effect]] = {
    "render": rendering.render,
    "customer": collecting.make_customer,
    "draft": collecting.make_draft,
    "lines": collecting.add_lines,
    "finalize": collecting.finalize,
    "pay": charging_card.pay,
    "spare": charging_card.spare,
    "check": charging_card.check,
    "close": collecting.close,
    "render_credit": crediting.render_credit,
    "refund": crediting.refund,
    "lower": crediting.lower,
    "write": mailing.write,
    "send": mailing.send,
}

log = structlog.get_logger(__name__)


class InvoicePipeline:
    """Takes invoices from issued to paid and mailed, however often it is killed."""

    def __init__(
        self,
        database: Database,
        renderer: Renderer,
        letters: LetterWriter,
        mailer: Mailer | None,
        processor: CardProcessor | None,
        watch: RestoreWatch | None = None,
    ) -> None:
        self._database = database
        self._outside = Outside(database, renderer, letters, mailer, processor)
        self._watch = watch

    def run_once(self, *, now: datetime, real_now: datetime) -> int:
        """Take the steps that are due, up to `AT_ONCE`; return how many were taken.

        Args:
            now: the present business instant; what is due follows it.
            real_now: the machine's time; leases follow it.
        """
        clock = RealTime(real_now)
        taken, held = 0, set[UUID]()
        while taken < AT_ONCE:
            due = due_invoices(now, clock.now()).where(Invoice.workspace_id.not_in(held))
            workspace_id = self._whose(due)
            if workspace_id is None:
                break
            if not self._vouches(workspace_id, now):
                held.add(workspace_id)
            elif self._take(_of(due, workspace_id), now, clock.now()):
                taken += 1
            else:
                break
        return taken

    def step(
        self, *, workspace_id: UUID, invoice_id: UUID, now: datetime, real_now: datetime
    ) -> bool:
        """Take the next step of one invoice; return whether there was one to take."""
        due = due_invoices(now, real_now)
        mine = _of(due, workspace_id).where(Invoice.id == invoice_id)
        if self._whose(mine) is None or not self._vouches(workspace_id, now):
            return False
        return self._take(mine, now, real_now)

    def _whose(self, which: Select[Invoice]) -> UUID | None:
        """Return whose step is due, without keeping writers out to find that none is."""
        with self._database.read_only() as session:
            found = session.scalar(which)
            return None if found is None else found.workspace_id

    def _vouches(self, workspace_id: UUID, now: datetime) -> bool:
        """Tell whether the books may be billed from; without a processor nobody could say."""
        try:
            return self._watch is None or self._watch.vouches(workspace_id, now=now)
        except Busy:
            return False

    def _take(self, which: Select[Invoice], now: datetime, real_now: datetime) -> bool:
        try:
            with self._database.transaction() as session:
                work = claim(session, which=which, now=now, real_now=real_now)
                if work is None:
                    # Another worker was faster, or nothing was left to do; there may be more.
                    return session.scalar(which.with_for_update(skip_locked=True)) is not None
        except Busy:
            return False
        self._record(work, self._ask(work))
        return True

    def _ask(self, work: Work) -> Effect:
        """Take the step outside; whatever goes wrong becomes a result, too."""
        try:
            return _done(STEPS[work.step](self._outside, work))
        except SetUpWrong as wrong:
            return _telling(wrong, work, _later(work, wrong.reason, wrong.after))
        except TryLater as later:
            return _later(work, later.reason, later.after)
        except OutcomeUnknown as unknown:
            return _later(work, str(unknown), None)
        except Rejected as rejected:
            return _done(_refused(work, rejected.reason))
        except Exception as error:
            # The edge: one invoice that fails must not keep the others from being taken.
            log.exception("invoice.step_failed", **_fields(work))
            return _later(work, f"the step failed: {type(error).__name__}", None)

    def _record(self, work: Work, effect: Effect) -> None:
        """Record the result, however long other writers take."""
        is_second = False
        while True:
            try:
                with self._database.transaction() as session:
                    self._apply(session, work, effect)
            except Busy:
                continue
            except Exception as error:
                if is_second:
                    raise
                log.exception("invoice.record_failed", **_fields(work))
                is_second = True
                effect = _later(work, f"the result was not recorded: {type(error).__name__}", None)
            else:
                return

    def _apply(self, session: Session, work: Work, effect: Effect) -> None:
        invoice = lock_claimed(session, work)
        if invoice is None:
            log.warning("invoice.lease_lost", **_fields(work))
            return
        invoice.claimed_until = None
        # Planned before the effect, which may say otherwise.
        invoice.next_step_at = work.now
        effect(session, invoice)
        session.flush()
        following = next_step(session, invoice, now=work.now)
        if following is None:
            invoice.next_step_at = None
        else:
            invoice.next_step_at = max(invoice.next_step_at, following.due_at)
        log.info("invoice.step_taken", following=following and following.step, **_fields(work))


def _of(which: Select[Invoice], workspace_id: UUID) -> Select[Invoice]:
    """Keep to a workspace, so that nothing is claimed whose books nobody vouched for."""
    return which.where(Invoice.workspace_id == workspace_id)


def _done(effect: Effect) -> Effect:
    """Wrap what a step achieved: the count of tries starts again."""

    def note(session: Session, invoice: Invoice) -> None:
        invoice.step_attempts, invoice.last_error = 0, None
        effect(session, invoice)

    return note


def _later(work: Work, reason: str, after: timedelta | None) -> Effect:
    """Return what becomes of a step that is to be tried again."""
    wait = wait_before_retry(work.attempts) if after is None else after

    def note(session: Session, invoice: Invoice) -> None:
        invoice.last_error = reason
        invoice.next_step_at = work.now + wait
        if work.attempts == MOST_ATTEMPTS:
            decide(session, invoice, f"I cannot get on with this: {reason}.", now=work.now)

    return note


def _telling(wrong: SetUpWrong, work: Work, effect: Effect) -> Effect:
    """Let the billing people hear at once what keeps everything waiting."""

    def note(session: Session, invoice: Invoice) -> None:
        effect(session, invoice)
        workspace = session.get_one(Workspace, invoice.workspace_id)
        tell_set_up(session, workspace=workspace, trouble=wrong.trouble, now=work.now)

    return note


def _refused(work: Work, reason: str) -> Effect:
    """Return what becomes of a step that was refused for good: a person must look."""
    if work.step in {"write", "send"}:
        return mailing.give_up(work, reason)
    if work.step in {"pay", "check"}:
        return charging_card.give_up(work, reason)

    if work.step == "refund":
        return crediting.give_up_refund(work, reason)

    def note(session: Session, invoice: Invoice) -> None:
        invoice.last_error = reason
        if work.step == "close":
            invoice.stripe_status = "unclosed"
            sentence = f"{invoice.number} could not be closed at Stripe: {reason}"
            decide(session, invoice, sentence, now=work.now)
        elif invoice.stripe_status == CUSTOMER_GONE:
            desert(session, invoice, now=work.now)
        else:
            park_uncharged(session, invoice, f"Stripe refuses this invoice: {reason}", now=work.now)

    return note


def _fields(work: Work) -> dict[str, object]:
    return {
        "step": work.step,
        "invoice_id": str(work.invoice.id),
        "attempt": work.attempts,
    }
