"""What was done is written down, and a change of it afterwards is found."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import bindparam, select, text, update
from sqlalchemy.orm import Session

from tests.builders import MONDAY_NINE
from timebot.db import Database, Key
from timebot.journal.audit import Actor, erase_details, record
from timebot.journal.chain import (
    LATE,
    BrokenLink,
    ChainReport,
    find_head,
    holds_head,
    seal,
    verify_chain,
)
from timebot.journal.models import AuditDetail, AuditEvent, AuditSeal

FIRM, KIM = UUID(int=1), UUID(int=2)


def note(session: Session, action: str = "rate.set", *, minutes: int = 0) -> None:
    record(
        session,
        workspace_id=FIRM,
        actor=Actor(KIM, "slack"),
        action=action,
        subject_kind="rate",
        subject_id=UUID(int=3),
        at=MONDAY_NINE + timedelta(minutes=minutes),
        before={"amount_minor": 9_000},
        after={"amount_minor": 9_500, "valid_from": MONDAY_NINE.date(), "by": KIM},
        note="New year",
    )


def a_chain(session: Session, *, events: int = 3) -> None:
    for number in range(events):
        note(session, f"rate.set_{number + 1}", minutes=number)
    seal(session, workspace_id=FIRM, limit=100)


def tamper(database: Database, *sql: str, table: str, event: str, **values: UUID) -> None:
    """Change the audit as somebody with the database's password could."""
    off = {
        True: f"DROP TRIGGER {table}_no_{event}",
        False: f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_{event}",
    }
    with database.transaction() as session:
        session.execute(text(off[database.is_sqlite]))
        for one in sql:
            bound = [bindparam(n, v, Key) for n, v in values.items()]
            session.execute(text(one).bindparams(*bound))


def check(database: Database) -> ChainReport:
    with database.read_only() as session:
        return verify_chain(session, workspace_id=FIRM)


def give_up(session: Session) -> None:
    note(session)
    raise ZeroDivisionError


def second(database: Database) -> UUID:
    with database.read_only() as session:
        return second_in(session)


def second_in(session: Session) -> UUID:
    return session.scalars(select(AuditSeal.event_id).filter_by(position=2)).one()


def test_an_event_says_who_did_what_to_what_and_when(session: Session) -> None:
    note(session)

    event = session.scalars(select(AuditEvent)).one()
    detail = session.scalars(select(AuditDetail)).one()
    assert (event.actor_id, event.surface, event.action) == (KIM, "slack", "rate.set")
    assert (event.subject_kind, event.subject_id) == ("rate", UUID(int=3))
    assert event.at == MONDAY_NINE
    assert detail.before == {"amount_minor": 9_000}
    assert detail.after == {"amount_minor": 9_500, "valid_from": "2026-03-02", "by": str(KIM)}
    assert detail.note == "New year"


@pytest.mark.parametrize("value", [1.5, Decimal("1.5"), object()])
def test_a_value_that_does_not_survive_storage_is_refused(session: Session, value: object) -> None:
    with pytest.raises(TypeError, match="has no place in JSON"):
        record(
            session,
            workspace_id=FIRM,
            actor=Actor(None, "worker"),
            action="rate.set",
            subject_kind="rate",
            subject_id=None,
            at=MONDAY_NINE,
            after={"amount": value},
        )


