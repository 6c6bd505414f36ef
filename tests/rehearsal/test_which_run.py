"""Which run is rehearsed: of one client, beside holds and other firms, and as of another day."""

from datetime import date
from pathlib import Path

import pytest

from tests.builders import a_client, a_member, a_project, a_workspace, an_entry
from tests.rehearsal.firm import MORNING, BillingMorning, rehearsed
from tests.worlds import utc
from timebot.rehearsal.account import Account, PlayedRun
from timebot.rehearsal.as_of import DayIsOver, DayTooFar, instant_on
from timebot.team.models import Workspace

WEDNESDAY = utc(2031, 3, 19, 9)
BERLIN = Workspace(zone="Europe/Berlin", send_minute=540)


def billed(account: Account) -> list[str]:
    return [one.client_name for one in account.invoices]


def bills_fortnights(morning: BillingMorning) -> None:
    with morning.world.timebot.database.transaction() as session:
        session.get_one(Workspace, morning.workspace_id).anchor_on = date(2031, 3, 3)


def test_of_several_clients_one_can_be_rehearsed(morning: BillingMorning, room: Path) -> None:
    for name in ("Acme", "Birch", "Delta"):
        morning.works_for(name)

    account = rehearsed(morning, room, plan=morning.plan("Birch")).account

    assert (billed(account), account.waiting) == (["Birch"], ())


def test_a_held_draft_waits_while_another_client_is_rehearsed(
    morning: BillingMorning, room: Path
) -> None:
    for name in ("Acme", "Birch"):
        morning.works_for(name)
    morning.holds("Acme")

    birch = rehearsed(morning, room, plan=morning.plan("Birch")).account
    acme = rehearsed(morning, room, plan=morning.plan("Acme")).account

    assert (billed(birch), birch.waiting) == (["Birch"], ())
    # A hold on a client lasts for its run, and another run of that client has begun.
    assert (billed(acme), acme.waiting) == (["Acme"], ())


def test_a_rehearsal_of_everything_ends_a_hold_as_the_next_run_does(
    morning: BillingMorning, room: Path
) -> None:
    for name in ("Acme", "Birch"):
        morning.works_for(name)
    morning.holds("Acme")

    account = rehearsed(morning, room).account
    released = morning.runs()

    assert billed(account) == ["Birch", "Acme"]
    assert len(released) == 1


def test_of_several_workspaces_one_is_rehearsed_and_told(
    morning: BillingMorning, room: Path
) -> None:
    morning.works_for("Acme")
    with morning.world.timebot.database.transaction() as session:
        other = a_workspace(session, name="Studio South", billing_channel="C0SOUTH")
        a_member(session, other, name="Sofia", role="owner")
        client = a_client(session, other, name="Southern")
        ada = a_member(session, other, name="Ada")
        an_entry(session, ada, a_project(session, client), state="approved", hours=3)

    account = rehearsed(morning, room).account

    assert billed(account) == ["Acme"]
    (card,) = account.slack.shown
    assert card.to == "billing channel"
    assert card.first_line.startswith("Extra invoice run, 3 to 17 Mar 2031")


def test_people_without_a_channel_are_told_by_their_role(
    morning: BillingMorning, room: Path
) -> None:
    morning.works_for("Acme")
    with morning.world.timebot.database.transaction() as session:
        workspace = session.get_one(Workspace, morning.workspace_id)
        workspace.billing_channel = None
        a_member(session, workspace, name="Bea", role="billing")

    account = rehearsed(morning, room).account

    assert sorted(one.to for one in account.slack.shown) == ["billing", "owner"]


def test_as_of_a_later_day_the_runs_that_are_due_by_then_are_played(
    morning: BillingMorning, room: Path
) -> None:
    morning.works_for("Acme")
    bills_fortnights(morning)

    rehearsal = rehearsed(morning, room, plan=morning.plan(as_of=WEDNESDAY))

    account = rehearsal.account
    assert account.opened == (PlayedRun("scheduled", date(2031, 3, 3), date(2031, 3, 16)),)
    assert billed(account) == ["Acme"]
    assert rehearsal.changed == ()


def test_as_of_a_day_without_a_run_one_is_opened_by_hand(
    morning: BillingMorning, room: Path
) -> None:
    morning.works_for("Acme")

    account = rehearsed(morning, room, plan=morning.plan(as_of=WEDNESDAY)).account

    assert account.opened == (PlayedRun("manual", date(2031, 3, 3), date(2031, 3, 19)),)
    assert billed(account) == ["Acme"]


def test_a_day_is_played_when_runs_open_there_and_never_before_now() -> None:
    assert instant_on(BERLIN, date(2031, 3, 31), now=MORNING) == utc(2031, 3, 31, 7)
    assert instant_on(BERLIN, date(2031, 3, 17), now=MORNING) == MORNING


def test_a_past_day_and_one_too_far_ahead_are_refused() -> None:
    with pytest.raises(DayIsOver, match="16 Mar 2031 is over"):
        instant_on(BERLIN, date(2031, 3, 16), now=MORNING)
    with pytest.raises(DayTooFar, match="--as-of 2031-04-14"):
        instant_on(BERLIN, date(2031, 4, 15), now=MORNING)
