"""Whatever is tried: an entry whose end timebot guessed is not billed before its owner's word."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.builders import a_member, a_rate
from tests.races.crowd import all_at_once
from tests.timekeeping.firm import Firm, a_firm, at
from timebot.billing.left_out import list_left_out
from timebot.billing.models import BillingEntry, DraftEntry
from timebot.billing.rerate import apply_rerating
from timebot.billing.runs import open_due_runs
from timebot.db import Database
from timebot.errors import Refusal
from timebot.money import Money
from timebot.team.models import Member, Workspace
from timebot.timekeeping.editing import EntryChanges, confirm_entry, edit_entry
from timebot.timekeeping.forgotten import attend_to
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.splitting import split_entry
from timebot.timekeeping.submission import submit
from timebot.timekeeping.unconfirmed import settle_end
from timebot.timekeeping.undo import undo_last

MORNING = at(9, day=1)
RUN = at(9, day=15)
Act = Callable[[Firm, TimeEntry], object]


def submit_it(firm: Firm, _entry: TimeEntry) -> None:
    hand_in(firm, firm.robin)


def submit_it_for_a_leaver(firm: Firm, _entry: TimeEntry) -> None:
    firm.robin.deactivated_at = MORNING
    hand_in(firm, firm.kim)


def change_its_words(firm: Firm, entry: TimeEntry) -> None:
    edit(firm, entry, firm.robin, EntryChanges(text="Call"))
    hand_in(firm, firm.robin)


def let_an_approver_move_its_end(firm: Firm, entry: TimeEntry) -> None:
    edit(firm, entry, firm.kim, EntryChanges(ended_at=at(17)))
    hand_in(firm, firm.robin)


def let_an_approver_confirm_it(firm: Firm, entry: TimeEntry) -> None:
    confirm_entry(firm.session, actor=firm.kim, entry=entry, now=MORNING, surface="slack")


def let_an_approver_split_it(firm: Firm, entry: TimeEntry) -> None:
    split_entry(firm.session, actor=firm.kim, entry=entry, at=at(15), now=MORNING, surface="slack")
    hand_in(firm, firm.robin)


def take_the_word_back(firm: Firm, entry: TimeEntry) -> None:
    settle_end(
        firm.session,
        member=firm.robin,
        entry_id=entry.id,
        ended_at=at(17),
        now=MORNING,
        surface="slack",
    )
    undo_last(firm.session, member=firm.robin, now=MORNING, surface="slack")
    hand_in(firm, firm.robin)


def rerate_it(firm: Firm, _entry: TimeEntry) -> None:
    biller = a_member(firm.session, firm.workspace, role="billing", profile_at=MORNING)
    a_rate(firm.session, Money(12_000, "EUR"), project=firm.logo)
    apply_rerating(
        firm.session,
        workspace=firm.workspace,
        actor=biller,
        target=firm.acme,
        from_day=None,
        digest=None,
        can_charge=False,
        surface="slack",
        now=MORNING,
    )


def change_the_row(state: str) -> Act:
    def change(firm: Firm, entry: TimeEntry) -> None:
        approved = {"approved_by": firm.kim.id, "approved_at": MORNING}
        firm.session.execute(
            update(TimeEntry)
            .where(TimeEntry.id == entry.id)
            .values(state=state, **(approved if state != "pending_review" else {}))
        )

    return change


ACTS: dict[str, Act] = {
    "submit": submit_it,
    "submit for a leaver": submit_it_for_a_leaver,
    "edit the words": change_its_words,
    "edit by an approver": let_an_approver_move_its_end,
    "confirm by an approver": let_an_approver_confirm_it,
    "split by an approver": let_an_approver_split_it,
    "undo": take_the_word_back,
    "rerate": rerate_it,
    "pending in SQL": change_the_row("pending_review"),
    "approved in SQL": change_the_row("approved"),
    "applied in SQL": change_the_row("applied"),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_a_guessed_end_is_never_billed(session: Session, act: Act) -> None:
    firm, entry = a_night(session)

    try:
        with session.begin_nested():
            act(firm, entry)
    except (Refusal, IntegrityError):
        session.refresh(entry)
    runs = open_due_runs(session, workspace=firm.workspace, can_charge=False, now=RUN)

    assert not entry.is_confirmed
    assert session.scalars(select(DraftEntry)).all() == []
    assert session.scalars(select(BillingEntry)).all() == []
    left_out = list_left_out(
        session, workspace=firm.workspace, cut_off=runs[0].period_end, run=runs[0], now=RUN
    )
    assert [one.reason for one in left_out[firm.acme.id]] == ["unconfirmed"]


def test_taking_the_word_back_and_handing_in_cannot_both_happen(database: Database) -> None:
    with database.transaction() as session:
        firm, entry = a_night(session)
        settle_end(
            session,
            member=firm.robin,
            entry_id=entry.id,
            ended_at=at(17),
            now=MORNING,
            surface="slack",
        )
        key, person = (entry.workspace_id, entry.id), (firm.workspace.id, firm.robin.id)

    def one(number: int) -> None:
        try:
            with database.transaction(wait_seconds=60) as session:
                robin = session.get_one(Member, person)
                if number % 2:
                    undo_last(session, member=robin, now=MORNING, surface="slack")
                else:
                    submit(
                        session,
                        workspace=session.get_one(Workspace, person[0]),
                        member=robin,
                        start=at(9).date(),
                        end=MORNING.date(),
                        now=MORNING,
                        surface="slack",
                    )
        except Refusal:
            return

    all_at_once(one)

    with database.read_only() as session:
        entry = session.get_one(TimeEntry, key)
    assert (entry.state, entry.is_confirmed) in {("draft", False), ("pending_review", True)}


def a_night(session: Session) -> tuple[Firm, TimeEntry]:
    """Let Robin leave a timer running over night; the worker has stopped it."""
    firm = a_firm(session)
    entry = firm.start(at(14)).entry
    attend_to(session, entry=entry, now=MORNING - timedelta(hours=5))
    return firm, entry


def hand_in(firm: Firm, actor: Member) -> None:
    submit(
        firm.session,
        workspace=firm.workspace,
        member=firm.robin,
        actor=actor,
        start=at(9).date(),
        end=MORNING.date(),
        now=MORNING,
        surface="slack",
    )


def edit(firm: Firm, entry: TimeEntry, actor: Member, changes: EntryChanges) -> None:
    edit_entry(
        firm.session, actor=actor, entry=entry, changes=changes, now=MORNING, surface="slack"
    )
