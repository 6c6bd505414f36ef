"""The guards that every database must have, as a list to compare a database with.

A guard that is missing does not show: everything works until two clicks race or a row is changed
by hand. So `timebot doctor` and a test look.
"""

from collections.abc import Mapping

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

UNIQUE_INDEXES = {
    "client": "uq_client_name_key",
    "project": "uq_project_name_key",
    "rate": "uq_rate_client uq_rate_project uq_rate_member uq_rate_member_on_project",
    "time_entry": "uq_time_entry_running",
    "approval_route": "uq_approval_route_client uq_approval_route_project"
    " uq_approval_route_workspace",
    "day_off": "uq_day_off_firm uq_day_off_member",
    "period_request": "uq_period_request_open",
    "invoice_run": "uq_invoice_run_period",
    "invoice": "uq_invoice_client_run uq_invoice_number",
    "entry_hold": "uq_entry_hold_live",
    "billing_entry": "uq_billing_entry_live",
    "payment": "uq_payment_open uq_payment_succeeded",
    "credit_note": "uq_credit_note_number",
    "client_credit": "uq_client_credit_granted uq_client_credit_moved",
}
"""Unique indexes over some rows of a table."""

SAME_WORKSPACE = {
    "audit_detail": "event_id",
    "audit_seal": "event_id",
    "project": "client_id",
    "rate": "client_id project_id member_id",
    "submission": "member_id",
    "time_entry": "member_id project_id submission_id approved_by rejected_by",
    "member_action": "member_id entry_id other_entry_id",
    "approval_route": "client_id project_id approver_id substitute_id",
    "day_off": "member_id",
    "channel_link": "client_id project_id linked_by",
    "shown_hours": "submission_id",
    "overlap_kept": "member_id earlier_id later_id",
    "period_reopening": "reopened_by",
    "period_request": "member_id",
    "invoice_run": "opened_by",
    "invoice": "run_id client_id released_by",
    "draft_entry": "time_entry_id invoice_id",
    "entry_hold": "time_entry_id held_by",
    "invoice_line": "invoice_id",
    "invoice_tax": "invoice_id",
    "billing_entry": "invoice_id line_id time_entry_id",
    "payment": "invoice_id",
    "dispute": "payment_id",
    "mail": "invoice_id",
    "credit_note": "invoice_id created_by",
    "credit_note_line": "credit_note_id line_id",
    "credit_note_tax": "credit_note_id",
    "credited_entry": "credit_note_id billing_entry_id",
    "client_credit": "client_id credit_note_id invoice_id created_by",
}
"""Columns that can only point to a row of the same workspace."""

CHECKS = {
    "time_entry": "state running span approved approver_is_not_author submitted"
    " deleted_only_as_draft rate",
    "invoice": "document collection number draft_collects_nothing void paid total due",
    "invoice_run": "kind period",
    "payment": "state",
    "dispute": "state lost_minor",
    "credit_note": "document number reason total split refund",
    "credit_note_line": "amounts",
    "credit_note_tax": "amounts",
    "credited_entry": "amounts",
    "client_credit": "kind amount_minor about",
    "member": "role only_persons_have_rights",
    "channel_link": "one_place",
    "overlap_kept": "two_entries",
    "period_reopening": "reason span",
    "rate": "scope amount_minor",
}
"""Conditions on which money, states and rights depend."""

TRIGGERS = {
    "audit_event": "update delete",
    "audit_detail": "update delete",
    "audit_seal": "update delete",
    "invoice": "update delete void",
    "invoice_line": "insert update delete",
    "invoice_tax": "insert update delete",
    "billing_entry": "insert update delete",
    "payment": "update delete excess_insert excess_update",
    "dispute": "update delete",
    "credit_note": "insert update delete excess",
    "credit_note_line": "insert update delete",
    "credit_note_tax": "insert update delete",
    "credited_entry": "insert update delete",
    "client_credit": "update delete excess",
    "stored_file": "update delete",
}
"""Changes that a trigger refuses, all of them or some; with DELETE comes TRUNCATE (PostgreSQL)."""


def missing_guards(session: Session) -> list[str]:
    """Name every guard that the database lacks, such as `trigger invoice_no_update`."""
    found = _indexes(session) | _foreign_keys(session) | _checks(session) | _triggers(session)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    missing = [guard for guard in expected_guards(is_sqlite=is_sqlite) if guard not in found]
    if is_sqlite and not session.scalar(text("PRAGMA foreign_keys")):
        missing.append("foreign keys are not enforced")
    return missing


def expected_guards(*, is_sqlite: bool) -> list[str]:
    """List every guard that a database of this kind must have, as `missing_guards` names them."""
    indexes = [f"unique index {name}" for _, name in _pairs(UNIQUE_INDEXES)]
    keys = [
        f"foreign key fk_{table}_workspace_id_{column}" for table, column in _pairs(SAME_WORKSPACE)
    ]
    checks = [f"check ck_{table}_{name}" for table, name in _pairs(CHECKS)]
    triggers = [f"trigger {table}_no_{event}" for table, event in _pairs(TRIGGERS)]
    truncate = [f"trigger {table}_no_truncate" for table in TRIGGERS]
    return indexes + keys + checks + triggers + ([] if is_sqlite else truncate)


def _pairs(listed: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(table, name) for table, names in listed.items() for name in names.split()]


def _indexes(session: Session) -> set[str]:
    per_table = inspect(session.connection()).get_multi_indexes().values()
    return {
        f"unique index {index['name']}"
        for indexes in per_table
        for index in indexes
        if index["unique"]
    }


def _foreign_keys(session: Session) -> set[str]:
    per_table = inspect(session.connection()).get_multi_foreign_keys().values()
    return {f"foreign key {key['name']}" for keys in per_table for key in keys}


def _checks(session: Session) -> set[str]:
    per_table = inspect(session.connection()).get_multi_check_constraints().values()
    return {f"check {check['name']}" for checks in per_table for check in checks}


def _triggers(session: Session) -> set[str]:
    if session.get_bind().dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        # A trigger that is disabled, or works only on replicas, guards nothing.
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    return {f"trigger {name}" for name in session.scalars(text(query))}
