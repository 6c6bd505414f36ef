"""Rows for tests: sensible in every column, whatever else a test does not care about.

Each builder takes the columns to differ by keyword, adds the row, flushes and returns it.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from timebot.billing.models import BillingEntry, Invoice, InvoiceLine, InvoiceRun
from timebot.billing.payment_models import Payment
from timebot.clients.models import Client, Project, Rate
from timebot.db import Base
from timebot.money import Money
from timebot.team.models import DayOff, Member, Workspace
from timebot.timekeeping.models import Submission, TimeEntry

MONDAY_NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""When nothing else is said, it is nine o'clock UTC on Monday, 2 March 2026."""

HOURLY = Money(9_500, "EUR")

Row = TypeVar("Row", bound=Base)

SUBMITTED = ("pending_review", "approved", "applied")


def a_workspace(session: Session, **columns: object) -> Workspace:
    """An agency in UTC that bills in euros."""
    default = {
        "slack_team_id": _slack_id("T"),
        "name": "Studio North",
        "created_at": MONDAY_NINE,
        "currency": "EUR",
        "zone": "UTC",
        "anchor_on": MONDAY_NINE.date(),
    }
    return _added(session, Workspace(**default | columns))


def a_member(session: Session, workspace: Workspace, **columns: object) -> Member:
    """A person of the agency, in the workspace's zone, with the role member."""
    default = {
        "workspace_id": workspace.id,
        "slack_user_id": _slack_id("U"),
        "name": "Robin",
        "zone": workspace.zone,
        "profile_at": MONDAY_NINE,
        "created_at": MONDAY_NINE,
    }
    return _added(session, Member(**default | columns))


def a_day_off(
    session: Session,
    workspace: Workspace,
    day: date,
    *,
    member: Member | None = None,
    name: str = "",
) -> DayOff:
    """A day off of the member's, or a holiday of the firm."""
    member_id = member.id if member is not None else None
    row = DayOff(workspace_id=workspace.id, member_id=member_id, day=day, name=name)
    return _added(session, row)


def a_client(session: Session, workspace: Workspace, **columns: object) -> Client:
    """A client that pays in the workspace's currency."""
    name = str(columns.get("name") or f"Acme {_letters()}")
    default = {
        "workspace_id": workspace.id,
        "name": name,
        "name_key": name.casefold(),
        "emails": ["billing@acme.example"],
        "currency": workspace.currency,
        "created_at": MONDAY_NINE,
    }
    return _added(session, Client(**default | columns))


def a_project(session: Session, client: Client, **columns: object) -> Project:
    """An active, billable project."""
    name = str(columns.get("name") or f"Website {_letters()}")
    default = {
        "workspace_id": client.workspace_id,
        "client_id": client.id,
        "name": name,
        "name_key": name.casefold(),
        "created_at": MONDAY_NINE,
    }
    return _added(session, Project(**default | columns))


def a_rate(
    session: Session,
    amount: Money = HOURLY,
    *,
    client: Client | None = None,
    project: Project | None = None,
    member: Member | None = None,
    **columns: object,
) -> Rate:
    """A rate from the beginning of 2026 on, for what is given: a client, a project, a member."""
    owner = client or project or member
    if owner is None:
        raise TypeError("a rate is for a client, a project or a member")
    scopes = {"client": client, "project": project, "member": member}
    default = {
        "workspace_id": owner.workspace_id,
        "scope": "_on_".join(name for name in ("member", "project", "client") if scopes[name]),
        "amount_minor": amount.minor,
        "currency": amount.currency,
        "valid_from": MONDAY_NINE.date().replace(month=1, day=1),
        "created_at": MONDAY_NINE,
        **{f"{name}_id": row.id for name, row in scopes.items() if row is not None},
    }
    return _added(session, Rate(**default | columns))


def an_entry(
    session: Session,
    member: Member,
    project: Project | None,
    *,
    hours: float = 1,
    rate: Money | None = HOURLY,
    **columns: Any,  # noqa: ANN401 - as the columns of the table
) -> TimeEntry:
    """A draft of one hour from nine o'clock on, its rate captured.

    With `state="running"` it has no end. With a submitted state it belongs to a submission, and
    with an approved one it was approved by somebody else, who is made if need be.
    """
    member.last_entry_number += 1
    state = columns.get("state", "draft")
    started_at = columns.get("started_at", MONDAY_NINE)
    zone = columns.get("zone", member.zone)
    default: dict[str, Any] = {
        "workspace_id": member.workspace_id,
        "member_id": member.id,
        "number": member.last_entry_number,
        "project_id": project.id if project is not None else None,
        "text": "Logo",
        "started_at": started_at,
        "worked_on": started_at.astimezone(ZoneInfo(zone)).date(),
        "zone": zone,
        "state": state,
        "created_at": started_at,
    }
    if state != "running":
        default["ended_at"] = started_at + timedelta(hours=hours)
        default |= _captured(rate)
    if state in SUBMITTED and "submission_id" not in columns:
        default["submission_id"] = a_submission(session, member).id
    if state in ("approved", "applied") and "approved_by" not in columns:
        default["approved_by"] = _an_approver(session, member).id
        default["approved_at"] = MONDAY_NINE + timedelta(days=1)
    return _added(session, TimeEntry(**default | columns))


