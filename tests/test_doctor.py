"""The doctor: each invariant is noticed when it is broken, and what is stuck is named."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from tests.billing.firm import DUE, Firm, a_firm
from tests.builders import MONDAY_NINE, a_payment
from timebot.billing.credit_note import issue_credit_note
from timebot.billing.crediting import Part
from timebot.billing.models import Invoice
from timebot.billing.payment_models import Mail, StoredFile
from timebot.db import Database
from timebot.doctor import BROKEN, GOOD, LOOK, Finding, examine, invariants
from timebot.doctor.truths import CHECKS
from timebot.journal.models import InboxDelivery, OutboxMessage
from timebot.money import Money
from timebot.settings import read_settings
from timebot.team.models import Member

GUARDED = (
    *("invoice", "invoice_line", "invoice_tax", "billing_entry", "payment"),
    *("credit_note", "credit_note_line", "client_credit"),
)

SQL = {
    "lines and invoices": "UPDATE invoice_line SET amount_minor = amount_minor + 1",
    "tax": "UPDATE invoice_tax SET tax_minor = tax_minor + 1",
    "billing entries and lines": "UPDATE billing_entry SET minutes_billed = minutes_billed + 15",
    "currencies": "UPDATE billing_entry SET currency = 'USD'",
    "applied entries": "UPDATE billing_entry SET reversed_by = id",
    "billed entries": "UPDATE time_entry SET state = 'approved'",
    "invoice numbers": "UPDATE invoice SET sequence = 2, number = 'INV-2026-0002'",
    "number counters": "UPDATE invoice_counter SET last = last + 1",
    "paid invoices": "UPDATE invoice SET collection = 'paid', paid_at = released_at",
    "payments": "UPDATE payment SET state = 'succeeded', settled_at = created_at",
    "drafts": "UPDATE invoice SET document = 'draft', collection = 'none', number = NULL,"
    " sequence = NULL, issued_on = NULL, released_at = NULL",
    "drafted entries": "INSERT INTO draft_entry (workspace_id, time_entry_id, invoice_id)"
    " SELECT workspace_id, time_entry_id, invoice_id FROM billing_entry",
    "credited invoices": "UPDATE invoice SET collection = 'credited'",
    "credit notes": "UPDATE credit_note_line SET amount_minor = amount_minor + 1",
    "credit note numbers": "UPDATE credit_note SET sequence = 2",
    "client credit": "UPDATE credit_note SET credit_minor = 1, reduces_minor = reduces_minor - 1",
    "credit note totals": "UPDATE credit_note SET total_minor = total_minor + 1",
    "credited lines": "UPDATE credit_note_line SET minutes = minutes + 1000",
    "client balances": "INSERT INTO client_credit (workspace_id, id, client_id, currency, kind,"
    " amount_minor, invoice_id, created_at) SELECT workspace_id, id, client_id, currency,"
    " 'applied', -1, id, created_at FROM invoice",
    "totals": "UPDATE invoice SET due_minor = due_minor + 1",
    "line amounts": "UPDATE invoice_line SET rate_minor = rate_minor + 1",
    "tax amounts": "UPDATE invoice_tax SET tax_ppm = 70000",
    "money received": "UPDATE payment SET state = 'succeeded', settled_at = created_at,"
    " amount_minor = amount_minor + 1",
    "lost money": "UPDATE payment SET lost_minor = 1",
    "refunds": "UPDATE credit_note SET refund_minor = reduces_minor, reduces_minor = 0,"
    " refund_state = 'wanted'",
    "amounts at Stripe": "UPDATE invoice SET stripe_status = 'open', next_step_at = NULL,"
    " stripe_due_minor = due_minor + 1",
    "cancelled invoices": "UPDATE invoice SET document = 'void', collection = 'none',"
    " voided_at = released_at",
    "documents": "UPDATE invoice SET document = 'rendered', pdf_sha256 = 'none'",
    "disputes": "UPDATE invoice SET collection = 'disputed'",
    "billed seconds": "UPDATE time_entry SET ended_at = started_at",
}
"""How each invariant can be broken by somebody who has the database in hand."""


@pytest.fixture
def firm(session: Session) -> Firm:
    """A firm with one issued invoice of 2 hours, taxed, with an attempt at its payment."""
    firm = a_firm(session, tax_ppm=190_000)
    firm.approved(hours=2)
    invoice = firm.release(firm.run())
    a_payment(session, invoice, state="declined", amount_minor=invoice.due_minor)
    return firm


def a_credit_note(firm: Firm) -> None:
    """Take an hour back of the invoice."""
    issue_credit_note(
        firm.session,
        workspace=firm.workspace,
        actor=firm.owner,
        invoice_id=firm.session.scalars(select(Invoice.id)).one(),
        reason="too much",
        parts=[Part(1, minutes=60)],
        now=DUE,
    )


def take_guards_away(session: Session) -> None:
    """Take the triggers away, as somebody with the database in hand could."""
    if session.get_bind().dialect.name == "postgresql":
        for table in GUARDED:
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        return
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    for name in session.scalars(text(query)).all():
        session.execute(text(f"DROP TRIGGER {name}"))


def take_checks_away(session: Session) -> None:
    """Let a row be anything, as after a migration that was done by hand."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA ignore_check_constraints = ON"))
        return
    for table in GUARDED:
        for check in inspect(session.connection()).get_check_constraints(table):
            session.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {check['name']}"))


