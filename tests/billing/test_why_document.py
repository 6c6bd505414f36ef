"""Why, as a document: all that a client may see of how an amount came to be, and nothing else."""

import csv
import io
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from tests.billing.firm import DUE, Firm, a_firm
from tests.builders import MONDAY_NINE, a_client, a_payment, a_project, a_rate
from timebot.billing.models import Invoice
from timebot.billing.why_document import WhyDocument, load_why_document
from timebot.billing.why_file import why_csv
from timebot.billing.why_printed import MOST_EXPLAINED, PrintedChange
from timebot.money import Money
from timebot.timekeeping.editing import EntryChanges, edit_entry

SECRET = "the client is a pain"


def document(firm: Firm, invoice: Invoice) -> WhyDocument:
    return load_why_document(firm.session, invoice, workspace=firm.workspace, today=DUE.date())


def test_it_has_instants_approver_rounding_rate_and_amount(session: Session) -> None:
    firm = a_firm(session)
    firm.approved(hours=0.1, ticket_ref="ABC-1")
    firm.approved(started_at=MONDAY_NINE + timedelta(hours=2), hours=0.1)

    (first, second) = document(firm, firm.release(firm.run())).lines

    (entry,) = first.entries
    assert (entry.began.clock, entry.ended.clock, entry.zone) == ("9:00:00", "9:06:00", "UTC")
    assert (entry.approved_by, entry.ticket_ref, entry.rate_source) == ("Kim", "ABC-1", "client")
    assert entry.group is not None
    assert (entry.group.seconds, entry.group.minutes, entry.minutes_billed) == (720, 15, 8)
    assert (first.amount + second.amount, first.rate) == (
        Money(2_375, "EUR"),
        Money(9_500, "EUR"),
    )


def test_what_was_changed_is_named_but_old_words_and_other_clients_are_not(
    session: Session,
) -> None:
    firm = a_firm(session)
    other = a_project(session, a_client(session, firm.workspace, name="Globex"), name="Merger")
    a_rate(session, client=firm.client)
    entry = firm.approved(text=SECRET, project=other)
    now = MONDAY_NINE + timedelta(days=14, hours=1)
    edit_entry(
        session,
        actor=firm.owner,
        entry=entry,
        changes=EntryChanges(
            text="Call", project=firm.project, ended_at=MONDAY_NINE.replace(hour=11)
        ),
        now=now,
        surface="slack",
    )
    entry.submission_id = firm.approved(days=1).submission_id
    entry.state, entry.approved_by, entry.approved_at = "approved", firm.owner.id, now
    session.flush()

    found = document(firm, firm.release(firm.run()))

    (change,) = found.lines[0].entries[0].changes
    assert (change.by, change.is_for_author, change.deed) == ("Olga", True, "changed it")
    assert change.outcomes == (
        "The project was changed.",
        "The description was changed.",
        "To: 11:00 instead of 10:00",
        "The approval no longer counted.",
    )
    for hidden in (SECRET, "Globex", "Merger"):
        assert hidden not in repr(found.lines)
        assert hidden not in why_csv(found.lines)


def test_the_table_sums_to_the_subtotal(session: Session) -> None:
    firm = a_firm(session)
    firm.approved(hours=0.1)
    firm.approved(days=1, hours=1.5)

    found = document(firm, firm.release(firm.run()))

    rows = list(csv.DictReader(io.StringIO(why_csv(found.lines))))
    assert sum(float(row["amount"]) for row in rows) == float(found.invoice.subtotal.decimal)


def test_only_attempts_that_reached_the_clients_bank_are_printed_without_its_reason(
    session: Session,
) -> None:
    firm = a_firm(session)
    firm.approved()
    invoice = firm.release(firm.run())
    card = "Visa ending in 0341"
    a_payment(session, invoice, state="declined", decline_code="no_card", attempt=1)
    a_payment(
        session,
        invoice,
        state="declined",
        decline_code="insufficient_funds",
        attempt=2,
        stripe_payment_intent="pi_123",
        card_label=card,
    )

    found = document(firm, invoice)

    assert [attempt.card for attempt in found.attempts] == [card]
    assert "not enough money" not in repr(found)


def test_more_entries_than_can_be_printed_are_too_long(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    found = document(firm, firm.release(firm.run()))
    (line,) = found.lines

    def many(count: int) -> WhyDocument:
        return replace(found, lines=(replace(line, entries=line.entries * count),))

    assert not many(MOST_EXPLAINED).is_too_long
    assert many(MOST_EXPLAINED + 1).is_too_long


def test_few_entries_with_very_many_changes_are_too_long(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    found = document(firm, firm.release(firm.run()))
    (line,) = found.lines
    (entry,) = line.entries
    change = PrintedChange(entry.began, "Kim", is_for_author=True, deed="changed it", outcomes=())

    def changed(times: int) -> WhyDocument:
        entries = (replace(entry, changes=(change,) * times),)
        return replace(found, lines=(replace(line, entries=entries),))

    assert not changed(1_000).is_too_long
    assert changed(5_000).is_too_long
