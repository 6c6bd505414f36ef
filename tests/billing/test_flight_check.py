"""The flight check: what is billed, what is left out and why, what a person must decide."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.billing.firm import DUE, Firm, a_firm
from tests.billing.works import MONDAY, QUARTERS_EACH, work
from tests.builders import MONDAY_NINE, a_client, a_project, an_entry
from timebot.billing.concerns import Concern, Usual, reds, warnings
from timebot.billing.flight_check import preview, shown_digest
from timebot.billing.holds import hold_entry
from timebot.billing.pricing import Work, price
from timebot.billing.rerate import apply_rerating
from timebot.clients.models import Client
from timebot.clients.rates import RateTarget, set_rate
from timebot.money import Money


def codes(concerns: tuple[Concern, ...]) -> list[str]:
    return [concern.code for concern in concerns]


def reds_of(
    *works: Work, totals: tuple[int, ...] = (), ceiling: int | None = None, by_card: bool = False
) -> list[str]:
    priced = price(works, currency="EUR", grouping="entry")
    return codes(
        reds(
            priced,
            client=Client(name="Acme", uplift_ceiling_percent=ceiling),
            usual=Usual(totals, deviation_percent=100),
            due_minor=priced.total_minor,
            by_card=by_card,
            locale="en_US",
        )
    )


def test_clean_work_has_no_red() -> None:
    assert reds_of(work(minutes=60)) == []


def test_a_missing_and_a_zero_rate_are_red_on_billable_work_only() -> None:
    missing = work(1, minutes=60, rate=0)._replace(rate_source=None)
    zero = work(2, minutes=60, rate=0)
    free = work(3, minutes=60, rate=0, kind="no_charge")

    assert reds_of(missing, zero, free) == ["missing_rate", "zero_rate"]


@pytest.mark.parametrize(
    ("totals", "found"),
    [
        ((), []),
        ((1_000,), []),  # one invoice does not say what is usual
        ((4_750, 4_750), []),  # exactly twice the usual
        ((4_749, 4_749, 90_000), ["over_usual"]),
    ],
)
def test_an_amount_far_over_the_usual_is_red(totals: tuple[int, ...], found: list[str]) -> None:
    assert reds_of(work(minutes=60), totals=totals) == found


@pytest.mark.parametrize(("ceiling", "found"), [(None, []), (50, []), (49, ["over_ceiling"])])
def test_rounding_over_the_client_s_ceiling_is_red(ceiling: int | None, found: list[str]) -> None:
    assert reds_of(work(minutes=10), ceiling=ceiling) == found


def test_time_given_away_does_not_water_the_uplift_down() -> None:
    free = work(2, minutes=600, rate=0, kind="no_charge")

    assert reds_of(work(minutes=10), free, ceiling=49) == ["over_ceiling"]


def test_rounding_of_time_given_away_parks_nothing() -> None:
    free = work(2, minutes=1, rate=0, kind="no_charge")

    assert reds_of(work(minutes=60), free, ceiling=0) == []


@pytest.mark.parametrize(("way", "found"), [("card", ["under_card_minimum"]), ("bank", [])])
def test_less_than_a_card_takes_is_red_where_cards_are_charged(way: str, found: list[str]) -> None:
    assert reds_of(work(minutes=15, rate=100), by_card=way == "card") == found


def test_warnings_stop_nothing() -> None:
    works = [
        work(1, minutes=721),
        work(2, minutes=60, rate=8_000, day=MONDAY + timedelta(days=1)),
        work(3, minutes=60, member="Ben", rule=QUARTERS_EACH),
    ]

    priced = price(works, currency="EUR", grouping="day")
    found = warnings(priced, crossed_budgets=["Logo"], locale="en_US")

    assert codes(found) == ["long_entry", "rate_changed", "budget_crossed"]
    assert "Ada on Logo" in found[1].sentence


def left_out(firm: Firm) -> dict[str, int]:
    check = preview(firm.session, workspace=firm.workspace, can_charge=False, now=DUE)
    found = [out for one in check.clients for out in one.left_out]
    found += [out for one in check.nothing for out in one.left_out]
    return dict(
        Counter(out.reason for out in (*found, *check.without_project) for _ in range(out.entries))
    )


def test_everything_that_is_left_out_is_counted_with_its_reason(session: Session) -> None:
    firm = a_firm(session, go_live_on=MONDAY_NINE.date())
    an_entry(session, firm.ada, firm.project, state="running")
    an_entry(session, firm.ada, firm.project, state="draft")
    an_entry(session, firm.ada, firm.project, state="draft", is_confirmed=False)
    an_entry(session, firm.ada, firm.project, state="pending_review")
    an_entry(session, firm.ada, None, state="draft")
    firm.approved(billable="internal")
    firm.approved(days=-3)
    held = firm.approved()
    hold_entry(
        session,
        workspace=firm.workspace,
        actor=firm.owner,
        entry_id=held.id,
        reason="ask first",
        can_charge=False,
        surface="slack",
        now=DUE,
    )

    assert left_out(firm) == {
        "running": 1,
        "internal": 1,
        "before_go_live": 1,
        "unconfirmed": 1,
        "unsubmitted": 2,
        "unapproved": 1,
        "held": 1,
    }


def test_a_run_tells_late_approvals_and_other_drafts_apart(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    run = firm.run()
    firm.approved(approved_at=DUE + timedelta(hours=1))
    other = a_project(session, a_client(session, firm.workspace, name="Borg"))
    firm.approved(project=other, billable="no_charge")

    check = firm.check(run)

    assert [out.reason for out in check.clients[0].left_out] == ["approved_later"]
    assert [(one.client_name, one.left_out[0].reason) for one in check.nothing] == [
        ("Borg", "not_taken")
    ]


def test_a_preview_changes_nothing_and_says_what_a_run_would_bill(session: Session) -> None:
    firm = a_firm(session, tax_ppm=100_000)
    firm.approved(hours=0.9)

    check = preview(session, workspace=firm.workspace, can_charge=False, now=DUE)

    (acme,) = check.clients
    assert (acme.status, acme.entries, acme.seconds_worked, acme.minutes_billed) == (
        "preview",
        1,
        3_240,
        60,
    )
    assert (acme.subtotal, acme.tax, acme.total) == (
        Money(9_500, "EUR"),
        Money(950, "EUR"),
        Money(10_450, "EUR"),
    )
    assert check.totals == (Money(10_450, "EUR"),)
    assert not acme.may_be_released


def test_a_preview_may_be_of_one_client(session: Session) -> None:
    firm = a_firm(session)
    other = a_client(session, firm.workspace, name="Borg")
    firm.approved()
    firm.approved(project=a_project(session, other))

    check = preview(session, workspace=firm.workspace, client=other, can_charge=False, now=DUE)

    assert [one.client_name for one in check.clients] == ["Borg"]


def test_an_amount_over_the_usual_of_issued_invoices_is_parked(session: Session) -> None:
    firm = a_firm(session)
    for fortnight in range(3):
        due = DUE + timedelta(days=14 * fortnight)
        firm.owner.profile_at = due
        firm.approved(days=14 * fortnight, hours=2 * fortnight**2 + 1, approved_at=due)
        run = firm.run(due)
        (check,) = firm.check(run, due).clients
        if not check.reds:
            firm.release_all(run, digest=None, now=due)

    assert (codes(check.reds), check.hold) == (["over_usual"], "parked")
    assert firm.draft().hold == "parked"


def test_a_rate_set_afterwards_clears_the_red(session: Session) -> None:
    firm = a_firm(session)
    firm.approved(rate=None)
    run = firm.run()
    set_rate(
        session,
        actor=firm.owner,
        target=RateTarget(client=firm.client),
        amount=Money(9_500, "EUR"),
        valid_from=None,
        surface="slack",
        now=DUE,
    )
    apply_rerating(
        session,
        workspace=firm.workspace,
        actor=firm.owner,
        target=firm.client,
        from_day=None,
        digest=None,
        can_charge=False,
        surface="slack",
        now=DUE,
    )

    check = firm.check_client(run)

    assert (check.reds, check.hold, check.total) == ((), None, Money(9_500, "EUR"))
    assert len(firm.release_all(run)) == 1


def test_an_issued_invoice_stays_in_the_check_with_its_number(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    run = firm.run()
    firm.release(run)

    check = firm.check_client(run)

    assert (check.number, check.status, check.total) == (
        "INV-2026-0001",
        "sent",
        Money(9_500, "EUR"),
    )
    assert (shown_digest(check), firm.check(run).digest) == ("", "")
