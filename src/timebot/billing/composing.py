"""Composing: from priced work to the words and figures that an invoice prints."""

import base64
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from timebot.billing.approved_work import Books
from timebot.billing.assessing import Assessment
from timebot.billing.concerns import shares_of
from timebot.billing.document import (
    MOST_PRINTED_LINES,
    AnnexRow,
    DocumentLine,
    DocumentTax,
    HowToPay,
    InvoiceDocument,
    Logo,
    Party,
)
from timebot.billing.models import Invoice
from timebot.billing.pricing import Priced, PricedLine, Work
from timebot.clients.models import Client
from timebot.money import Money
from timebot.team.models import Workspace

MOST_TEXT = 400
"""How many characters the texts of several entries may fill on one line."""


class LineTexts(NamedTuple):
    """The words of a line; what its entries do not share is left out."""

    worked_on: date | None
    member: str | None
    text: str
    ticket_ref: str | None
    ticket_url: str | None


def line_texts(line: PricedLine) -> LineTexts:
    """Return the words that stand for all entries of a line."""
    first = line.first
    if len(line.shares) == 1:
        return LineTexts(
            first.worked_on, first.member_name, first.text, first.ticket_ref, first.ticket_url
        )
    works = [share.work for share in line.shares]
    # The address counts too: two systems may both have an ABC-1.
    urls = list(dict.fromkeys(work.ticket_url for work in works if work.ticket_url))
    is_one_ticket = len({work.ticket_ref for work in works}) == 1 and len(urls) <= 1
    return LineTexts(
        worked_on=first.worked_on if len({work.worked_on for work in works}) == 1 else None,
        member=first.member_name if len({work.member_id for work in works}) == 1 else None,
        text=_joined(work.text if is_one_ticket else _with_ticket(work) for work in works),
        ticket_ref=first.ticket_ref if is_one_ticket else None,
        ticket_url=urls[0] if is_one_ticket and urls else None,
    )


def compose_lines(priced: Priced, *, tax_note: str | None) -> tuple[DocumentLine, ...]:
    """Return the lines as printed, numbered from 1."""
    return tuple(
        _line(position, line, priced.currency, tax_note)
        for position, line in enumerate(priced.lines, start=1)
    )


def compose(
    books: Books, assessment: Assessment, *, invoice: Invoice, issued_on: date, number: str | None
) -> InvoiceDocument:
    """Return the invoice as it would be printed, but for its lines; see `compose_lines`."""
    workspace, client, priced = books.workspace, assessment.client, assessment.priced
    annex = annex_rows(priced) if client.has_annex else ()
    return InvoiceDocument(
        number=number,
        is_draft=number is None,
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
        annex=annex,
        has_detail_file=priced.has_detail_file or (client.has_annex and not annex),
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


def _with_ticket(work: Work) -> str:
    """Return an entry's text with its own ticket, on a line whose entries have several."""
    if not work.ticket_ref:
        return work.text
    return f"{work.text} ({work.ticket_ref})" if work.text else work.ticket_ref


def _joined(all_texts: Iterable[str]) -> str:
    """Join the different texts, as many as fit, and say how many more there are."""
    texts = list(dict.fromkeys(text for text in all_texts if text))
    shown: list[str] = []
    for text in texts:
        if shown and len("; ".join([*shown, text])) > MOST_TEXT:
            break
        shown.append(text)
    rest = len(texts) - len(shown)
    return "; ".join([*shown, *([f"{rest} more"] if rest else [])])


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


def annex_rows(priced: Priced) -> tuple[AnnexRow, ...]:
    """Return a row for each entry, or none where that would be more than can be printed.

    However few lines they make, the entries then stand in the file beside the invoice.
    """
    if sum(len(line.shares) for line in priced.lines) > MOST_PRINTED_LINES:
        return ()
    rows = sorted(
        shares_of(priced),
        key=lambda share: (share.work.worked_on, share.work.started_at, share.work.entry_id),
    )
    return tuple(
        AnnexRow(
            worked_on=share.work.worked_on,
            member=share.work.member_name,
            project=share.work.project_name,
            text=share.work.text,
            ticket_ref=share.work.ticket_ref,
            kind=share.work.kind,
            seconds_worked=share.work.seconds,
            minutes_billed=share.minutes,
            ticket_url=share.work.ticket_url,
        )
        for share in rows
    )
