"""Composing: from priced work to the words and figures that an invoice prints."""

import base64
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from timebot.billing.annex import make_annex
from timebot.billing.approved_work import Books
from timebot.billing.assessing import Assessment
from timebot.billing.concerns import shares_of
from timebot.billing.document import (
    DocumentLine,
    DocumentTax,
    HowToPay,
    InvoiceDocument,
    Logo,
    Party,
)
from timebot.billing.line_texts import line_texts
from timebot.billing.models import Invoice
from timebot.billing.pricing import Priced, PricedLine, Work
from timebot.clients.annex_detail import annex_detail_of
from timebot.clients.models import Client
from timebot.money import Money
from timebot.team.days import day_of
from timebot.team.models import Workspace


def compose_lines(priced: Priced, *, tax_note: str | None) -> tuple[DocumentLine, ...]:
    """Return the lines as printed, numbered from 1."""
    return tuple(
        _line(position, line, priced.currency, tax_note)
        for position, line in enumerate(priced.lines, start=1)
    )


def compose(
    session: Session, books: Books, assessment: Assessment, *, invoice: Invoice, now: datetime
) -> InvoiceDocument:
    """Return a draft as it would be printed if it were issued now, but for number and lines.

    See `compose_lines` for these.
    """
    workspace, client, priced = books.workspace, assessment.client, assessment.priced
    issued_on = day_of(now, workspace.zone)
    annex = make_annex(
        session, priced, workspace=workspace, detail=annex_detail_of(workspace, client), now=now
    )
    return InvoiceDocument(
        number=None,
        is_draft=True,
        locale=client.locale,
        currency=priced.currency,
        issued_on=issued_on,
        due_on=due_on(workspace, client, issued_on, assessment.charge_mode),
        period_start=invoice.period_start,
        period_end=invoice.period_end,
        purchase_order=client.purchase_order,
        grouping=priced.grouping,
        project_word=workspace.project_word,
        seller=_seller(workspace),
        buyer=_buyer(client),
        lines=(),
        taxes=tuple(
            DocumentTax(
                name=workspace.tax_name,
                tax_ppm=tax.tax_ppm,
                note=client.tax_note,
                base=Money(tax.base_minor, priced.currency),
                amount=Money(tax.tax_minor, priced.currency),
            )
            for tax in priced.taxes
        ),
        subtotal=priced.subtotal,
        tax=Money(priced.tax_minor, priced.currency),
        total=priced.total,
        credit=Money(assessment.credit_minor, priced.currency),
        due=Money(assessment.due_minor, priced.currency),
        seconds_worked=priced.seconds,
        minutes_billed=priced.minutes,
        rounding=_rounding_words(books, shares_of_projects(priced)),
        notes=(client.tax_note,) if client.tax_note else (),
        how_to_pay=_how_to_pay(workspace, client, assessment.charge_mode),
        annex=annex.rows,
        has_detail_file=priced.has_detail_file or annex.is_file,
        annex_detail=annex.detail,
        explained=annex.lines,
    )


def due_on(workspace: Workspace, client: Client, issued_on: date, charge_mode: str) -> date:
    """Return the day until which it is to be paid; what is charged is due at once."""
    if charge_mode == "charge":
        return issued_on
    days = workspace.terms_days if client.terms_days is None else client.terms_days
    return issued_on + timedelta(days=days)


def shares_of_projects(priced: Priced) -> list[Work]:
    """Return one piece of work for each project, by name."""
    by_project = {share.work.project_id: share.work for share in shares_of(priced)}
    return sorted(by_project.values(), key=lambda work: (work.project_name, work.project_id))


def _line(position: int, line: PricedLine, currency: str, tax_note: str | None) -> DocumentLine:
    texts = line_texts(line)
    return DocumentLine(
        position=position,
        worked_on=texts.worked_on,
        member=texts.member,
        project=line.first.project_name,
        text=texts.text,
        ticket_ref=texts.ticket_ref,
        ticket_url=texts.ticket_url,
        kind=line.first.kind,
        seconds_worked=line.seconds,
        minutes_billed=line.minutes,
        rate=Money(line.rate_minor, currency),
        amount=Money(line.amount_minor, currency),
        tax_ppm=line.first.tax_ppm,
        tax_note=tax_note,
    )


def _seller(workspace: Workspace) -> Party:
    logo = None
    if workspace.seller_logo is not None and workspace.seller_logo_type is not None:
        content = base64.b64encode(workspace.seller_logo).decode("ascii")
        logo = Logo(content, workspace.seller_logo_type)
    return Party(
        name=workspace.seller_name or workspace.name,
        address=workspace.seller_address,
        tax_id=workspace.seller_tax_id,
        email=workspace.seller_email,
        logo=logo,
    )


def _buyer(client: Client) -> Party:
    email = client.emails[0] if client.emails else None
    return Party(name=client.name, address=client.address, tax_id=client.tax_id, email=email)


def _how_to_pay(workspace: Workspace, client: Client, mode: str) -> HowToPay:
    brand = (client.card_brand or "card").replace("_", " ").capitalize()
    card = f"{brand} ending in {client.card_last4}" if client.card_last4 else brand
    return HowToPay(
        mode=mode,
        card=card if mode == "charge" else None,
        pay_url=None,
        bank=workspace.seller_bank if mode != "charge" else None,
    )


def _rounding_words(books: Books, projects: Sequence[Work]) -> tuple[str, ...]:
    """Say the rule once where all projects share it, else for each project."""
    rules = {work.project_name: books.rules[work.project_id] for work in projects}
    if len(set(rules.values())) <= 1:
        return tuple(f"Time is rounded {rule.words}." for rule in set(rules.values()))
    return tuple(f"{name}: time is rounded {rule.words}." for name, rule in rules.items())
