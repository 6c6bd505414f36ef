"""Crediting: draws credit notes, sends money back, and lets the processor ask for less."""

from datetime import datetime

from sqlalchemy.orm import Session

from timebot.billing.amounts import amount_words
from timebot.billing.credit_document import load_credit_document
from timebot.billing.credit_models import CreditNote
from timebot.billing.delivery import note_invoice, show_change, want_first_mail
from timebot.billing.models import Invoice
from timebot.billing.ports import Refund
from timebot.billing.receivable import card_payment, list_credit_notes, owed
from timebot.billing.recipients import tell_billing
from timebot.billing.steps.absorbing import absorb
from timebot.billing.steps.collecting import get_processor, invoice_of
from timebot.billing.steps.files import PDF, MadeFile, keep_file
from timebot.billing.steps.keys import credit_key
from timebot.billing.steps.settling import decide, park
from timebot.billing.steps.work import Effect, Outside, Work
from timebot.money import Money
from timebot.team.models import Workspace


def render_credit(outside: Outside, work: Work) -> Effect:
    """Draw the PDF of a credit note; the result stores it and asks for its mail."""
    note = _note_of(work)
    with outside.database.read_only() as session:
        document = load_credit_document(session, note)
    made = MadeFile(outside.renderer.render_credit_note(document), PDF)

    def record(session: Session, invoice: Invoice) -> None:
        row = _fresh(session, note)
        if row.document != "issued":
            return
        row.pdf_sha256 = keep_file(session, invoice.workspace_id, made, now=work.now)
        row.document = "rendered"
        session.flush()
        want_first_mail(session, invoice, kind=f"credit_{row.ordinal}", now=work.now)
        show_change(session, invoice, now=work.now)

    return record


def refund(outside: Outside, work: Work) -> Effect:
    """Send money back to the card, unless an earlier try did; the two amounts must agree."""
    note, processor = _note_of(work), get_processor(outside)
    with outside.database.read_only() as session:
        payment = card_payment(session, work.invoice)
    if payment is None or payment.stripe_payment_intent is None:
        message = f"credit note {note.id} refunds a payment that is not there"
        raise ValueError(message)
    intent, name = payment.stripe_payment_intent, credit_key(work.keys, note.ordinal)
    found = processor.find_refund(intent, credit_key=name)
    if found is None or (found.state == "failed" and found.id == note.refund_id):
        amount = Money(note.refund_minor, note.currency)
        key = work.keys.key(f"refund-{note.ordinal}", note.refund_attempt)
        found = processor.refund(intent, amount=amount, credit_key=name, key=key)
    answer = found
    return lambda session, invoice: settle_refund(session, invoice, note, answer, work)


def lower(outside: Outside, work: Work) -> Effect:
    """Let the processor's open invoice ask for what is still owed here, and for no less."""
    processor, invoice_id = get_processor(outside), invoice_of(work.invoice)
    with outside.database.read_only() as session:
        wanted = owed(session, work.invoice)
    found = processor.get_invoice(invoice_id)
    if found.status == "open" and wanted < found.amount_due:
        # The key names the aim, so a repetition cannot lower it a second time.
        key = work.keys.key(f"lower-to-{wanted.minor}")
        processor.lower(invoice_id, amount=found.amount_due - wanted, key=key)
        found = processor.get_invoice(invoice_id)
    answer = found

    def record(session: Session, invoice: Invoice) -> None:
        absorb(session, invoice, answer, now=work.now)
        if answer.status == "open" and answer.amount_due < wanted:
            asked, due = (
                amount_words(session, invoice, money) for money in (answer.amount_due, wanted)
            )
            sentence = (
                f"Stripe asks for {asked}, but {due} of {invoice.number} is open."
                " Nothing was charged."
            )
            park(session, invoice, sentence, now=work.now)

    return record


def give_up_refund(work: Work, reason: str) -> Effect:
    """Return what becomes of a refund that the processor refuses: people send the money."""

    def record(session: Session, invoice: Invoice) -> None:
        row = _fresh(session, _note_of(work))
        if row.refund_state == "wanted":
            _fail(session, invoice, row, reason, now=work.now)

    return record


def settle_refund(
    session: Session, invoice: Invoice, note: CreditNote, answer: Refund, work: Work
) -> None:
    """Note what became of a refund, once."""
    row = _fresh(session, note)
    if row.refund_state != "wanted":
        return
    row.refund_id = answer.id
    if answer.amount.minor != row.refund_minor:
        theirs = amount_words(session, invoice, answer.amount)
        ours = amount_words(session, invoice, Money(row.refund_minor, row.currency))
        reason = f"Stripe says {theirs}, the credit note {ours}"
        _fail(session, invoice, row, reason, now=work.now)
    elif answer.state == "failed":
        _fail(session, invoice, row, "the bank refused it", now=work.now)
    else:
        row.refund_state = answer.state
        session.flush()
        facts = {"credit_note": row.number, "amount_minor": row.refund_minor}
        note_invoice(session, invoice, action="invoice.refunded", at=work.now, after=facts)
        show_change(session, invoice, now=work.now)


def hear_of_refund(session: Session, invoice: Invoice, refund: Refund, *, now: datetime) -> bool:
    """Note what is heard of a refund, once; one that no credit note wanted is told to people.

    Returns:
        False if the worker is just about to note this refund, so that it must be heard again.
    """
    notes = list_credit_notes(session, invoice)
    row = next((note for note in notes if note.refund_id == refund.id), None)
    if row is None:
        is_ours = refund.credit_key is not None
        amount = amount_words(session, invoice, refund.amount)
        sentence = (
            f"{amount} of {invoice.number} went back to the card at Stripe, without a credit"
            " note. Please write one, so that the books agree."
        )
        if is_ours:
            return all(note.refund_state != "wanted" for note in notes)
        if refund.state != "failed" and invoice.attention != sentence:
            decide(session, invoice, sentence, now=now)
    elif row.refund_state in {"pending", "done"} and refund.state == "failed":
        _fail(session, invoice, row, "the bank sent it back", now=now)
    elif row.refund_state == "pending" and refund.state == "done":
        row.refund_state = "done"
        session.flush()
        show_change(session, invoice, now=now)
    return True


def _fail(
    session: Session, invoice: Invoice, row: CreditNote, reason: str, *, now: datetime
) -> None:
    """Note that the present try failed, and tell it: the card alone is only repainted."""
    row.refund_state = "failed"
    session.flush()
    sentence = refund_failed(session, invoice, row, reason)
    decide(session, invoice, sentence, now=now)
    workspace = session.get_one(Workspace, invoice.workspace_id)
    tell_billing(
        session,
        workspace=workspace,
        notice="refund_failed",
        facts={"note_id": row.id, "attempt": row.refund_attempt, "sentence": sentence},
        key=f"refund_failed:{row.id}:{row.refund_attempt}",
        now=now,
    )


def refund_failed(session: Session, invoice: Invoice, note: CreditNote, reason: str) -> str:
    """Return the sentence that tells billing people of a refund that did not work."""
    amount = amount_words(session, invoice, Money(note.refund_minor, note.currency))
    return (
        f"The refund of {amount} for {note.number} did not work: {reason.rstrip('.')}."
        " Try it again, or send the money another way."
    )


def _note_of(work: Work) -> CreditNote:
    if work.credit_note is None:
        message = f"no credit note waits for invoice {work.invoice.id}"
        raise ValueError(message)
    return work.credit_note


def _fresh(session: Session, note: CreditNote) -> CreditNote:
    return session.get_one(CreditNote, (note.workspace_id, note.id))
