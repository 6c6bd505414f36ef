"""Which invoice a button or a modal is about; what comes back from Slack is never trusted."""

from uuid import UUID

from timebot.billing.credit_models import CreditNote
from timebot.billing.deciding import InvoiceUnknown
from timebot.billing.models import Invoice
from timebot.slack.desk import Asked


def invoice_of(asked: Asked) -> Invoice:
    """Return the issued invoice of a button or a modal.

    Raises:
        InvoiceUnknown: if there is none.
    """
    try:
        key = UUID(asked.delivery.value.get("invoice", ""))
    except ValueError:
        raise InvoiceUnknown from None
    invoice = asked.session.get(Invoice, (asked.workspace.id, key))
    if invoice is None or invoice.number is None:
        raise InvoiceUnknown
    return invoice


def credit_note_of(asked: Asked) -> CreditNote:
    """Return the credit note of a button.

    Raises:
        InvoiceUnknown: if there is none.
    """
    try:
        key = UUID(asked.delivery.value.get("note", ""))
    except ValueError:
        raise InvoiceUnknown from None
    note = asked.session.get(CreditNote, (asked.workspace.id, key))
    if note is None:
        raise InvoiceUnknown
    return note
