"""Claims: one worker at a time takes one step of an invoice, under a lease and a fence."""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from timebot.billing.models import Invoice
from timebot.billing.payment_models import Payment
from timebot.billing.receivable import owed
from timebot.billing.steps.keys import NaturalKeys, natural_keys
from timebot.billing.steps.plan import Next, next_step
from timebot.billing.steps.settling import next_attempt
from timebot.billing.steps.work import Work
from timebot.clients.models import Client
from timebot.journal.audit import WORKER, Actor, record
from timebot.team.models import Workspace

LEASE = timedelta(minutes=3)
"""How long a step is left to its worker: longer than its calls, each up to 23 s, and the PDF."""


def due_invoices(now: datetime, real_now: datetime) -> Select[Invoice]:
    """Select the invoice whose step has waited longest and is nobody's.

    While billing is paused after a restore, every invoice of the workspace waits.
    """
    paused = select(Workspace.id).where(Workspace.billing_paused_at.is_not(None))
    return (
        select(Invoice)
        .where(
            Invoice.next_step_at.is_not(None),
            Invoice.next_step_at <= now,
            Invoice.workspace_id.not_in(paused),
            or_(Invoice.claimed_until.is_(None), Invoice.claimed_until <= real_now),
        )
        .order_by(Invoice.next_step_at, Invoice.id)
        .limit(1)
    )


def claim(
    session: Session, *, which: Select[Invoice], now: datetime, real_now: datetime
) -> Work | None:
    """Claim the next step of the selected invoice, None if there is no such invoice or step.

    The attempt to charge is written down here, before the card is charged.
    """
    # SQLite ignores the lock clause; there the write transaction itself keeps others out.
    locked = which.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    invoice = session.scalar(locked)
    if invoice is None:
        return None
    following = next_step(session, invoice, now=now)
    if following is None or following.due_at > now:
        invoice.next_step_at = None if following is None else following.due_at
        return None
    invoice.claimed_until = real_now + LEASE
    invoice.fence += 1
    invoice.step_attempts += 1
    keys = natural_keys(session, invoice)
    client = session.get_one(Client, (invoice.workspace_id, invoice.client_id))
    return Work(
        step=following.step,
        invoice=invoice,
        client=client,
        keys=keys,
        fence=invoice.fence,
        attempts=invoice.step_attempts,
        payment=_payment(session, invoice, client, keys, following, now),
        mail=following.mail,
        credit_note=following.credit_note,
        locale=session.get_one(Workspace, invoice.workspace_id).locale,
        now=now,
    )


def lock_claimed(session: Session, work: Work) -> Invoice | None:
    """Lock the invoice of a claim, None if another worker has taken it over meanwhile."""
    return session.scalar(
        select(Invoice)
        .where(
            Invoice.workspace_id == work.invoice.workspace_id,
            Invoice.id == work.invoice.id,
            Invoice.fence == work.fence,
        )
        .with_for_update()
    )


def new_payment(
    session: Session,
    invoice: Invoice,
    *,
    client: Client,
    keys: NaturalKeys,
    actor: Actor,
    now: datetime,
) -> Payment:
    """Write down an attempt to charge the card on file."""
    attempt, amount = next_attempt(session, invoice), owed(session, invoice)
    payment = Payment(
        workspace_id=invoice.workspace_id,
        id=uuid4(),
        invoice_id=invoice.id,
        attempt=attempt,
        how="card",
        state="pending",
        amount_minor=amount.minor,
        currency=invoice.currency,
        idempotency_key=keys.key("pay", attempt),
        card_label=card_label(client),
        created_by=actor.member_id,
        created_at=now,
        checks=0,
    )
    session.add(payment)
    session.flush()
    record(
        session,
        workspace_id=invoice.workspace_id,
        actor=actor,
        action="payment.attempted",
        subject_kind="payment",
        subject_id=payment.id,
        at=now,
        after={"invoice_id": invoice.id, "attempt": attempt, "amount_minor": amount.minor},
    )
    return payment


def card_label(client: Client) -> str | None:
    """Return how the card on file is called, such as `Visa ending in 4242`."""
    if client.card_last4 is None:
        return None
    brand = (client.card_brand or "card").replace("_", " ").capitalize()
    return f"{brand} ending in {client.card_last4}"


def _payment(
    session: Session,
    invoice: Invoice,
    client: Client,
    keys: NaturalKeys,
    following: Next,
    now: datetime,
) -> Payment | None:
    if following.step == "pay" and following.payment is None:
        return new_payment(session, invoice, client=client, keys=keys, actor=WORKER, now=now)
    return following.payment
