from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import a_member
from tests.races.crowd import all_at_once
from tests.timekeeping.firm import Firm, a_firm, at
from timebot.db import Database
from timebot.errors import NotAllowed
from timebot.journal.models import AuditDetail, AuditEvent
from timebot.team.models import Member
from timebot.timekeeping.locks import locked_period
from timebot.timekeeping.models import PeriodReopening, PeriodRequest
from timebot.timekeeping.moments import DayRange
from timebot.timekeeping.reopening import (
    DaysUnclear,
    NothingLocked,
    OpenReasonMissing,
    Wanted,
    ask_to_open,
    last_locked,
    reopen_period,
)

ANCHOR = date(2026, 3, 2)
LOCKED = at(9, day=28)
PERIOD = DayRange(ANCHOR, date(2026, 3, 16))


@pytest.fixture
def agency(session: Session) -> Firm:
    return a_firm(session, anchor_on=ANCHOR, lock_after_days=14)


def somebody_in_billing(firm: Firm, name: str = "Bo") -> Member:
    return a_member(firm.session, firm.workspace, name=name, role="billing", profile_at=LOCKED)


def ask(firm: Firm, now: datetime = LOCKED) -> Wanted:
    return ask_to_open(firm.session, member=firm.robin, day=ANCHOR, now=now)


def reopen(firm: Firm, actor: Member, **how: object) -> PeriodReopening:
    given = {"day": ANCHOR, "reason": "Acme was late", "now": LOCKED} | how
    return reopen_period(firm.session, actor=actor, surface="slack", **given)  # type: ignore[arg-type]  # named as they are


def is_locked(firm: Firm, now: datetime) -> bool:
    found = locked_period(firm.session, workspace=firm.workspace, day=ANCHOR, now=now)
    return found is not None


def cards(firm: Firm) -> list[str]:
    return [card["recipient"] for card in firm.outbox("slack.card") if card["purpose"] == "period"]


def test_the_billing_people_are_asked_once(agency: Firm) -> None:
    bo, cy = somebody_in_billing(agency), somebody_in_billing(agency, "Cy")

    first, second = ask(agency), ask(agency)

    assert (first.period, first.asked, first.is_new) == (PERIOD, [bo, cy], True)
    assert (second.request, second.is_new) == (first.request, False)
    assert sorted(cards(agency)) == sorted([bo.slack_user_id, cy.slack_user_id])


def test_whoever_asked_is_told_when_it_is_open(agency: Firm) -> None:
    bo = somebody_in_billing(agency)
    wanted = ask(agency)

    reopening = reopen(agency, bo)

    assert wanted.request.answered_at == LOCKED
    (notice,) = agency.told("period_opened")
    assert notice["recipient"] == agency.robin.slack_user_id
    assert notice["facts"] == {"reopening_id": str(reopening.id), "by_member_id": str(bo.id)}


def test_a_period_locks_again_by_itself(agency: Firm) -> None:
    reopening = reopen(agency, somebody_in_billing(agency), days=2)

    # The end of Wednesday, 1 April, in Berlin.
    assert reopening.until_at == datetime(2026, 4, 1, 22, 0, tzinfo=UTC)
    assert not is_locked(agency, reopening.until_at - timedelta(seconds=1))
    assert is_locked(agency, reopening.until_at)


def test_it_can_be_asked_for_again_after_it_locked_again(agency: Firm) -> None:
    bo = somebody_in_billing(agency)
    first = ask(agency)
    reopening = reopen(agency, bo)

    again = ask(agency, now=reopening.until_at)

    assert (again.is_new, again.request.id != first.request.id) == (True, True)


def test_the_reason_is_in_the_audit(agency: Firm) -> None:
    bo = somebody_in_billing(agency)

    reopening = reopen(agency, bo)

    event = agency.session.scalars(
        select(AuditEvent).where(AuditEvent.subject_id == reopening.id)
    ).one()
    detail = agency.session.get_one(AuditDetail, (event.workspace_id, event.id))
    assert (event.actor_id, event.action) == (bo.id, "period_reopening.opened")
    assert detail.note == "Acme was late"


def test_only_billing_opens_a_period(agency: Firm) -> None:
    somebody_in_billing(agency)

    with pytest.raises(NotAllowed, match="Ask Bo"):
        reopen(agency, agency.kim)


def test_a_reason_and_a_sensible_number_of_days_are_needed(agency: Firm) -> None:
    bo = somebody_in_billing(agency)

    with pytest.raises(OpenReasonMissing):
        reopen(agency, bo, reason=" ")
    for days in (0, 31):
        with pytest.raises(DaysUnclear):
            reopen(agency, bo, days=days)


def test_an_open_period_is_not_opened(agency: Firm) -> None:
    bo = somebody_in_billing(agency)

    with pytest.raises(NothingLocked, match="until it locks on 30 Mar 2026"):
        reopen(agency, bo, now=at(9, day=27))
    with pytest.raises(NothingLocked, match="until it locks on 13 Apr 2026"):
        reopen(agency, bo, day=date(2026, 3, 16))


def test_nobody_asks_for_what_is_open_again(agency: Firm) -> None:
    reopen(agency, somebody_in_billing(agency))

    with pytest.raises(NothingLocked, match="open again until the end of 2 Apr 2026"):
        ask(agency)


def test_a_firm_that_never_locks_has_nothing_to_open(session: Session) -> None:
    firm = a_firm(session, anchor_on=None)

    with pytest.raises(NothingLocked, match="not locked here"):
        reopen(firm, somebody_in_billing(firm))


@pytest.mark.parametrize(
    ("now", "start"),
    [
        (at(9, day=27), date(2026, 2, 16)),
        (at(9, day=28), ANCHOR),
        (at(9, day=41), ANCHOR),
        (at(9, day=42), date(2026, 3, 16)),
    ],
)
def test_the_latest_locked_period_is_proposed(agency: Firm, now: datetime, start: date) -> None:
    found = last_locked(agency.session, workspace=agency.workspace, now=now)

    assert found is not None
    assert found.start == start


def test_of_many_clicks_one_asks(database: Database) -> None:
    with database.transaction() as session:
        firm = a_firm(session, anchor_on=ANCHOR, lock_after_days=14)
        somebody_in_billing(firm)
        key = (firm.workspace.id, firm.robin.id)

    def click(_: int) -> bool:
        with database.transaction() as session:
            robin = session.get_one(Member, key)
            return ask_to_open(session, member=robin, day=ANCHOR, now=LOCKED).is_new

    assert sum(all_at_once(click).won) == 1
    with database.read_only() as session:
        assert len(session.scalars(select(PeriodRequest)).all()) == 1
