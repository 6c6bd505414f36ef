"""A firm with approved hours, and the moves of its billing people."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import MONDAY_NINE, a_client, a_member, a_project, a_workspace, an_entry
from timebot.billing.flight_check import ClientCheck, RunCheck, check_run
from timebot.billing.issuing import release, release_all
from timebot.billing.models import BillingEntry, Invoice, InvoiceLine, InvoiceRun
from timebot.billing.runs import open_due_runs
from timebot.clients.models import Client, Project
from timebot.team.models import Member, Workspace
from timebot.timekeeping.models import TimeEntry

DUE = MONDAY_NINE + timedelta(days=15)
"""The period is 2 to 15 March; its run is due on Tuesday the 17th at nine."""


@dataclass
class Firm:
    """An agency with one client and one project, ready to bill."""

    session: Session
    workspace: Workspace
    owner: Member
    ada: Member
    client: Client
    project: Project

    def approved(self, *, days: int = 0, **columns: Any) -> TimeEntry:  # noqa: ANN401 - columns
        member = columns.pop("member", self.ada)
        project = columns.pop("project", self.project)
        start = columns.pop("started_at", MONDAY_NINE + timedelta(days=days))
        columns.setdefault("approved_at", MONDAY_NINE + timedelta(days=14))
        return an_entry(
            self.session, member, project, state="approved", started_at=start, **columns
        )

    def run(self, now: datetime = DUE) -> InvoiceRun:
        (run,) = open_due_runs(self.session, workspace=self.workspace, can_charge=False, now=now)
        return run

    def check(self, run: InvoiceRun, now: datetime = DUE, *, can_charge: bool = False) -> RunCheck:
        return check_run(
            self.session, workspace=self.workspace, run=run, can_charge=can_charge, now=now
        )

    def check_client(self, run: InvoiceRun, *, can_charge: bool = False) -> ClientCheck:
        (check,) = self.check(run, can_charge=can_charge).clients
        return check

    def draft(self) -> Invoice:
        return self.session.scalars(select(Invoice).where(Invoice.document == "draft")).one()

    def release(self, run: InvoiceRun, **changes: Any) -> Invoice:  # noqa: ANN401 - arguments
        check = self.check_client(run, can_charge=changes.get("can_charge", False))
        given = {
            "workspace": self.workspace,
            "actor": self.owner,
            "invoice_id": check.invoice_id,
            "digest": check.digest,
            "can_charge": False,
            "surface": "slack",
            "now": DUE,
        }
        return release(self.session, **{**given, **changes})

    def release_all(self, run: InvoiceRun, **changes: Any) -> list[Invoice]:  # noqa: ANN401 - as above
        given = {
            "workspace": self.workspace,
            "actor": self.owner,
            "run_id": run.id,
            "digest": self.check(run).digest,
            "can_charge": False,
            "surface": "slack",
            "now": DUE,
        }
        return release_all(self.session, **{**given, **changes})

    def lines(self, invoice: Invoice) -> list[InvoiceLine]:
        query = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id)
        return list(self.session.scalars(query.order_by(InvoiceLine.position)))

    def billed(self) -> list[BillingEntry]:
        return list(self.session.scalars(select(BillingEntry)))


def a_firm(session: Session, **settings: object) -> Firm:
    workspace = a_workspace(session, **settings)
    client = a_client(session, workspace, name="Acme")
    return Firm(
        session=session,
        workspace=workspace,
        owner=a_member(session, workspace, name="Olga", role="owner", profile_at=DUE),
        ada=a_member(session, workspace, name="Ada"),
        client=client,
        project=a_project(session, client, name="Logo"),
    )
