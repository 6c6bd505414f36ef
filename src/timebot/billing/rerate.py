"""Re-rating: gives unbilled entries the rate that counts now, with a preview first."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from timebot.billing.drafting import refresh_draft
from timebot.billing.models import Invoice
from timebot.clients.models import Client, Project
from timebot.clients.rates import CapturedRate, resolve_rates
from timebot.errors import Refusal
from timebot.journal.audit import Actor, record
from timebot.journal.notices import refresh_card
from timebot.money import Money
from timebot.team.models import Member, Workspace
from timebot.team.rights import require
from timebot.timekeeping.models import TimeEntry

_AT_ONCE = 500


class NothingToRerate(Refusal):
    """All unbilled entries have the rate that counts already."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"All unbilled hours of {name} have the right rate already. To change them, set another"
            " rate first.",
            example=f"/billing rate {name} 95",
        )


class RerateChanged(Refusal):
    """Since the preview, entries or rates changed."""

    def __init__(self) -> None:
        super().__init__(
            "Hours or rates changed since you looked. Nothing was changed. Please look again."
        )


@dataclass(frozen=True)
class RateChange:
    """One unbilled entry whose rate would change.

    Attributes:
        before: the rate it has; None where it has none.
        after: the rate that counts; None where there is none any more.
        source: where the new rate comes from, in words.
        seconds: its worked time.
    """

    entry_id: UUID
    entry_number: int
    member_id: UUID
    project_id: UUID
    worked_on: date
    seconds: int
    before: Money | None
    after: Money | None
    source: str | None
    rate_id: UUID | None


@dataclass(frozen=True)
class Rerating:
    """What re-rating would change.

    Attributes:
        examined: how many unbilled entries were looked at.
        changes: those whose rate would change, by day.
    """

    examined: int
    changes: tuple[RateChange, ...]

    @property
    def seconds(self) -> int:
        """The worked time of the entries that would change."""
        return sum(change.seconds for change in self.changes)

    @property
    def digest(self) -> str:
        """What the button carries, so that a stale one asks again."""
        facts = [f"{change.entry_id} {change.before} {change.after}" for change in self.changes]
        return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:32]


def preview_rerating(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    target: Client | Project,
    from_day: date | None,
    now: datetime,
) -> Rerating:
    """Return which unbilled entries of a client or project would get another rate; reads only.

    Args:
        session: the open session.
        workspace: whose entries.
        actor: who asks.
        target: the client or project.
        from_day: only work of this day and later; None for all.
        now: the present instant.

    Raises:
        NotAllowed: if the actor has no billing role.
    """
    require(session, actor, "billing", to="re-rate hours", now=now)
    entries = session.scalars(_unbilled(workspace, target, from_day)).all()
    return _compare(session, workspace, entries)


def apply_rerating(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    target: Client | Project,
    from_day: date | None,
    digest: str | None,
    can_charge: bool,
    surface: str,
    now: datetime,
) -> Rerating:
    """Give unbilled entries the rate that counts now; approvals stay, for they show no rate.

    Open drafts with such entries are brought up to date.

    Args:
        session: an open transaction.
        workspace: whose entries.
        actor: who does it.
        target: the client or project.
        from_day: only work of this day and later; None for all.
        digest: of the preview; None where none was shown.
        can_charge: whether a card processor is set up.
        surface: where it came from, for the audit.
        now: the present instant.

    Raises:
        NotAllowed: if the actor has no billing role.
        RerateChanged: if it is not what the preview showed.
        NothingToRerate: if no rate would change.
    """
    require(session, actor, "billing", to="re-rate hours", now=now)
    locked = _unbilled(workspace, target, from_day).with_for_update()
    found = session.scalars(locked.execution_options(populate_existing=True)).all()
    rerating = _compare(session, workspace, found)
    if digest is not None and digest != rerating.digest:
        raise RerateChanged
    if not rerating.changes:
        raise NothingToRerate(target.name)
    _write(session, workspace, rerating.changes)
    by = Actor(actor.id, surface)
    for change in rerating.changes:
        _record(session, workspace, change, by, now)
    _refresh(session, workspace, rerating.changes, can_charge=can_charge, now=now)
    return rerating


