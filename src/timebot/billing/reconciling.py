"""Compares our invoices with the processor's: ours and not there, there and not ours, totals.

Webhooks can be lost and people work at Stripe by hand, so every night the lists are laid side by
side. What merely lags behind is brought up to date as a webhook would have done; what cannot be
explained is told to the billing people.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.models import Invoice
from timebot.billing.pausing import lift_pause
from timebot.billing.ports import CardProcessor, ListedInvoice, Missing
from timebot.billing.recipients import tell_billing
from timebot.billing.settlement import will_be_ours
from timebot.billing.steps.absorbing import absorb
from timebot.db import Database
from timebot.journal.audit import WORKER, record
from timebot.journal.canonical import digest
from timebot.locales import money_words
from timebot.team.days import day_of, local_instant
from timebot.team.models import Workspace

LOOKS_BACK = timedelta(days=60)
"""How far back the lists reach: two runs, their terms and a month of late payments."""

_MARGIN = timedelta(days=1)
"""Near the far end ours may be older than what the processor made for it."""

_AT_MINUTE = 180
"""When the books are compared: at three at night, in the workspace's zone."""

_DEAD = frozenset(("draft", "void", "uncollectible"))
"""States in which nobody can be charged."""


@dataclass(frozen=True)
class Difference:
    """Something that one side has and the other has not, or has otherwise.

    Attributes:
        what: missing_there, unknown_here or total.
        number: of the invoice.
        sentence: what differs, in plain words.
    """

    what: str
    number: str
    sentence: str


def reconcile_due(session: Session, *, workspace: Workspace, now: datetime) -> bool:
    """Tell whether the books were not compared since three o'clock last night, and have to be."""
    tonight = local_instant(day_of(now, workspace.zone), _AT_MINUTE, workspace.zone)
    last = workspace.reconciled_at
    if now < tonight or (last is not None and last >= tonight):
        return False
    if workspace.billing_paused_at is not None:
        return True
    at_stripe = select(Invoice.id).where(
        Invoice.workspace_id == workspace.id, Invoice.stripe_invoice_id.is_not(None)
    )
    return session.scalar(at_stripe.limit(1)) is not None


class Reconciler:
    """Lays the lists side by side; the processor is asked with no transaction open."""

    def __init__(self, database: Database, processor: CardProcessor) -> None:
        self._database = database
        self._processor = processor

    def reconcile(self, workspace_id: UUID, *, now: datetime) -> Sequence[Difference]:
        """Compare, catch up on what lags behind, tell what differs, and return it.

        A pause of billing ends where nothing differs.

        Raises:
            TryLater, OutcomeUnknown, Rejected: if the processor did not answer; nothing changed.
        """
        theirs = self._processor.list_invoices(
            workspace_key=str(workspace_id), since=now - LOOKS_BACK
        )
        with self._database.read_only() as session:
            behind = [one.id for one in theirs if _lags_behind(session, one)]
        for invoice_id in behind:
            self._catch_up(invoice_id, now)
        with self._database.transaction() as session:
            workspace = session.get_one(Workspace, workspace_id)
            found = compare(session, workspace=workspace, theirs=theirs, now=now)
            _conclude(session, workspace, found, now)
        return found

    def _catch_up(self, invoice_id: str, now: datetime) -> None:
        try:
            found = self._processor.get_invoice(invoice_id)
        except Missing:
            return
        with self._database.transaction() as session:
            query = select(Invoice).where(Invoice.stripe_invoice_id == invoice_id)
            invoice = session.scalars(query.with_for_update()).one()
            absorb(session, invoice, found, now=now)
            invoice.next_step_at = now


def compare(
    session: Session, *, workspace: Workspace, theirs: Iterable[ListedInvoice], now: datetime
) -> list[Difference]:
    """Return what one side has and the other has not, or has with another total."""
    listed = {one.id: one for one in theirs}
    ours = _ours(session, workspace, listed)
    found = [
        *unknown_here(session, workspace=workspace, theirs=listed.values()),
        *(
            _other_total(ours[one.id], one, workspace.locale)
            for one in listed.values()
            if _differs(ours, one)
        ),
    ]
    since = now - LOOKS_BACK + _MARGIN
    recent = select(Invoice).where(
        Invoice.workspace_id == workspace.id,
        Invoice.stripe_invoice_id.is_not(None),
        Invoice.released_at >= since,
    )
    expected = session.scalars(recent.order_by(Invoice.released_at))
    return found + [
        _missing(one, workspace.locale) for one in expected if one.stripe_invoice_id not in listed
    ]


