"""Modals about a client: add it, edit it, and how it is billed."""

from collections.abc import Mapping

from timebot.billing.open_work import open_work_of
from timebot.clients.catalogue import add_client, change_client
from timebot.clients.client_fields import FieldsRefused
from timebot.clients.models import LINE_GROUPINGS, Client, rounding_columns
from timebot.errors import Refusal
from timebot.money import Money, currency_code
from timebot.slack.answer import Answer, AtField
from timebot.slack.blocks import Block, actions, button, escape, modal, section
from timebot.slack.client_choices import client_at
from timebot.slack.desk import SURFACE, Asked, Feature
from timebot.slack.form_fields import ANNEX_CHOICES, Field, draw_fields, filled, read_fields
from timebot.slack.ids import Act, Form
from timebot.slack.words import listed
from timebot.team.rights import require
from timebot.team.rounding_rule import RoundingRule
from timebot.team.typed_values import percent_in_words

_YES_NO = (("yes", "Yes"), ("no", "No"))
_NEW = (
    Field("name", "Name"),
    Field("emails", "E-mail for invoices", hint="More addresses, after commas, get copies."),
    Field("rate", "Rate per hour", hint="Such as 95. Empty to set rates later.", is_optional=True),
    Field("currency", "Currency", hint="Three letters, such as EUR."),
    Field(
        "collection",
        "How it pays",
        "choice",
        choices=(("charge", "Card on file"), ("send", "Pay link or bank")),
    ),
)
_EDIT = (
    Field("name", "Name"),
    Field("aliases", "Other names", hint="As people type them, after commas.", is_optional=True),
    Field("emails", "E-mail for invoices", hint="More addresses, after commas, get copies."),
    Field("address", "Address", "lines", is_optional=True),
    Field("tax_id", "Tax id", is_optional=True),
    Field("purchase_order", "Purchase order", is_optional=True),
    Field("locale", "Language of invoices", hint="Such as en_US or de_DE."),
)
_TERMS = (
    Field(
        "collection",
        "How it pays",
        "choice",
        choices=(("charge", "Card on file"), ("send", "Pay link or bank")),
    ),
    Field("is_retainer", "Retainer, never charged by itself", "choice", choices=_YES_NO),
    Field(
        "line_grouping",
        "Invoice lines",
        "choice",
        choices=tuple((each, f"One per {each}") for each in LINE_GROUPINGS),
    ),
    Field(
        "annex_detail",
        "Annex of invoices",
        "choice",
        hint="Pages behind the invoice that show what each line is made of.",
        choices=(("inherit", "As set for the firm"), *ANNEX_CHOICES),
    ),
    Field("rounding", "Rounding", hint="Empty for the firm's. Such as law.", is_optional=True),
    Field(
        "uplift_ceiling_percent",
        "Most that rounding may add, in percent",
        hint="A draft over it waits for your decision.",
        is_optional=True,
    ),
    Field("tax_ppm", "Tax rate", hint="Empty for the firm's. Such as 19%.", is_optional=True),
    Field("tax_note", "Sentence about tax", hint="Such as a reverse charge.", is_optional=True),
    Field("terms_days", "Payment terms in days", hint="Empty for the firm's.", is_optional=True),
    Field("invoice_series", "Letters before invoice numbers", is_optional=True),
    Field("currency", "Currency", hint="Locked while hours wait to be billed."),
)


def draw_add_form(asked: Asked) -> Answer:
    """Open the modal that adds a client."""
    require(asked.session, asked.member, "billing", to="add clients", now=asked.now)
    initial = {"currency": asked.workspace.currency, "collection": "charge"}
    return Answer(
        modal=modal(Form.CLIENT, "Add a client", draw_fields(_NEW, initial), submit="Add client")
    )


def draw_edit_form(asked: Asked, client: Client) -> Answer:
    """Open the modal that edits a client."""
    require(asked.session, asked.member, "billing", to="change clients", now=asked.now)
    return Answer(
        modal=modal(
            Form.CLIENT,
            "Edit client",
            draw_fields(_EDIT, _initial(client, _EDIT)),
            submit="Save",
            close="Cancel",
            kept={"client": client.id},
        )
    )


def edit_clicked(asked: Asked) -> Answer:
    """Open the edit modal for the client of a button."""
    return draw_edit_form(asked, _client(asked))


