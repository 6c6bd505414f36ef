"""What credit notes, client credit and payments in parts refuse."""

import sqlalchemy as sa
from alembic import op

from timebot.migrations.building import (
    changed,
    drop_function,
    drop_trigger,
    on_sqlite,
    refuse,
    refuse_if,
)

revision = "0012_credit_guards"
down_revision = "0011_credit"

PROMISED = (
    "workspace_id id invoice_id attempt how amount_minor currency idempotency_key created_at"
).split()
"""What a payment was promised to be before anybody was asked for money."""

FROZEN = (
    "workspace_id id invoice_id ordinal series year sequence number issued_on created_at created_by"
    " reason currency subtotal_minor tax_minor total_minor reduces_minor refund_minor credit_minor"
    " frees_entries printed"
).split()
"""What a credit note says; it stays as it was issued."""

_CHILDREN = ("credit_note_line", "credit_note_tax", "credited_entry")
_OF_INVOICE = "workspace_id = NEW.workspace_id AND invoice_id = NEW.invoice_id"
_OF_NOTE = "workspace_id = NEW.workspace_id AND credit_note_id = NEW.id"
_OTHER_ISSUED = f"{_OF_INVOICE} AND document <> 'draft' AND id <> NEW.id"


def _sum(column: str, table: str, where: str) -> str:
    return f"(SELECT COALESCE(SUM({column}), 0) FROM {table} WHERE {where})"  # noqa: S608 - our words


def _invoice(column: str) -> str:
    where = "workspace_id = NEW.workspace_id AND id = NEW.invoice_id"
    return f"(SELECT {column} FROM invoice WHERE {where})"  # noqa: S608 - our words


_LOCK_INVOICE = f"{_invoice('1')[1:-1]} FOR NO KEY UPDATE"
_KEPT = "amount_minor - lost_minor"
"""What came and did not go back in a dispute."""

_RECEIVED = _sum(_KEPT, "payment", f"{_OF_INVOICE} AND state = 'succeeded' AND id <> NEW.id")
_BY_CARD = _sum(_KEPT, "payment", f"{_OF_INVOICE} AND state = 'succeeded' AND how <> 'outside'")
_REDUCED = _sum("reduces_minor", "credit_note", _OTHER_ISSUED)
_OTHER_INVOICE = """EXISTS (SELECT 1 FROM credit_note_line l
    JOIN invoice_line i ON i.workspace_id = l.workspace_id AND i.id = l.line_id
    WHERE l.workspace_id = NEW.workspace_id AND l.credit_note_id = NEW.id
    AND i.invoice_id <> NEW.invoice_id)"""
_MORE_OF_A_LINE = """EXISTS (SELECT 1 FROM credit_note_line l
    JOIN credit_note c ON c.workspace_id = l.workspace_id AND c.id = l.credit_note_id
    AND (c.document <> 'draft' OR c.id = NEW.id)
    JOIN invoice_line i ON i.workspace_id = l.workspace_id AND i.id = l.line_id
    WHERE l.workspace_id = NEW.workspace_id AND c.invoice_id = NEW.invoice_id
    GROUP BY i.id, i.amount_minor, i.minutes_billed
    HAVING SUM(l.amount_minor) > i.amount_minor OR SUM(l.minutes) > i.minutes_billed)"""
_MORE_TAX = """EXISTS (SELECT 1 FROM credit_note_tax t
    JOIN credit_note c ON c.workspace_id = t.workspace_id AND c.id = t.credit_note_id
    AND (c.document <> 'draft' OR c.id = NEW.id)
    LEFT JOIN invoice_tax i ON i.workspace_id = c.workspace_id AND i.invoice_id = c.invoice_id
    AND i.position = t.position AND i.tax_ppm = t.tax_ppm
    WHERE c.workspace_id = NEW.workspace_id AND c.invoice_id = NEW.invoice_id
    GROUP BY t.position, i.tax_minor, i.base_minor
    HAVING SUM(t.tax_minor) > COALESCE(i.tax_minor, -1)
    OR SUM(t.base_minor) > COALESCE(i.base_minor, -1))"""
