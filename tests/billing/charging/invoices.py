"""Issued invoices for the tests of charging, built straight into the tables."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.builders import (
    HOURLY,
    a_billing_entry,
    a_client,
    a_line,
    a_member,
    a_project,
    a_run,
    a_workspace,
    an_entry,
    an_invoice,
    as_issued,
)
from timebot.billing.document import HowToPay, InvoiceDocument, Party, printed_texts
from timebot.billing.models import Invoice, InvoiceRun, InvoiceTax
from timebot.clients.models import Client
from timebot.money import Money, percent_of
from timebot.team.models import Workspace

BANK = "IBAN DE00 0000 0000 0000"
TAX_PPM = 190_000


def a_firm(session: Session) -> tuple[Workspace, InvoiceRun]:
    """An agency with an owner, and its run."""
    workspace = a_workspace(session, seller_bank=BANK, seller_email="hello@north.example")
    a_member(session, workspace, name="Olive", role="owner")
    return workspace, a_run(session, workspace)


def an_issued_invoice(
    session: Session,
    run: InvoiceRun,
    client: Client,
    *,
    mode: str = "charge",
    sequence: int = 1,
    projects: tuple[str, ...] = ("Logo", "Website"),
    minor: int = HOURLY.minor,
    tax_ppm: int = TAX_PPM,
    **printed: Any,  # noqa: ANN401 - any field of the document
) -> Invoice:
    """One hour on each project, applied and priced, issued and due for its first step."""
    currency = client.currency
    subtotal = minor * len(projects)
    tax = percent_of(subtotal, tax_ppm)
    invoice = an_invoice(
        session,
        run,
        client,
        subtotal_minor=subtotal,
        tax_minor=tax,
        total_minor=subtotal + tax,
        due_minor=subtotal + tax,
        seconds_worked=3_600 * len(projects),
        minutes_billed=60 * len(projects),
        currency=currency,
    )
    workspace = session.get_one(Workspace, run.workspace_id)
    member = a_member(session, workspace, name="Robin")
    for position, name in enumerate(projects, start=1):
        line = a_line(
            session,
            invoice,
            position=position,
            project_name=name,
            amount_minor=minor,
            rate_minor=minor,
            tax_ppm=tax_ppm,
        )
        project = a_project(session, client, name=f"{name} {uuid4().hex[:4]}")
        entry = an_entry(session, member, project, state="applied")
        a_billing_entry(session, line, entry, currency=currency)
    session.add(
        InvoiceTax(
            workspace_id=run.workspace_id,
            invoice_id=invoice.id,
            position=1,
            name="VAT",
            tax_ppm=tax_ppm,
            base_minor=subtotal,
            tax_minor=tax,
        )
    )
    session.flush()
    document = replace(_document(workspace, client, run, mode), **printed)
    issued: dict[str, Any] = as_issued(run, sequence=sequence)
    issued |= {
        "collection": "open",
        "charge_mode": mode,
        "printed": printed_texts(document, logo_sha256=None),
        "next_step_at": run.opened_at,
        "released_at": run.opened_at + timedelta(seconds=sequence),
        "stripe_customer_id": client.stripe_customer_id,
        "stripe_card_id": client.card_id if mode == "charge" else None,
    }
    session.execute(update(Invoice).where(Invoice.id == invoice.id).values(**issued))
    session.refresh(invoice)
    return invoice


def a_payer(session: Session, run: InvoiceRun, **columns: object) -> Client:
    """A client who can be mailed, with a copy."""
    workspace = session.get_one(Workspace, run.workspace_id)
    emails = ["billing@acme.example", "copy@acme.example"]
    return a_client(session, workspace, **{"name": "Acme", "emails": emails} | columns)


def _document(workspace: Workspace, client: Client, run: InvoiceRun, mode: str) -> InvoiceDocument:
    zero = Money.zero(client.currency)
    return InvoiceDocument(
        number=None,
        is_draft=False,
        locale="en_US",
        currency=client.currency,
        issued_on=run.period_end,
        due_on=run.period_end,
        period_start=run.period_start,
        period_end=run.period_end,
        purchase_order=None,
        grouping="project",
        project_word="project",
        seller=Party(workspace.name, None, None, workspace.seller_email),
        buyer=Party(client.name, None, None, client.emails[0]),
        lines=(),
        taxes=(),
        subtotal=zero,
        tax=zero,
        total=zero,
        credit=zero,
        due=zero,
        seconds_worked=0,
        minutes_billed=0,
        rounding=(),
        notes=(),
        how_to_pay=HowToPay(mode, None, None, BANK if mode != "charge" else None),
        annex=(),
        has_detail_file=False,
    )
