"""Rates: money per hour from a day on, and which of them counts for a piece of work."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from timebot.clients.models import Client, Project, Rate
from timebot.errors import Refusal
from timebot.journal.audit import Actor, record
from timebot.money import Money
from timebot.team.days import day_in_words, day_of
from timebot.team.models import Member, Workspace
from timebot.team.rights import require

ALWAYS = date.min
"""The first day of a rate that was set without one."""

Wanted = tuple[UUID, UUID, date]
"""Whose rate is wanted, on which project, on which day of work."""

_SCOPE_WORDS = {
    "member_on_project": "member rate on this project",
    "project": "project rate",
    "member": "member rate",
    "client": "client rate",
}
_Owner = tuple[str, UUID | None, UUID | None, UUID | None]


class RateCurrencyDiffers(Refusal):
    """A client is billed in one currency, and so are its projects."""

    def __init__(self, amount: Money, client: Client) -> None:
        super().__init__(
            f"{client.name} is billed in {client.currency}, so its rate cannot be in"
            f" {amount.currency}. Nothing was changed.",
            example=f"/billing rate {client.name} {amount.decimal:f} {client.currency}",
        )


class RateNegative(Refusal):
    """A rate below zero would pay the client."""

    def __init__(self) -> None:
        super().__init__("A rate cannot be below zero.", example="/billing rate Acme 95")


@dataclass(frozen=True)
class RateTarget:
    """What a rate is for: a client, a project, a member, or a member on a project."""

    client: Client | None = None
    project: Project | None = None
    member: Member | None = None

    def __post_init__(self) -> None:
        """Refuse nothing at all, and a client together with anything else."""
        if (self.client is None) == (self.project is None and self.member is None):
            message = "a rate is for a client, or else for a project, a member or both"
            raise ValueError(message)

    @property
    def scope(self) -> str:
        """One of `RATE_SCOPES`."""
        if self.client is not None:
            return "client"
        if self.project is None:
            return "member"
        return "project" if self.member is None else "member_on_project"

    @property
    def owner(self) -> _Owner:
        """The scope and the ids of client, project and member, as a rate's columns hold them."""
        parts = (self.client, self.project, self.member)
        client, project, member = (part.id if part is not None else None for part in parts)
        return (self.scope, client, project, member)

    @property
    def row(self) -> Client | Project | Member:
        """The row that stands for the target; never None."""
        row = self.client or self.project or self.member
        if row is None:  # __post_init__ has refused it
            raise ValueError("an empty rate target")
        return row


@dataclass(frozen=True)
class CapturedRate:
    """The rate that counts for a piece of work, and where it comes from.

    Attributes:
        amount: money per hour.
        source: in words, such as `project rate since 1 Nov 2026`.
        rate_id: the rate's row.
    """

    amount: Money
    source: str
    rate_id: UUID


def set_rate(
    session: Session,
    *,
    actor: Member,
    target: RateTarget,
    amount: Money,
    valid_from: date | None,
    surface: str,
    now: datetime,
) -> Rate:
    """Set what an hour costs from a day on; a rate of the same day is replaced.

    Without a day the first rate of a target counts always, and a later one from today on, so that
    work already done keeps its rate.

    Raises:
        NotAllowed: if the actor has no billing role.
        RateCurrencyDiffers: if the client of the target is billed in another currency.
    """
    require(session, actor, "billing", to="set rates", now=now)
    return write_rate(
        session,
        by=Actor(actor.id, surface),
        target=target,
        amount=amount,
        valid_from=valid_from,
        now=now,
    )


def write_rate(
    session: Session,
    *,
    by: Actor,
    target: RateTarget,
    amount: Money,
    valid_from: date | None,
    now: datetime,
) -> Rate:
    """Set a rate for an actor whose right was checked already; see `set_rate`."""
    _check_amount(session, target, amount)
    # Whoever sets a rate of the same target queues here, so that one day has one rate.
    session.refresh(target.row, with_for_update={"key_share": True})
    earlier = list_rates(session, target=target)
    start = valid_from or _default_start(session, target, earlier, now)
    rate = next((one for one in earlier if _is_replaced(one, amount, start)), None)
    before = _facts(rate) if rate is not None else None
    if rate is None:
        rate = _new_rate(target, start, now)
        session.add(rate)
    rate.amount_minor, rate.currency = amount.minor, amount.currency
    session.flush()
    if before != _facts(rate):
        record(
            session,
            workspace_id=rate.workspace_id,
            actor=by,
            action="rate.set",
            subject_kind="rate",
            subject_id=rate.id,
            at=now,
            before=before,
            after=_facts(rate),
        )
    return rate


def list_rates(session: Session, *, target: RateTarget) -> list[Rate]:
    """List the rates of a target, the earliest first."""
    scope, client_id, project_id, member_id = target.owner
    return list(
        session.scalars(
            select(Rate)
            .where(
                Rate.workspace_id == target.row.workspace_id,
                Rate.scope == scope,
                Rate.client_id.is_(None) if client_id is None else Rate.client_id == client_id,
                Rate.project_id.is_(None) if project_id is None else Rate.project_id == project_id,
                Rate.member_id.is_(None) if member_id is None else Rate.member_id == member_id,
            )
            .order_by(Rate.valid_from, Rate.currency)
        )
    )


