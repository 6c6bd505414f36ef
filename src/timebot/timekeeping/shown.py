"""What approvers were shown of a submission, kept to tell a later click what has changed since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from timebot.clients.models import Client, Project
from timebot.journal.conflicts import insert_unless_there
from timebot.team.models import Member
from timebot.timekeeping.models import ShownHours, Submission, TimeEntry
from timebot.timekeeping.taken_out import list_taken_out

KEPT = timedelta(days=14)
"""For how long after settling it is still known what was shown."""

Fate = Literal["approved", "rejected", "deleted", "taken_back", "handed_in_again", "changed"]


@dataclass(frozen=True)
class ShownEntry:
    """An entry as an approver was shown it; no money.

    Attributes:
        entry_id, number, version: which entry, and which state of it.
        worked_on: the day of work.
        client, project: their names by now.
        seconds: worked.
        text, billable, ticket_ref, ticket_url: as on the entry.
    """

    entry_id: UUID
    number: int
    version: int
    worked_on: date
    client: str
    project: str
    seconds: int
    text: str
    billable: str
    ticket_ref: str | None
    ticket_url: str | None


@dataclass(frozen=True)
class Departed:
    """An entry that was shown and does not wait any more.

    Attributes:
        before: as it was shown.
        fate: what became of it.
        by: who approved, rejected, changed or deleted it; None where that is not known.
        after: what it says now, where it was changed.
    """

    before: ShownEntry
    fate: Fate
    by: str | None = None
    after: ShownEntry | None = None


@dataclass(frozen=True)
class Changes:
    """What is different from what was shown.

    Attributes:
        departed: what waits no more.
        added: what waits, but was not shown.
        changed: what still waits and says something else: before and after.
    """

    departed: Sequence[Departed]
    added: Sequence[ShownEntry]
    changed: Sequence[tuple[ShownEntry, ShownEntry]]

    def only(self, entry_id: UUID) -> "Changes":
        """Return what is different about one entry."""
        return Changes(
            [one for one in self.departed if one.before.entry_id == entry_id],
            [one for one in self.added if one.entry_id == entry_id],
            [pair for pair in self.changed if pair[0].entry_id == entry_id],
        )


def keep_shown(
    session: Session, submission: Submission, waiting: Sequence[TimeEntry], *, now: datetime
) -> None:
    """Keep what is shown from now on, under the digest that the buttons carry."""
    insert_unless_there(
        session,
        ShownHours,
        {
            "workspace_id": submission.workspace_id,
            "submission_id": submission.id,
            "digest": submission.digest,
            "content": [_written(entry) for entry in waiting],
            "shown_at": now,
        },
        key=("workspace_id", "submission_id", "digest"),
    )


def find_changes(
    session: Session, *, submission: Submission, waiting: Sequence[TimeEntry], digest: str
) -> Changes | None:
    """Return what is different from what was shown under a digest.

    Args:
        session: the open transaction.
        submission: whose hours they are.
        waiting: what waits in it now.
        digest: what the button carried; a beginning of it will do.

    Returns:
        None where it is not known any more what was shown.
    """
    kept = session.scalars(
        select(ShownHours)
        .where(
            ShownHours.workspace_id == submission.workspace_id,
            ShownHours.submission_id == submission.id,
            ShownHours.digest.startswith(digest, autoescape=True),
        )
        .limit(1)
    ).first()
    if kept is None or not digest:
        return None
    names = _Names(session, submission.workspace_id)
    before = {one.entry_id: one for one in (_read(each, names) for each in kept.content)}
    now = {entry.id: _read(_written(entry), names) for entry in waiting}
    return Changes(
        [
            _departed(session, submission, one, names)
            for id_, one in before.items()
            if id_ not in now
        ],
        [one for id_, one in now.items() if id_ not in before],
        [
            (before[id_], one)
            for id_, one in now.items()
            if id_ in before and _said(before[id_]) != _said(one)
        ],
    )


def forget_shown(session: Session, *, workspace_id: UUID, now: datetime) -> int:
    """Forget what was shown of submissions that were settled some days ago; return how much."""
    settled = select(Submission.id).where(
        Submission.workspace_id == workspace_id, Submission.settled_at < now - KEPT
    )
    forgotten = session.execute(
        delete(ShownHours)
        .where(ShownHours.workspace_id == workspace_id, ShownHours.submission_id.in_(settled))
        .returning(ShownHours.digest)
        .execution_options(synchronize_session=False)
    )
    return len(forgotten.all())


class _Names:
    """Looks up how projects are called, each once."""

    def __init__(self, session: Session, workspace_id: UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id
        self._known: dict[str, tuple[str, str]] = {}

    def of(self, project_id: str | None) -> tuple[str, str]:
        """Return client and project."""
        if project_id is None:
            return "", ""
        if project_id not in self._known:
            project = self._session.get_one(Project, (self._workspace_id, UUID(project_id)))
            client = self._session.get_one(Client, (self._workspace_id, project.client_id))
            self._known[project_id] = (client.name, project.name)
        return self._known[project_id]


def _written(entry: TimeEntry) -> dict[str, Any]:
    return {
        "id": str(entry.id),
        "number": entry.number,
        "version": entry.version,
        "worked_on": entry.worked_on.isoformat(),
        "project_id": str(entry.project_id) if entry.project_id else None,
        "seconds": entry.seconds(now=entry.started_at),
        "text": entry.text,
        "billable": entry.billable,
        "ticket_ref": entry.ticket_ref,
        "ticket_url": entry.ticket_url,
    }


def _read(written: Mapping[str, Any], names: _Names) -> ShownEntry:
    client, project = names.of(written["project_id"])
    return ShownEntry(
        entry_id=UUID(written["id"]),
        number=written["number"],
        version=written["version"],
        worked_on=date.fromisoformat(written["worked_on"]),
        client=client,
        project=project,
        seconds=written["seconds"],
        text=written["text"],
        billable=written["billable"],
        ticket_ref=written["ticket_ref"],
        ticket_url=written["ticket_url"],
    )


def _departed(
    session: Session, submission: Submission, before: ShownEntry, names: _Names
) -> Departed:
    entry = session.get_one(TimeEntry, (submission.workspace_id, before.entry_id))
    if entry.deleted_at is not None:
        return Departed(before, "deleted", _corrected_by(session, submission, entry))
    is_here = entry.submission_id == submission.id
    if is_here and entry.approved_by is not None:
        return Departed(before, "approved", _name(session, entry.workspace_id, entry.approved_by))
    if is_here and entry.rejected_by is not None:
        return Departed(before, "rejected", _name(session, entry.workspace_id, entry.rejected_by))
    after = _read(_written(entry), names)
    if _said(after) == _said(before):
        is_elsewhere = entry.submission_id is not None and not is_here
        return Departed(before, "handed_in_again" if is_elsewhere else "taken_back")
    return Departed(before, "changed", _corrected_by(session, submission, entry), after)


def _corrected_by(session: Session, submission: Submission, entry: TimeEntry) -> str | None:
    """Return the name of who corrected an entry last; None where it was taken back before."""
    found = list_taken_out(session, submission=submission)
    return next((one.by for one in reversed(found) if one.number == entry.number), None)


def _said(one: ShownEntry) -> ShownEntry:
    """Return what people see of it: who only took it back and gave it again changed nothing."""
    return replace(one, version=0)


def _name(session: Session, workspace_id: UUID, member_id: UUID) -> str:
    return session.get_one(Member, (workspace_id, member_id)).name