_EXCESSES = (
    f"{_invoice('document')} NOT IN ('issued', 'rendered')",
    f"{_invoice('currency')} <> NEW.currency",
    (
        f"{_sum('total_minor', 'credit_note', _OTHER_ISSUED)} + NEW.total_minor"
        f" > {_invoice('total_minor')}"
    ),
    f"{_RECEIVED} + {_REDUCED} + NEW.reduces_minor > {_invoice('due_minor')}",
    # What goes back to the card came from it.
    f"{_sum('refund_minor', 'credit_note', _OTHER_ISSUED)} + NEW.refund_minor > {_BY_CARD}",
    f"{_sum('amount_minor', 'credit_note_line', _OF_NOTE)} <> NEW.subtotal_minor",
    f"{_sum('amount_minor', 'credited_entry', _OF_NOTE)} <> NEW.subtotal_minor",
    f"{_sum('base_minor', 'credit_note_tax', _OF_NOTE)} <> NEW.subtotal_minor",
    f"{_sum('tax_minor', 'credit_note_tax', _OF_NOTE)} <> NEW.tax_minor",
    _OTHER_INVOICE,
    _MORE_OF_A_LINE,
    _MORE_TAX,
)
"""When a credit note may not be issued."""


def upgrade() -> None:
    """Create the triggers; let several payments settle an invoice."""
    _guard_credit_notes()
    _guard_invoices()
    _guard_client_credit()
    _guard_payments()
    _guard_disputes()


def _guard_client_credit() -> None:
    for event in ("UPDATE", "DELETE"):
        refuse(event, "client_credit", "a move of credit is never changed")
    refuse_if(
        "excess",
        "INSERT",
        "client_credit",
        "a client never has less than nothing in credit",
        "(SELECT COALESCE(SUM(amount_minor), 0) FROM client_credit"
        " WHERE workspace_id = NEW.workspace_id AND client_id = NEW.client_id"
        " AND currency = NEW.currency) + NEW.amount_minor < 0",
        when="NEW.amount_minor < 0",
        lock="SELECT 1 FROM client WHERE workspace_id = NEW.workspace_id AND id = NEW.client_id"
        " FOR NO KEY UPDATE",
    )


def _guard_credit_notes() -> None:
    because = "an issued credit note is never changed"
    refuse(
        "UPDATE",
        "credit_note",
        because,
        when=f"(OLD.document <> 'draft' AND ({changed(FROZEN)} OR NEW.document = 'draft'))"
        f" OR (OLD.pdf_sha256 IS NOT NULL AND {changed(['pdf_sha256'])})"
        # Another refund takes the place of one that failed, once it is wanted again.
        " OR (OLD.refund_id IS NOT NULL AND OLD.refund_state <> 'wanted'"
        f" AND {changed(['refund_id'])})"
        " OR (OLD.refund_state IN ('pending', 'done') AND NEW.refund_state IN ('none', 'wanted'))",
    )
    refuse("DELETE", "credit_note", "a credit note is never deleted")
    refuse(
        "INSERT",
        "credit_note",
        "a credit note is issued only with its rows",
        when="NEW.document <> 'draft'",
    )
    for table in _CHILDREN:
        for event in ("UPDATE", "DELETE"):
            refuse(event, table, because)
        refuse_if(
            "insert",
            "INSERT",
            table,
            "an issued credit note takes no more rows",
            "(SELECT document FROM credit_note WHERE workspace_id = NEW.workspace_id"
            " AND id = NEW.credit_note_id) <> 'draft'",
            when="NEW.workspace_id IS NOT NULL",
            lock="SELECT 1 FROM credit_note WHERE workspace_id = NEW.workspace_id"
            " AND id = NEW.credit_note_id FOR NO KEY UPDATE",
        )
    refuse_if(
        "excess",
        "UPDATE",
        "credit_note",
        "a credit note takes back no more than is left of its invoice, and its rows add up",
        " OR ".join(_EXCESSES),
        when="OLD.document = 'draft' AND NEW.document <> 'draft'",
        lock=_LOCK_INVOICE,
    )