def test_an_event_goes_with_its_transaction(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        give_up(session)

    assert check(database) == ChainReport(0, 0, None)


def test_equal_changes_have_digests_that_tell_nothing(session: Session) -> None:
    note(session)
    note(session)

    digests = session.scalars(select(AuditEvent.detail_digest)).all()
    assert len(set(digests)) == 2


def test_the_chain_follows_the_time_of_the_events(session: Session) -> None:
    for minutes in (5, 1, 3):
        note(session, f"rate.set_{minutes}", minutes=minutes)

    assert seal(session, workspace_id=FIRM, limit=2) == 2
    assert seal(session, workspace_id=FIRM, limit=2) == 1
    assert seal(session, workspace_id=FIRM, limit=2) == 0

    actions = session.scalars(
        select(AuditEvent.action)
        .join(AuditSeal, AuditSeal.event_id == AuditEvent.id)
        .order_by(AuditSeal.position)
    ).all()
    assert list(actions) == ["rate.set_1", "rate.set_3", "rate.set_5"]
    assert verify_chain(session, workspace_id=FIRM) == ChainReport(3, 0, None)


def test_an_event_that_was_committed_late_is_sealed_too(session: Session) -> None:
    a_chain(session)
    note(session, "rate.set_late", minutes=-60)

    assert seal(session, workspace_id=FIRM, limit=100) == 1
    assert verify_chain(session, workspace_id=FIRM) == ChainReport(4, 0, None)


def test_an_event_that_is_far_too_late_stays_visible_as_unsealed(session: Session) -> None:
    a_chain(session)
    note(session, minutes=-int(LATE.total_seconds() // 60) - 60)

    assert seal(session, workspace_id=FIRM, limit=100) == 0
    assert verify_chain(session, workspace_id=FIRM) == ChainReport(3, 1, None)


def test_each_workspace_has_its_own_chain(session: Session) -> None:
    a_chain(session)

    assert verify_chain(session, workspace_id=uuid4()) == ChainReport(0, 0, None)
    assert seal(session, workspace_id=uuid4(), limit=10) == 0


def test_an_erased_detail_leaves_the_chain_whole(session: Session) -> None:
    a_chain(session)
    ids = session.scalars(select(AuditEvent.id)).all()

    assert erase_details(session, workspace_id=FIRM, event_ids=ids[:2]) == 2

    session.expire_all()
    assert verify_chain(session, workspace_id=FIRM) == ChainReport(3, 0, None)


def test_a_changed_event_is_named(database: Database) -> None:
    with database.transaction() as session:
        a_chain(session)

    sql = "UPDATE audit_event SET action = 'rate.kept' WHERE action = 'rate.set_2'"
    tamper(database, sql, table="audit_event", event="update")

    why = "the event was changed after it was sealed"
    assert check(database) == ChainReport(1, 0, BrokenLink(2, second(database), why))


def test_a_changed_detail_is_named(database: Database) -> None:
    with database.transaction() as session:
        a_chain(session)

    sql = "UPDATE audit_detail SET note = 'Christmas' WHERE event_id = :id"
    tamper(database, sql, id=second(database), table="audit_detail", event="update")

    why = "its detail was changed"
    assert check(database) == ChainReport(1, 0, BrokenLink(2, second(database), why))


def test_a_detail_that_is_half_erased_is_named(database: Database) -> None:
    with database.transaction() as session:
        a_chain(session)
        half = update(AuditDetail).where(AuditDetail.event_id == second_in(session))
        session.execute(half.values(salt=None))

    why = "its detail was changed after an erasure"
    assert check(database) == ChainReport(1, 0, BrokenLink(2, second(database), why))


def test_a_deleted_detail_is_named(database: Database) -> None:
    with database.transaction() as session:
        a_chain(session)

    sql = "DELETE FROM audit_detail WHERE event_id = :id"
    tamper(database, sql, id=second(database), table="audit_detail", event="delete")

    why = "its detail is missing"
    assert check(database) == ChainReport(1, 0, BrokenLink(2, second(database), why))


def test_a_removed_link_is_named(database: Database) -> None:
    with database.transaction() as session:
        a_chain(session)
        third = session.scalars(select(AuditSeal.event_id).filter_by(position=3)).one()

    sql = "DELETE FROM audit_seal WHERE position = 2"
    tamper(database, sql, table="audit_seal", event="delete")

    why = "the seal at position 2 is missing"
    assert check(database) == ChainReport(1, 1, BrokenLink(3, third, why))


def test_a_replaced_link_is_named(database: Database) -> None:
    with database.transaction() as session:
        a_chain(session)

    sql = "UPDATE audit_seal SET previous_hash = 'another' WHERE position = 2"
    tamper(database, sql, table="audit_seal", event="update")

    why = "it does not follow the seal before it"
    assert check(database) == ChainReport(1, 0, BrokenLink(2, second(database), why))


CHANGED = "the event was changed after it was sealed"
COLUMNS = (
    ("audit_event", "at = (SELECT max(at) FROM audit_event)", CHANGED),
    ("audit_event", "actor_id = NULL", CHANGED),
    ("audit_event", "surface = 'cli'", CHANGED),
    ("audit_event", "action = 'rate.kept'", CHANGED),
    ("audit_event", "subject_kind = 'client'", CHANGED),
    ("audit_event", "subject_id = NULL", CHANGED),
    ("audit_event", "detail_digest = 'another'", CHANGED),
    ("audit_detail", "before = '{}'", "its detail was changed"),
    ("audit_detail", "after = NULL", "its detail was changed"),
    ("audit_detail", "note = NULL", "its detail was changed"),
    ("audit_detail", "salt = 'another'", "its detail was changed"),
    ("audit_detail", "salt = NULL, note = NULL", "its detail was changed after an erasure"),
    ("audit_seal", "hash = 'another'", CHANGED),
)


@pytest.mark.parametrize(("table", "change", "why"), COLUMNS)
def test_a_change_in_any_column_is_named(
    database: Database, table: str, change: str, why: str
) -> None:
    with database.transaction() as session:
        a_chain(session)
    event = second(database)
    key = "id" if table == "audit_event" else "event_id"

    tamper(
        database,
        f"UPDATE {table} SET {change} WHERE {key} = :id",  # noqa: S608 - words of this file
        id=event,
        table=table,
        event="update",
    )

    assert check(database).broken == BrokenLink(2, event, why)


def test_links_in_another_order_are_named(database: Database) -> None:
    with database.transaction() as session:
        a_chain(session)

    tamper(
        database,
        *(
            f"UPDATE audit_seal SET position = {new} WHERE position = {old}"  # noqa: S608 - numbers
            for old, new in ((2, 99), (3, 2), (99, 3))
        ),
        table="audit_seal",
        event="update",
    )

    assert check(database).broken == BrokenLink(
        2, second(database), "it does not follow the seal before it"
    )


def test_an_event_put_between_others_is_named(database: Database) -> None:
    with database.transaction() as session:
        a_chain(session)
        note(session, "rate.forged", minutes=1)
        forged = session.scalars(select(AuditEvent.id).filter_by(action="rate.forged")).one()
    tamper(
        database,
        "UPDATE audit_seal SET position = 4 WHERE position = 3",
        table="audit_seal",
        event="update",
    )

    with database.transaction() as session:
        before = session.get_one(AuditSeal, (FIRM, 2)).hash
        session.add(
            AuditSeal(
                workspace_id=FIRM, position=3, event_id=forged, previous_hash=before, hash="forged"
            )
        )

    assert check(database).broken == BrokenLink(3, forged, CHANGED)


def test_rows_cut_off_the_end_are_found_by_the_head_that_was_written_down(
    database: Database,
) -> None:
    with database.transaction() as session:
        a_chain(session)
        head = find_head(session, workspace_id=FIRM)
        third = session.scalars(select(AuditSeal.event_id).filter_by(position=3)).one()
    assert head is not None

    for table, key in (
        ("audit_seal", "event_id"),
        ("audit_detail", "event_id"),
        ("audit_event", "id"),
    ):
        delete = f"DELETE FROM {table} WHERE {key} = :id"  # noqa: S608 - words of this file
        tamper(database, delete, id=third, table=table, event="delete")

    assert check(database) == ChainReport(2, 0, None)
    with database.read_only() as session:
        assert not holds_head(session, workspace_id=FIRM, short=head.short)


def test_a_head_that_was_written_down_is_held_as_the_chain_grows(session: Session) -> None:
    a_chain(session)
    head = find_head(session, workspace_id=FIRM)
    assert head is not None
    note(session, minutes=9)
    seal(session, workspace_id=FIRM, limit=10)

    assert head.short.startswith("3:")
    assert holds_head(session, workspace_id=FIRM, short=head.short)
    assert find_head(session, workspace_id=FIRM) != head


@pytest.mark.parametrize("short", ["", "3", "3:", "3:abc", "x:3f9a21c07b64", "3:000000000000"])
def test_what_is_no_head_of_this_chain_is_not_held(session: Session, short: str) -> None:
    a_chain(session)

    assert not holds_head(session, workspace_id=FIRM, short=short)


def test_before_anything_is_sealed_there_is_no_head(session: Session) -> None:
    assert find_head(session, workspace_id=FIRM) is None