def a_check(session: Session, database: Database, check: str) -> list[Finding]:
    """Commit what was done, examine all of it, and return what was found about one thing."""
    session.commit()
    findings = examine(database, read_settings({}), now=DUE, real_now=DUE)
    return [finding for finding in findings if finding.check == check]


def test_every_invariant_has_a_way_to_be_broken_here() -> None:
    assert sorted(SQL) == sorted(CHECKS)


def test_an_issued_invoice_breaks_nothing(firm: Firm) -> None:
    assert invariants(firm.session) == []


@pytest.mark.parametrize("currency", ["JPY", "KWD", "MGA"])
def test_amounts_that_are_rounded_in_any_currency_are_in_order(
    session: Session, currency: str
) -> None:
    firm = a_firm(session, currency=currency, tax_ppm=75_000)
    for days, rate in enumerate((9_511, 12_345, 77_777)):
        firm.approved(days=days, hours=0.35, rate=Money(rate, currency))
    firm.release(firm.run())

    assert invariants(session) == []


@pytest.mark.breaks_invariants
@pytest.mark.parametrize("check", CHECKS)
def test_what_is_broken_is_noticed(firm: Firm, database: Database, check: str) -> None:
    if "credit_note" in SQL[check]:
        a_credit_note(firm)
    take_guards_away(firm.session)
    take_checks_away(firm.session)
    firm.session.execute(text(SQL[check]))

    (finding,) = a_check(firm.session, database, check)

    assert finding.verdict == BROKEN
    assert finding.sentence.endswith(".")


@pytest.mark.breaks_invariants
def test_a_finding_names_the_rows(firm: Firm) -> None:
    take_guards_away(firm.session)
    firm.session.execute(text(SQL["lines and invoices"]))

    sentences = invariants(firm.session)

    assert sentences[0] == (
        "INV-2026-0001: the lines do not add up to the subtotal or the minutes."
    )


def test_a_paid_invoice_with_its_payment_is_in_order(firm: Firm) -> None:
    invoice = firm.session.scalars(select(Invoice)).one()
    a_payment(firm.session, invoice, attempt=2, state="succeeded", amount_minor=invoice.due_minor)
    invoice.collection, invoice.paid_at = "paid", DUE
    firm.session.flush()

    assert invariants(firm.session) == []


def test_a_rendered_invoice_with_its_file_is_in_order(firm: Firm) -> None:
    invoice = firm.session.scalars(select(Invoice)).one()
    firm.session.add(
        StoredFile(
            workspace_id=invoice.workspace_id,
            sha256="0" * 64,
            content_type="application/pdf",
            content=b"%PDF",
            created_at=DUE,
        )
    )
    invoice.document, invoice.pdf_sha256 = "rendered", "0" * 64
    firm.session.flush()

    assert invariants(firm.session) == []


def test_a_guard_that_is_missing_is_named(firm: Firm, database: Database) -> None:
    take_guards_away(firm.session)

    (finding,) = a_check(firm.session, database, "guards")

    assert finding.verdict == BROKEN
    assert "trigger" in finding.sentence


def a_message(firm: Firm, **columns: object) -> None:
    given = {
        "workspace_id": firm.workspace.id,
        "kind": "slack.card",
        "payload": {},
        "created_at": MONDAY_NINE,
        "due_at": MONDAY_NINE,
    }
    firm.session.add(OutboxMessage(**given | columns))


