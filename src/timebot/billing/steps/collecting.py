"""Collecting: the processor's customer, draft, lines, finalization; each looks before it makes."""

import hashlib
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from timebot.billing.document import load_document
from timebot.billing.models import Invoice
from timebot.billing.ports import (
    CardProcessor,
    MadeAndDeleted,
    Missing,
    ProcessorInvoice,
    Rejected,
    TryLater,
)
from timebot.billing.steps.absorbing import absorb, differs
from timebot.billing.steps.charge_lines import charge_lines
from timebot.billing.steps.settling import desert, park_uncharged
from timebot.billing.steps.work import Effect, Outside, Work
from timebot.clients.models import Client

_WITHOUT_PROCESSOR = timedelta(hours=1)


def make_customer(outside: Outside, work: Work) -> Effect:
    """Find or create the client's customer."""
    processor, client = get_processor(outside), work.client
    customer = ensure_customer(processor, client, key=f"{work.keys.workspace}/{client.id}")

    def note(session: Session, invoice: Invoice) -> None:
        keep_customer(session, client, customer)
        invoice.stripe_customer_id = customer

    return note


def make_draft(outside: Outside, work: Work) -> Effect:
    """Find or create an empty draft; a stray one is never charged, so it does no harm."""
    processor, invoice, keys = get_processor(outside), work.invoice, work.keys
    found = processor.find_invoice(
        customer=customer_of(invoice), workspace_key=keys.workspace, invoice_key=keys.invoice
    )
    invoice_id = found.id if found is not None else _create(processor, work)

    def note(session: Session, invoice: Invoice) -> None:
        was_deserted = invoice.stripe_customer_id is None and invoice.collection == "open"
        invoice.stripe_customer_id = customer_of(work.invoice)
        if was_deserted:
            # The customer was deleted meanwhile. The draft has taken the number, so another one
            # cannot be made.
            invoice.stripe_invoice_id = invoice_id
            desert(session, invoice, now=work.now)
        elif found is not None:
            absorb(session, invoice, found, now=work.now)
        elif invoice.stripe_invoice_id is None:
            invoice.stripe_invoice_id, invoice.stripe_status = invoice_id, "draft"

    return note


def add_lines(outside: Outside, work: Work) -> Effect:
    """Add the lines that the draft does not hold yet.

    Adding them twice is how a client would be charged double (reliability reference 1.3).
    """
    processor, invoice_id = get_processor(outside), invoice_of(work.invoice)
    try:
        found = processor.get_invoice(invoice_id)
    except Missing:
        return _draft_gone(work)
    if found.status == "draft":
        with outside.database.read_only() as session:
            lines = charge_lines(load_document(session, work.invoice))
        missing = [line for line in lines if line.key not in found.line_keys]
        if missing:
            # One key stands for one set of lines on one draft: Stripe refuses a key with others.
            named = " ".join([invoice_id, *(line.key for line in missing)])
            digest = hashlib.sha256(named.encode()).hexdigest()
            try:
                processor.add_lines(invoice_id, missing, key=work.keys.key(f"lines-{digest[:12]}"))
            except Missing:
                return _draft_gone(work)

    def note(session: Session, invoice: Invoice) -> None:
        if found.status != "draft":
            absorb(session, invoice, found, now=work.now)
        elif invoice.stripe_status == "draft":
            invoice.stripe_status = "lined"

    return note


def finalize(outside: Outside, work: Work) -> Effect:
    """Compare the figures, and only if they are ours make the draft payable."""
    processor, invoice_id = get_processor(outside), invoice_of(work.invoice)
    try:
        found = processor.get_invoice(invoice_id)
    except Missing:
        return _draft_gone(work)
    why_not = differs(work.invoice, found, locale=work.locale) if found.status == "draft" else None
    if found.status == "draft" and why_not is None:
        found = _finalized(processor, work, invoice_id)

    def note(session: Session, invoice: Invoice) -> None:
        if why_not is not None:
            park_uncharged(session, invoice, why_not, now=work.now)
        else:
            absorb(session, invoice, found, now=work.now)

    return note


def close(outside: Outside, work: Work) -> Effect:
    """Close at the processor what is cancelled or paid elsewhere, so that nobody pays it there."""
    processor = get_processor(outside)
    found = _find(processor, work)
    if found is None:
        return _closed_as("none")
    if found.status == "draft":
        processor.delete_draft(found.id)
        return _closed_as("deleted")
    if found.status in {"open", "uncollectible"}:
        if work.invoice.document == "void" or work.invoice.collection == "credited":
            processor.void(found.id, key=work.keys.key("void"))
            return _closed_as("void", found.id)
        processor.note_paid_outside(found.id, key=work.keys.key("paid-outside"))
        return _closed_as("paid", found.id)

    def note(session: Session, invoice: Invoice) -> None:
        absorb(session, invoice, found, now=work.now)

    return note


