"""Clients as text: list, add, show, archive; the modals are in client_form.py."""

import re
from collections.abc import Mapping

from timebot.billing.budgets import budget_uses
from timebot.billing.open_work import open_work_of
from timebot.clients.annex_detail import annex_detail_of
from timebot.clients.catalogue import add_client, archive_client, list_clients
from timebot.clients.models import Client, Project
from timebot.clients.places import all_places
from timebot.clients.rates import RateTarget
from timebot.clients.rounding import rule_for
from timebot.errors import Refusal
from timebot.slack.answer import Answer
from timebot.slack.billing_words import cleaned, take_amount, today_of, whole_client
from timebot.slack.blocks import (
    Block,
    actions,
    button,
    confirm,
    context,
    escape,
    fields,
    header,
    section,
    type_ahead,
)
from timebot.slack.client_choices import client_at
from timebot.slack.client_form import draw_add_form, draw_edit_form
from timebot.slack.desk import SURFACE, Asked, Feature
from timebot.slack.ids import Act
from timebot.slack.rate_words import budget_words, card_words, rate_words
from timebot.slack.words import counted, isolated
from timebot.team.rights import require

_SHOWN_CLIENTS = 40
_SHOWN_PROJECTS = 25
_EMAIL = re.compile(
    r"(?P<name>.*?)\s*(?P<emails>[^\s,;@]+@[^\s,;]+(?:[,;]\s*[^\s,;@]+@[^\s,;]+)*)[,;]?\s*(?P<rest>.*)"
)
_EXAMPLE = "/billing client add Acme billing@acme.example 95 EUR"


class ClientAddUnclear(Refusal):
    """A name and an e-mail address are needed."""

    def __init__(self) -> None:
        super().__init__(
            "I need a name and an e-mail address for the invoices, then the rate. Nothing was"
            " changed.",
            example=_EXAMPLE,
        )


def client_typed(asked: Asked, text: str) -> Answer:
    """Decide what stands after `client`."""
    word, _, rest = text.strip().partition(" ")
    if word.casefold() == "add":
        return _add(asked, cleaned(rest)) if rest.strip() else draw_add_form(asked)
    require(asked.session, asked.member, "billing", to="see clients", now=asked.now)
    if word.casefold() == "edit" and rest.strip():
        return draw_edit_form(asked, whole_client(asked, rest))
    if word.casefold() == "archive" and rest.strip():
        return _archived(asked, whole_client(asked, rest))
    if word.casefold() in {"", "list", "all"}:
        return draw_clients(asked)
    return draw_client(asked, whole_client(asked, rest if word.casefold() == "show" else text))


def show_chosen(asked: Asked) -> Answer:
    """Show the client that was chosen in a list or named by a button."""
    require(asked.session, asked.member, "billing", to="see clients", now=asked.now)
    chosen = asked.delivery.chosen or asked.delivery.value.get("client")
    return draw_client(asked, client_at(asked, chosen))


def archive_clicked(asked: Asked) -> Answer:
    """Archive the client of the button, which asked first."""
    return _archived(asked, client_at(asked, asked.delivery.value.get("client")))


def draw_clients(asked: Asked) -> Answer:
    """List the clients with their currency and card."""
    clients = list_clients(asked.session, workspace_id=asked.workspace.id)
    add = button("Add a client", Act.CLIENT_ADD_FORM, style=None if clients else "primary")
    if not clients:
        sentence = "There are no clients yet."
        return Answer(
            text=f"{sentence} Example: {_EXAMPLE}",
            blocks=[section(sentence), context(f"Example: `{_EXAMPLE}`"), actions(add)],
        )
    lines = [
        f"*{escape(isolated(client.name))}* · {client.currency} · {escape(card_words(client))}"
        for client in clients[:_SHOWN_CLIENTS]
    ]
    if len(clients) > _SHOWN_CLIENTS:
        lines.append(f"… and {len(clients) - _SHOWN_CLIENTS} more; type a name to find one.")
    blocks: list[Block] = [header(f"{counted(len(clients), 'client')}")]
    blocks += [section("\n".join(lines[at : at + 10])) for at in range(0, len(lines), 10)]
    pick = type_ahead(Act.CLIENT_FIND, placeholder="Show a client")
    blocks.append(actions(pick, add))
    spoken = "\n".join(line.replace("*", "") for line in lines)
    return Answer(text=f"{counted(len(clients), 'client')}.\n{spoken}", blocks=blocks)


def draw_client(asked: Asked, client: Client, *, said: str = "") -> Answer:
    """Show one client: how it pays, what it costs, its projects, and what can be done."""
    facts = _facts(asked, client)
    projects = _project_lines(asked, client)
    told = [f"{label}: {value}" for label, value in facts]
    blocks: list[Block] = [section(escape(said))] if said else []
    blocks += [
        header(client.name + (" (archived)" if client.archived_at else "")),
        fields(*(f"*{label}*\n{escape(value)}" for label, value in facts)),
        section("*Projects*\n" + ("\n".join(projects) or "None yet.")),
    ]
    if client.archived_at is None:
        blocks += _client_buttons(client)
    spoken = [said, f"{client.name}.", *told]
    text = escape("\n".join(line for line in spoken if line))
    plain_projects = "\n".join(line.replace("*", "") for line in projects)
    return Answer(text=f"{text}\nProjects: {plain_projects or 'none yet'}", blocks=blocks)


