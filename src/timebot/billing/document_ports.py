"""What billing needs for its documents: who draws them, and who writes the mails about them."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from timebot.billing.credit_document import CreditDocument
from timebot.billing.document import InvoiceDocument
from timebot.billing.why_document import WhyDocument
from timebot.money import Money


class Renderer(Protocol):
    """Draws documents; the same one gives the same bytes."""

    def render(self, document: InvoiceDocument) -> bytes:
        """Return the PDF of an invoice; the same document gives the same bytes.

        Raises:
            TryLater: if the drawing took too long or too much memory.
        """
        ...

    def render_credit_note(self, document: CreditDocument) -> bytes:
        """Return the PDF of a credit note.

        Raises:
            TryLater: if the drawing took too long or too much memory.
        """
        ...

    def render_why(self, document: WhyDocument) -> bytes:
        """Return the PDF that shows how an invoice came to be.

        Raises:
            TryLater: if the drawing took too long or too much memory.
        """
        ...


@dataclass(frozen=True)
class Letter:
    """The words of a mail.

    Attributes:
        html: for people whose mail program shows it; `text` says the same.
    """

    subject: str
    html: str
    text: str


class LetterWriter(Protocol):
    """Writes the mails about an invoice, in the client's locale."""

    def invoice_letter(
        self, document: InvoiceDocument, *, owed: Money, pay_url: str | None
    ) -> Letter:
        """Return the mail that brings an invoice of which `owed` is not paid yet."""
        ...

    def reminder_letter(
        self, document: InvoiceDocument, *, owed: Money, ordinal: int, pay_url: str | None
    ) -> Letter:
        """Return the mail that reminds of an invoice; `ordinal` is 1 for the first."""
        ...

    def credit_letter(self, document: CreditDocument) -> Letter:
        """Return the mail that brings a credit note."""
        ...

    def receipt_letter(
        self,
        document: InvoiceDocument,
        *,
        received: Money,
        paid_on: date,
        paid_how: str,
        with_invoice: bool,
    ) -> Letter:
        """Return the mail that proves a payment; `with_invoice` where it brings the invoice too."""
        ...
