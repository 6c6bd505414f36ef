"""The mails about an invoice: HTML and plain text that say the same, in the client's locale."""

from datetime import date
from functools import cache

from jinja2 import Environment

from timebot.billing.credit_document import CreditDocument
from timebot.billing.document import InvoiceDocument
from timebot.billing.document_ports import Letter
from timebot.gateways.writing import date_text, template_environment
from timebot.locales import known_locale, money_words
from timebot.money import Money


class Letters:
    """Writes the mails about an invoice."""

    def __init__(self, environment: Environment | None = None) -> None:
        environment = environment or template_environment()
        self._html = environment.get_template("letter.html")
        plain = _unescaped(environment)
        self._text = plain.get_template("letter.txt")
        self._credit_html = environment.get_template("credit_letter.html")
        self._credit_text = plain.get_template("credit_letter.txt")

    def invoice_letter(
        self, document: InvoiceDocument, *, owed: Money, pay_url: str | None
    ) -> Letter:
        """Return the mail that brings an invoice of which `owed` is not paid yet."""
        amount = money_words(owed, document.locale)
        left = "" if owed == document.due else f" {amount} is still open."
        total = money_words(document.due, document.locale)
        return self._letter(
            document,
            subject=f"Invoice {document.number} from {document.seller.name}: {amount}",
            greeting=f"Here is our invoice {document.number} for {total}.{left}",
            amount=owed,
            pay_url=pay_url,
        )

    def reminder_letter(
        self, document: InvoiceDocument, *, owed: Money, ordinal: int, pay_url: str | None
    ) -> Letter:
        """Return the mail that reminds of an invoice; `ordinal` is 1 for the first."""
        amount = money_words(owed, document.locale)
        due = date_text(document.due_on, known_locale(document.locale))
        again = "Reminder" if ordinal == 1 else f"Reminder {ordinal}"
        return self._letter(
            document,
            subject=f"{again}: invoice {document.number} from {document.seller.name}, {amount}",
            greeting=(
                f"Our invoice {document.number} was due on {due}, and {amount} is still open."
                " Please pay it, or tell us if something is not right. If you paid in the last"
                " days, nothing is left to do. The invoice is attached again."
            ),
            amount=owed,
            pay_url=pay_url,
        )

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
        amount = money_words(received, document.locale)
        attached = " The invoice is attached." if with_invoice else ""
        return self._letter(
            document,
            subject=f"Receipt for invoice {document.number} from {document.seller.name}",
            greeting=f"We received {amount} for invoice {document.number}. Thank you.{attached}",
            amount=received,
            paid_on=paid_on,
            paid_how=paid_how,
        )

    def credit_letter(self, document: CreditDocument) -> Letter:
        """Return the mail that brings a credit note."""
        locale = known_locale(document.locale)
        amount = money_words(document.total, locale)
        values = {
            "note": document,
            "locale": locale,
            "greeting": (
                f"Here is our credit note {document.number} over {amount} for invoice"
                f" {document.invoice_number}."
            ),
            "outcomes": _outcomes(document, locale),
        }
        subject = f"Credit note {document.number} from {document.seller.name}: {amount}"
        return Letter(
            subject=_one_line(subject),
            html=self._credit_html.render(values),
            text=self._credit_text.render(values).strip() + "\n",
        )

    def _letter(
        self,
        document: InvoiceDocument,
        *,
        subject: str,
        greeting: str,
        amount: Money,
        pay_url: str | None = None,
        paid_on: date | None = None,
        paid_how: str | None = None,
    ) -> Letter:
        values = {
            "invoice": document,
            "locale": known_locale(document.locale),
            "greeting": greeting,
            "amount": amount,
            "pay_url": pay_url,
            "paid_on": paid_on,
            "paid_how": paid_how,
        }
        return Letter(
            subject=_one_line(subject),
            html=self._html.render(values),
            text=self._text.render(values).strip() + "\n",
        )


def _one_line(text: str) -> str:
    """A header is one line, whatever a name holds."""
    return " ".join(text.split())


def _outcomes(document: CreditDocument, locale: str) -> list[str]:
    """Say what becomes of the money, a sentence for each way."""
    card = f"your card, {document.card}" if document.card else "the card it was paid with"
    ways = (
        (document.reduces, "{} of it no longer has to be paid."),
        (document.refund, "{} goes back to " + card + "."),
        (document.credit, "{} is kept as your credit and lowers your next invoice."),
    )
    return [words.format(money_words(amount, locale)) for amount, words in ways if amount]


@cache
def _unescaped(environment: Environment) -> Environment:
    """Return the same templates for plain text, in which escaping would show; compiled once."""
    return environment.overlay(autoescape=False)
