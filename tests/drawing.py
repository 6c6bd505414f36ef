"""Drawing PDFs in the process of the tests: a child of its own takes a second to start."""

from timebot.billing.credit_document import CreditDocument
from timebot.billing.document import InvoiceDocument
from timebot.billing.why_document import WhyDocument
from timebot.db import refuse_inside_transaction
from timebot.gateways.invoice_html import CreditNotePage, InvoicePage, WhyPage
from timebot.gateways.pdf_child import draw


class DrawingHere:
    """Fills in the same page and draws it with the same hands as the child process does."""

    def render(self, document: InvoiceDocument) -> bytes:
        """Return the PDF of an invoice."""
        refuse_inside_transaction("drawing a PDF")
        return draw(InvoicePage().html(document))

    def render_credit_note(self, document: CreditDocument) -> bytes:
        """Return the PDF of a credit note."""
        refuse_inside_transaction("drawing a PDF")
        return draw(CreditNotePage().html(document))

    def render_why(self, document: WhyDocument) -> bytes:
        """Return the PDF that shows how an invoice came to be."""
        refuse_inside_transaction("drawing a PDF")
        return draw(WhyPage().html(document))
