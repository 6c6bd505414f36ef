"""The invariants of credit notes and of what clients have in credit."""

from timebot.doctor.invariant import Invariant

CREDIT_INVARIANTS = (
    Invariant(
        "credited invoices",
        "it counts as credited, but credit notes do not come to its total, or the other way round",
        "SELECT i.number FROM invoice i WHERE i.number IS NOT NULL AND"
        " (i.collection = 'credited') <> (i.total_minor > 0"
        " AND i.total_minor = (SELECT COALESCE(SUM(c.total_minor), 0) FROM credit_note c"
        " WHERE c.workspace_id = i.workspace_id AND c.invoice_id = i.id))",
    ),
    Invariant(
        "credit notes",
        "its lines, taxes and shares of the entries do not add up",
        "SELECT COALESCE(c.number, c.reason) FROM credit_note c WHERE c.subtotal_minor <>"
        " (SELECT COALESCE(SUM(l.amount_minor), 0) FROM credit_note_line l"
        " WHERE l.workspace_id = c.workspace_id AND l.credit_note_id = c.id)"
        " OR c.subtotal_minor <> (SELECT COALESCE(SUM(e.amount_minor), 0) FROM credited_entry e"
        " WHERE e.workspace_id = c.workspace_id AND e.credit_note_id = c.id)"
        " OR c.tax_minor <> (SELECT COALESCE(SUM(t.tax_minor), 0) FROM credit_note_tax t"
        " WHERE t.workspace_id = c.workspace_id AND t.credit_note_id = c.id)"
        " OR c.document = 'draft'",
    ),
    Invariant(
        "credit note totals",
        "the total is not subtotal and tax, or not what became of it",
        "SELECT COALESCE(c.number, c.reason) FROM credit_note c"
        " WHERE c.total_minor <> c.subtotal_minor + c.tax_minor"
        " OR c.total_minor <> c.reduces_minor + c.refund_minor + c.credit_minor",
    ),
    Invariant(
        "credited lines",
        "credit notes take more back of a line than it holds",
        "SELECT i.number || ' line ' || CAST(l.position AS TEXT) FROM credit_note_line n"
        " JOIN invoice_line l ON l.workspace_id = n.workspace_id AND l.id = n.line_id"
        " JOIN invoice i ON i.workspace_id = l.workspace_id AND i.id = l.invoice_id"
        " GROUP BY i.number, l.workspace_id, l.id, l.position, l.amount_minor, l.minutes_billed"
        " HAVING SUM(n.amount_minor) > l.amount_minor OR SUM(n.minutes) > l.minutes_billed",
    ),
    Invariant(
        "client balances",
        "more credit was used than was granted",
        "SELECT DISTINCT k.name FROM client k JOIN client_credit m"
        " ON m.workspace_id = k.workspace_id AND m.client_id = k.id"
        " GROUP BY k.workspace_id, k.id, k.name, m.currency HAVING SUM(m.amount_minor) < 0",
    ),
    Invariant(
        "credit note numbers",
        "the numbers have a gap",
        "SELECT c.series || ' ' || CAST(c.year AS TEXT) FROM credit_note c"
        " WHERE c.sequence IS NOT NULL GROUP BY c.workspace_id, c.series, c.year"
        " HAVING COUNT(*) <> MAX(c.sequence) OR MIN(c.sequence) <> 1",
    ),
    Invariant(
        "client credit",
        "what was granted or applied is not what the documents say",
        "SELECT i.number FROM invoice i WHERE i.number IS NOT NULL AND"
        " CASE WHEN i.document = 'void' THEN 0 ELSE i.credit_minor END <>"
        " (SELECT COALESCE(-SUM(m.amount_minor), 0) FROM client_credit m"
        " WHERE m.workspace_id = i.workspace_id AND m.invoice_id = i.id)"
        " UNION ALL SELECT c.number FROM credit_note c WHERE c.credit_minor <>"
        " (SELECT COALESCE(SUM(m.amount_minor), 0) FROM client_credit m"
        " WHERE m.workspace_id = c.workspace_id AND m.credit_note_id = c.id)",
    ),
)
