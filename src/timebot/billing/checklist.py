"""The checklist: what is still missing before the first invoice can go out."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from timebot.clients.models import Client, Rate
from timebot.team.models import Workspace
from timebot.team.rights import holders
from timebot.timekeeping.routing import Route, list_routes


@dataclass(frozen=True)
class CheckPoint:
    """One thing to set up.

    Attributes:
        done: whether it is.
        sentence: what it is, in plain words.
        how: what to type or do; a command without its name, which is configurable.
    """

    done: bool
    sentence: str
    how: str


def list_checkpoints(
    session: Session, *, workspace: Workspace, can_charge: bool, can_mail: bool
) -> list[CheckPoint]:
    """Return everything a first invoice needs, done or not, in a sensible order."""
    return [
        *_pause(workspace),
        CheckPoint(
            bool(workspace.seller_name),
            "Your firm's name, as it stands on invoices",
            "settings seller name Studio North",
        ),
        CheckPoint(
            bool(workspace.seller_address), "Your firm's address", "settings seller address …"
        ),
        CheckPoint(
            can_charge or bool(workspace.seller_bank),
            "A way to be paid: bank details, or Stripe",
            "settings seller bank …, or set STRIPE_API_KEY",
        ),
        CheckPoint(
            can_mail,
            "A way to mail invoices; without it you download the PDFs",
            "set RESEND_API_KEY and TIMEBOT_MAIL_FROM",
        ),
        CheckPoint(
            workspace.anchor_on is not None,
            "The first day of a billing period",
            "settings anchor 2026-11-02",
        ),
        CheckPoint(
            _has_complete_client(session, workspace),
            "A client with a mail address and a postal address",
            "client add Acme billing@acme.example 95 EUR",
        ),
        CheckPoint(_has_rate(session, workspace), "A rate per hour", "rate Acme 95"),
        CheckPoint(
            _has_approver(session, workspace),
            "Somebody who approves hours other than their own",
            "role @ana approver",
        ),
        *(_vacancy(route) for route in list_routes(session, workspace=workspace) if route.lost),
    ]


def list_missing(
    session: Session, *, workspace: Workspace, can_charge: bool, can_mail: bool
) -> list[CheckPoint]:
    """Return only what is not done."""
    points = list_checkpoints(
        session, workspace=workspace, can_charge=can_charge, can_mail=can_mail
    )
    return [point for point in points if not point.done]


def _pause(workspace: Workspace) -> list[CheckPoint]:
    """Say that billing waits since the database was put back; nothing to say otherwise."""
    if workspace.billing_paused_at is None:
        return []
    sentence = "Billing is paused: the database was put back and not compared with Stripe yet"
    return [CheckPoint(done=False, sentence=sentence, how="run timebot reconcile on the server")]


def _vacancy(route: Route) -> CheckPoint:
    """Name whom a route still sends hours to, though they approve no more."""
    names = " and ".join(one.name for one in route.lost)
    verb = "is no approver" if len(route.lost) == 1 else "are no approvers"
    where = route.scope.name or "the whole firm"
    return CheckPoint(
        done=False,
        sentence=f"Who approves {where}: {names} {verb} any more (vacant)",
        how=f"approvers {route.scope.name}".strip(),
    )


def _has_complete_client(session: Session, workspace: Workspace) -> bool:
    clients = session.scalars(
        select(Client).where(Client.workspace_id == workspace.id, Client.archived_at.is_(None))
    )
    return any(client.emails and client.address for client in clients)


def _has_rate(session: Session, workspace: Workspace) -> bool:
    return bool(
        session.scalar(
            select(func.count())
            .select_from(Rate)
            .where(Rate.workspace_id == workspace.id, Rate.amount_minor > 0)
        )
    )


def _has_approver(session: Session, workspace: Workspace) -> bool:
    """One approver cannot approve their own hours, unless the workspace lets them."""
    approvers = holders(session, workspace_id=workspace.id, role="approver")
    return len(approvers) > 1 or (bool(approvers) and workspace.self_approval)
