"""The mails about an invoice: HTML and plain text that say the same, in the client's locale."""

from datetime import date

from jinja2 import Environment

from timebot.billing.document import InvoiceDocument
from timebot.billing.ports import Letter
from timebot.gateways.writing import known_locale, money_text, template_environment


class Letters:
    """Writes the mails about an invoice."""

    def __init__(self, environment: Environment | None = None) -> None:
        environment = environment or template_environment()
        self._html = environment.get_template("letter.html")
        # Plain text is not HTML: escaping would show in it.
        self._text = environment.overlay(autoescape=False).get_template("letter.txt")

    def invoice_letter(self, document: InvoiceDocument, *, pay_url: str | None) -> Letter:
        """Return the mail that brings an invoice which is not paid yet."""
        amount = _amount(document)
        return self._letter(
            document,
            subject=f"Invoice {document.number} from {document.seller.name}: {amount}",
            greeting=f"Here is our invoice {document.number} for {amount}.",
            pay_url=pay_url,
        )

    def receipt_letter(
        self, document: InvoiceDocument, *, paid_on: date, paid_how: str, with_invoice: bool
    ) -> Letter:
        """Return the mail that proves a payment; `with_invoice` where it brings the invoice too."""
        amount = _amount(document)
        attached = " The invoice is attached." if with_invoice else ""
        return self._letter(
            document,
            subject=f"Receipt for invoice {document.number} from {document.seller.name}",
            greeting=f"We received {amount} for invoice {document.number}. Thank you.{attached}",
            paid_on=paid_on,
            paid_how=paid_how,
        )

    def _letter(
        self,
        document: InvoiceDocument,
        *,
        subject: str,
        greeting: str,
        pay_url: str | None = None,
        paid_on: date | None = None,
        paid_how: str | None = None,
    ) -> Letter:
        values = {
            "invoice": document,
            "locale": known_locale(document.locale),
            "greeting": greeting,
            "pay_url": pay_url,
            "paid_on": paid_on,
            "paid_how": paid_how,
        }
        return Letter(
            # A header is one line, whatever a name holds.
            subject=" ".join(subject.split()),
            html=self._html.render(values),
            text=self._text.render(values).strip() + "\n",
        )


def _amount(document: InvoiceDocument) -> str:
    return money_text(document.due, known_locale(document.locale))