def _unbilled(
    workspace: Workspace, target: Client | Project, from_day: date | None
) -> Select[TimeEntry]:
    """Select closed entries that are on no invoice, in the order of their ids."""
    projects = select(Project.id).where(Project.workspace_id == workspace.id)
    if isinstance(target, Client):
        projects = projects.where(Project.client_id == target.id)
    else:
        projects = projects.where(Project.id == target.id)
    query = select(TimeEntry).where(
        TimeEntry.workspace_id == workspace.id,
        TimeEntry.project_id.in_(projects),
        TimeEntry.state.in_(("draft", "pending_review", "approved")),
        TimeEntry.deleted_at.is_(None),
    )
    if from_day is not None:
        query = query.where(TimeEntry.worked_on >= from_day)
    return query.order_by(TimeEntry.id)


def _compare(session: Session, workspace: Workspace, entries: Sequence[TimeEntry]) -> Rerating:
    wanted = {
        entry.id: (entry.member_id, entry.project_id, entry.worked_on)
        for entry in entries
        if entry.project_id is not None
    }
    rates = resolve_rates(session, workspace_id=workspace.id, wanted=wanted.values())
    changes = [
        _change(entry, entry.project_id, rates[wanted[entry.id]])
        for entry in sorted(entries, key=lambda one: (one.worked_on, one.started_at, one.id))
        if entry.project_id is not None and _differs(entry, rates[wanted[entry.id]])
    ]
    return Rerating(len(entries), tuple(changes))


def _differs(entry: TimeEntry, rate: CapturedRate | None) -> bool:
    return entry.rate != (rate.amount if rate is not None else None)


def _change(entry: TimeEntry, project_id: UUID, rate: CapturedRate | None) -> RateChange:
    ended_at = entry.ended_at or entry.started_at
    return RateChange(
        entry_id=entry.id,
        entry_number=entry.number,
        member_id=entry.member_id,
        project_id=project_id,
        worked_on=entry.worked_on,
        seconds=int((ended_at - entry.started_at).total_seconds()),
        before=entry.rate,
        after=rate.amount if rate is not None else None,
        source=rate.source if rate is not None else None,
        rate_id=rate.rate_id if rate is not None else None,
    )


def _write(session: Session, workspace: Workspace, changes: Iterable[RateChange]) -> None:
    """Set each new rate on all its entries at once; the version stays, for nothing shown moved."""
    groups: dict[tuple[Money | None, str | None, UUID | None], list[UUID]] = defaultdict(list)
    for change in changes:
        groups[change.after, change.source, change.rate_id].append(change.entry_id)
    for (after, source, rate_id), ids in groups.items():
        for start in range(0, len(ids), _AT_ONCE):
            session.execute(
                update(TimeEntry)
                .where(
                    TimeEntry.workspace_id == workspace.id,
                    TimeEntry.id.in_(ids[start : start + _AT_ONCE]),
                    TimeEntry.state != "applied",
                )
                .values(
                    rate_minor=after.minor if after else None,
                    rate_currency=after.currency if after else None,
                    rate_source=source,
                    rate_id=rate_id,
                )
            )


def _record(
    session: Session, workspace: Workspace, change: RateChange, by: Actor, now: datetime
) -> None:
    record(
        session,
        workspace_id=workspace.id,
        actor=by,
        action="time_entry.rerated",
        subject_kind="time_entry",
        subject_id=change.entry_id,
        at=now,
        before={"rate": str(change.before) if change.before else None},
        after={"rate": str(change.after) if change.after else None, "source": change.source},
    )


def _refresh(
    session: Session,
    workspace: Workspace,
    changes: Sequence[RateChange],
    *,
    can_charge: bool,
    now: datetime,
) -> None:
    """Bring the open drafts of the clients up to date, and the cards of their runs."""
    projects = {change.project_id for change in changes}
    drafts = session.scalars(
        select(Invoice)
        .join(
            Project,
            (Project.workspace_id == Invoice.workspace_id)
            & (Project.client_id == Invoice.client_id),
        )
        .where(
            Invoice.workspace_id == workspace.id,
            Invoice.document == "draft",
            Project.id.in_(projects),
        )
        .distinct()
    ).all()
    runs = {draft.run_id for draft in drafts}
    for draft in drafts:
        refresh_draft(session, workspace=workspace, invoice=draft, can_charge=can_charge)
    for run_id in runs:
        refresh_card(session, workspace_id=workspace.id, purpose="run", subject_id=run_id, now=now)
