"""Charging the card: looked up first, charged once, and asked about where the answer got lost."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from timebot.billing.delivery import note_invoice, show_change, want_first_mail
from timebot.billing.models import Invoice
from timebot.billing.payment_models import Payment
from timebot.billing.ports import (
    CardProcessor,
    Declined,
    NeedsAction,
    OutcomeUnknown,
    Paid,
    ProcessorInvoice,
    Rejected,
)
from timebot.billing.steps.absorbing import absorb, differs, reached_bank
from timebot.billing.steps.collecting import get_processor, invoice_of
from timebot.billing.steps.plan import open_payment
from timebot.billing.steps.settling import (
    park,
    settle_paid,
    settle_refused,
    settle_unknown,
    try_again_unsent,
)
from timebot.billing.steps.work import Effect, Outside, Work
from timebot.money import Money

_NO_CARD = Declined("no_card", "The client has no card on file.", None)


def pay(outside: Outside, work: Work) -> Effect:
    """Charge the card, unless the processor says that it was done already."""
    found = get_processor(outside).get_invoice(invoice_of(work.invoice))
    if found.status != "open":
        return _absorbing(work, found)
    if work.attempts > 1 and _was_tried(outside, work, found):
        # The worker before us died with the answer; a decline is never repeated by itself.
        return _answered(work, found)
    payment = _payment_of(work)
    due = Money(payment.amount_minor, payment.currency)
    why_not = differs(work.invoice, found, due=due, locale=work.locale)
    if why_not is not None:
        return _parking(work, why_not)
    return _charge(get_processor(outside), work, found.id)


def _charge(processor: CardProcessor, work: Work, invoice_id: str) -> Effect:
    card_id = work.invoice.stripe_card_id
    if card_id is None:
        return _refusing(work, _NO_CARD)
    key = _payment_of(work).idempotency_key
    try:
        answer = processor.pay(invoice_id, card_id=card_id, key=key)
    except OutcomeUnknown:
        return _unknown(work)
    except Rejected as rejected:
        return _after_rejection(work, processor.get_invoice(invoice_id), rejected)
    return _paid(work, answer) if isinstance(answer, Paid) else _refusing(work, answer)


def spare(_outside: Outside, work: Work) -> Effect:
    """Send a retainer client a pay link: their card is charged only where a person says so."""

    def note(session: Session, invoice: Invoice) -> None:
        invoice.charge_mode, invoice.stripe_card_id = "link", None
        session.flush()
        note_invoice(session, invoice, action="invoice.not_charged", at=work.now)
        want_first_mail(session, invoice, kind="invoice", now=work.now)
        show_change(session, invoice, now=work.now)

    return note


def check(outside: Outside, work: Work) -> Effect:
    """Ask what became of a charge whose answer got lost; nothing is charged here."""
    found = get_processor(outside).get_invoice(invoice_of(work.invoice))
    if found.status != "open":
        return _absorbing(work, found)
    if _was_tried(outside, work, found):
        return _answered(work, found)
    # The request never arrived: making it now, under its own key, repeats nothing.
    return _with(work, lambda s, i: try_again_unsent(s, i, now=work.now))


def give_up(work: Work, reason: str) -> Effect:
    """Return what becomes of an attempt for which the processor refuses to tell of its invoice."""
    if work.step == "check":
        return _unknown(work)
    return _refusing(work, Declined("rejected", reason, None))


def _payment_of(work: Work) -> Payment:
    if work.payment is None:
        message = f"no attempt was written down for invoice {work.invoice.id}"
        raise ValueError(message)
    return work.payment


def _was_tried(outside: Outside, work: Work, found: ProcessorInvoice) -> bool:
    """Tell whether the open attempt reached the bank."""
    with outside.database.read_only() as session:
        return reached_bank(session, work.invoice, found)


def _answered(work: Work, found: ProcessorInvoice) -> Effect:
    """Return what became of an attempt that reached the bank."""
    if isinstance(found.trouble, Declined | NeedsAction):
        return _refusing(work, found.trouble)
    return _unknown(work)


def _after_rejection(work: Work, found: ProcessorInvoice, rejected: Rejected) -> Effect:
    """A charge that is refused as impossible: perhaps the client was faster and paid."""
    if found.status != "open":
        return _absorbing(work, found)
    return _refusing(work, Declined("rejected", rejected.reason, None))


def _paid(work: Work, answer: Paid) -> Effect:
    def note(session: Session, invoice: Invoice) -> None:
        invoice.stripe_status = "paid"
        if invoice.collection not in {"open", "failed", "unknown"}:
            return
        settle_paid(
            session,
            invoice,
            how="card",
            words=_payment_of(work).card_label or "card",
            paid_at=work.now,
            payment_intent=answer.payment_intent,
            now=work.now,
        )

    return note


def _absorbing(work: Work, found: ProcessorInvoice) -> Effect:
    return _with(work, lambda session, invoice: absorb(session, invoice, found, now=work.now))


def _refusing(work: Work, answer: Declined | NeedsAction) -> Effect:
    return _with(work, lambda s, i: settle_refused(s, i, answer, now=work.now))


def _unknown(work: Work) -> Effect:
    return _with(work, lambda session, invoice: settle_unknown(session, invoice, now=work.now))


def _parking(work: Work, why_not: str) -> Effect:
    def note(session: Session, invoice: Invoice) -> None:
        payment = open_payment(session, invoice)
        if payment is not None:
            payment.state, payment.decline_code = "declined", "totals_differ"
            payment.message, payment.settled_at = why_not, work.now
        invoice.collection = "failed"
        session.flush()
        park(session, invoice, why_not, now=work.now)

    return note


def _with(work: Work, act: Callable[[Session, Invoice], None]) -> Effect:
    """Act unless the attempt this is about was settled meanwhile, as by a webhook."""

    def note(session: Session, invoice: Invoice) -> None:
        now_open = open_payment(session, invoice)
        if now_open is not None and now_open.id == _payment_of(work).id:
            act(session, invoice)

    return note