def terms_clicked(asked: Asked) -> Answer:
    """Open the modal about how a client is billed."""
    require(asked.session, asked.member, "billing", to="change clients", now=asked.now)
    client = _client(asked)
    return Answer(
        modal=modal(
            Form.CLIENT_TERMS,
            "Billing terms",
            draw_fields(_TERMS, _initial(client, _TERMS)),
            submit="Save",
            close="Cancel",
            kept={"client": client.id},
        )
    )


def save_client(asked: Asked) -> Answer:
    """Add or change a client from its modal; every fault is told under its field."""
    try:
        if asked.delivery.value.get("client"):
            return _changed(asked, _EDIT)
        return _added(asked)
    except FieldsRefused as refused:
        return Answer(faults=refused.faults)


def save_terms(asked: Asked) -> Answer:
    """Change how a client is billed."""
    try:
        return _changed(asked, _TERMS)
    except FieldsRefused as refused:
        return Answer(faults=refused.faults)


def amount_at(block_id: str, text: str, currency: str) -> Money | None:
    """Read an amount from a field; None where it is empty.

    Raises:
        AtField: if it is none.
    """
    try:
        return Money.parse(text, currency) if text else None
    except Refusal as refusal:
        raise AtField(block_id, refusal) from None


def _added(asked: Asked) -> Answer:
    currency = filled(asked.delivery, "currency").upper() or asked.workspace.currency
    details = read_fields([each for each in _NEW if each.name == "collection"], asked.delivery)
    client = add_client(
        asked.session,
        workspace=asked.workspace,
        actor=asked.member,
        name=filled(asked.delivery, "name"),
        emails=filled(asked.delivery, "emails"),
        rate=amount_at("rate", filled(asked.delivery, "rate"), _currency(currency)),
        currency=currency,
        details=details,
        surface=SURFACE,
        now=asked.now,
    )
    text = f"{client.name} was added. Next: add a project, then ask the client for a card."
    return Answer(text=escape(text), blocks=_next_steps(client, text))


def _changed(asked: Asked, fields: tuple[Field, ...]) -> Answer:
    client = _client(asked)
    open_work = open_work_of(asked.session, workspace_id=asked.workspace.id, client_id=client.id)
    changed = change_client(
        asked.session,
        actor=asked.member,
        client=client,
        changes=read_fields(fields, asked.delivery),
        has_unbilled=open_work.has_unbilled,
        surface=SURFACE,
        now=asked.now,
    )
    if not changed:
        return Answer(text=escape(f"{client.name} is like that already. Nothing was changed."))
    labels = {each.name: each.label.casefold() for each in fields}
    named = list(dict.fromkeys(labels.get(name, "") for name in changed if name in labels))
    what = listed(named) or "the rounding"
    text = f"{client.name} was changed: {what}."
    return Answer(text=escape(text), blocks=_next_steps(client, text))


def _client(asked: Asked) -> Client:
    return client_at(asked, asked.delivery.value.get("client"))


def _currency(text: str) -> str:
    try:
        return currency_code(text)
    except Refusal as refusal:
        raise AtField("currency", refusal) from None


def _next_steps(client: Client, text: str) -> list[Block]:
    value = {"client": client.id}
    return [
        section(escape(text)),
        actions(
            button("Show client", Act.CLIENT_SHOW, value),
            button("Add a project", Act.PROJECT_ADD_FORM, value),
            button("Card link", Act.CARD_LINK, value),
        ),
    ]


def _initial(client: Client, fields: tuple[Field, ...]) -> dict[str, str | None]:
    return {each.name: _initial_of(client, each.name) for each in fields}


def _initial_of(client: Client, name: str) -> str | None:
    if name == "rounding":
        own = rounding_columns(client)
        return None if own is None else RoundingRule(*own).words
    value = getattr(client, name)
    if name == "annex_detail":
        return value or "inherit"
    if name == "tax_ppm":
        return None if value is None else percent_in_words(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value)
    return None if value is None else str(value)


ACTIONS: Mapping[str, Feature] = {
    Act.CLIENT_ADD_FORM: draw_add_form,
    Act.CLIENT_EDIT_FORM: edit_clicked,
    Act.CLIENT_TERMS_FORM: terms_clicked,
}
FORMS: Mapping[str, Feature] = {Form.CLIENT: save_client, Form.CLIENT_TERMS: save_terms}
