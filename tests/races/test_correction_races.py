"""Two people, or two windows, at one entry at the same instant: one wins, the other is told."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import an_entry
from tests.races.crowd import all_at_once
from tests.timekeeping.firm import a_firm, at
from tests.timekeeping.settled import submitted
from timebot.clients.models import Project
from timebot.db import Database
from timebot.errors import Refusal
from timebot.team.models import Member, Workspace
from timebot.timekeeping.approval import approve
from timebot.timekeeping.editing import EntryChanges, delete_entry, edit_entry
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.overlaps import keep_both, overlaps_of
from timebot.timekeeping.splitting import split_entry
from timebot.timekeeping.stopping import stop_timer
from timebot.timekeeping.submission import submit
from timebot.timekeeping.trimming import trim_earlier
from timebot.timekeeping.undo import undo_last

NOW = at(20)
Key = tuple[UUID, UUID]
Act = Callable[[Session, Member], object]


def outcomes(database: Database, person: Key, *acts: Act) -> list[str]:
    """Let a crowd do the acts in turn, all at once; each one is done, or is refused in words."""

    def one(number: int) -> str:
        act = acts[number % len(acts)]
        try:
            with database.transaction() as session:
                act(session, session.get_one(Member, person))
        except Refusal:
            return f"refused {number % len(acts)}"
        return f"done {number % len(acts)}"

    return all_at_once(one).won


def the_entries(database: Database) -> list[TimeEntry]:
    with database.read_only() as session:
        alive = select(TimeEntry).where(TimeEntry.deleted_at.is_(None))
        return list(session.scalars(alive.order_by(TimeEntry.started_at)))


def get_entry(session: Session, key: Key) -> TimeEntry:
    return session.get_one(TimeEntry, key)


def test_of_many_windows_on_one_entry_one_is_saved(database: Database) -> None:
    with database.transaction() as session:
        firm = a_firm(session)
        firm.start(at(9))
        entry = firm.stop(at(12))
        key, person, version = (entry.workspace_id, entry.id), _key(firm.robin), entry.version

    def save(session: Session, robin: Member) -> None:
        edit_entry(
            session,
            actor=robin,
            entry=get_entry(session, key),
            changes=EntryChanges(ended_at=at(11), version=version),
            now=NOW,
            surface="slack",
        )

    assert outcomes(database, person, save).count("done 0") == 1
    assert the_entries(database)[0].version == version + 1


def test_the_author_and_an_approver_do_not_overwrite_each_other(database: Database) -> None:
    with database.transaction() as session:
        firm = a_firm(session)
        firm.start(at(9))
        entry = firm.stop(at(12))
        key, version, kim = (entry.workspace_id, entry.id), entry.version, _key(firm.kim)
        person = _key(firm.robin)

    def save(session: Session, actor: Member, text: str) -> None:
        edit_entry(
            session,
            actor=actor,
            entry=get_entry(session, key),
            changes=EntryChanges(text=text, version=version),
            now=NOW,
            surface="slack",
        )

    done = outcomes(
        database,
        person,
        lambda session, robin: save(session, robin, "mine"),
        lambda session, _: save(session, session.get_one(Member, kim), "for them"),
    )

    assert sum(one.startswith("done") for one in done) == 1


def test_a_split_and_a_stop_leave_the_whole_time_once(database: Database) -> None:
    with database.transaction() as session:
        firm = a_firm(session)
        entry = firm.start(at(9)).entry
        key, person = (entry.workspace_id, entry.id), _key(firm.robin)

    def split(session: Session, robin: Member) -> None:
        split_entry(
            session,
            actor=robin,
            entry=get_entry(session, key),
            at=at(10),
            version=1,
            now=at(12),
            surface="slack",
        )

    def stop(session: Session, robin: Member) -> None:
        stop_timer(session, member=robin, now=at(12), surface="slack", entry_id=key[1])

    done = outcomes(database, person, split, stop)

    assert sum(one.startswith("done") for one in done) == 1
    assert sum(one.seconds(now=at(12)) for one in the_entries(database)) == 3 * 3_600


def test_a_trim_and_a_submission_never_hand_in_what_was_not_said(database: Database) -> None:
    with database.transaction() as session:
        firm = a_firm(session)
        first = _added(firm.robin, session, 9, 11)
        second = _added(firm.robin, session, 10, 12)
        person, ids = _key(firm.robin), (first.id, second.id)

    def trim(session: Session, robin: Member) -> None:
        trim_earlier(
            session,
            actor=robin,
            earlier_id=ids[0],
            later_id=ids[1],
            end=at(10),
            now=NOW,
            surface="slack",
        )

    def hand_in(session: Session, robin: Member) -> None:
        submit(
            session,
            workspace=session.get_one(Workspace, robin.workspace_id),
            member=robin,
            start=at(9).date(),
            end=at(9, day=1).date(),
            now=NOW,
            surface="slack",
        )

    done = outcomes(database, person, trim, hand_in)

    assert done.count("done 0") == 1
    assert [one.ended_at for one in the_entries(database)] == [at(10), at(12)]


def test_an_undo_and_an_approval_end_in_one_of_both(database: Database) -> None:
    with database.transaction() as session:
        firm = a_firm(session)
        firm.start(at(9))
        entry = firm.stop(at(12))
        delete_entry(session, actor=firm.robin, entry=entry, now=at(19), surface="slack")
        undo_last(session, member=firm.robin, now=at(19), surface="slack")
        edit_entry(
            session,
            actor=firm.robin,
            entry=entry,
            changes=EntryChanges(text="Call"),
            now=at(19),
            surface="slack",
        )
        submission = submitted(firm, entry, now=at(19))
        person, kim, meant = _key(firm.robin), _key(firm.kim), submission.id

    def undo(session: Session, robin: Member) -> None:
        undo_last(session, member=robin, now=at(19, 5), surface="slack")

    def settle(session: Session, _: Member) -> None:
        approver = session.get_one(Member, kim)
        approve(
            session,
            workspace=session.get_one(Workspace, approver.workspace_id),
            approver=approver,
            submission_id=meant,
            entry_ids=None,
            digest=None,
            now=at(19, 5),
            surface="slack",
        )

    done = outcomes(database, person, undo, settle)

    assert (done.count("done 0"), done.count("done 1")) == (0, 1)
    (entry,) = the_entries(database)
    assert (entry.state, entry.text) == ("approved", "Call")


def test_keeping_both_from_many_windows_is_remembered_once(database: Database) -> None:
    with database.transaction() as session:
        firm = a_firm(session)
        first = _added(firm.robin, session, 9, 11)
        second = _added(firm.robin, session, 10, 12)
        key, person, other = (first.workspace_id, first.id), _key(firm.robin), second.id

    def keep(session: Session, robin: Member) -> None:
        keep_both(session, actor=robin, earlier_id=key[1], later_id=other, now=NOW)

    assert set(outcomes(database, person, keep)) == {"done 0"}
    with database.read_only() as session:
        assert overlaps_of(session, entries=[get_entry(session, key)], now=NOW) == []


def _added(member: Member, session: Session, start: int, end: int) -> TimeEntry:
    project = session.scalars(
        select(Project).where(Project.workspace_id == member.workspace_id)
    ).first()
    length = timedelta(hours=end - start)
    return an_entry(session, member, project, started_at=at(start), ended_at=at(start) + length)


def _key(member: Member) -> Key:
    return member.workspace_id, member.id