def unknown_here(
    session: Session, *, workspace: Workspace, theirs: Iterable[ListedInvoice]
) -> list[Difference]:
    """Return the invoices that somebody could be charged for, or was, and nobody knows here."""
    listed = {one.id: one for one in theirs}
    ours = _ours(session, workspace, listed)
    return [
        _unknown(one, workspace.locale)
        for one in listed.values()
        if _is_unknown(session, one, ours)
    ]


def tell_differences(
    session: Session,
    *,
    workspace: Workspace,
    found: Sequence[Difference],
    since: str,
    now: datetime,
) -> None:
    """Tell the billing people what differs (notice `books_differ`), the same differences once.

    Args:
        session: the transaction.
        workspace: whose books.
        found: what differs.
        since: which finding it is; another one tells the same differences again.
        now: the present instant.
    """
    sentences = [one.sentence for one in found]
    tell_billing(
        session,
        workspace=workspace,
        notice="books_differ",
        facts={"sentences": sentences},
        key=f"{since}:{digest(sentences)}",
        now=now,
    )


def _ours(
    session: Session, workspace: Workspace, listed: Mapping[str, ListedInvoice]
) -> dict[str, Invoice]:
    query = select(Invoice).where(
        Invoice.workspace_id == workspace.id, Invoice.stripe_invoice_id.in_(listed)
    )
    return {str(one.stripe_invoice_id): one for one in session.scalars(query)}


def _lags_behind(session: Session, listed: ListedInvoice) -> bool:
    invoice = session.scalar(select(Invoice).where(Invoice.stripe_invoice_id == listed.id))
    return invoice is not None and invoice.stripe_status != listed.status


def _is_unknown(session: Session, one: ListedInvoice, ours: Mapping[str, Invoice]) -> bool:
    """Tell whether somebody could be charged, or was, for an invoice that nobody here knows."""
    if one.id in ours or one.status in _DEAD:
        return False
    return not will_be_ours(session, one)


def _differs(ours: Mapping[str, Invoice], one: ListedInvoice) -> bool:
    invoice = ours.get(one.id)
    # A draft is still being filled; what differs then is seen before it is finalized.
    return invoice is not None and one.status != "draft" and invoice.due != one.total


def _unknown(one: ListedInvoice, locale: str) -> Difference:
    number = one.number or one.id
    total = money_words(one.total, locale)
    sentence = f"{number} over {total} is {one.status} at Stripe and not known here."
    return Difference("unknown_here", number, sentence)


def _other_total(invoice: Invoice, one: ListedInvoice, locale: str) -> Difference:
    number = invoice.number or one.id
    ours, theirs = money_words(invoice.due, locale), money_words(one.total, locale)
    sentence = f"{number} asks for {ours} here and for {theirs} at Stripe."
    return Difference("total", number, sentence)


def _missing(invoice: Invoice, locale: str) -> Difference:
    number = invoice.number or str(invoice.id)
    due = money_words(invoice.due, locale)
    sentence = f"{number} over {due} should be at Stripe and is not there."
    return Difference("missing_there", number, sentence)


def _conclude(
    session: Session, workspace: Workspace, found: Sequence[Difference], now: datetime
) -> None:
    workspace.reconciled_at = now
    record(
        session,
        workspace_id=workspace.id,
        actor=WORKER,
        action="books.reconciled",
        subject_kind="workspace",
        subject_id=workspace.id,
        at=now,
        after={"differences": len(found)},
    )
    if not found:
        lift_pause(session, workspace, by=WORKER, now=now)
        return
    # However many nights they stay.
    tell_differences(session, workspace=workspace, found=found, since="books_differ", now=now)
