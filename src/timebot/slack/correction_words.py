"""What came in parts and what was taken back of an invoice, in plain words; not escaped."""

from timebot.billing.credit_models import CreditNote
from timebot.billing.models import Invoice
from timebot.billing.payment_models import Payment
from timebot.billing.receivable import list_attempts, list_credit_notes
from timebot.billing.why_settled import WhyAttempt, attempt_of
from timebot.locales import money_words
from timebot.money import Money
from timebot.slack.desk import Viewer
from timebot.slack.words import listed
from timebot.team.days import day_in_words, day_of

_MOST = 5
_REFUND = {
    "wanted": "on its way back to the card",
    "pending": "on its way back to the card",
    "done": "went back to the card",
    "failed": "did not reach the card",
}


def correction_lines(viewer: Viewer, invoice: Invoice) -> list[str]:
    """Return a line for each attempt, where the state does not tell all, and each credit note."""
    attempts = list_attempts(viewer.session, invoice)
    notes = list_credit_notes(viewer.session, invoice)
    is_part = invoice.collection in {"open", "failed"} and any(
        one.state == "succeeded" for one in attempts
    )
    lines = [_attempt(viewer, one) for one in attempts] if is_part or len(attempts) > 1 else []
    lines += [note_words(one, viewer.workspace.locale) for one in notes]
    rest = len(lines) - _MOST
    return lines if rest <= 0 else [f"{rest} earlier ones", *lines[-_MOST:]]


def attempt_words(attempt: WhyAttempt, locale: str) -> str:
    """Return an attempt that has brought no money: when, how much, with which card, and why."""
    amount, day = money_words(attempt.amount, locale), day_in_words(attempt.tried_on)
    card = f" with {attempt.card}" if attempt.card else ""
    return f"{amount} was tried on {day}{card}: {attempt.outcome.rstrip('.')}."


def _attempt(viewer: Viewer, payment: Payment) -> str:
    if payment.state == "succeeded":
        return _payment(viewer, payment)
    tried = attempt_of(payment, viewer.workspace.zone)
    return attempt_words(tried, viewer.workspace.locale)


def _payment(viewer: Viewer, payment: Payment) -> str:
    amount = money_words(Money(payment.amount_minor, payment.currency), viewer.workspace.locale)
    settled = payment.settled_at or payment.created_at
    day = payment.paid_on or day_of(settled, viewer.workspace.zone)
    how = f" ({payment.note})" if payment.note else ""
    came = f"{amount} came on {day_in_words(day)}{how}"
    if not payment.lost_minor:
        return f"{came}."
    lost = Money(payment.lost_minor, payment.currency)
    return f"{came}; {money_words(lost, viewer.workspace.locale)} was lost in a dispute."


def note_words(note: CreditNote, locale: str) -> str:
    """Return what a credit note took back, what became of that, and why."""

    def words(minor: int) -> str:
        return money_words(Money(minor, note.currency), locale)

    outcomes = []
    if note.reduces_minor:
        outcomes.append(f"{words(note.reduces_minor)} less to pay")
    if note.refund_minor:
        outcomes.append(f"{words(note.refund_minor)} {_REFUND[note.refund_state]}")
    if note.credit_minor:
        outcomes.append(f"{words(note.credit_minor)} kept as credit")
    freed = " Its hours can be billed again." if note.frees_entries else ""
    day = day_in_words(note.issued_on) if note.issued_on else ""
    return (
        f"{note.number} of {day} over {words(note.total_minor)}: {listed(outcomes)}."
        f" Reason: {note.reason.rstrip('.')}.{freed}"
    )
