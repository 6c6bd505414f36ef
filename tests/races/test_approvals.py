"""Hours are settled once, whoever clicks at the same instant: one winner, one notice."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.billing.firm import DUE
from tests.builders import a_member, an_entry
from tests.races.crowd import CROWD, all_at_once
from tests.timekeeping.firm import a_firm, at
from timebot.billing.flight_check import check_run
from timebot.billing.issuing import release
from timebot.billing.models import InvoiceRun
from timebot.billing.runs import open_due_runs
from timebot.db import Database
from timebot.errors import Refusal
from timebot.journal.models import AuditEvent, OutboxMessage
from timebot.team.models import Member, Workspace
from timebot.timekeeping.approval import Verdict, approve, reject, settle, unapprove
from timebot.timekeeping.editing import EntryChanges, edit_entry
from timebot.timekeeping.escalation import look_after
from timebot.timekeeping.models import Submission, TimeEntry
from timebot.timekeeping.submission import submit, withdraw

Work = Callable[[Session, "Hours"], object]
EVENING = at(19)


@dataclass(frozen=True)
class Hours:
    """Two entries that Robin handed in, by the ids by which every thread finds them."""

    database: Database
    workspace_id: UUID
    robin_id: UUID
    kim_id: UUID
    submission_id: UUID
    digest: str

    def workspace(self, session: Session) -> Workspace:
        return session.get_one(Workspace, self.workspace_id)

    def member(self, session: Session, member_id: UUID) -> Member:
        return session.get_one(Member, (self.workspace_id, member_id))

    def entries(self, session: Session) -> list[TimeEntry]:
        return list(session.scalars(select(TimeEntry).order_by(TimeEntry.number)))

    def all_do(self, *works: Work) -> list[str]:
        """Let a crowd do the works, each every so often; return who came through."""

        def one(number: int) -> str:
            work = works[number % len(works)]
            try:
                with self.database.transaction() as session:
                    work(session, self)
            except Refusal:
                return ""
            return work.__name__

        return [name for name in all_at_once(one).won if name]

    def told(self, session: Session) -> list[str]:
        """List the notices that people get about these hours, by name."""
        sent = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "slack.tell"))
        return [message.payload["notice"] for message in sent]

    def states(self) -> set[str]:
        with self.database.read_only() as session:
            return {entry.state for entry in self.entries(session)}


def handed_in(database: Database, **settings: object) -> Hours:
    with database.transaction() as session:
        firm = a_firm(session, **settings)
        for hour in (9, 11):
            an_entry(session, firm.robin, firm.logo, started_at=at(hour))
        submission = submit(
            session,
            workspace=firm.workspace,
            member=firm.robin,
            start=date(2026, 3, 2),
            end=date(2026, 3, 3),
            now=at(18),
            surface="slack",
        )
        return Hours(
            database,
            firm.workspace.id,
            firm.robin.id,
            firm.kim.id,
            submission.id,
            submission.digest,
        )


def say_yes(session: Session, hours: Hours) -> None:
    approve(
        session,
        workspace=hours.workspace(session),
        approver=hours.member(session, hours.kim_id),
        submission_id=hours.submission_id,
        entry_ids=None,
        digest=hours.digest,
        now=EVENING,
        surface="slack",
    )


def say_no(session: Session, hours: Hours) -> None:
    reject(
        session,
        workspace=hours.workspace(session),
        approver=hours.member(session, hours.kim_id),
        submission_id=hours.submission_id,
        entry_ids=None,
        reason="Too long",
        digest=hours.digest,
        now=EVENING,
        surface="slack",
    )


def say_both(session: Session, hours: Hours) -> None:
    first = hours.entries(session)[0]
    settle(
        session,
        workspace=hours.workspace(session),
        approver=hours.member(session, hours.kim_id),
        verdicts=[Verdict(hours.submission_id, hours.digest, {first.id: "Too long"})],
        now=EVENING,
        surface="slack",
    )


def take_hours_back(session: Session, hours: Hours) -> None:
    robin = hours.member(session, hours.robin_id)
    withdraw(session, member=robin, now=EVENING, surface="slack")


def change_one(session: Session, hours: Hours) -> None:
    edit_entry(
        session,
        actor=hours.member(session, hours.robin_id),
        entry=hours.entries(session)[0],
        changes=EntryChanges(text="Call", version=2),
        now=EVENING,
        surface="slack",
    )


def take_approval_back(session: Session, hours: Hours) -> None:
    unapprove(
        session,
        workspace=hours.workspace(session),
        approver=hours.member(session, hours.kim_id),
        submission_id=hours.submission_id,
        entry_ids=None,
        now=EVENING,
        surface="slack",
    )


def test_a_double_click_approves_once_and_tells_once(database: Database) -> None:
    hours = handed_in(database)

    assert hours.all_do(say_yes) == ["say_yes"]

    assert hours.states() == {"approved"}
    with database.read_only() as session:
        assert hours.told(session) == ["entries_approved"]


def test_of_approving_and_rejecting_one_wins_and_one_is_told(database: Database) -> None:
    hours = handed_in(database)

    (winner,) = hours.all_do(say_yes, say_no)

    assert hours.states() == {{"say_yes": "approved", "say_no": "draft"}[winner]}
    notice = {"say_yes": "entries_approved", "say_no": "entries_rejected"}[winner]
    with database.read_only() as session:
        assert hours.told(session) == [notice]


def test_exceptions_and_a_plain_approval_never_mix(database: Database) -> None:
    hours = handed_in(database)

    (winner,) = hours.all_do(say_yes, say_both)

    assert hours.states() == ({"approved"} if winner == "say_yes" else {"approved", "draft"})
    with database.read_only() as session:
        told = {"say_yes": "entries_approved", "say_both": "entries_rejected"}[winner]
        assert hours.told(session) == [told]


def test_of_approving_and_taking_back_one_wins_and_one_is_told(database: Database) -> None:
    hours = handed_in(database)

    (winner,) = hours.all_do(say_yes, take_hours_back)

    assert hours.states() == {{"say_yes": "approved", "take_hours_back": "draft"}[winner]}
    notice = {"say_yes": "entries_approved", "take_hours_back": "submission_withdrawn"}[winner]
    with database.read_only() as session:
        assert hours.told(session) == [notice]


def test_an_edit_and_an_approval_leave_no_approval_of_other_hours(database: Database) -> None:
    hours = handed_in(database)

    won = hours.all_do(say_yes, change_one)

    with database.read_only() as session:
        first, second = hours.entries(session)
        told = hours.told(session)
    # Edited first: the approval names other hours. Approved first: the edit is of an old version.
    assert len(won) == 1
    if won == ["say_yes"]:
        assert (first.state, second.state, told) == ("approved", "approved", ["entries_approved"])
    else:
        assert (first.state, first.text, second.state) == ("draft", "Call", "pending_review")
        assert told == []


def test_hours_that_wait_too_long_are_escalated_once(database: Database) -> None:
    hours = handed_in(database)
    with database.transaction() as session:
        a_member(session, hours.workspace(session), name="Olga", role="owner", profile_at=at(9))

    def look(_: int) -> int:
        with database.transaction() as session:
            return look_after(session, workspace=hours.workspace(session), now=at(10, day=4))

    done = all_at_once(look).won

    assert (sum(done), len(done)) == (2, CROWD)
    with database.read_only() as session:
        assert hours.told(session) == ["submission_escalated"]
        events = select(func.count()).where(AuditEvent.action == "submission.escalated")
        assert session.scalar(events) == 1


def test_hours_that_are_settled_meanwhile_are_not_escalated_after(database: Database) -> None:
    hours = handed_in(database)

    def look_late(session: Session, hours: Hours) -> None:
        look_after(session, workspace=hours.workspace(session), now=at(10, day=4))

    hours.all_do(say_yes, look_late)

    with database.read_only() as session:
        submission = session.scalars(select(Submission)).one()
        escalations = hours.told(session).count("submission_escalated")
    assert submission.settled_at is not None
    assert escalations == (submission.escalated_at is not None)


def test_an_approval_is_taken_back_or_billed_but_never_both(database: Database) -> None:
    hours = handed_in(database)
    with database.transaction() as session:
        say_yes(session, hours)
    with database.transaction() as session:
        workspace = hours.workspace(session)
        olga = a_member(session, workspace, name="Olga", role="owner", profile_at=DUE)
        (run,) = open_due_runs(session, workspace=workspace, can_charge=False, now=DUE)
        (shown,) = check_run(
            session, workspace=workspace, run=run, can_charge=False, now=DUE
        ).clients
        olga_id, invoice_id, digest = olga.id, shown.invoice_id, shown.digest
        assert invoice_id is not None

    def bill(session: Session, hours: Hours) -> None:
        release(
            session,
            workspace=hours.workspace(session),
            actor=hours.member(session, olga_id),
            invoice_id=invoice_id,
            digest=digest,
            can_charge=False,
            surface="slack",
            now=DUE,
        )

    (winner,) = hours.all_do(take_approval_back, bill)

    assert hours.states() == {{"bill": "applied", "take_approval_back": "pending_review"}[winner]}
    with database.read_only() as session:
        told = hours.told(session).count("approval_voided")
        assert session.scalar(select(func.count()).select_from(InvoiceRun)) == 1
    assert told == (winner == "take_approval_back")
