"""A row never points into another workspace, whatever id somebody passes."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.builders import (
    MONDAY_NINE,
    a_billing_entry,
    a_client,
    a_line,
    a_member,
    a_payment,
    a_project,
    a_rate,
    a_run,
    a_submission,
    a_workspace,
    an_entry,
    an_invoice,
)
from timebot.billing.models import DraftEntry, EntryHold, InvoiceTax
from timebot.billing.payment_models import Mail
from timebot.journal.audit import WORKER, record
from timebot.journal.models import AuditDetail, AuditEvent, AuditSeal
from timebot.team.models import Workspace
from timebot.timekeeping.models import ApprovalRoute, MemberAction

# Rows are made one by one here, so what they tell together is no whole story.
pytestmark = pytest.mark.breaks_invariants


class Firm:
    """One workspace with one row of everything."""

    def __init__(self, session: Session) -> None:
        self.workspace = a_workspace(session)
        self.id = self.workspace.id
        self.member = a_member(session, self.workspace)
        self.client = a_client(session, self.workspace)
        self.project = a_project(session, self.client)
        self.submission = a_submission(session, self.member)
        self.entry = an_entry(session, self.member, self.project)
        self.run = a_run(session, self.workspace)
        self.invoice = an_invoice(session, self.run, self.client)
        self.line = a_line(session, self.invoice)


Attempt = Callable[[Session, Firm, Firm], object]


def _add(session: Session, row: object) -> None:
    session.add(row)
    session.flush()


def _an_action(firm: Firm, **columns: object) -> MemberAction:
    default = {
        "workspace_id": firm.id,
        "member_id": firm.member.id,
        "at": MONDAY_NINE,
        "kind": "edited",
        "entry_id": firm.entry.id,
        "entry_version": 1,
    }
    return MemberAction(**default | columns)


def _a_route(firm: Firm, **columns: object) -> ApprovalRoute:
    default = {"workspace_id": firm.id, "approver_id": firm.member.id}
    return ApprovalRoute(**default | columns)


ATTEMPTS: dict[str, Attempt] = {
    "a project of their client": lambda session, ours, theirs: a_project(
        session, theirs.client, workspace_id=ours.id
    ),
    "a rate of their client": lambda session, ours, theirs: a_rate(
        session, client=theirs.client, workspace_id=ours.id
    ),
    "a rate of their project": lambda session, ours, theirs: a_rate(
        session, project=theirs.project, workspace_id=ours.id
    ),
    "a rate of their member": lambda session, ours, theirs: a_rate(
        session, member=theirs.member, workspace_id=ours.id
    ),
    "a submission of their member": lambda session, ours, theirs: a_submission(
        session, theirs.member, workspace_id=ours.id
    ),
    "an entry of their member": lambda session, ours, theirs: an_entry(
        session, theirs.member, ours.project, workspace_id=ours.id
    ),
    "an entry on their project": lambda session, ours, theirs: an_entry(
        session, ours.member, theirs.project
    ),
    "an entry in their submission": lambda session, ours, theirs: an_entry(
        session, ours.member, ours.project, submission_id=theirs.submission.id
    ),
    "an entry approved by their member": lambda session, ours, theirs: an_entry(
        session,
        ours.member,
        ours.project,
        state="approved",
        approved_by=theirs.member.id,
        approved_at=MONDAY_NINE,
    ),
    "an entry rejected by their member": lambda session, ours, theirs: an_entry(
        session, ours.member, ours.project, rejected_by=theirs.member.id
    ),
    "a run opened by their member": lambda session, ours, theirs: a_run(
        session, ours.workspace, kind="manual", opened_by=theirs.member.id
    ),
    "an invoice of their run": lambda session, ours, theirs: an_invoice(
        session, theirs.run, ours.client, workspace_id=ours.id
    ),
    "an invoice to their client": lambda session, ours, theirs: an_invoice(
        session, a_run(session, ours.workspace, kind="manual"), theirs.client
    ),
    "an invoice released by their member": lambda session, ours, theirs: an_invoice(
        session,
        a_run(session, ours.workspace, kind="manual"),
        ours.client,
        released_by=theirs.member.id,
    ),
    "a line on their invoice": lambda session, ours, theirs: a_line(
        session, theirs.invoice, workspace_id=ours.id
    ),
    "a billing entry on their line": lambda session, ours, theirs: a_billing_entry(
        session, ours.line, ours.entry, line_id=theirs.line.id
    ),
    "a billing entry on their invoice": lambda session, ours, theirs: a_billing_entry(
        session, ours.line, ours.entry, invoice_id=theirs.invoice.id
    ),
    "a billing entry for their entry": lambda session, ours, theirs: a_billing_entry(
        session, ours.line, theirs.entry
    ),
    "a payment of their invoice": lambda session, ours, theirs: a_payment(
        session, theirs.invoice, workspace_id=ours.id
    ),
    "tax on their invoice": lambda session, ours, theirs: _add(
        session,
        InvoiceTax(
            workspace_id=ours.id,
            invoice_id=theirs.invoice.id,
            position=1,
            name="VAT",
            tax_ppm=190_000,
            base_minor=0,
            tax_minor=0,
        ),
    ),
    "their entry in our draft": lambda session, ours, theirs: _add(
        session,
        DraftEntry(workspace_id=ours.id, time_entry_id=theirs.entry.id, invoice_id=ours.invoice.id),
    ),
    "our entry in their draft": lambda session, ours, theirs: _add(
        session,
        DraftEntry(workspace_id=ours.id, time_entry_id=ours.entry.id, invoice_id=theirs.invoice.id),
    ),
    "a hold on their entry": lambda session, ours, theirs: _add(
        session,
        EntryHold(
            workspace_id=ours.id,
            time_entry_id=theirs.entry.id,
            reason="?",
            held_by=ours.member.id,
            held_at=MONDAY_NINE,
        ),
    ),
    "a mail about their invoice": lambda session, ours, theirs: _add(
        session,
        Mail(
            workspace_id=ours.id,
            invoice_id=theirs.invoice.id,
            kind="invoice",
            attempt=1,
            message={},
            idempotency_key="1",
            created_at=MONDAY_NINE,
        ),
    ),
    "an action of their member": lambda session, ours, theirs: _add(
        session, _an_action(ours, member_id=theirs.member.id)
    ),
    "an action on their entry": lambda session, ours, theirs: _add(
        session, _an_action(ours, entry_id=theirs.entry.id)
    ),
    "an action that stopped their entry": lambda session, ours, theirs: _add(
        session, _an_action(ours, other_entry_id=theirs.entry.id)
    ),
    "a route to their approver": lambda session, ours, theirs: _add(
        session, ApprovalRoute(workspace_id=ours.id, approver_id=theirs.member.id)
    ),
    "a route to their substitute": lambda session, ours, theirs: _add(
        session, _a_route(ours, substitute_id=theirs.member.id)
    ),
    "a route for their client": lambda session, ours, theirs: _add(
        session, _a_route(ours, client_id=theirs.client.id)
    ),
    "a route for their project": lambda session, ours, theirs: _add(
        session, _a_route(ours, project_id=theirs.project.id)
    ),
    "a hold by their member": lambda session, ours, theirs: _add(
        session,
        EntryHold(
            workspace_id=ours.id,
            time_entry_id=ours.entry.id,
            reason="?",
            held_by=theirs.member.id,
            held_at=MONDAY_NINE,
        ),
    ),
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_a_row_that_points_into_another_workspace_is_refused(
    session: Session, attempt: Attempt
) -> None:
    ours, theirs = Firm(session), Firm(session)

    with pytest.raises(IntegrityError, match=r"(?i)foreign key"), session.begin_nested():
        attempt(session, ours, theirs)


@pytest.mark.parametrize("table", [AuditDetail, AuditSeal])
def test_the_audit_of_a_workspace_stays_in_it(
    session: Session, table: type[AuditDetail | AuditSeal]
) -> None:
    ours, theirs = a_workspace(session), a_workspace(session)
    event = _an_event(session, theirs)
    columns: dict[str, object] = {"workspace_id": ours.id, "event_id": event.id}
    if table is AuditSeal:
        columns |= {"position": 1, "previous_hash": "0", "hash": "1"}

    with pytest.raises(IntegrityError, match=r"(?i)foreign key"), session.begin_nested():
        _add(session, table(**columns))


def _an_event(session: Session, workspace: Workspace) -> AuditEvent:
    record(
        session,
        workspace_id=workspace.id,
        actor=WORKER,
        action="client.added",
        subject_kind="client",
        subject_id=None,
        at=MONDAY_NINE,
    )
    return session.scalars(select(AuditEvent)).one()