def _add(asked: Asked, text: str) -> Answer:
    match = _EMAIL.fullmatch(text)
    if match is None or not match["name"].strip():
        require(asked.session, asked.member, "billing", to="add clients", now=asked.now)
        raise ClientAddUnclear
    typed = take_amount(match["rest"])
    if match["rest"].strip() and (typed is None or typed.before):
        raise ClientAddUnclear
    currency = typed.currency if typed else None
    rate = typed.money(currency or asked.workspace.currency) if typed else None
    client = add_client(
        asked.session,
        workspace=asked.workspace,
        actor=asked.member,
        name=match["name"].strip(' "'),
        emails=match["emails"],
        rate=rate,
        currency=currency,
        surface=SURFACE,
        now=asked.now,
    )
    return draw_client(asked, client, said=added_words(client))


def added_words(client: Client) -> str:
    """Say that a client was added, and what comes next."""
    return f"{client.name} was added. Next: add a project, then ask the client for a card."


def _archived(asked: Asked, client: Client) -> Answer:
    open_work = open_work_of(asked.session, workspace_id=asked.workspace.id, client_id=client.id)
    archive_client(
        asked.session,
        actor=asked.member,
        client=client,
        has_running=open_work.has_running,
        has_unbilled=open_work.has_unbilled,
        surface=SURFACE,
        now=asked.now,
    )
    text = (
        f"{client.name} is archived with its projects: nobody can record time for it any more."
        " Its invoices stay."
    )
    return Answer(text=escape(text), replace=True)


def _facts(asked: Asked, client: Client) -> list[tuple[str, str]]:
    locale = asked.workspace.locale
    rate = rate_words(
        asked.session, RateTarget(client=client), today=today_of(asked), locale=locale
    )
    terms = asked.workspace.terms_days if client.terms_days is None else client.terms_days
    found = [
        ("E-mail", ", ".join(client.emails)),
        ("Rate", rate or f"none yet, in {client.currency}"),
        ("Card", card_words(client)),
        ("Rounding", rule_for(asked.workspace, client).words + _ceiling_words(client)),
        ("Invoice lines", f"one per {client.line_grouping}"),
        ("Annex of invoices", annex_detail_of(asked.workspace, client)),
        ("Payment terms", counted(terms, "day")),
        ("Address", client.address or "none"),
        ("Tax id", client.tax_id or "none"),
    ]
    if client.purchase_order:
        found.append(("Purchase order", client.purchase_order))
    return found


def _ceiling_words(client: Client) -> str:
    ceiling = client.uplift_ceiling_percent
    return "" if ceiling is None else f"; a draft waits where it adds more than {ceiling}%"


def _project_lines(asked: Asked, client: Client) -> list[str]:
    places = all_places(asked.session, workspace_id=asked.workspace.id)
    projects = [place.project for place in places if place.project and place.client.id == client.id]
    uses = budget_uses(
        asked.session,
        workspace=asked.workspace,
        project_ids=[project.id for project in projects],
    )
    lines = []
    for project in projects[:_SHOWN_PROJECTS]:
        said = project_facts(asked, project)
        budget = budget_words(
            project,
            uses.get(project.id),
            currency=client.currency,
            locale=asked.workspace.locale,
        )
        details = [each for each in (*said, budget) if each]
        lines.append(" · ".join([f"*{escape(project.name)}*", *map(escape, details)]))
    if len(projects) > _SHOWN_PROJECTS:
        lines.append(f"… and {len(projects) - _SHOWN_PROJECTS} more")
    return lines


def project_facts(asked: Asked, project: Project) -> list[str]:
    """Return what is worth saying about a project: its state, its own rate, its kind."""
    rate = rate_words(
        asked.session,
        RateTarget(project=project),
        today=today_of(asked),
        locale=asked.workspace.locale,
    )
    kind = {"billable": "", "no_charge": "no charge", "internal": "internal"}[project.billable]
    return [each for each in (project.state, rate, kind) if each]


def _client_buttons(client: Client) -> list[Block]:
    value = {"client": client.id}
    name = client.name
    sure = confirm(
        "Archive this client?",
        f"{name} and its projects disappear from the lists. Invoices stay.",
        "Archive",
    )
    return [
        actions(
            button("Edit", Act.CLIENT_EDIT_FORM, value),
            button("Billing terms", Act.CLIENT_TERMS_FORM, value),
            button("Compare rounding", Act.ROUNDING_SHOW, value),
            button("Add a project", Act.PROJECT_ADD_FORM, value),
            button("Set a rate", Act.RATE_FORM, value),
            button("Card link", Act.CARD_LINK, value),
            button("Approvers", Act.ROUTE_FORM, {"place": client.id}),
            button("Archive", Act.CLIENT_ARCHIVE, value, style="danger", confirm=sure),
        )
    ]


ACTIONS: Mapping[str, Feature] = {
    Act.CLIENT_SHOW: show_chosen,
    Act.CLIENT_FIND: show_chosen,
    Act.CLIENT_ARCHIVE: archive_clicked,
}
