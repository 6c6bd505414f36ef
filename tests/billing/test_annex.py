"""The annex of an invoice: as much of each line's making as the client is to see, and frozen."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.billing.firm import DUE, Firm, a_firm
from tests.billing.works import work
from tests.builders import MONDAY_NINE
from timebot.billing.annex import make_annex
from timebot.billing.document import (
    MOST_PRINTED_LINES,
    InvoiceDocument,
    load_document,
)
from timebot.billing.preview import draft_document
from timebot.billing.pricing import price
from timebot.billing.why import explain_lines
from timebot.billing.why_printed import MOST_EXPLAINED, print_line
from timebot.timekeeping.editing import EntryChanges, edit_entry

SECRET = "the client is a pain"


def issued(firm: Firm) -> InvoiceDocument:
    return load_document(firm.session, firm.release(firm.run()))


def test_without_a_word_there_is_no_annex(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()

    document = issued(firm)

    assert (document.annex_detail, document.annex, document.explained) == ("none", (), ())


def test_times_show_when_worked_and_billed_of_each_entry(session: Session) -> None:
    firm = a_firm(session, annex_detail="times")
    late = MONDAY_NINE.replace(hour=23, minute=30, second=5)
    firm.approved(days=1, hours=0.5, text="Call")
    firm.approved(started_at=late, hours=1, text="Sketches", ticket_ref="ABC-1")

    document = issued(firm)

    (first, second) = document.annex
    assert first.began is not None
    assert first.ended is not None
    assert (first.began.clock, first.ended.clock) == ("23:30:05", "0:30:05")
    assert (first.ended.day - first.began.day, first.zone) == (timedelta(days=1), "UTC")
    assert (first.member, first.text, first.ticket_ref) == ("Ada", "Sketches", "ABC-1")
    assert (second.seconds_worked, second.minutes_billed, second.text) == (1_800, 30, "Call")
    assert document.explained == ()


def test_a_client_may_have_another_annex_than_the_firm(session: Session) -> None:
    firm = a_firm(session, annex_detail="full")
    firm.client.annex_detail = "none"
    firm.approved()

    document = issued(firm)

    assert (document.annex_detail, document.annex, document.explained) == ("none", (), ())


def test_all_of_it_is_what_why_tells_but_for_whose_rate_it_was(session: Session) -> None:
    firm = a_firm(session, annex_detail="full")
    firm.client.line_grouping = "project"
    firm.approved(hours=0.1, ticket_ref="ABC-1")
    firm.approved(started_at=MONDAY_NINE + timedelta(hours=2), hours=0.1)
    invoice = firm.release(firm.run())

    annexed = load_document(session, invoice).explained

    (told,) = map(print_line, explain_lines(session, invoice))
    (line,) = annexed
    (entry, other) = line.entries
    assert (entry.approved_by, entry.began.clock, entry.ticket_ref) == ("Kim", "9:00:00", "ABC-1")
    assert entry.group is not None
    assert (entry.group.seconds, entry.group.minutes) == (720, 15)
    assert (entry.rate_source, other.rate_source) == (None, None)
    assert {one.rate_source for one in told.entries} == {"client"}
    assert entry.amount + other.amount == line.amount == told.amount
    assert [one.changes for one in line.entries] == [one.changes for one in told.entries]


def test_old_words_and_notes_stay_in_the_house(session: Session) -> None:
    firm = a_firm(session, annex_detail="full")
    entry = firm.approved(text=SECRET)
    now = MONDAY_NINE + timedelta(days=14, hours=1)
    edit_entry(
        session,
        actor=firm.owner,
        entry=entry,
        changes=EntryChanges(text="Call"),
        now=now,
        surface="slack",
    )
    entry.submission_id = firm.approved(days=1).submission_id
    entry.state, entry.approved_by, entry.approved_at = "approved", firm.owner.id, now
    session.flush()

    document = issued(firm)

    (change,) = document.explained[0].entries[0].changes
    assert change.outcomes == ("The description was changed.", "The approval no longer counted.")
    assert SECRET not in repr(document)


@pytest.mark.parametrize("detail", ["times", "full"])
def test_the_annex_is_the_one_that_was_shown_whatever_is_set_since(
    session: Session, detail: str
) -> None:
    firm = a_firm(session, annex_detail=detail)
    firm.approved()
    run = firm.run()
    shown = draft_document(session, firm.draft(), DUE, can_charge=False)
    invoice = firm.release(run)

    firm.workspace.annex_detail, firm.client.annex_detail, firm.ada.name = "none", "none", "Other"
    session.flush()
    after = load_document(session, invoice)

    assert after.annex_detail == detail
    assert after.annex or after.explained
    assert (shown.annex, shown.explained) == (after.annex, after.explained)


@pytest.mark.parametrize(
    ("detail", "most"), [("times", MOST_PRINTED_LINES), ("full", MOST_EXPLAINED)]
)
def test_more_entries_than_can_be_printed_come_as_a_file(
    session: Session, detail: str, most: int
) -> None:
    firm = a_firm(session)
    works = [work(number, seconds=30) for number in range(most + 1)]

    annex = make_annex(
        session,
        price(works, currency="EUR", grouping="project"),
        workspace=firm.workspace,
        detail=detail,
        now=DUE,
    )

    assert (annex.rows, annex.lines, annex.is_file) == ((), (), True)


def test_a_day_of_very_many_entries_that_are_rounded_together_comes_as_a_file(
    session: Session,
) -> None:
    firm = a_firm(session, annex_detail="full")
    first = firm.approved(hours=0.01)
    for number in range(1, 280):
        firm.approved(
            started_at=MONDAY_NINE + timedelta(minutes=number),
            hours=0.01,
            submission_id=first.submission_id,
            approved_by=first.approved_by,
        )

    document = issued(firm)

    assert (document.explained, document.has_detail_file) == ((), True)