def a_webhook(firm: Firm, **columns: object) -> None:
    given = {
        "scope": "stripe",
        "source": "stripe",
        "external_id": "evt_1",
        "received_at": MONDAY_NINE,
    }
    firm.session.add(InboxDelivery(**given | columns))


def a_mail(firm: Firm, **columns: object) -> None:
    given = {
        "workspace_id": firm.workspace.id,
        "invoice_id": firm.session.scalars(select(Invoice.id)).one(),
        "kind": "invoice",
        "attempt": 1,
        "message": {},
        "idempotency_key": "mail/1",
        "created_at": MONDAY_NINE,
    }
    firm.session.add(Mail(**given | columns))


def an_invoice_left_behind(firm: Firm) -> None:
    firm.session.scalars(select(Invoice)).one().next_step_at = DUE - timedelta(hours=2)


def a_question(firm: Firm) -> None:
    firm.session.scalars(select(Invoice)).one().attention = "The totals differ."


@pytest.mark.parametrize(
    ("leave", "verdict", "words"),
    [
        (a_message, BROKEN, "Messages to Slack"),
        (lambda firm: a_webhook(firm, state="waiting"), BROKEN, "Webhooks"),
        (a_mail, BROKEN, "Mails"),
        (an_invoice_left_behind, BROKEN, "Invoices whose next step"),
        (a_question, LOOK, "Invoices wait for a decision: 1"),
        (lambda firm: a_message(firm, state="given_up", settled_at=DUE), LOOK, "given up"),
        (lambda firm: a_message(firm, state="unknown", settled_at=DUE), LOOK, "given up"),
        (lambda firm: a_mail(firm, state="bounced", created_at=DUE), LOOK, "Mails could not"),
    ],
)
def test_what_is_stuck_or_waits_for_a_person_is_named(
    firm: Firm,
    database: Database,
    leave: Callable[[Firm], None],
    verdict: str,
    words: str,
) -> None:
    firm.session.scalars(select(Invoice)).one().next_step_at = None
    for message in firm.session.scalars(select(OutboxMessage)):
        message.state, message.settled_at = "done", MONDAY_NINE
    leave(firm)

    (finding,) = a_check(firm.session, database, "work")

    assert finding.verdict == verdict
    assert words in finding.sentence


def test_fresh_work_is_not_stuck(firm: Firm, database: Database) -> None:
    (finding,) = a_check(firm.session, database, "work")

    assert (finding.verdict, finding.sentence) == (GOOD, "Nothing is stuck.")


def test_events_that_nobody_sealed_are_named(firm: Firm, database: Database) -> None:
    firm.session.commit()

    findings = examine(database, read_settings({}), now=DUE + timedelta(hours=2), real_now=DUE)

    (audit,) = [one for one in findings if one.check.startswith("audit of")]
    assert audit.verdict == LOOK


def test_a_workspace_without_an_owner_is_named(firm: Firm, database: Database) -> None:
    firm.session.scalars(select(Member).where(Member.role == "owner")).one().role = "member"

    findings = a_check(firm.session, database, firm.workspace.name)

    assert "It has no owner yet." in [finding.sentence for finding in findings]


def test_the_set_up_is_told_without_its_secrets(database: Database) -> None:
    settings = read_settings(
        {
            "SLACK_BOT_TOKEN": "xoxb-secret",
            "SLACK_SIGNING_SECRET": "hush",
            "STRIPE_API_KEY": "sk_test_hush",
            "STRIPE_WEBHOOK_SECRET": "whsec_hush",
        }
    )

    findings = examine(database, settings, now=DUE, real_now=DUE)

    told = {finding.check: finding for finding in findings}
    assert (told["Slack"].verdict, told["Stripe"].verdict) == (GOOD, GOOD)
    assert told["Resend"].verdict == LOOK
    assert [one for one in findings if "hush" in one.sentence or "secret" in one.sentence] == []


def test_a_database_without_tables_says_what_to_do(empty_database_url: str) -> None:
    database = Database(empty_database_url)

    findings = examine(database, read_settings({}), now=DUE, real_now=DUE)
    database.dispose()

    assert findings[-1].verdict == BROKEN
    assert "timebot migrate" in findings[-1].sentence
