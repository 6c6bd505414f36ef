"""Runs: one per period, caught up after downtime, drafted from approved hours."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.billing.firm import DUE, a_firm
from tests.builders import MONDAY_NINE, a_client, a_day_off, a_project
from timebot.billing.models import DraftEntry, Invoice, InvoiceRun
from timebot.billing.refusals import NothingToRun
from timebot.billing.run_schedule import needs_go_ahead, next_run_at
from timebot.billing.runs import (
    go_ahead,
    open_due_runs,
    open_manual_run,
    tell_forecast,
)
from timebot.errors import NotAllowed
from timebot.journal.models import OutboxMessage, PostedMessage


def test_a_run_opens_when_it_is_due_and_only_once(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()

    before = open_due_runs(
        session, workspace=firm.workspace, can_charge=False, now=DUE - timedelta(hours=1)
    )
    run = firm.run()
    again = open_due_runs(session, workspace=firm.workspace, can_charge=False, now=DUE)

    assert (before, again) == ([], [])
    assert (run.period_start, run.period_end) == (date(2026, 3, 2), date(2026, 3, 16))


def test_a_draft_takes_only_approved_work_before_the_cut_off(session: Session) -> None:
    firm = a_firm(session, go_live_on=date(2026, 3, 3))
    taken = firm.approved(days=1)
    firm.approved(days=0)  # before the go-live date
    firm.approved(days=14)  # the next period
    firm.approved(days=2, billable="internal")

    firm.run()

    assert session.scalars(select(DraftEntry.time_entry_id)).all() == [taken.id]


def test_the_billing_people_get_the_digest(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()

    run = firm.run()

    cards = session.scalars(select(PostedMessage).where(PostedMessage.purpose == "run")).all()
    assert [(card.subject_id, card.recipient) for card in cards] == [
        (run.id, firm.owner.slack_user_id)
    ]


def test_a_run_without_anything_to_bill_is_closed_at_once(session: Session) -> None:
    firm = a_firm(session)
    firm.approved(billable="no_charge")

    run = firm.run()

    assert run.state == "closed"
    assert session.scalars(select(Invoice)).all() == []


def test_two_missed_periods_are_caught_up_oldest_first(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    firm.approved(days=14)

    runs = open_due_runs(
        session, workspace=firm.workspace, can_charge=False, now=DUE + timedelta(days=14)
    )

    assert [run.period_start for run in runs] == [date(2026, 3, 2), date(2026, 3, 16)]
    assert len(session.scalars(select(Invoice)).all()) == 2


def test_more_missed_periods_wait_for_a_person(session: Session) -> None:
    firm = a_firm(session)
    late = DUE + timedelta(days=28)

    opened = open_due_runs(session, workspace=firm.workspace, can_charge=False, now=late)
    open_due_runs(session, workspace=firm.workspace, can_charge=False, now=late)
    missed = needs_go_ahead(session, workspace=firm.workspace, now=late)

    assert (opened, len(missed)) == ([], 3)
    notices = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "slack.tell")).all()
    assert [notice.payload["notice"] for notice in notices] == ["runs_missed"]


def test_a_person_lets_all_missed_periods_open(session: Session) -> None:
    firm = a_firm(session)
    late = DUE + timedelta(days=28)

    with pytest.raises(NotAllowed):
        go_ahead(
            session,
            workspace=firm.workspace,
            actor=firm.ada,
            can_charge=False,
            surface="slack",
            now=late,
        )
    firm.owner.profile_at = late
    runs = go_ahead(
        session,
        workspace=firm.workspace,
        actor=firm.owner,
        can_charge=False,
        surface="slack",
        now=late,
    )

    assert len(runs) == 3


def test_periods_before_the_workspace_existed_are_never_due(session: Session) -> None:
    firm = a_firm(session, anchor_on=date(2024, 1, 1))

    assert len(open_due_runs(session, workspace=firm.workspace, can_charge=False, now=DUE)) <= 1


def test_without_an_anchor_nothing_is_due(session: Session) -> None:
    firm = a_firm(session, anchor_on=None)

    assert open_due_runs(session, workspace=firm.workspace, can_charge=False, now=DUE) == []
    assert next_run_at(session, workspace=firm.workspace, now=DUE) is None


def test_the_next_run_is_told(session: Session) -> None:
    firm = a_firm(session)

    assert next_run_at(session, workspace=firm.workspace, now=MONDAY_NINE) == DUE
    assert next_run_at(session, workspace=firm.workspace, now=DUE) == DUE + timedelta(days=14)


def test_a_holiday_of_the_firm_puts_the_run_off(session: Session) -> None:
    firm = a_firm(session)
    a_day_off(session, firm.workspace, DUE.date(), name="Founders' day")

    assert next_run_at(session, workspace=firm.workspace, now=MONDAY_NINE) == DUE + timedelta(
        days=1
    )
    assert open_due_runs(session, workspace=firm.workspace, can_charge=False, now=DUE) == []


def test_a_manual_run_takes_today_too_and_consumes_no_period(session: Session) -> None:
    firm = a_firm(session)
    firm.approved(approved_at=MONDAY_NINE + timedelta(hours=2))

    run = open_manual_run(
        session,
        workspace=firm.workspace,
        actor=firm.owner,
        can_charge=False,
        surface="slack",
        now=MONDAY_NINE + timedelta(hours=3),
    )

    assert (run.kind, run.period_start, run.period_end) == (
        "manual",
        date(2026, 3, 2),
        date(2026, 3, 3),
    )
    assert firm.run().kind == "scheduled"


def test_a_manual_run_may_be_for_one_client(session: Session) -> None:
    firm = a_firm(session)
    other = a_client(session, firm.workspace, name="Borg")
    firm.approved()
    firm.approved(project=a_project(session, other))

    open_manual_run(
        session,
        workspace=firm.workspace,
        actor=firm.owner,
        client=other,
        can_charge=False,
        surface="slack",
        now=DUE,
    )

    assert [draft.client_id for draft in session.scalars(select(Invoice))] == [other.id]


def test_a_manual_run_over_nothing_is_refused(session: Session) -> None:
    firm = a_firm(session)

    with pytest.raises(NothingToRun):
        open_manual_run(
            session,
            workspace=firm.workspace,
            actor=firm.owner,
            can_charge=False,
            surface="slack",
            now=DUE,
        )


def test_an_entry_is_in_one_open_draft_only(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    firm.run()

    with pytest.raises(NothingToRun):
        open_manual_run(
            session,
            workspace=firm.workspace,
            actor=firm.owner,
            can_charge=False,
            surface="slack",
            now=DUE,
        )
    assert len(session.scalars(select(InvoiceRun)).all()) == 1


def test_the_forecast_goes_out_once_in_the_last_two_days(session: Session) -> None:
    firm = a_firm(session)
    end = MONDAY_NINE - timedelta(hours=9) + timedelta(days=14)

    told = [
        tell_forecast(session, workspace=firm.workspace, now=now)
        for now in (end - timedelta(hours=49), end - timedelta(hours=47), end - timedelta(hours=1))
    ]

    assert told == [False, True, True]
    assert len(session.scalars(select(OutboxMessage)).all()) == 1


def test_a_draft_whose_work_is_all_gone_does_not_keep_its_run_open(session: Session) -> None:
    firm = a_firm(session)
    entry = firm.approved()
    first = firm.run()
    entry.approved_at = DUE + timedelta(hours=1)  # approved again after an edit
    session.flush()

    second = firm.run(DUE + timedelta(days=14))

    session.refresh(first)
    assert first.state == "closed"
    assert firm.draft().run_id == second.id