def _guard_invoices() -> None:
    refuse_if(
        "void",
        "UPDATE",
        "invoice",
        "an invoice of which money came or was credited is credited, not cancelled",
        "EXISTS (SELECT 1 FROM payment p WHERE p.workspace_id = NEW.workspace_id"
        " AND p.invoice_id = NEW.id AND p.state = 'succeeded')"
        " OR EXISTS (SELECT 1 FROM credit_note c WHERE c.workspace_id = NEW.workspace_id"
        " AND c.invoice_id = NEW.id AND c.document <> 'draft')",
        when="NEW.document = 'void' AND OLD.document <> 'void'",
    )


def _guard_payments() -> None:
    """Let several payments settle an invoice, together never more than it asks for."""
    op.drop_index("uq_payment_succeeded", "payment")
    where = sa.text("state = 'succeeded' AND how <> 'outside'")
    op.create_index(
        "uq_payment_succeeded",
        "payment",
        ["workspace_id", "invoice_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
    drop_trigger("payment", "payment_no_update")
    refuse(
        "UPDATE",
        "payment",
        "what a payment is about is never changed, and a settled one is never open again",
        when=f"{changed(PROMISED)}"
        " OR (OLD.state IN ('succeeded', 'declined') AND NEW.state <> OLD.state)"
        " OR (OLD.state = 'needs_action' AND NEW.state IN ('pending', 'unknown'))"
        " OR NEW.lost_minor < 0 OR NEW.lost_minor > NEW.amount_minor"
        " OR (NEW.lost_minor > 0 AND NEW.state <> 'succeeded')",
    )
    because = "no more is taken than an invoice asks for"
    new = "NEW.amount_minor - NEW.lost_minor"
    condition = f"{_RECEIVED} + {_REDUCED} + {new} > {_invoice('due_minor')}"
    is_more = "(OLD.state <> 'succeeded' OR NEW.lost_minor < OLD.lost_minor)"
    for name, event, when in (
        ("excess_insert", "INSERT", "NEW.state = 'succeeded'"),
        ("excess_update", "UPDATE", f"NEW.state = 'succeeded' AND {is_more}"),
    ):
        refuse_if(name, event, "payment", because, condition, when=when, lock=_LOCK_INVOICE)


def _guard_disputes() -> None:
    refuse(
        "UPDATE",
        "dispute",
        "the end of a dispute is never taken back, nor what it is about",
        when=f"{changed(['workspace_id', 'id', 'payment_id', 'stripe_id'])}"
        " OR (OLD.state = 'won' AND NEW.state <> 'won')"
        " OR (OLD.state = 'lost' AND NEW.state NOT IN ('won', 'lost'))",
    )
    refuse("DELETE", "dispute", "a dispute is never deleted")


def downgrade() -> None:
    """Drop them; payments are as they were."""
    for table, name in (
        ("payment", "payment_no_excess_insert"),
        ("payment", "payment_no_excess_update"),
        ("payment", "payment_no_update"),
        ("invoice", "invoice_no_void"),
    ):
        drop_trigger(table, name)
    op.drop_index("uq_payment_succeeded", "payment")
    where = sa.text("state = 'succeeded'")
    op.create_index(
        "uq_payment_succeeded",
        "payment",
        ["workspace_id", "invoice_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
    _drop_triggers_of_tables()
    _drop_functions()
    before = [name for name in PROMISED if name != "how"]
    refuse(
        "UPDATE",
        "payment",
        "what a payment is about is never changed, and a settled one is never open again",
        when=f"{changed(before)}"
        " OR (OLD.state IN ('succeeded', 'declined') AND NEW.state = 'pending')",
    )


def _drop_triggers_of_tables() -> None:
    for table in ("client_credit", "credit_note", "dispute", *_CHILDREN):
        more = {"client_credit": ["excess"], "dispute": []}.get(table, ["insert"])
        more += ["excess"] if table == "credit_note" else []
        more += [] if on_sqlite() else ["truncate"]
        for name in ("update", "delete", *more):
            drop_trigger(table, f"{table}_no_{name}")


def _drop_functions() -> None:
    if on_sqlite():
        return
    for name in (
        "payment_no_excess_insert",
        "payment_no_excess_update",
        "invoice_no_void",
        "client_credit_no_excess",
        "credit_note_no_excess",
        *(f"{table}_no_insert" for table in _CHILDREN),
    ):
        drop_function(f"timebot_{name}")
