"""The preview of a draft: the document it would become, marked as a draft."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from timebot.billing.approved_work import drafted_work
from timebot.billing.assessing import open_assessor
from timebot.billing.composing import compose, compose_lines
from timebot.billing.document import InvoiceDocument
from timebot.billing.models import Invoice, InvoiceRun
from timebot.team.models import Workspace


def draft_document(
    session: Session, invoice: Invoice, now: datetime, *, can_charge: bool
) -> InvoiceDocument:
    """Return what a draft would print if it were released now, with the watermark; reads only."""
    workspace = session.get_one(Workspace, invoice.workspace_id)
    run = session.get_one(InvoiceRun, (workspace.id, invoice.run_id))
    assessor = open_assessor(session, workspace=workspace, can_charge=can_charge)
    works = drafted_work(session, assessor.books, invoice_ids=[invoice.id], run=run).get(
        invoice.id, []
    )
    assessment = assessor.assess(session, invoice.client_id, works)
    document = compose(session, assessor.books, assessment, invoice=invoice, now=now)
    lines = compose_lines(assessment.priced, tax_note=assessment.client.tax_note)
    return replace(document, lines=lines)
