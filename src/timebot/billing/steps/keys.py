"""Natural keys: names of an invoice that stay the same after a crash and after a restore."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from timebot.billing.models import Invoice, InvoiceRun


@dataclass(frozen=True)
class NaturalKeys:
    """How an invoice is named to the outside.

    Our own invoice id would not do: after a restore from a backup the same work is issued again
    under another id, and must find what was made for it before.

    Attributes:
        workspace, client: their ids.
        invoice: client, period and how many voided ones came before.
    """

    workspace: str
    client: str
    invoice: str

    def key(self, step: str, attempt: int = 1) -> str:
        """Return the idempotency key of a step; the providers take up to 255 characters."""
        return f"tb/{self.workspace}/{self.invoice}/{step}/{attempt}"


def credit_key(keys: NaturalKeys, ordinal: int) -> str:
    """Return how a credit note is named to the outside: the first, the second of its invoice."""
    return f"{keys.invoice}/credit-{ordinal}"


def natural_keys(session: Session, invoice: Invoice) -> NaturalKeys:
    """Return the natural keys of an issued invoice."""
    run = session.get_one(InvoiceRun, (invoice.workspace_id, invoice.run_id))
    # A period has one scheduled run; manual ones have nothing but their id.
    period = f"{run.period_start}" if run.kind == "scheduled" else f"{run.id}"
    earlier = session.scalar(
        select(func.count()).where(
            Invoice.workspace_id == invoice.workspace_id,
            Invoice.run_id == invoice.run_id,
            Invoice.client_id == invoice.client_id,
            Invoice.released_at < invoice.released_at,
        )
    )
    client = str(invoice.client_id)
    ordinal = (earlier or 0) + 1
    return NaturalKeys(str(invoice.workspace_id), client, f"{client}/{period}/{ordinal}")
