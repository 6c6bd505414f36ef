"""Issuing: what is released is exactly what was shown, once, with a number and frozen."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.billing.firm import DUE, Firm, a_firm
from tests.builders import MONDAY_NINE, a_client, a_project, a_rate
from timebot.billing.document import load_document
from timebot.billing.issuing import release
from timebot.billing.models import DraftEntry, InvoiceTax
from timebot.billing.preview import draft_document
from timebot.billing.refusals import (
    AlreadyReleased,
    DraftChanged,
    DraftUnknown,
    NothingReady,
    NothingToBill,
    RateMissing,
    RunChanged,
    RunNotOver,
)
from timebot.billing.runs import auto_release
from timebot.errors import NotAllowed
from timebot.journal.models import AuditEvent
from timebot.money import Money


def test_a_released_draft_is_an_invoice_with_a_number(session: Session) -> None:
    firm = a_firm(session, tax_ppm=190_000, tax_name="VAT")
    entry = firm.approved(hours=1.1)

    invoice = firm.release(firm.run())

    assert (invoice.document, invoice.collection, invoice.number) == (
        "issued",
        "open",
        "INV-2026-0001",
    )
    assert (invoice.subtotal_minor, invoice.tax_minor, invoice.total_minor) == (11_875, 2256, 14131)
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 3, 17), date(2026, 3, 31))
    session.refresh(entry)
    assert entry.state == "applied"
    assert session.scalars(select(DraftEntry)).all() == []


def test_the_rows_of_an_invoice_agree(session: Session) -> None:
    firm = a_firm(session, tax_ppm=190_000)
    for day in range(3):
        firm.approved(days=day, hours=0.4)

    invoice = firm.release(firm.run())

    lines, billed = firm.lines(invoice), firm.billed()
    (tax,) = session.scalars(select(InvoiceTax))
    assert sum(line.amount_minor for line in lines) == invoice.subtotal_minor == tax.base_minor
    assert sum(one.amount_minor for one in billed) == invoice.subtotal_minor
    assert sum(one.minutes_billed for one in billed) == invoice.minutes_billed == 90
    assert billed[0].rounding == {"increment": 15, "mode": "up", "minimum": 0, "scope": "day"}


def test_numbers_have_no_gaps(session: Session) -> None:
    firm = a_firm(session)
    for name in ("Borg", "Cyan"):
        firm.approved(project=a_project(session, a_client(session, firm.workspace, name=name)))
    firm.approved()

    invoices = firm.release_all(firm.run())

    assert sorted(invoice.number or "" for invoice in invoices) == [
        "INV-2026-0001",
        "INV-2026-0002",
        "INV-2026-0003",
    ]


def test_a_client_may_have_a_series_of_its_own(session: Session) -> None:
    firm = a_firm(session)
    firm.client.invoice_series = "ACME"
    firm.approved()

    assert firm.release(firm.run()).number == "ACME-2026-0001"


def test_the_document_stays_as_it_was_issued(session: Session) -> None:
    firm = a_firm(
        session, seller_name="Studio North", seller_logo=b"png", seller_logo_type="image/png"
    )
    firm.client.annex_detail = "times"
    firm.approved(text="Sketches", ticket_ref="ABC-1")
    run = firm.run()
    shown = draft_document(session, firm.draft(), DUE, can_charge=False)
    invoice = firm.release(run)
    before = load_document(session, invoice)

    firm.workspace.seller_name, firm.client.name, firm.ada.name = "Other", "Other", "Other"
    firm.workspace.seller_logo = b"another"
    session.flush()
    after = load_document(session, invoice)

    assert after == before
    assert (after.seller.name, after.buyer.name, after.lines[0].member) == (
        "Studio North",
        "Acme",
        "Ada",
    )
    assert after.rounding == ("Time is rounded up to 15 minutes, per day.",)
    assert [row.text for row in after.annex] == ["Sketches"]
    assert (shown.is_draft, shown.number) == (True, None)
    assert (shown.lines, shown.total, shown.annex) == (after.lines, after.total, after.annex)


def test_it_is_not_released_twice(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    run = firm.run()
    check = firm.check_client(run)
    firm.release(run)

    with pytest.raises(AlreadyReleased, match="INV-2026-0001"):
        release(
            session,
            workspace=firm.workspace,
            actor=firm.owner,
            invoice_id=check.invoice_id,  # type: ignore[arg-type] # a draft has one
            digest=check.digest,
            can_charge=False,
            surface="slack",
            now=DUE,
        )


def test_what_changed_since_it_was_shown_asks_again(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    gone = firm.approved(days=1)
    run = firm.run()
    shown = firm.check_client(run).digest
    gone.state, gone.approved_by, gone.approved_at = "draft", None, None
    session.flush()

    with pytest.raises(DraftChanged) as refused:
        firm.release(run, digest=shown)

    assert "2 entries, 2:00 hours, €190.00" in refused.value.sentence
    assert "1 entry, 1:00 hours, €95.00" in refused.value.sentence
    assert refused.value.digest == firm.check_client(run).digest


def test_a_card_that_came_since_it_was_shown_is_not_charged_unasked(session: Session) -> None:
    firm = a_firm(session)
    firm.client.collection = "charge"
    firm.approved()
    run = firm.run()
    shown = firm.check_client(run, can_charge=True).digest
    firm.client.card_id, firm.client.stripe_customer_id = "pm_1", "cus_1"
    session.flush()

    with pytest.raises(DraftChanged):
        firm.release(run, digest=shown, can_charge=True)


def test_later_approvals_wait_for_the_next_run(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    run = firm.run()
    firm.approved(days=1, approved_at=DUE + timedelta(hours=1))

    invoice = firm.release(run)
    later = firm.run(DUE + timedelta(days=14))

    assert invoice.minutes_billed == 60
    assert firm.draft().run_id == later.id


def test_work_that_was_approved_again_does_not_keep_its_old_draft_from_release(
    session: Session,
) -> None:
    firm = a_firm(session)
    moved = firm.approved()
    firm.approved(days=1)
    run = firm.run()
    other = a_client(session, firm.workspace, name="Borg", currency="USD")
    # As after an edit of the project, which voids the approval, and a second approval.
    moved.project_id, moved.approved_at = a_project(session, other).id, DUE + timedelta(hours=1)
    session.flush()

    check = firm.check(run)
    invoice = firm.release(run)

    assert [(one.client_name, one.left_out[0].reason) for one in check.nothing] == [
        ("Borg", "approved_later")
    ]
    assert (invoice.minutes_billed, invoice.total) == (60, Money(9_500, "EUR"))


def test_an_entry_of_a_billed_day_adds_only_what_the_whole_day_adds(session: Session) -> None:
    firm = a_firm(session)
    firm.approved(hours=0.1)
    firm.release(firm.run())
    firm.approved(
        started_at=MONDAY_NINE + timedelta(hours=1), hours=0.2, approved_at=DUE + timedelta(hours=1)
    )

    later = DUE + timedelta(days=14)
    run = firm.run(later)

    (check,) = firm.check(run, later).clients
    assert (check.minutes_billed, check.total) == (15, Money(2375, "EUR"))


def test_only_billing_people_release(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()

    with pytest.raises(NotAllowed):
        firm.release(firm.run(), actor=firm.ada)


def test_nothing_is_released_before_the_cut_off(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    run = firm.run()

    with pytest.raises(RunNotOver):
        firm.release(run, now=MONDAY_NINE)


def test_a_missing_rate_cannot_be_released(session: Session) -> None:
    firm = a_firm(session)
    firm.approved(rate=None)
    run = firm.run()

    assert [red.code for red in firm.check_client(run).reds] == ["missing_rate"]
    with pytest.raises(RateMissing):
        firm.release(run)


def test_a_rate_in_another_currency_counts_as_missing(session: Session) -> None:
    firm = a_firm(session)
    firm.approved(rate=Money(10_000, "USD"))

    assert [red.code for red in firm.check_client(firm.run()).reds] == ["missing_rate"]


def test_a_parked_draft_is_left_by_release_all_and_released_by_a_person(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    firm.approved(days=1, rate=Money(0, "EUR"))
    run = firm.run()

    with pytest.raises(NothingReady):
        firm.release_all(run)
    invoice = firm.release(run)

    assert firm.session.scalar(
        select(AuditEvent.action).where(AuditEvent.action == "invoice.issued")
    )
    assert invoice.total_minor == 9_500


def test_a_total_of_zero_is_not_issued(session: Session) -> None:
    firm = a_firm(session)
    firm.approved(rate=Money(0, "EUR"))

    with pytest.raises(NothingToBill):
        firm.release(firm.run())


def test_release_all_closes_the_run_and_repaints_it(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    run = firm.run()

    firm.release_all(run)

    assert (run.state, run.closed_at) == ("closed", DUE)


def test_release_all_asks_again_and_names_who_changed(session: Session) -> None:
    firm = a_firm(session)
    other = a_project(session, a_client(session, firm.workspace, name="Borg"))
    firm.approved()
    entry = firm.approved(project=other)
    firm.approved(project=other, days=1)
    run = firm.run()
    shown = firm.check(run).digest
    entry.state, entry.approved_by, entry.approved_at = "draft", None, None
    session.flush()

    with pytest.raises(RunChanged, match="Borg changed"):
        firm.release_all(run, digest=shown)


def test_a_draft_that_is_not_there_is_said_so(session: Session) -> None:
    firm = a_firm(session)

    with pytest.raises(DraftUnknown):
        release(
            session,
            workspace=firm.workspace,
            actor=firm.owner,
            invoice_id=firm.client.id,
            digest="",
            can_charge=False,
            surface="slack",
            now=DUE,
        )


def test_clean_drafts_release_themselves_after_the_set_hours(session: Session) -> None:
    firm = a_firm(session, auto_release_hours=24)
    firm.approved()
    firm.run()

    def released(hours: int) -> int:
        now = DUE + timedelta(hours=hours)
        return len(auto_release(session, workspace=firm.workspace, can_charge=False, now=now))

    assert (released(23), released(24), released(25)) == (0, 1, 0)


@pytest.mark.parametrize(
    ("keys", "columns", "mode"),
    [
        ("none", {"card_id": "pm_1", "stripe_customer_id": "cus_1"}, "bank"),
        ("stripe", {"card_id": "pm_1", "stripe_customer_id": "cus_1"}, "charge"),
        ("stripe", {}, "link"),
        ("stripe", {"card_id": "pm_1", "stripe_customer_id": "cus_1", "is_retainer": True}, "link"),
        (
            "stripe",
            {"card_id": "pm_1", "stripe_customer_id": "cus_1", "collection": "send"},
            "link",
        ),
    ],
)
def test_the_way_of_paying_follows_the_client_and_the_keys(
    session: Session, keys: str, columns: dict[str, object], mode: str
) -> None:
    firm = a_firm(session)
    for name, value in columns.items():
        setattr(firm.client, name, value)
    firm.approved()

    invoice = firm.release(firm.run(), can_charge=keys == "stripe")

    assert invoice.charge_mode == mode
    assert invoice.next_step_at == DUE
    assert (invoice.due_on == invoice.issued_on) == (mode == "charge")
    assert invoice.stripe_card_id == ("pm_1" if mode == "charge" else None)


def test_lines_are_grouped_as_the_client_chose(session: Session) -> None:
    def invoice_of(firm: Firm, grouping: str) -> list[tuple[date | None, str | None, int]]:
        firm.client.line_grouping = grouping
        ben = firm.approved(days=0, text="Colours").member_id
        firm.approved(days=1, text="Letters")
        assert ben
        invoice = firm.release(firm.run())
        return [
            (line.worked_on, line.member_name, line.amount_minor) for line in firm.lines(invoice)
        ]

    assert invoice_of(a_firm(session), "project") == [(None, "Ada", 19_000)]
    assert invoice_of(a_firm(session), "day") == [
        (date(2026, 3, 2), "Ada", 9_500),
        (date(2026, 3, 3), "Ada", 9_500),
    ]


def test_a_rate_row_is_not_needed_to_bill_what_was_captured(session: Session) -> None:
    firm = a_firm(session)
    a_rate(session, Money(20_000, "EUR"), client=firm.client)
    firm.approved()

    assert firm.release(firm.run()).total_minor == 9_500