def get_processor(outside: Outside) -> CardProcessor:
    """Return the card processor.

    Raises:
        TryLater: if none is set up (any more).
    """
    if outside.processor is None:
        raise TryLater("no card processor is set up", _WITHOUT_PROCESSOR)
    return outside.processor


def ensure_customer(processor: CardProcessor, client: Client, *, key: str) -> str:
    """Return the id of the client's customer, found or created.

    Raises:
        TryLater, OutcomeUnknown, Rejected: see there; a client without an address is rejected.
    """
    if client.stripe_customer_id is not None:
        return client.stripe_customer_id
    if not client.emails:
        raise Rejected("the client has no mail address")
    names = {"workspace_key": str(client.workspace_id), "client_key": str(client.id)}
    found = processor.find_customer(**names, email=client.emails[0])
    if found is not None:
        return found
    # The key of a customer that was deleted would only bring that one back.
    after = f"/after-{client.stripe_customer_gone}" if client.stripe_customer_gone else ""
    return processor.create_customer(
        **names, name=client.name, email=client.emails[0], key=f"tb/{key}/customer{after}"
    )


def keep_customer(session: Session, client: Client, customer: str) -> None:
    """Remember a client's customer, unless one is known already."""
    session.execute(
        update(Client)
        .where(
            Client.workspace_id == client.workspace_id,
            Client.id == client.id,
            Client.stripe_customer_id.is_(None),
        )
        .values(stripe_customer_id=customer)
        .execution_options(synchronize_session=False)
    )


def customer_of(invoice: Invoice) -> str:
    """Return the processor's customer; the plan asks for this step only when there is one."""
    if invoice.stripe_customer_id is None:
        message = f"invoice {invoice.id} has no customer at the processor"
        raise ValueError(message)
    return invoice.stripe_customer_id


def invoice_of(invoice: Invoice) -> str:
    """Return the processor's invoice; the plan asks for this step only when there is one."""
    if invoice.stripe_invoice_id is None:
        message = f"invoice {invoice.id} has none at the processor"
        raise ValueError(message)
    return invoice.stripe_invoice_id


def _finalized(processor: CardProcessor, work: Work, invoice_id: str) -> ProcessorInvoice:
    try:
        return processor.finalize(invoice_id, key=work.keys.key(f"finalize-{invoice_id}"))
    except Rejected:
        found = processor.get_invoice(invoice_id)
        if found.status == "draft":
            raise
        # Somebody finalized it there a moment before us.
        return found


def _draft_gone(work: Work) -> Effect:
    """Park an invoice whose draft somebody deleted; whoever lets it go on has another one made."""

    def note(session: Session, invoice: Invoice) -> None:
        if invoice.stripe_status not in {"draft", "lined"}:
            # Its customer was deleted, too, and that is told already.
            return
        invoice.stripe_invoice_id = invoice.stripe_status = None
        sentence = (
            f"Somebody deleted the draft of {invoice.number} at Stripe. Nothing was charged."
            " Charge the card or send the pay link, and I make it there again; or cancel it."
        )
        park_uncharged(session, invoice, sentence, now=work.now)

    return note


def _create(processor: CardProcessor, work: Work) -> str:
    """Create a draft; the key of one that was deleted since would only bring that one back."""
    attempt = 1
    while True:
        try:
            return _create_under(processor, work, attempt)
        except MadeAndDeleted:
            attempt += 1


def _create_under(processor: CardProcessor, work: Work, attempt: int) -> str:
    invoice, keys = work.invoice, work.keys
    issued_on, due_on, number = invoice.issued_on, invoice.due_on, invoice.number
    if issued_on is None or due_on is None or number is None:
        message = f"invoice {invoice.id} is not issued"
        raise ValueError(message)
    card_id = invoice.stripe_card_id if invoice.charge_mode == "charge" else None
    return processor.create_invoice(
        customer=customer_of(invoice),
        card_id=card_id,
        currency=invoice.currency,
        number=number,
        invoice_key=keys.invoice,
        workspace_key=keys.workspace,
        days_until_due=(due_on - issued_on).days,
        client_key=keys.client,
        key=keys.key("draft-link" if card_id is None else f"draft-{card_id}", attempt),
    )


def _find(processor: CardProcessor, work: Work) -> ProcessorInvoice | None:
    invoice, keys = work.invoice, work.keys
    if invoice.stripe_invoice_id is None:
        return processor.find_invoice(
            customer=customer_of(invoice), workspace_key=keys.workspace, invoice_key=keys.invoice
        )
    try:
        return processor.get_invoice(invoice.stripe_invoice_id)
    except Missing:
        # A draft that was deleted in an earlier try.
        return None


def _closed_as(status: str, invoice_id: str | None = None) -> Effect:
    def note(_session: Session, invoice: Invoice) -> None:
        invoice.stripe_status = status
        # Its making may never have been recorded; without this it would look like a stranger's.
        invoice.stripe_invoice_id = invoice.stripe_invoice_id or invoice_id

    return note
