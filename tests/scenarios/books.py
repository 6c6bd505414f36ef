"""The books at the end of a story, each held against the others to the minor unit."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.paper import read_paper
from tests.pocket_calculator import at_stripe, line_amount, tax_on
from tests.scenarios.agency import Agency
from timebot.billing.models import BillingEntry, Invoice, InvoiceLine, InvoiceTax
from timebot.billing.payment_models import Mail, Payment, StoredFile
from timebot.clients.models import Client
from timebot.clock import real_now
from timebot.doctor import BROKEN, LOOK, Finding, examine
from timebot.journal.chain import verify_chain
from timebot.money import Money
from timebot.playground.stripe import LocalStripe
from timebot.reports.hours_and_money import make_report
from timebot.team.models import Member, Workspace
from timebot.timekeeping.models import TimeEntry


def check_books(agency: Agency) -> None:
    """Hold everything against everything else; an assertion names what differs."""
    with agency.world.timebot.database.read_only() as session:
        check_minutes(session)
        for invoice in issued(session):
            check_sums(session, invoice)
            check_papers(agency, session, invoice)
            check_money(agency, session, invoice)
        check_report(session)
        for workspace in session.scalars(select(Workspace)):
            chain = verify_chain(session, workspace_id=workspace.id)
            assert (chain.broken, chain.unsealed) == (None, 0)
            assert chain.sealed > 0
    assert [each for each in findings(agency) if each.verdict == BROKEN] == []
    assert agency.world.local.slack.faults() == []


def issued(session: Session) -> list[Invoice]:
    """Return the invoices that have a number, in its order."""
    found = select(Invoice).where(Invoice.number.is_not(None)).order_by(Invoice.number)
    return list(session.scalars(found))


def check_minutes(session: Session) -> None:
    """Every approved minute a client pays for is on exactly one line, and no other minute is."""
    entries = session.scalars(select(TimeEntry).where(TimeEntry.approved_at.is_not(None)))
    approved = {each.id: each for each in entries if each.billable != "internal"}
    lines = {line.id: line for line in session.scalars(select(InvoiceLine))}
    billed = Counter[object]()
    minutes: Counter[object] = Counter()
    for one in session.scalars(select(BillingEntry).where(BillingEntry.reversed_by.is_(None))):
        entry = approved[one.time_entry_id]
        assert entry.ended_at is not None
        assert entry.state == "applied"
        assert one.seconds_worked == entry.seconds(now=entry.ended_at)
        assert lines[one.line_id].invoice_id == one.invoice_id
        billed[one.time_entry_id] += 1
        minutes[one.line_id] += one.minutes_billed
    assert billed == dict.fromkeys(approved, 1)
    assert minutes == {line.id: line.minutes_billed for line in lines.values()}


def check_sums(session: Session, invoice: Invoice) -> None:
    """Minutes times rate is the line, the lines are the subtotal, tax is on top, credit is off."""
    lines, currency = lines_of(session, invoice), invoice.currency
    for line in lines:
        rate = line.rate_minor if line.kind == "billable" else 0
        assert line.amount_minor == line_amount(line.minutes_billed, rate, currency)
    assert invoice.subtotal_minor == sum(line.amount_minor for line in lines)
    taxes = session.scalars(select(InvoiceTax).where(InvoiceTax.invoice_id == invoice.id)).all()
    bases = Counter[int]()
    for line in lines:
        bases[line.tax_ppm] += line.amount_minor
    assert {tax.tax_ppm: tax.base_minor for tax in taxes} == bases
    for tax in taxes:
        assert tax.tax_minor == tax_on(tax.base_minor, tax.tax_ppm, currency)
    assert invoice.tax_minor == sum(tax.tax_minor for tax in taxes)
    assert invoice.total_minor == invoice.subtotal_minor + invoice.tax_minor
    assert invoice.due_minor == invoice.total_minor - invoice.credit_minor >= 0


def check_papers(agency: Agency, session: Session, invoice: Invoice) -> None:
    """The PDF that was stored is the PDF that was mailed."""
    stored = session.get_one(StoredFile, (invoice.workspace_id, str(invoice.pdf_sha256)))
    mailed = [
        paper["content"]
        for mail in agency.world.local.resend.mails()
        for paper in mail["attachments"]
        if str(invoice.number) in paper["filename"]
    ]
    assert mailed
    assert set(mailed) == {stored.content}
    check_printed(session, invoice)


def check_printed(session: Session, invoice: Invoice) -> None:
    """The stored PDF prints the figures of the books, and they add up on paper alone."""
    stored = session.get_one(StoredFile, (invoice.workspace_id, str(invoice.pdf_sha256)))
    lines, currency = lines_of(session, invoice), invoice.currency
    printed = read_paper(stored.content, currency)
    assert printed.lines == tuple(
        (line.minutes_billed, line.rate_minor, line.amount_minor) for line in lines
    )
    for minutes, rate, amount in printed.lines:
        assert amount == line_amount(minutes, rate, currency)
    assert printed.subtotal == sum(amount for _, _, amount in printed.lines)
    assert printed.taxes == tuple(
        (ppm, tax_on(printed.subtotal, ppm, currency))
        for ppm in sorted({line.tax_ppm for line in lines})
        if ppm
    )
    assert printed.total == printed.subtotal + printed.tax == invoice.total_minor
    assert printed.credit == invoice.credit_minor
    assert printed.left == printed.total - printed.credit == invoice.due_minor
    assert printed.head == (printed.left, sum(minutes for minutes, _, _ in printed.lines))


def check_money(agency: Agency, session: Session, invoice: Invoice) -> None:
    """Stripe took exactly this amount exactly once, and one mail of each kind and attempt went."""
    check_taken(agency.world.local.stripe, session, invoice)
    assert (invoice.collection, invoice.delivery) == ("paid", "delivered")
    mails = session.scalars(select(Mail).where(Mail.invoice_id == invoice.id))
    subjects = [str(mail.message["subject"]) for mail in mails]
    sent = [mail["subject"] for mail in agency.world.local.resend.mails()]
    assert Counter(subjects) == Counter(one for one in sent if str(invoice.number) in one)


def check_taken(stripe: LocalStripe, session: Session, invoice: Invoice) -> None:
    """Stripe's invoice asks for what ours is due, and took that once."""
    due = at_stripe(invoice.due_minor, invoice.currency)
    theirs = [each for each in stripe.invoices() if each["number"] == invoice.number]
    assert [
        (each["status"], each["total"], each["amount_due"], each["amount_paid"]) for each in theirs
    ] == [("paid", due, due, due)]
    charged = [
        (each["amount"], each["currency"].upper())
        for each in stripe.charges()
        if each["invoice"] == invoice.stripe_invoice_id and each["status"] == "succeeded"
    ]
    assert charged == [(due, invoice.currency)]
    paid = session.scalars(
        select(Payment).where(Payment.invoice_id == invoice.id, Payment.state == "succeeded")
    )
    assert [each.amount_minor for each in paid] == [invoice.due_minor]


