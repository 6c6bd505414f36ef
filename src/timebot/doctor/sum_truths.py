"""The invariants of sums: each figure of an invoice follows from the figures below it."""

from timebot.doctor.invariant import Invariant
from timebot.money import COARSE_STEPS

_STEP = "CASE i.currency{} ELSE 1 END".format(
    "".join(f" WHEN '{currency}' THEN {step}" for currency, step in COARSE_STEPS.items())
)
"""In SQL: the smallest step of an amount of the invoice, in minor units."""

# Whole numbers only, and half-up: as `timebot.billing.pricing` computes it.
_LINE_AMOUNT = f"(2 * l.minutes_billed * l.rate_minor + 60 * {_STEP}) / (120 * {_STEP}) * {_STEP}"

# The base is split, so that no product grows beyond what a column holds.
_BASE = f"(t.base_minor / {_STEP})"
_TAX = (
    f"({_BASE} / 1000000 * t.tax_ppm"
    f" + (2 * ({_BASE} % 1000000) * t.tax_ppm + 1000000) / 2000000) * {_STEP}"
)

_RECEIVED = (
    "(SELECT COALESCE(SUM(p.amount_minor - p.lost_minor), 0) FROM payment p"
    " WHERE p.workspace_id = i.workspace_id AND p.invoice_id = i.id AND p.state = 'succeeded')"
)
_BY_CARD = (
    "(SELECT COALESCE(SUM(p.amount_minor), 0) FROM payment p"
    " WHERE p.workspace_id = i.workspace_id AND p.invoice_id = i.id AND p.state = 'succeeded'"
    " AND p.how <> 'outside')"
)


def _of_notes(column: str) -> str:
    return (
        f"(SELECT COALESCE(SUM(c.{column}), 0) FROM credit_note c"  # noqa: S608 - our own words
        " WHERE c.workspace_id = i.workspace_id AND c.invoice_id = i.id)"
    )


SUM_INVARIANTS = (
    Invariant(
        "totals",
        "the total is not subtotal and tax, or what is due is not the total less the credit",
        "SELECT i.number FROM invoice i WHERE i.number IS NOT NULL"
        " AND (i.total_minor <> i.subtotal_minor + i.tax_minor"
        " OR i.due_minor <> i.total_minor - i.credit_minor"
        " OR i.credit_minor < 0 OR i.due_minor < 0)",
    ),
    Invariant(
        "line amounts",
        "a line is not its minutes at its rate",
        "SELECT i.number || ' line ' || CAST(l.position AS TEXT) FROM invoice_line l"  # noqa: S608 - our own words
        " JOIN invoice i ON i.workspace_id = l.workspace_id AND i.id = l.invoice_id"
        f" WHERE i.number IS NOT NULL AND l.amount_minor <> {_LINE_AMOUNT}",
    ),
    Invariant(
        "tax amounts",
        "the tax of a rate is not its share of the lines it is for",
        "SELECT DISTINCT i.number FROM invoice_tax t"  # noqa: S608 - our own words
        " JOIN invoice i ON i.workspace_id = t.workspace_id AND i.id = t.invoice_id"
        f" WHERE i.number IS NOT NULL AND (t.tax_minor <> {_TAX} OR t.base_minor <>"
        " (SELECT COALESCE(SUM(l.amount_minor), 0) FROM invoice_line l"
        " WHERE l.workspace_id = t.workspace_id AND l.invoice_id = t.invoice_id"
        " AND l.tax_ppm = t.tax_ppm))",
    ),
    Invariant(
        "money received",
        "more came or was credited than was due",
        "SELECT i.number FROM invoice i WHERE i.number IS NOT NULL"  # noqa: S608 - our own words
        f" AND i.due_minor < {_RECEIVED} + {_of_notes('reduces_minor')}",
    ),
    Invariant(
        "lost money",
        "what is lost of a payment is not what its disputes took",
        "SELECT i.number FROM invoice i JOIN payment p ON p.workspace_id = i.workspace_id"
        " AND p.invoice_id = i.id WHERE p.lost_minor <>"
        " (SELECT COALESCE(SUM(d.lost_minor), 0) FROM dispute d"
        " WHERE d.workspace_id = p.workspace_id AND d.payment_id = p.id)",
    ),
    Invariant(
        "refunds",
        "more goes back to the card than came from it",
        "SELECT i.number FROM invoice i WHERE i.number IS NOT NULL"  # noqa: S608 - our own words
        f" AND {_of_notes('refund_minor')} > {_BY_CARD}",
    ),
    Invariant(
        "amounts at Stripe",
        "nothing is under way, and Stripe asks for another amount than is owed",
        "SELECT i.number FROM invoice i WHERE i.stripe_status = 'open'"  # noqa: S608 - our own words
        " AND i.collection IN ('open', 'failed') AND i.next_step_at IS NULL"
        " AND i.attention IS NULL AND i.stripe_due_minor <>"
        f" i.due_minor - {_RECEIVED} - {_of_notes('reduces_minor')}",
    ),
    Invariant(
        "cancelled invoices",
        "it is cancelled, but its hours count as billed or money came for it",
        "SELECT i.number FROM invoice i WHERE i.document = 'void'"  # noqa: S608 - our own words
        f" AND ({_RECEIVED} <> 0 OR EXISTS (SELECT 1 FROM billing_entry b"
        " WHERE b.workspace_id = i.workspace_id AND b.invoice_id = i.id"
        " AND b.reversed_by IS NULL))",
    ),
)
