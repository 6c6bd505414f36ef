"""Credit notes: in full and in part, by minutes and by amount, and what becomes of the money."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.billing.firm import DUE, Firm, a_firm
from tests.builders import MONDAY_NINE, a_member
from timebot.billing.client_credit import balance
from timebot.billing.credit_models import CreditedEntry, CreditNote
from timebot.billing.credit_note import CreditChanged, issue_credit_note
from timebot.billing.crediting import (
    LineNotThere,
    MoreThanLeft,
    NothingLeft,
    NotInSteps,
    Part,
    PartlyFreed,
    plan_credit,
)
from timebot.billing.deciding import AlreadyVoid
from timebot.billing.models import BillingEntry, Invoice
from timebot.billing.outside import mark_paid_outside
from timebot.billing.receivable import owed
from timebot.billing.statuses import status_of
from timebot.billing.void import PartlySettled, ReasonMissing, void_invoice
from timebot.errors import NotAllowed
from timebot.money import Money
from timebot.reports.hours_and_money import make_report
from timebot.timekeeping.models import TimeEntry


@pytest.fixture
def firm(session: Session) -> Firm:
    """A firm whose invoice has three hours on a line and one on another, at 95.00, 19 % tax."""
    firm = a_firm(session, tax_ppm=190_000)
    firm.approved(hours=3)
    firm.approved(hours=1, days=1)
    return firm


def credit(firm: Firm, invoice: Invoice, **facts: Any) -> CreditNote:  # noqa: ANN401 - as the use case
    given = {
        "workspace": firm.workspace,
        "actor": firm.owner,
        "invoice_id": invoice.id,
        "reason": "agreed on the phone",
        "now": DUE,
    }
    return issue_credit_note(firm.session, **{**given, **facts})


def pay(firm: Firm, invoice: Invoice, amount: Money | None = None) -> None:
    mark_paid_outside(
        firm.session,
        workspace=firm.workspace,
        actor=firm.owner,
        invoice_id=invoice.id,
        how="bank transfer",
        paid_on=DUE.date(),
        amount=amount,
        now=DUE,
    )


LATER = DUE + timedelta(days=14)


def release_later(firm: Firm) -> Invoice:
    """Release the next run's draft, two weeks later."""
    firm.owner.profile_at = LATER
    return firm.release(firm.run(LATER), now=LATER)


def split(note: CreditNote) -> tuple[int, int, int]:
    return note.reduces_minor, note.refund_minor, note.credit_minor


def test_a_full_credit_of_an_open_invoice_asks_for_nothing_any_more(firm: Firm) -> None:
    invoice = firm.release(firm.run())

    note = credit(firm, invoice)

    assert note.number == "CN-2026-0001"
    assert (note.subtotal_minor, note.tax_minor) == (38_000, 7_220)
    assert split(note) == (45_220, 0, 0)
    assert invoice.collection == "credited"
    assert status_of(invoice, today=DUE.date()) == "cancelled"
    assert owed(firm.session, invoice) == Money(0, "EUR")


def test_a_part_by_minutes_is_priced_at_the_rate_of_its_line(firm: Firm) -> None:
    invoice = firm.release(firm.run())

    note = credit(firm, invoice, parts=[Part(1, minutes=30)])

    assert (note.subtotal_minor, note.tax_minor, note.total_minor) == (4_750, 903, 5_653)
    assert owed(firm.session, invoice) == Money(45_220 - 5_653, "EUR")
    assert invoice.collection == "open"


def test_a_part_by_amount_leaves_the_minutes_as_they_were_billed(firm: Firm) -> None:
    invoice = firm.release(firm.run())

    note = credit(firm, invoice, parts=[Part(2, amount=Money(1_000, "EUR"))])

    assert (note.subtotal_minor, note.tax_minor) == (1_000, 190)
    shares = firm.session.scalars(select(CreditedEntry)).all()
    assert [(share.minutes, share.amount_minor) for share in shares] == [(0, 1_000)]


def test_several_parts_end_with_exactly_what_the_invoice_said(firm: Firm) -> None:
    invoice = firm.release(firm.run())

    for minutes in (1, 1, 7):
        credit(firm, invoice, parts=[Part(1, minutes=minutes)])
    credit(firm, invoice)

    notes = firm.session.scalars(select(CreditNote)).all()
    assert sum(note.total_minor for note in notes) == invoice.total_minor
    assert sum(note.tax_minor for note in notes) == invoice.tax_minor
    assert invoice.collection == "credited"
    with pytest.raises(NothingLeft):
        credit(firm, invoice)


def test_paid_money_becomes_credit_and_lowers_the_next_invoice(firm: Firm) -> None:
    invoice = firm.release(firm.run())
    pay(firm, invoice)

    note = credit(firm, invoice, parts=[Part(2)], refunds=True)

    assert split(note) == (0, 0, 11_305)  # it was not paid by card, so no card can get it back
    assert balance(firm.session, firm.client) == Money(11_305, "EUR")
    firm.approved(hours=2, days=14, approved_at=MONDAY_NINE + timedelta(days=28))
    firm.owner.profile_at = LATER
    run = firm.run(LATER)
    check = firm.check(run, LATER).clients[0]
    assert "€113.05 of credit is applied" in " ".join(w.sentence for w in check.warnings)
    following = firm.release(run, now=LATER)
    assert (following.total_minor, following.credit_minor) == (22_610, 11_305)
    assert following.due_minor == 11_305
    assert balance(firm.session, firm.client) == Money(0, "EUR")