def check_report(session: Session) -> None:
    """The report by client is the sum of the invoices, by currency."""
    workspace = session.scalars(select(Workspace)).one()
    owner = session.scalars(select(Member).where(Member.role == "owner")).one()
    report = make_report(
        session,
        workspace=workspace,
        member=owner,
        grouped_by="client",
        start=date(2031, 3, 1),
        end=date(2031, 4, 1),
    )
    billed: dict[str, Counter[str]] = {}
    for invoice in issued(session):
        client = session.get_one(Client, (invoice.workspace_id, invoice.client_id))
        amounts = billed.setdefault(client.name, Counter())
        amounts[invoice.currency] += invoice.subtotal_minor
    assert {row.label: Counter(dict(_plain(row.billed))) for row in report.rows} == billed
    assert dict(_plain(report.total.billed)) == sum(billed.values(), Counter[str]())


def findings(agency: Agency) -> list[Finding]:
    """Return what the doctor finds that is not good; the SQLite of this machine aside."""
    timebot = agency.world.timebot
    found = examine(timebot.database, timebot.settings, now=agency.world.now(), real_now=real_now())
    return [one for one in found if one.verdict in (LOOK, BROKEN) and one.check != "SQLite"]


def lines_of(session: Session, invoice: Invoice) -> list[InvoiceLine]:
    """Return the lines of an invoice as they are printed."""
    found = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id)
    return list(session.scalars(found.order_by(InvoiceLine.position)))


def _plain(amounts: tuple[Money, ...]) -> Iterator[tuple[str, int]]:
    return ((money.currency, money.minor) for money in amounts if money.minor)
