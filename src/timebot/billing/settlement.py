"""Settlement: webhooks as hints. The object is asked for again, and ours is moved forward once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.cards import CARD_EVENTS, note_card, refresh_card
from timebot.billing.delivery import note_delivery, note_sent
from timebot.billing.disputes import settle_dispute
from timebot.billing.models import Invoice
from timebot.billing.payment_models import Mail, Payment
from timebot.billing.ports import (
    CardProcessor,
    ListedInvoice,
    Mailer,
    MayNotLook,
    Missing,
    OutcomeUnknown,
    ProcessorInvoice,
    Rejected,
    TryLater,
)
from timebot.billing.steps.absorbing import absorb
from timebot.billing.steps.crediting import hear_of_refund
from timebot.billing.steps.keys import natural_keys
from timebot.billing.steps.settling import decide
from timebot.db import Database
from timebot.journal.inbox import WebhookDelivery
from timebot.journal.outcomes import Delivered, GiveUp, Outcome, TryAgain

_NOT_YET = TryAgain("our own record of it is not there yet", timedelta(seconds=30))
_DONE = Delivered()

log = structlog.get_logger(__name__)


class StripeWebhooks:
    """Handles what Stripe tells; whatever the order, the object as it stands now counts."""

    def __init__(self, database: Database, processor: CardProcessor) -> None:
        self._database = database
        self._processor = processor

    def __call__(self, delivery: WebhookDelivery) -> Outcome:
        """Handle one stored event; events of other kinds are done at once."""
        kind, object_id = str(delivery.payload["type"]), str(delivery.payload["object_id"])
        try:
            return self._heard(kind, object_id, delivery.now)
        except TryLater as later:
            return TryAgain(later.reason, later.after)
        except OutcomeUnknown as unknown:
            return TryAgain(str(unknown))
        except Rejected as rejected:
            return GiveUp(rejected.reason)

    def _heard(self, kind: str, object_id: str, now: datetime) -> Outcome:
        if not object_id:
            # It is about nothing that could be asked for, such as an invoice that is yet to come.
            return _DONE
        if kind.startswith("invoice."):
            return self._invoice(object_id, now)
        if kind.startswith("charge.dispute."):
            return self._dispute(object_id, now)
        if kind.startswith("refund."):
            return self._refund(object_id, now)
        if kind in CARD_EVENTS:
            refresh_card(self._database, self._processor, about=object_id, now=now)
        elif kind == "checkout.session.completed":
            note_card(self._database, self._processor, session_id=object_id, now=now)
        return _DONE

    def _invoice(self, invoice_id: str, now: datetime) -> Outcome:
        try:
            found = self._processor.get_invoice(invoice_id)
        except Missing:
            # A draft that was deleted; nobody can pay it.
            return _DONE
        with self._database.transaction() as session:
            invoice = _lock_by_processor_id(session, invoice_id)
            if invoice is None:
                return _NOT_YET if will_be_ours(session, found) else _DONE
            before = invoice.collection, invoice.stripe_status, invoice.attention
            absorb(session, invoice, found, now=now)
            if before != (invoice.collection, invoice.stripe_status, invoice.attention):
                invoice.next_step_at = now
        return _DONE

    def _dispute(self, dispute_id: str, now: datetime) -> Outcome:
        dispute = self._processor.get_dispute(dispute_id)

        def settle(session: Session, invoice: Invoice) -> bool:
            settle_dispute(session, invoice, dispute, now=now)
            return True

        return self._about_payment(dispute.payment_intent, settle, now)

    def _refund(self, refund_id: str, now: datetime) -> Outcome:
        refund = self._processor.get_refund(refund_id)

        def settle(session: Session, invoice: Invoice) -> bool:
            return hear_of_refund(session, invoice, refund, now=now)

        return self._about_payment(refund.payment_intent, settle, now)

    def _about_payment(
        self, intent: str | None, settle: Callable[[Session, Invoice], bool], now: datetime
    ) -> Outcome:
        """Settle what became of a payment; where it is not on record yet, that comes first."""
        if intent is None:
            return _DONE
        known = self._settle(intent, settle)
        if known is not None:
            return known
        invoice_id = self._processor.find_invoice_of(intent)
        if invoice_id is None:
            return _DONE
        outcome = self._invoice(invoice_id, now)
        return outcome if outcome != _DONE else self._settle(intent, settle) or _DONE

    def _settle(self, intent: str, settle: Callable[[Session, Invoice], bool]) -> Outcome | None:
        """Settle what became of a payment on record; None if it is not."""
        with self._database.transaction() as session:
            invoice = _lock_by_intent(session, intent)
            if invoice is None:
                return None
            return _DONE if settle(session, invoice) else _NOT_YET


class ResendWebhooks:
    """Handles what Resend tells about mails."""

    def __init__(self, database: Database, mailer: Mailer) -> None:
        self._database = database
        self._mailer = mailer

    def __call__(self, delivery: WebhookDelivery) -> Outcome:
        """Handle one stored event; mails that are not ours are done at once."""
        provider_id, tag = delivery.payload.get("object_id"), delivery.payload.get("tag")
        if not provider_id:
            return _DONE
        try:
            state = self._mailer.delivery_state(str(provider_id))
        except MayNotLook:
            # The sender proved who it is, so its word has to do; what was told later outweighs it.
            state = str(delivery.payload.get("state") or "sent")
        except TryLater as later:
            return TryAgain(later.reason, later.after)
        except OutcomeUnknown as unknown:
            return TryAgain(str(unknown))
        except Rejected as rejected:
            return GiveUp(rejected.reason)
        with self._database.transaction() as session:
            mail = _find_mail(session, str(provider_id), tag)
            if mail is not None:
                _note_mail(session, mail, str(provider_id), state, delivery.now)
                if delivery.payload.get("type") == "email.complained":
                    _tell_complaint(session, mail, delivery.now)
        return _DONE


def _lock_by_processor_id(session: Session, invoice_id: str) -> Invoice | None:
    # An id of Stripe's is unique over all workspaces of the account.
    return session.scalar(
        select(Invoice).where(Invoice.stripe_invoice_id == invoice_id).with_for_update()
    )


def _lock_by_intent(session: Session, intent: str) -> Invoice | None:
    """Lock the invoice that a payment settled; attempts that were refused share its id."""
    payment = session.scalar(
        select(Payment).where(Payment.stripe_payment_intent == intent, Payment.state == "succeeded")
    )
    if payment is None:
        return None
    return session.get_one(
        Invoice, (payment.workspace_id, payment.invoice_id), with_for_update=True
    )


def will_be_ours(session: Session, found: ProcessorInvoice | ListedInvoice) -> bool:
    """Tell whether the worker is just about to note this invoice as made for one of ours."""
    if found.workspace_key is None or found.invoice_key is None:
        return False
    try:
        workspace_id = UUID(found.workspace_key)
        client_id = UUID(found.invoice_key.partition("/")[0])
    except ValueError:
        return False
    waiting = session.scalars(
        select(Invoice).where(
            Invoice.workspace_id == workspace_id,
            Invoice.client_id == client_id,
            Invoice.document != "draft",
            Invoice.stripe_invoice_id.is_(None),
            Invoice.next_step_at.is_not(None),
        )
    )
    keys = [natural_keys(session, invoice).invoice for invoice in waiting]
    return found.invoice_key in keys


def _find_mail(session: Session, provider_id: str, tag: object) -> Mail | None:
    """Find our mail by the provider's id, else by the tag it was sent with."""
    mail = session.scalar(select(Mail).where(Mail.provider_id == provider_id))
    if mail is not None or not isinstance(tag, str):
        return mail
    workspace, _, mail_id = tag.partition("_")
    try:
        return session.get(Mail, (UUID(workspace), UUID(mail_id)))
    except ValueError:
        return None


def _note_mail(session: Session, mail: Mail, provider_id: str, state: str, now: datetime) -> None:
    invoice = session.get_one(Invoice, (mail.workspace_id, mail.invoice_id), with_for_update=True)
    # Told before our own record: the tag proves that this very mail was taken.
    note_sent(session, invoice, mail.id, provider_id=provider_id, now=now)
    if state == "sent":
        return
    if note_delivery(session, invoice, mail.id, state=state, now=now) and state == "bounced":
        session.flush()
        sentence = f"The mail about {invoice.number} came back. Please check the address."
        decide(session, invoice, sentence, now=now)


def _tell_complaint(session: Session, mail: Mail, now: datetime) -> None:
    """Tell that the client called a mail spam: the provider keeps later ones from that address."""
    invoice = session.get_one(Invoice, (mail.workspace_id, mail.invoice_id))
    sentence = (
        f"The client's mailbox called the mail about {invoice.number} spam, so later mails may not"
        " arrive. Please agree with the client on how to reach them."
    )
    if invoice.attention != sentence:
        decide(session, invoice, sentence, now=now)
