"""What billing people are told of a refund that failed, with the button that tries it again."""

from collections.abc import Mapping
from uuid import UUID

from timebot.billing.credit_models import CreditNote
from timebot.billing.models import Invoice
from timebot.clients.models import Client
from timebot.slack.blocks import actions, button, escape, section
from timebot.slack.desk import Drawn, Notice, Viewer
from timebot.slack.ids import Act
from timebot.slack.invoice_words import sees_money


def tell_refund_failed(viewer: Viewer, facts: dict[str, str]) -> Drawn | None:
    """Tell that money did not get back to the card; not if it was tried again meanwhile."""
    here = viewer.workspace.id
    note = viewer.session.get(CreditNote, (here, UUID(facts["note_id"])))
    if note is None or not _is_present(note, facts) or not sees_money(viewer):
        return None
    invoice = viewer.session.get_one(Invoice, (here, note.invoice_id))
    client = viewer.session.get_one(Client, (here, invoice.client_id))
    title = f"{invoice.number} for {client.name}: the refund failed"
    again = button("Try the refund again", Act.CREDIT_REFUND, {"note": note.id}, style="primary")
    show = button("Show invoice", Act.INVOICE_SHOW, {"invoice": invoice.id})
    return Drawn(
        text=escape(f"{title}. {facts['sentence']}"),
        blocks=[
            section(f"*{escape(title)}*\n{escape(facts['sentence'])}"),
            actions(again, show),
        ],
    )


def _is_present(note: CreditNote, facts: dict[str, str]) -> bool:
    """Tell whether this is the last try; a later one that failed is told for itself."""
    return note.refund_state == "failed" and note.refund_attempt == int(facts["attempt"])


NOTICES: Mapping[str, Notice] = {"refund_failed": tell_refund_failed}
