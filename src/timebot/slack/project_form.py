"""Modals about a project: add it to a client, or edit it."""

from collections.abc import Mapping
from datetime import timedelta

from timebot.clients.budget import BudgetUnclear
from timebot.clients.client_fields import FieldsRefused
from timebot.clients.models import Client, Project, rounding_columns
from timebot.clients.places import Place
from timebot.clients.projects import add_project, change_project
from timebot.money import Money
from timebot.slack.answer import Answer, AtField
from timebot.slack.blocks import Block, actions, button, context, escape, modal, section
from timebot.slack.client_choices import PlaceGone, client_at, place_at
from timebot.slack.client_form import amount_at
from timebot.slack.desk import SURFACE, Asked, Feature
from timebot.slack.form_fields import Field, draw_fields, filled, read_fields
from timebot.slack.ids import Act, Form
from timebot.slack.words import listed
from timebot.team.rights import require
from timebot.team.rounding_rule import RoundingRule
from timebot.timekeeping.durations import format_duration

_CLIENT = Field("client", "Client", "find", finds=Act.CLIENT_FIND)
_BUDGET = Field("budget", "Budget", hint="Hours such as 40h, or an amount.", is_optional=True)
_KIND = Field(
    "billable",
    "Time on it is",
    "choice",
    choices=(
        ("billable", "Billable"),
        ("no_charge", "No charge, shown at zero"),
        ("internal", "Internal, never shown"),
    ),
)
_NEW = (
    Field("name", "Name"),
    Field("rate", "Rate per hour", hint="Empty for the client's rate.", is_optional=True),
    _BUDGET,
    _KIND,
)
_EDIT = (
    Field("name", "Name"),
    Field("aliases", "Other names", hint="As people type them, after commas.", is_optional=True),
    _BUDGET,
    _KIND,
    Field("rounding", "Rounding", hint="Empty for the client's. Such as law.", is_optional=True),
    Field("external_ref", "Reference", hint="Such as a file number.", is_optional=True),
)


def draw_add_form(asked: Asked) -> Answer:
    """Open the modal that adds a project, to the client of the button where there is one."""
    require(asked.session, asked.member, "billing", to="add projects", now=asked.now)
    named = asked.delivery.value.get("client")
    client = client_at(asked, named) if named else None
    blocks: list[Block] = []
    if client is None:
        blocks.append(_CLIENT.draw())
    else:
        blocks.append(context(f"For {escape(client.name)}, in {client.currency}"))
    blocks += draw_fields(_NEW, {"billable": "billable"})
    kept = {"client": client.id} if client else {}
    view = modal(Form.PROJECT, "Add a project", blocks, submit="Add project", kept=kept)
    return Answer(modal=view)


def draw_edit_form(asked: Asked, place: Place) -> Answer:
    """Open the modal that edits a project."""
    require(asked.session, asked.member, "billing", to="change projects", now=asked.now)
    project = _of(place)
    return Answer(
        modal=modal(
            Form.PROJECT,
            "Edit project",
            [
                context(f"For {escape(place.client.name)}, in {place.client.currency}"),
                *draw_fields(_EDIT, _initial(project, place.client)),
            ],
            submit="Save",
            close="Cancel",
            kept={"project": project.id},
        )
    )


def edit_clicked(asked: Asked) -> Answer:
    """Open the edit modal for the project of a button."""
    return draw_edit_form(asked, place_at(asked, asked.delivery.value.get("project")))


def save_project(asked: Asked) -> Answer:
    """Add or change a project from its modal; every fault is told under its field."""
    try:
        if asked.delivery.value.get("project"):
            return _changed(asked)
        return _added(asked)
    except FieldsRefused as refused:
        return Answer(faults=refused.faults)
    except BudgetUnclear as refused:
        raise AtField("budget", refused) from None


def _added(asked: Asked) -> Answer:
    named = asked.delivery.value.get("client") or asked.delivery.state.get("client")
    client = client_at(asked, named)
    project = add_project(
        asked.session,
        workspace=asked.workspace,
        actor=asked.member,
        client=client,
        name=filled(asked.delivery, "name"),
        rate=amount_at("rate", filled(asked.delivery, "rate"), client.currency),
        budget=filled(asked.delivery, "budget") or None,
        details=read_fields([_KIND], asked.delivery),
        surface=SURFACE,
        now=asked.now,
    )
    place = Place(client, project)
    return _said(place, f"{place.name} was added and takes time from now on.")


def _changed(asked: Asked) -> Answer:
    place = place_at(asked, asked.delivery.value.get("project"))
    changed = change_project(
        asked.session,
        actor=asked.member,
        project=_of(place),
        changes=read_fields(_EDIT, asked.delivery),
        surface=SURFACE,
        now=asked.now,
    )
    if not changed:
        return _said(place, f"{place.name} is like that already. Nothing was changed.")
    return _said(place, f"{place.name} was changed: {listed(_labels(changed))}.")


def _labels(changed: list[str]) -> list[str]:
    labels = {each.name: each.label.casefold() for each in _EDIT}
    labels |= {"budget_minutes": "budget", "budget_minor": "budget"}
    found = [labels[name] for name in changed if name in labels]
    return list(dict.fromkeys(found)) or ["the rounding"]


def _said(place: Place, text: str) -> Answer:
    show = button("Show client", Act.CLIENT_SHOW, {"client": place.client.id})
    return Answer(text=escape(text), blocks=[section(escape(text)), actions(show)])


def _initial(project: Project, client: Client) -> dict[str, str | None]:
    own = rounding_columns(project)
    return {
        "name": project.name,
        "aliases": ", ".join(project.aliases),
        "budget": _budget(project, client),
        "billable": project.billable,
        "rounding": None if own is None else RoundingRule(*own).words,
        "external_ref": project.external_ref,
    }


def _budget(project: Project, client: Client) -> str | None:
    if project.budget_minutes is not None:
        return format_duration(timedelta(minutes=project.budget_minutes))
    if project.budget_minor is not None:
        return Money(project.budget_minor, client.currency).plain
    return None


def _of(place: Place) -> Project:
    if place.project is None:
        raise PlaceGone
    return place.project


ACTIONS: Mapping[str, Feature] = {
    Act.PROJECT_ADD_FORM: draw_add_form,
    Act.PROJECT_EDIT_FORM: edit_clicked,
}
FORMS: Mapping[str, Feature] = {Form.PROJECT: save_project}