def resolve_rate(
    session: Session, *, workspace_id: UUID, member_id: UUID, project_id: UUID, day: date
) -> CapturedRate | None:
    """Return the rate that counts for a member's work on a project on a day, or None.

    Most specific first: member on project, project, member, client; of one level the latest that
    has begun. Rates in another currency than the client's are passed over.
    """
    wanted = (member_id, project_id, day)
    return resolve_rates(session, workspace_id=workspace_id, wanted=[wanted])[wanted]


def resolve_rates(
    session: Session, *, workspace_id: UUID, wanted: Iterable[Wanted]
) -> dict[Wanted, CapturedRate | None]:
    """Return the rate for each (member, project, day), with two queries however many they are."""
    asked = set(wanted)
    clients = _clients_of(session, workspace_id, {project_id for _, project_id, _ in asked})
    members = {member_id for member_id, _, _ in asked}
    ladders = _ladders(session, workspace_id, members, clients)
    return {one: _first_that_counts(ladders, clients, one) for one in asked}


def describe(rate: Rate) -> str:
    """Return where a rate comes from, such as `project rate since 1 Nov 2026`."""
    words = _SCOPE_WORDS[rate.scope]
    return words if rate.valid_from == ALWAYS else f"{words} since {day_in_words(rate.valid_from)}"


def _check_amount(session: Session, target: RateTarget, amount: Money) -> None:
    if amount.minor < 0:
        raise RateNegative
    client = target.client
    if target.project is not None:
        # A foreign key holds it, so the client is there.
        key = (target.project.workspace_id, target.project.client_id)
        client = session.get_one(Client, key)
    if client is not None and client.currency != amount.currency:
        raise RateCurrencyDiffers(amount, client)


def _is_replaced(rate: Rate, amount: Money, start: date) -> bool:
    # A member may have one rate for each currency; the other targets have one in all.
    same_currency = rate.scope != "member" or rate.currency == amount.currency
    return rate.valid_from == start and same_currency


def _default_start(
    session: Session, target: RateTarget, earlier: list[Rate], now: datetime
) -> date:
    if not earlier:
        return ALWAYS
    workspace = session.get_one(Workspace, target.row.workspace_id)
    return day_of(now, workspace.zone)


def _new_rate(target: RateTarget, start: date, now: datetime) -> Rate:
    scope, client_id, project_id, member_id = target.owner
    return Rate(
        workspace_id=target.row.workspace_id,
        scope=scope,
        client_id=client_id,
        project_id=project_id,
        member_id=member_id,
        valid_from=start,
        created_at=now,
    )


def _facts(rate: Rate) -> dict[str, str]:
    targets = {"client": rate.client_id, "project": rate.project_id, "member": rate.member_id}
    return {
        "amount": str(rate.per_hour),
        "valid_from": rate.valid_from.isoformat(),
        **{name: str(key) for name, key in targets.items() if key is not None},
    }


_Clients = dict[UUID, tuple[UUID, str]]
_Ladders = dict[tuple[_Owner, str], list[Rate]]


def _clients_of(session: Session, workspace_id: UUID, projects: set[UUID]) -> _Clients:
    """Return client and currency of each project."""
    rows = session.execute(
        select(Project.id, Client.id, Client.currency)
        .join(
            Client, (Client.workspace_id == Project.workspace_id) & (Client.id == Project.client_id)
        )
        .where(Project.workspace_id == workspace_id, Project.id.in_(projects))
    )
    return {project: (client, currency) for project, client, currency in rows}


def _ladders(
    session: Session, workspace_id: UUID, members: set[UUID], clients: _Clients
) -> _Ladders:
    """Return the rates that can matter, by what they are for and currency, earliest first."""
    rates = session.scalars(
        select(Rate)
        .where(
            Rate.workspace_id == workspace_id,
            or_(
                Rate.project_id.in_(clients),
                Rate.client_id.in_({client for client, _ in clients.values()}),
                (Rate.scope == "member") & Rate.member_id.in_(members),
            ),
        )
        .order_by(Rate.valid_from)
    )
    ladders: _Ladders = defaultdict(list)
    for rate in rates:
        owner = (rate.scope, rate.client_id, rate.project_id, rate.member_id)
        ladders[owner, rate.currency].append(rate)
    return ladders


def _first_that_counts(ladders: _Ladders, clients: _Clients, wanted: Wanted) -> CapturedRate | None:
    member_id, project_id, day = wanted
    if project_id not in clients:
        return None
    client_id, currency = clients[project_id]
    owners: list[_Owner] = [
        ("member_on_project", None, project_id, member_id),
        ("project", None, project_id, None),
        ("member", None, None, member_id),
        ("client", client_id, None, None),
    ]
    for owner in owners:
        ladder = ladders.get((owner, currency), [])
        begun = bisect_right(ladder, day, key=lambda rate: rate.valid_from)
        if begun:
            rate = ladder[begun - 1]
            return CapturedRate(rate.per_hour, describe(rate), rate.id)
    return None