def test_a_cancelled_invoice_gives_back_the_credit_it_used(firm: Firm) -> None:
    invoice = firm.release(firm.run())
    pay(firm, invoice)
    credit(firm, invoice, parts=[Part(2)])
    firm.approved(hours=2, days=14, approved_at=MONDAY_NINE + timedelta(days=28))
    following = release_later(firm)

    void_invoice(
        firm.session,
        workspace=firm.workspace,
        actor=firm.owner,
        invoice_id=following.id,
        reason="wrong address",
        now=LATER,
    )

    assert balance(firm.session, firm.client) == Money(11_305, "EUR")


def test_a_part_paid_invoice_is_credited_first_in_what_is_open(firm: Firm) -> None:
    invoice = firm.release(firm.run())
    pay(firm, invoice, Money(40_000, "EUR"))

    note = credit(firm, invoice, parts=[Part(2)])

    assert split(note) == (5_220, 0, 6_085)
    assert invoice.collection == "paid"


def test_freed_hours_are_approved_and_billed_again_once(firm: Firm) -> None:
    invoice = firm.release(firm.run())

    credit(firm, invoice, parts=[Part(2)], frees=True)

    states = firm.session.execute(select(TimeEntry.state).order_by(TimeEntry.started_at))
    firm.session.expire_all()
    assert list(states.scalars()) == ["applied", "approved"]
    again = release_later(firm)
    assert again.total_minor == 11_305
    live = select(BillingEntry).where(BillingEntry.reversed_by.is_(None))
    assert len(firm.session.scalars(live).all()) == 2


def test_hours_are_freed_only_as_whole_lines(firm: Firm) -> None:
    invoice = firm.release(firm.run())

    with pytest.raises(PartlyFreed, match="Line 1"):
        credit(firm, invoice, parts=[Part(1, minutes=30)], frees=True)


@pytest.mark.parametrize("frees", [True, False])
def test_reports_show_what_was_billed_less_what_was_credited(
    firm: Firm,
    frees: bool,  # noqa: FBT001 - read at a glance above
) -> None:
    invoice = firm.release(firm.run())

    credit(firm, invoice, parts=[Part(2)], frees=frees)

    report = make_report(
        firm.session,
        workspace=firm.workspace,
        member=firm.owner,
        grouped_by="client",
        start=MONDAY_NINE.date(),
        end=DUE.date(),
    )
    assert report.total.billed == (Money(28_500, "EUR"),)
    assert report.total.minutes_billed == 180
    assert report.total.unbilled == ((Money(9_500, "EUR"),) if frees else ())


@pytest.mark.parametrize(
    ("parts", "refusal"),
    [
        ([Part(3)], LineNotThere),
        ([Part(1, minutes=181)], MoreThanLeft),
        ([Part(1, minutes=0)], MoreThanLeft),
        ([Part(1, amount=Money(28_501, "EUR"))], MoreThanLeft),
    ],
)
def test_more_than_there_is_cannot_be_credited(
    firm: Firm, parts: list[Part], refusal: type[Exception]
) -> None:
    invoice = firm.release(firm.run())

    with pytest.raises(refusal):
        credit(firm, invoice, parts=parts)


def test_a_credit_note_needs_a_reason_and_the_right(firm: Firm) -> None:
    invoice = firm.release(firm.run())

    with pytest.raises(ReasonMissing):
        credit(firm, invoice, reason="  ")
    stranger = a_member(firm.session, firm.workspace, role="approver", profile_at=DUE)
    with pytest.raises(NotAllowed):
        credit(firm, invoice, actor=stranger)


def test_what_changed_since_it_was_shown_is_not_credited(firm: Firm) -> None:
    invoice = firm.release(firm.run())
    shown = plan_credit(firm.session, invoice).digest
    credit(firm, invoice, parts=[Part(1, minutes=1)])

    with pytest.raises(CreditChanged):
        credit(firm, invoice, digest=shown)


def test_a_credited_invoice_is_not_cancelled_and_a_cancelled_one_not_credited(firm: Firm) -> None:
    invoice = firm.release(firm.run())
    credit(firm, invoice, parts=[Part(1, minutes=1)])
    given: dict[str, Any] = {
        "workspace": firm.workspace,
        "actor": firm.owner,
        "reason": "no",
        "now": DUE,
    }

    with pytest.raises(PartlySettled):
        void_invoice(firm.session, invoice_id=invoice.id, **given)
    firm.approved(hours=1, days=2, approved_at=MONDAY_NINE + timedelta(days=28))
    other = release_later(firm)
    void_invoice(firm.session, invoice_id=other.id, **{**given, "now": LATER})
    with pytest.raises(AlreadyVoid):
        credit(firm, other, now=LATER)


def test_three_decimals_are_credited_in_steps_that_cards_take(session: Session) -> None:
    firm = a_firm(session, currency="KWD")
    firm.approved(hours=1, rate=Money(9_500, "KWD"))
    invoice = firm.release(firm.run())

    with pytest.raises(NotInSteps, match=r"0\.010"):
        credit(firm, invoice, parts=[Part(1, amount=Money(1_234, "KWD"))])
    note = credit(firm, invoice, parts=[Part(1, minutes=7)])
    assert note.total_minor == 1_110
