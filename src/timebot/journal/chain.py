"""The chain over the audit: each seal vouches for the one before it and for one event."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import Row, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebot.journal.audit import detail_digest
from timebot.journal.canonical import digest
from timebot.journal.models import AuditDetail, AuditEvent, AuditSeal

START = "0" * 64
"""What the first seal of a workspace follows."""

HEAD_SHOWN = 12
"""How many characters of a hash are shown to people: enough that nobody finds another by trying."""

LATE = timedelta(days=7)
"""How much older than the last sealed event one may be that was committed after it."""

log = structlog.get_logger()


@dataclass(frozen=True)
class BrokenLink:
    """The first row of the chain that is not as it was sealed.

    Attributes:
        position: its place in the chain, from 1 on.
        event_id: the audit event.
        why: what is wrong with it, in plain words.
    """

    position: int
    event_id: UUID
    why: str


@dataclass(frozen=True)
class ChainReport:
    """What checking a workspace's chain found.

    Attributes:
        sealed: how many events the chain holds and vouches for.
        unsealed: how many it does not hold yet.
        broken: the first row that was tampered with, None if all is well.
    """

    sealed: int
    unsealed: int
    broken: BrokenLink | None


@dataclass(frozen=True)
class Head:
    """The end of a chain, or a link that once was its end.

    Attributes:
        position: how many events there are up to it.
        hash: what vouches for all of them.
    """

    position: int
    hash: str

    @property
    def short(self) -> str:
        """It as people write it down: `412:3f9a21c07b64`."""
        return f"{self.position}:{self.hash[:HEAD_SHOWN]}"


def find_head(session: Session, *, workspace_id: UUID) -> Head | None:
    """Return the end of the workspace's chain, None before anything was sealed.

    Whoever keeps it outside the database finds out that rows were cut off the end: those that are
    left fit each other.
    """
    last = _last_seal(session, workspace_id)
    return Head(last.position, last.hash) if last is not None else None


def holds_head(session: Session, *, workspace_id: UUID, short: str) -> bool:
    """Tell whether the chain still holds a head that was written down, as `Head.short` gives it."""
    position, _, beginning = short.strip().partition(":")
    if not position.isdecimal() or len(beginning) < HEAD_SHOWN or int(position) >= 2**63:
        return False
    link = session.get(AuditSeal, (workspace_id, int(position)))
    return link is not None and link.hash.startswith(beginning.casefold())


def seal(session: Session, *, workspace_id: UUID, limit: int) -> int:
    """Append the oldest unsealed events to the chain, and return how many.

    Writers never wait for this: the worker calls it from time to time. Where another worker is
    just doing the same, nothing is sealed and 0 returned.
    """
    last = _last_seal(session, workspace_id)
    try:
        with session.begin_nested():
            events = _unsealed(session, workspace_id, last, limit)
            session.add_all(_seals(last, events))
    except IntegrityError:
        # The primary key decides: two workers took the same position.
        return 0
    if events:
        log.info("audit.sealed", workspace_id=str(workspace_id), events=len(events))
    return len(events)


def verify_chain(session: Session, *, workspace_id: UUID) -> ChainReport:
    """Compute every seal of the workspace again, and name the first row that does not fit.

    A detail that was erased as a whole is in order; one that says something else is not.
    """
    in_order = (
        select(AuditSeal, AuditEvent, AuditDetail)
        .outerjoin(
            AuditEvent,
            (AuditEvent.workspace_id == AuditSeal.workspace_id)
            & (AuditEvent.id == AuditSeal.event_id),
        )
        .outerjoin(
            AuditDetail,
            (AuditDetail.workspace_id == AuditSeal.workspace_id)
            & (AuditDetail.event_id == AuditSeal.event_id),
        )
        .where(AuditSeal.workspace_id == workspace_id)
        .order_by(AuditSeal.position)
        .execution_options(yield_per=1_000)
    )
    # Closed early when the walk ends early, as it does at a broken link.
    with session.execute(in_order) as links:
        sealed, broken = _walk(links)
    events = select(func.count()).where(AuditEvent.workspace_id == workspace_id)
    seals = select(func.count()).where(AuditSeal.workspace_id == workspace_id)
    unsealed = (session.scalar(events) or 0) - (session.scalar(seals) or 0)
    return ChainReport(sealed, unsealed, broken)


def _last_seal(session: Session, workspace_id: UUID) -> AuditSeal | None:
    return session.scalar(
        select(AuditSeal)
        .where(AuditSeal.workspace_id == workspace_id)
        .order_by(AuditSeal.position.desc())
        .limit(1)
    )


def _unsealed(
    session: Session, workspace_id: UUID, last: AuditSeal | None, limit: int
) -> Sequence[AuditEvent]:
    """List the oldest events without a seal; only recent ones are looked through."""
    sealed = (
        select(AuditSeal.event_id)
        .where(
            AuditSeal.workspace_id == AuditEvent.workspace_id, AuditSeal.event_id == AuditEvent.id
        )
        .exists()
    )
    wanted = select(AuditEvent).where(AuditEvent.workspace_id == workspace_id, ~sealed)
    if last is not None:
        newest = session.get_one(AuditEvent, (workspace_id, last.event_id))
        wanted = wanted.where(AuditEvent.at >= newest.at - LATE)
    return session.scalars(wanted.order_by(AuditEvent.at, AuditEvent.id).limit(limit)).all()


def _seals(last: AuditSeal | None, events: Sequence[AuditEvent]) -> list[AuditSeal]:
    position, previous = (last.position, last.hash) if last is not None else (0, START)
    seals = []
    for event in events:
        position, previous_hash, previous = position + 1, previous, _hash(previous, event)
        seals.append(
            AuditSeal(
                workspace_id=event.workspace_id,
                position=position,
                event_id=event.id,
                previous_hash=previous_hash,
                hash=previous,
            )
        )
    return seals


def _hash(previous: str, event: AuditEvent) -> str:
    return digest(
        {
            "previous": previous,
            "workspace": event.workspace_id,
            "id": event.id,
            "at": event.at,
            "actor": event.actor_id,
            "surface": event.surface,
            "action": event.action,
            "subject_kind": event.subject_kind,
            "subject": event.subject_id,
            "detail": event.detail_digest,
        }
    )


def _walk(
    links: Iterable[Row[AuditSeal, AuditEvent, AuditDetail]],
) -> tuple[int, BrokenLink | None]:
    position, previous = 0, START
    for link, event, detail in links:
        why = _fault(link, event, detail, position=position + 1, previous=previous)
        if why is not None:
            return position, BrokenLink(link.position, link.event_id, why)
        position, previous = link.position, link.hash
    return position, None


def _fault(
    link: AuditSeal,
    event: AuditEvent | None,
    detail: AuditDetail | None,
    *,
    position: int,
    previous: str,
) -> str | None:
    if link.position != position:
        return f"the seal at position {position} is missing"
    if link.previous_hash != previous:
        return "it does not follow the seal before it"
    if event is None:
        return "the event was deleted"
    if link.hash != _hash(previous, event):
        return "the event was changed after it was sealed"
    if detail is None:
        return "its detail is missing"
    return _fault_of_detail(event, detail)


def _fault_of_detail(event: AuditEvent, detail: AuditDetail) -> str | None:
    said = (detail.before, detail.after, detail.note)
    if detail.salt is None:
        return None if said == (None, None, None) else "its detail was changed after an erasure"
    if event.detail_digest != detail_digest(detail.salt, *said):
        return "its detail was changed"
    return None
