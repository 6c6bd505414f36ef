"""Cards to ask for: who is listed a week before a run, and that it is told once."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.billing.firm import DUE, Firm, a_firm
from tests.builders import MONDAY_NINE, a_client, a_member, a_payment, a_project, an_entry
from tests.races.crowd import all_at_once
from timebot.billing.cards_to_ask import (
    CARD,
    list_cards_to_ask,
    repaint_cards_to_ask,
    tell_cards_to_ask,
)
from timebot.billing.holds import hold_entry
from timebot.billing.ports import Declined
from timebot.billing.run_schedule import coming_run
from timebot.billing.steps.settling import settle_refused
from timebot.clients.models import CARD_TROUBLES
from timebot.db import Database
from timebot.journal.models import OutboxMessage, PostedMessage
from timebot.team.models import Workspace

A_WEEK_BEFORE = DUE - timedelta(days=7)
GOOD = {"card_id": "pm_1", "card_last4": "4242", "card_exp_month": 12, "card_exp_year": 2030}


def a_firm_with(session: Session, **columns: object) -> Firm:
    """A firm whose client differs so, with an hour of work that waits for approval."""
    firm = a_firm(session)
    for name, value in columns.items():
        setattr(firm.client, name, value)
    an_entry(session, firm.ada, firm.project, state="pending_review")
    return firm


def asked(firm: Firm, now: datetime = A_WEEK_BEFORE) -> list[tuple[str, str]]:
    run = coming_run(firm.session, workspace=firm.workspace, now=now)
    found = list_cards_to_ask(firm.session, workspace=firm.workspace, run=run, now=now)
    return [(one.client.name, one.reason) for one in found]


def told(firm: Firm, now: datetime = A_WEEK_BEFORE, *, can_charge: bool = True) -> bool:
    return tell_cards_to_ask(firm.session, workspace=firm.workspace, can_charge=can_charge, now=now)


def notices(session: Session) -> list[str]:
    """Return who is shown the list, once for each list."""
    found = select(PostedMessage.recipient).where(PostedMessage.purpose == CARD)
    return list(session.scalars(found))


def repaints(session: Session) -> int:
    """Count what is to be painted, which stands for all that changes until it is."""
    found = select(OutboxMessage).where(OutboxMessage.state == "waiting")
    return len([each for each in session.scalars(found) if each.payload.get("purpose") == CARD])


def painted(session: Session) -> None:
    session.execute(update(OutboxMessage).values(state="done", settled_at=A_WEEK_BEFORE))


def test_a_client_without_a_card_is_listed(session: Session) -> None:
    assert asked(a_firm_with(session)) == [("Acme", "missing")]


def test_a_client_whose_card_works_is_not_listed(session: Session) -> None:
    assert asked(a_firm_with(session, **GOOD)) == []


@pytest.mark.parametrize(("month", "year", "found"), [(2, 2026, 1), (3, 2026, 0), (12, 2025, 1)])
def test_a_card_is_good_to_the_end_of_its_month(
    session: Session, month: int, year: int, found: int
) -> None:
    firm = a_firm_with(session, **GOOD | {"card_exp_month": month, "card_exp_year": year})

    assert asked(firm) == [("Acme", "expiring")] * found


@pytest.mark.parametrize(
    ("anchor_on", "due_on", "found"),
    [(date(2026, 3, 16), date(2026, 3, 31), 0), (date(2026, 3, 17), date(2026, 4, 1), 1)],
)
def test_a_card_pays_on_the_last_day_of_its_month_and_not_on_the_next(
    session: Session, anchor_on: date, due_on: date, found: int
) -> None:
    firm = a_firm_with(session, **GOOD | {"card_exp_month": 3, "card_exp_year": 2026})
    firm.workspace.anchor_on = anchor_on

    run = coming_run(session, workspace=firm.workspace, now=A_WEEK_BEFORE)

    assert run is not None
    assert run.due_at.date() == due_on
    assert asked(firm) == [("Acme", "expiring")] * found


def test_a_late_release_is_counted_from_when_it_charges(session: Session) -> None:
    firm = a_firm_with(session, **GOOD | {"card_exp_month": 3, "card_exp_year": 2026})
    at_once = asked(firm)
    firm.workspace.auto_release_hours = 24 * 15

    assert (at_once, asked(firm)) == ([], [("Acme", "expiring")])


@pytest.mark.parametrize("trouble", CARD_TROUBLES)
def test_a_card_that_was_refused_is_listed(session: Session, trouble: str) -> None:
    assert asked(a_firm_with(session, **GOOD, card_trouble=trouble)) == [("Acme", "refused")]


@pytest.mark.parametrize(
    "columns", [{"is_retainer": True}, {"collection": "send"}, {"archived_at": MONDAY_NINE}]
)
def test_who_is_never_charged_by_itself_is_left_out(
    session: Session, columns: dict[str, object]
) -> None:
    assert asked(a_firm_with(session, **columns)) == []


@pytest.mark.parametrize(
    "entry",
    [
        {"billable": "internal"},
        {"billable": "no_charge"},
        {"deleted_at": MONDAY_NINE},
        {"started_at": MONDAY_NINE + timedelta(days=14)},
    ],
)
def test_a_client_without_time_to_bill_is_left_out(session: Session, entry: dict[str, Any]) -> None:
    firm = a_firm(session)
    an_entry(session, firm.ada, firm.project, **entry)

    assert asked(firm) == []


def test_hours_that_are_held_or_billed_ask_for_no_card(session: Session) -> None:
    firm = a_firm(session)
    held, _ = firm.approved(), firm.approved(days=1)
    hold_entry(
        session,
        workspace=firm.workspace,
        actor=firm.owner,
        entry_id=held.id,
        reason="Acme asked",
        can_charge=False,
        surface="slack",
        now=DUE,
    )
    before = asked(firm, DUE)
    firm.release(firm.run())

    assert (before, asked(firm, DUE)) == ([("Acme", "missing")], [])


def test_hours_before_the_go_live_date_ask_for_no_card(session: Session) -> None:
    firm = a_firm_with(session)
    firm.workspace.go_live_on = date(2026, 3, 3)

    assert asked(firm) == []


def test_the_clients_of_another_firm_are_not_listed(session: Session) -> None:
    a_firm_with(session)
    other = a_firm(session, name="Studio South")

    assert asked(other) == []


def test_it_is_told_once_in_the_week_before_the_run(session: Session) -> None:
    firm = a_firm_with(session)
    moments = (A_WEEK_BEFORE - timedelta(minutes=1), A_WEEK_BEFORE, DUE - timedelta(hours=1))

    results = [told(firm, now) for now in moments]

    assert results == [False, True, True]
    assert notices(session) == [firm.owner.slack_user_id]


def test_the_next_period_is_told_again(session: Session) -> None:
    firm = a_firm_with(session)
    told(firm)

    told(firm, A_WEEK_BEFORE + timedelta(days=14))

    assert len(notices(session)) == 2


def test_it_is_told_as_soon_as_there_is_somebody_to_ask(session: Session) -> None:
    firm = a_firm_with(session, **GOOD)
    nobody = told(firm)
    firm.client.card_id = None

    assert (nobody, told(firm, DUE - timedelta(days=3))) == (False, True)


def test_the_billing_channel_hears_it_instead_of_people(session: Session) -> None:
    firm = a_firm_with(session)
    firm.workspace.billing_channel = "C1"

    told(firm)

    assert notices(session) == ["C1"]


def test_nothing_is_told_without_cards_or_while_billing_is_paused(session: Session) -> None:
    firm = a_firm_with(session)
    without_cards = told(firm, can_charge=False)
    firm.workspace.billing_paused_at = MONDAY_NINE

    assert (without_cards, told(firm), notices(session)) == (False, False, [])


def test_a_firm_without_an_anchor_hears_nothing(session: Session) -> None:
    firm = a_firm_with(session)
    firm.workspace.anchor_on = None

    assert not told(firm)


def test_clients_are_listed_by_name(session: Session) -> None:
    firm = a_firm_with(session)
    for name in ("Zeta", "Abel"):
        project = a_project(session, a_client(session, firm.workspace, name=name))
        an_entry(session, a_member(session, firm.workspace), project)

    assert [name for name, _ in asked(firm)] == ["Abel", "Acme", "Zeta"]


def test_it_is_not_painted_again_while_nothing_changes(session: Session) -> None:
    firm = a_firm_with(session)
    told(firm)
    painted(session)

    told(firm)

    assert repaints(session) == 0


def test_who_bills_from_now_on_is_shown_it_too(session: Session) -> None:
    firm = a_firm_with(session)
    told(firm)
    new = a_member(session, firm.workspace, role="billing")

    told(firm)

    assert set(notices(session)) == {firm.owner.slack_user_id, new.slack_user_id}


def test_a_card_that_is_refused_meanwhile_repaints_it(session: Session) -> None:
    firm = a_firm_with(session, **GOOD)
    other = a_project(session, a_client(session, firm.workspace, name="Beta"))
    an_entry(session, firm.ada, other)
    told(firm)
    firm.approved(days=1)
    invoice = firm.release(firm.run())
    invoice.stripe_card_id = firm.client.card_id
    a_payment(session, invoice, amount_minor=invoice.due_minor)
    painted(session)

    declined = Declined("insufficient_funds", "no", "pi_1")
    settle_refused(session, invoice, declined, now=A_WEEK_BEFORE)

    assert repaints(session) == 1


def test_the_list_of_a_run_that_has_come_is_not_painted_any_more(session: Session) -> None:
    firm = a_firm_with(session)
    told(firm)
    painted(session)

    repaint_cards_to_ask(session, workspace_id=firm.workspace.id, now=DUE)

    assert repaints(session) == 0


def test_of_many_workers_one_tells_it(database: Database) -> None:
    with database.transaction() as session:
        workspace_id = a_firm_with(session).workspace.id

    def beat(_: int) -> None:
        with database.transaction() as session:
            workspace = session.get_one(Workspace, workspace_id)
            tell_cards_to_ask(session, workspace=workspace, can_charge=True, now=A_WEEK_BEFORE)

    all_at_once(beat)

    with database.read_only() as session:
        assert len(notices(session)) == 1
