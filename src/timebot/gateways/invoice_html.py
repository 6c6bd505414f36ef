"""Invoices and credit notes as HTML: templates filled in, all that people typed escaped."""

from functools import cache
from importlib.resources import files

from jinja2 import Environment
from markupsafe import Markup

from timebot.billing.credit_document import CreditDocument
from timebot.billing.document import InvoiceDocument, Party
from timebot.billing.why_document import WhyDocument
from timebot.gateways.writing import template_environment
from timebot.locales import known_locale
from timebot.money import Money, billing_step


class InvoicePage:
    """Fills in the invoice's template."""

    def __init__(self, environment: Environment | None = None) -> None:
        self._template = (environment or template_environment()).get_template("invoice.html")

    def html(self, invoice: InvoiceDocument) -> str:
        """Return the page; the same document gives the same page."""
        return self._template.render(
            invoice=invoice,
            **_head(invoice, f"Invoice {invoice.number}" if invoice.number else "Draft invoice"),
            is_draft=invoice.is_draft,
            has_day=any(line.worked_on for line in invoice.lines),
            has_member=any(line.member for line in invoice.lines),
            has_text=any(line.text for line in invoice.lines),
            zones=sorted({row.zone for row in invoice.annex if row.zone}),
            step=_step(invoice.currency),
        )


class CreditNotePage:
    """Fills in the credit note's template, in the looks of the invoice."""

    def __init__(self, environment: Environment | None = None) -> None:
        self._template = (environment or template_environment()).get_template("credit_note.html")

    def html(self, note: CreditDocument) -> str:
        """Return the page; the same document gives the same page."""
        return self._template.render(
            note=note,
            **_head(note, f"Credit note {note.number}"),
            is_draft=False,
            has_day=any(line.worked_on for line in note.lines),
            has_member=any(line.member for line in note.lines),
            has_text=any(line.text for line in note.lines),
        )


class WhyPage:
    """Fills in the template that shows how an invoice came to be, in the looks of the invoice."""

    def __init__(self, environment: Environment | None = None) -> None:
        self._template = (environment or template_environment()).get_template("why.html")

    def html(self, why: WhyDocument) -> str:
        """Return the page; the same document gives the same page."""
        return self._template.render(
            why=why,
            step=_step(why.invoice.currency),
            **_head(why.invoice, f"How invoice {why.invoice.number} came to be"),
            is_draft=why.invoice.is_draft,
        )


def _head(document: InvoiceDocument | CreditDocument, title: str) -> dict[str, object]:
    """Return what the head of every page needs."""
    return {
        "title": title,
        "locale": known_locale(document.locale),
        "css": _style(),
        "logo": _logo_address(document.seller),
        "seller": document.seller,
        "buyer": document.buyer,
    }


@cache
def _style() -> Markup:
    style = files("timebot.gateways") / "templates" / "invoice.css"
    # Our own file, so it need not be escaped; no style sheet comes from outside.
    return Markup(style.read_text(encoding="utf-8"))  # noqa: S704 - see above


def _step(currency: str) -> Money | None:
    """Return to what amounts are rounded, where that is more than the smallest unit."""
    step = billing_step(currency)
    return Money(step, currency) if step > 1 else None


def _logo_address(seller: Party) -> str | None:
    """The logo travels inside the page: nothing is fetched while drawing."""
    logo = seller.logo
    return f"data:{logo.content_type};base64,{logo.content}" if logo else None
