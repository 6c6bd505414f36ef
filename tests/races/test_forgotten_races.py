"""Timers that nobody stopped: two workers, the owner and the worker, "it runs" and a new start."""

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.races.crowd import CROWD, all_at_once
from tests.timekeeping.firm import a_firm, at
from timebot.clients.models import Project
from timebot.db import Database
from timebot.errors import Refusal
from timebot.journal.models import AuditEvent, OutboxMessage
from timebot.team.models import Member, Workspace
from timebot.timekeeping.forgotten import attend_to, let_run_on
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.nags import keep_going
from timebot.timekeeping.stopping import stop_timer
from timebot.timekeeping.timer import start_timer
from timebot.timekeeping.unconfirmed import ask_again, settle_end

FOUR = at(4, day=1)
EIGHT = at(8, day=1)
Act = Callable[[Session], object]


class Night:
    """A timer of Robin's that began on Monday at two and still runs."""

    def __init__(self, database: Database, *, is_stopped: bool = False) -> None:
        self.database = database
        with database.transaction() as session:
            firm = a_firm(session)
            entry = firm.start(at(14)).entry
            self.person = (firm.workspace.id, firm.robin.id)
            self.key = (entry.workspace_id, entry.id)
            self.site = (firm.workspace.id, firm.site.id)
            if is_stopped:
                attend_to(session, entry=entry, now=FOUR)

    def robin(self, session: Session) -> Member:
        return session.get_one(Member, self.person)

    def attend(self, session: Session) -> bool:
        return attend_to(session, entry=session.get_one(TimeEntry, self.key), now=FOUR)

    def all_do(self, *acts: Act) -> list[str]:
        """Let a crowd do the acts in turn, all at once; say of each whether it was done."""

        def one(number: int) -> str:
            which = number % len(acts)
            try:
                with self.database.transaction(wait_seconds=60) as session:
                    return f"{which} {'did' if acts[which](session) else 'did nothing'}"
            except Refusal:
                return f"{which} was refused"

        return all_at_once(one).won

    def entry(self) -> TimeEntry:
        with self.database.read_only() as session:
            return session.get_one(TimeEntry, self.key)

    def stops(self) -> int:
        with self.database.read_only() as session:
            stopped = select(func.count()).where(AuditEvent.action == "time_entry.stopped")
            return session.scalar(stopped) or 0

    def questions(self) -> int:
        with self.database.read_only() as session:
            cards = session.scalars(
                select(OutboxMessage.payload).where(OutboxMessage.kind == "slack.card")
            )
            return sum(one["purpose"] == "unconfirmed" for one in cards)


def test_of_many_workers_one_stops_the_timer_and_asks(database: Database) -> None:
    night = Night(database)

    done = night.all_do(night.attend)

    assert (done.count("0 did"), done.count("0 did nothing")) == (1, CROWD - 1)
    assert (night.stops(), night.questions()) == (1, 1)
    assert night.entry().ended_at == at(18)


def test_the_owner_and_the_worker_stop_a_timer_once(database: Database) -> None:
    night = Night(database)

    def stop(session: Session) -> TimeEntry:
        return stop_timer(session, member=night.robin(session), now=FOUR, surface="slack")

    done = night.all_do(night.attend, stop)

    entry = night.entry()
    assert night.stops() == 1
    assert sum(one.endswith(" did") for one in done) == 1
    assert (entry.ended_at, entry.is_confirmed) == (
        (FOUR, True) if "1 did" in done else (at(18), False)
    )


def test_who_keeps_a_timer_going_as_it_is_stopped_is_heard_or_told(database: Database) -> None:
    night = Night(database)

    def keep(session: Session) -> TimeEntry:
        robin = night.robin(session)
        return keep_going(session, member=robin, entry_id=night.key[1], hours=2, now=FOUR)

    done = night.all_do(night.attend, keep)

    runs = night.entry().ended_at is None
    assert runs == ("1 did" in done)
    assert runs != ("0 did" in done)


def test_a_timer_runs_on_or_a_new_one_starts(database: Database) -> None:
    night = Night(database, is_stopped=True)

    def run_on(session: Session) -> TimeEntry:
        robin, entry_id = night.robin(session), night.key[1]
        return let_run_on(session, member=robin, entry_id=entry_id, now=EIGHT, surface="slack")

    def start(session: Session) -> object:
        return start_timer(
            session,
            workspace=session.get_one(Workspace, night.person[0]),
            member=night.robin(session),
            project=session.get_one(Project, night.site),
            text="Call",
            now=EIGHT,
            surface="slack",
        )

    night.all_do(run_on, start)

    with database.read_only() as session:
        entries = session.scalars(select(TimeEntry).order_by(TimeEntry.number)).all()
    old, *new = entries
    assert [one.ended_at for one in new] == [None]
    # It was stopped for the new one, or it stayed as the worker had left it; never both run.
    assert old.ended_at in {at(18), EIGHT}
    assert old.is_confirmed == (old.ended_at == EIGHT)


def test_an_end_is_said_once(database: Database) -> None:
    night = Night(database, is_stopped=True)

    def settle(session: Session, hour: int) -> TimeEntry:
        return settle_end(
            session,
            member=night.robin(session),
            entry_id=night.key[1],
            ended_at=at(hour),
            now=EIGHT,
            surface="slack",
        )

    done = night.all_do(lambda session: settle(session, 18), lambda session: settle(session, 19))

    assert sum(one.endswith(" did") for one in done) == 1
    assert night.entry().ended_at == (at(18) if "0 did" in done else at(19))


def test_of_many_workers_one_asks_again(database: Database) -> None:
    night = Night(database, is_stopped=True)
    workspace_id, member_id = night.person
    morning = at(9, day=2)

    done = night.all_do(
        lambda session: ask_again(
            session, workspace_id=workspace_id, member_id=member_id, now=morning
        )
    )

    assert (done.count("0 did"), done.count("0 did nothing")) == (1, CROWD - 1)
