"""What billing people mend on an invoice: an address, a lost answer, a refund that failed."""

from collections.abc import Mapping

from timebot.billing.charging import ask_again
from timebot.billing.mending import mend_address
from timebot.billing.refunding import refund_again
from timebot.clients.client_fields import FieldsRefused
from timebot.clients.models import Client
from timebot.slack.answer import Answer
from timebot.slack.blocks import escape, modal, section
from timebot.slack.desk import SURFACE, Asked, Feature
from timebot.slack.form_fields import Field, draw_fields, filled
from timebot.slack.ids import Act, Form
from timebot.slack.invoice_asking import credit_note_of, invoice_of
from timebot.team.rights import require

_ADDRESS = (
    Field("emails", "E-mail for invoices", hint="More addresses, after commas, get copies."),
)


def ask_clicked(asked: Asked) -> Answer:
    """Ask Stripe once more what became of a charge."""
    ask_again(
        asked.session,
        workspace=asked.workspace,
        actor=asked.member,
        invoice_id=invoice_of(asked).id,
        surface=SURFACE,
        now=asked.now,
    )
    return Answer(text="I ask Stripe now. The invoice's message changes when it answers.")


def refund_clicked(asked: Asked) -> Answer:
    """Send the money of a credit note back once more."""
    note = refund_again(
        asked.session,
        workspace=asked.workspace,
        actor=asked.member,
        note_id=credit_note_of(asked).id,
        surface=SURFACE,
        now=asked.now,
    )
    return Answer(text=f"The refund for {note.number} is tried again in a moment.")


def address_clicked(asked: Asked) -> Answer:
    """Ask for the address that a mail came back from."""
    require(asked.session, asked.member, "billing", to="change clients", now=asked.now)
    invoice = invoice_of(asked)
    client = asked.session.get_one(Client, (asked.workspace.id, invoice.client_id))
    told = f"A mail about *{invoice.number}* did not reach {escape(client.name)}."
    blocks = [section(told), *draw_fields(_ADDRESS, {"emails": ", ".join(client.emails)})]
    kept = {"invoice": invoice.id}
    view = modal(Form.ADDRESS, "Mend address", blocks, submit="Save and send", kept=kept)
    return Answer(modal=view)


def save_address(asked: Asked) -> Answer:
    """Keep the address, and send again what came back."""
    try:
        invoice = mend_address(
            asked.session,
            workspace=asked.workspace,
            actor=asked.member,
            invoice_id=invoice_of(asked).id,
            emails=filled(asked.delivery, "emails"),
            surface=SURFACE,
            now=asked.now,
        )
    except FieldsRefused as refused:
        return Answer(faults=refused.faults)
    return Answer(text=f"The address is kept, and the mail about {invoice.number} goes out again.")


ACTIONS: Mapping[str, Feature] = {
    Act.INVOICE_ASK: ask_clicked,
    Act.INVOICE_ADDRESS_FORM: address_clicked,
    Act.CREDIT_REFUND: refund_clicked,
}
FORMS: Mapping[str, Feature] = {Form.ADDRESS: save_address}