def a_submission(session: Session, member: Member, **columns: object) -> Submission:
    """A submission of the member's, with nothing in it yet."""
    default = {
        "workspace_id": member.workspace_id,
        "member_id": member.id,
        "submitted_at": MONDAY_NINE + timedelta(hours=9),
        "digest": "0" * 64,
    }
    return _added(session, Submission(**default | columns))


def a_run(session: Session, workspace: Workspace, **columns: object) -> InvoiceRun:
    """An open scheduled run over two weeks from Monday on."""
    start = MONDAY_NINE.date()
    default = {
        "workspace_id": workspace.id,
        "kind": "scheduled",
        "period_start": start,
        "period_end": start + timedelta(days=14),
        "opened_at": MONDAY_NINE + timedelta(days=14),
    }
    return _added(session, InvoiceRun(**default | columns))


def an_invoice(session: Session, run: InvoiceRun, client: Client, **columns: object) -> Invoice:
    """A draft over nothing; give a `number` for an issued one."""
    default: dict[str, Any] = {
        "workspace_id": run.workspace_id,
        "run_id": run.id,
        "client_id": client.id,
        "created_at": run.opened_at,
        "currency": client.currency,
        "period_start": run.period_start,
        "period_end": run.period_end,
    }
    if columns.get("number"):
        default |= as_issued(run, sequence=1)
    return _added(session, Invoice(**default | columns))


def as_issued(run: InvoiceRun, *, sequence: int) -> dict[str, Any]:
    """Return the columns that change when a draft of the run is issued."""
    return {
        "document": "issued",
        "series": "INV",
        "year": run.period_end.year,
        "sequence": sequence,
        "number": f"INV-{run.period_end.year}-{sequence:04}",
        "issued_on": run.period_end,
        "due_on": run.period_end + timedelta(days=14),
        "released_at": run.opened_at,
        "printed": {},
    }


def a_line(session: Session, invoice: Invoice, **columns: object) -> InvoiceLine:
    """A line of one hour; the invoice must still be a draft."""
    default = {
        "workspace_id": invoice.workspace_id,
        "invoice_id": invoice.id,
        "position": 1,
        "project_name": "Website",
        "text": "Logo",
        "kind": "billable",
        "seconds_worked": 3_600,
        "minutes_billed": 60,
        "rate_minor": HOURLY.minor,
        "amount_minor": HOURLY.minor,
        "tax_ppm": 0,
    }
    return _added(session, InvoiceLine(**default | columns))


def a_billing_entry(
    session: Session, line: InvoiceLine, entry: TimeEntry, **columns: object
) -> BillingEntry:
    """The entry, billed on the line."""
    default = {
        "workspace_id": line.workspace_id,
        "invoice_id": line.invoice_id,
        "line_id": line.id,
        "time_entry_id": entry.id,
        "project_id": entry.project_id,
        "member_id": entry.member_id,
        "worked_on": entry.worked_on,
        "kind": line.kind,
        "seconds_worked": line.seconds_worked,
        "minutes_billed": line.minutes_billed,
        "rate_minor": line.rate_minor,
        "rate_source": "client",
        "currency": HOURLY.currency,
        "amount_minor": line.amount_minor,
        "tax_ppm": line.tax_ppm,
        "group_key": str(entry.id),
        "group_seconds": line.seconds_worked,
        "group_minutes": line.minutes_billed,
        "rounding": {"increment": 15, "mode": "up", "minimum": 0, "scope": "day"},
    }
    return _added(session, BillingEntry(**default | columns))


def a_payment(session: Session, invoice: Invoice, **columns: object) -> Payment:
    """A first attempt at the card, not answered yet."""
    default = {
        "workspace_id": invoice.workspace_id,
        "invoice_id": invoice.id,
        "attempt": 1,
        "how": "card",
        "amount_minor": HOURLY.minor,
        "currency": invoice.currency,
        "idempotency_key": f"pay/{invoice.id}/{columns.get('attempt', 1)}",
        "created_at": invoice.created_at,
    }
    return _added(session, Payment(**default | columns))


def _captured(rate: Money | None) -> dict[str, Any]:
    if rate is None:
        return {}
    return {"rate_minor": rate.minor, "rate_currency": rate.currency, "rate_source": "client"}


def _an_approver(session: Session, member: Member) -> Member:
    workspace = session.get_one(Workspace, member.workspace_id)
    return a_member(session, workspace, name="Kim", role="approver")


def _added(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row


def _slack_id(letter: str) -> str:
    return letter + uuid4().hex[:10].upper()


def _letters() -> str:
    """Return letters that no other row has."""
    return uuid4().hex[:6].translate(str.maketrans("0123456789", "ghijklmnop"))
