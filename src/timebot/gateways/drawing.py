"""Drawing invoices: the page is filled in here, and a child process with limits makes the PDF."""

import subprocess
import sys

import structlog

from timebot.billing.credit_document import CreditDocument
from timebot.billing.document import InvoiceDocument
from timebot.billing.ports import TryLater
from timebot.billing.why_document import WhyDocument
from timebot.db import refuse_inside_transaction
from timebot.gateways.invoice_html import CreditNotePage, InvoicePage, WhyPage

PATIENCE_SECONDS = 90
log = structlog.get_logger(__name__)


class ChildRenderer:
    """A renderer that a page cannot harm: it crashes, swells or hangs alone.

    Args:
        patience_seconds: how long a child may take.
    """

    def __init__(self, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._page = InvoicePage()
        self._credit_page = CreditNotePage()
        self._why_page = WhyPage()
        self._patience = patience_seconds

    def render(self, document: InvoiceDocument) -> bytes:
        """Return the PDF of an invoice; the same document gives the same bytes.

        Raises:
            TryLater: if the child took too long, took too much memory, or failed.
        """
        return self._drawn(self._page.html(document))

    def render_credit_note(self, document: CreditDocument) -> bytes:
        """Return the PDF of a credit note; the same document gives the same bytes.

        Raises:
            TryLater: if the child took too long, took too much memory, or failed.
        """
        return self._drawn(self._credit_page.html(document))

    def render_why(self, document: WhyDocument) -> bytes:
        """Return the PDF that shows how an invoice came to be.

        Raises:
            TryLater: if the child took too long, took too much memory, or failed.
        """
        return self._drawn(self._why_page.html(document))

    def _drawn(self, html: str) -> bytes:
        refuse_inside_transaction("drawing a PDF")
        page = html.encode("utf-8")
        try:
            child = subprocess.run(
                [sys.executable, "-m", "timebot.gateways.pdf_child"],
                input=page,
                capture_output=True,
                timeout=self._patience,
                check=True,
            )
        except subprocess.TimeoutExpired:
            raise TryLater("drawing the PDF took too long") from None
        except subprocess.CalledProcessError as error:
            # What the child said may quote the page, so only its last line's kind is kept.
            log.warning("pdf.failed", code=error.returncode, fault=_kind_of(error.stderr))
            raise TryLater("drawing the PDF failed") from None
        return child.stdout


def _kind_of(stderr: bytes) -> str:
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].split(":")[0][:80] if lines else "no words"
