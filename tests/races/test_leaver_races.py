"""The hours of somebody who left: many approvers click on the one card, and one of them does it."""

from collections import Counter
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.races.crowd import CROWD, all_at_once
from tests.timekeeping.firm import a_firm, an_approver, at
from timebot.db import Database
from timebot.errors import Refusal
from timebot.journal.models import AuditEvent, OutboxMessage
from timebot.team.models import Member, Workspace
from timebot.timekeeping.editing import confirm_entry, delete_entry
from timebot.timekeeping.leavers import PURPOSE, ask_about_leavers, get_left, see_off
from timebot.timekeeping.models import Submission, TimeEntry
from timebot.timekeeping.submission import submit

NOW = at(20)
Click = Callable[[Session, Member], bool]


class Left:
    """Two entries that Robin left behind, before Kim, Lou and Max, who approve."""

    def __init__(self, database: Database, *, is_running: bool = False) -> None:
        self.database = database
        with database.transaction() as session:
            firm = a_firm(session)
            for hour in (9, 11):
                firm.start(at(hour))
                firm.stop(at(hour + 1))
            if is_running:
                firm.start(at(14))
            others = [an_approver(session, firm.workspace, name) for name in ("Lou", "Max")]
            firm.robin.deactivated_at = NOW
            self.workspace_id = firm.workspace.id
            self.robin_id = firm.robin.id
            self.approver_ids = [one.id for one in (firm.kim, *others)]

    def workspace(self, session: Session) -> Workspace:
        return session.get_one(Workspace, self.workspace_id)

    def member(self, session: Session, member_id: UUID) -> Member:
        return session.get_one(Member, (self.workspace_id, member_id))

    def entries(self, session: Session) -> list[TimeEntry]:
        return list(session.scalars(select(TimeEntry).order_by(TimeEntry.number)))

    def sees_off(self, session: Session) -> None:
        robin = self.member(session, self.robin_id)
        see_off(session, member=robin, now=NOW, surface="slack")

    def all_click(self, *clicks: Click) -> list[str]:
        """Let the approvers do the clicks in turn, all at once; name the ones that did anything."""

        def one(number: int) -> str:
            click = clicks[number % len(clicks)]
            try:
                with self.database.transaction(wait_seconds=60) as session:
                    who = self.approver_ids[number % len(self.approver_ids)]
                    return click.__name__ if click(session, self.member(session, who)) else ""
            except Refusal:
                return ""

        return [name for name in all_at_once(one).won if name]

    def hand_in(self, session: Session, by: Member) -> bool:
        left = get_left(session, workspace=self.workspace(session), member_id=self.robin_id)
        submit(
            session,
            workspace=self.workspace(session),
            member=left.author,
            actor=by,
            start=left.days.start,
            end=left.days.end,
            now=NOW,
            surface="slack",
        )
        return True

    def confirm(self, session: Session, by: Member) -> bool:
        entry = self.entries(session)[-1]
        confirm_entry(session, actor=by, entry=entry, now=NOW, surface="slack")
        return True

    def delete_first(self, session: Session, by: Member) -> bool:
        delete_entry(session, actor=by, entry=self.entries(session)[0], now=NOW, surface="slack")
        return True

    def audited(self, session: Session, action: str) -> int:
        found = select(func.count()).where(AuditEvent.action == action)
        return session.scalar(found) or 0

    def cards(self, session: Session, purpose: str) -> Counter[str]:
        """Count the messages of a purpose that are on their way, by who gets them."""
        sent = session.scalars(
            select(OutboxMessage.payload).where(OutboxMessage.kind == "slack.card")
        )
        return Counter(one["recipient"] for one in sent if one["purpose"] == purpose)


def test_of_many_clicks_by_several_approvers_one_hands_the_hours_in(database: Database) -> None:
    left = Left(database)

    assert left.all_click(left.hand_in) == ["hand_in"]

    with database.read_only() as session:
        (submission,) = session.scalars(select(Submission)).all()
        states = {(one.state, one.submission_id) for one in left.entries(session)}
        cards = left.cards(session, "submission")
        assert left.audited(session, "submission.opened") == 1
        assert left.audited(session, "time_entry.submitted") == 2
    assert states == {("pending_review", submission.id)}
    # Whoever handed them in does not approve them; each of the others is asked once.
    assert sorted(cards.values()) == [1, 1]


def test_of_many_confirmations_of_one_end_one_counts(database: Database) -> None:
    left = Left(database, is_running=True)
    with database.transaction() as session:
        left.sees_off(session)

    # Nobody is refused: to whoever comes late, the end is confirmed as they wished.
    assert left.all_click(left.confirm) == ["confirm"] * CROWD

    with database.read_only() as session:
        assert left.audited(session, "time_entry.confirmed") == 1
        assert left.entries(session)[-1].is_confirmed


def test_an_entry_that_is_deleted_as_hours_are_handed_in_waits_nowhere(database: Database) -> None:
    left = Left(database)

    won = left.all_click(left.hand_in, left.delete_first)

    with database.read_only() as session:
        first, second = left.entries(session)
        assert left.audited(session, "submission.opened") == 1
        assert left.audited(session, "time_entry.deleted") == 1
    assert sorted(won) == ["delete_first", "hand_in"]
    assert (first.deleted_at, first.state, first.submission_id) == (NOW, "draft", None)
    assert second.state == "pending_review"


def test_however_many_report_that_somebody_left_each_approver_is_asked_once(
    database: Database,
) -> None:
    left = Left(database, is_running=True)

    def report(number: int) -> None:
        with database.transaction(wait_seconds=60) as session:
            if number % 2:
                left.sees_off(session)
            else:
                ask_about_leavers(session, workspace=left.workspace(session), now=NOW)

    reports = all_at_once(report)

    assert len(reports.won) == CROWD
    with database.read_only() as session:
        assert sorted(left.cards(session, PURPOSE).values()) == [1, 1, 1]
        assert left.audited(session, "time_entry.stopped") == 3
