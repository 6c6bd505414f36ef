"""Rates: what an hour costs, as text and as a modal; time already recorded keeps its rate."""

import re
from collections.abc import Mapping
from datetime import date

from timebot.clients.catalogue import list_clients
from timebot.clients.models import Client, Project, Rate
from timebot.clients.places import Place
from timebot.clients.rates import ALWAYS, RateTarget, set_rate
from timebot.errors import Refusal
from timebot.locales import money_words
from timebot.money import Money
from timebot.slack.answer import Answer
from timebot.slack.billing_words import (
    cleaned,
    person_of,
    person_words,
    take_amount,
    take_from,
    take_person,
    today_of,
    whole_place,
)
from timebot.slack.blocks import Block, actions, button, context, escape, header, modal, section
from timebot.slack.client_choices import client_at, place_at
from timebot.slack.client_form import amount_at
from timebot.slack.desk import SURFACE, Asked, Feature
from timebot.slack.form_fields import Field, filled
from timebot.slack.ids import Act, Form
from timebot.slack.rate_words import rate_words
from timebot.team.days import day_in_words
from timebot.team.members import list_members
from timebot.team.models import Member
from timebot.team.rights import require

_EXAMPLE = "/billing rate Acme 95 from 2026-12-01"
_ON = re.compile(r"^\s*on\s+", re.IGNORECASE)
_SHOWN = 40
_PLACE = Field("place", "Client or project", "find", finds=Act.PLACE_FIND, is_optional=True)
_PERSON = Field(
    "person",
    "Person",
    "person",
    hint="With a project: this person's rate on it. Alone: everywhere.",
    is_optional=True,
)
_AMOUNT = Field("amount", "Rate per hour", hint="Such as 95, in the client's currency.")
_FROM = Field(
    "from",
    "From",
    "day",
    hint="Empty: a first rate counts always, a later one from today.",
    is_optional=True,
)


class RateUnclear(Refusal):
    """An amount is needed, and what it is for."""

    def __init__(self) -> None:
        super().__init__(
            "I need a client, a project or a person, and then the amount. Nothing was changed.",
            example=_EXAMPLE,
        )


class NoRateThere(Refusal):
    """A person's own rate counts everywhere or on one project."""

    def __init__(self, client: Client) -> None:
        super().__init__(
            f"A person's own rate counts everywhere or on one project. {client.name} is a client;"
            " name one of its projects. Nothing was changed.",
            example="/billing rate @ana on Acme Website 120",
        )


def rate_typed(asked: Asked, text: str) -> Answer:
    """Show the rates, open the modal, or set what was typed."""
    require(asked.session, asked.member, "billing", to="set rates", now=asked.now)
    if not text.strip():
        return _draw_rates(asked)
    if text.strip().casefold() == "set":
        return _draw_form(None)
    member, rest = take_person(asked, text)
    valid_from, rest = take_from(asked, cleaned(rest))
    typed = take_amount(rest)
    if typed is None or (member is None and not typed.before):
        raise RateUnclear
    target, currency = _target(asked, member, typed.before)
    return _set(asked, target, typed.money(currency), valid_from)


def form_clicked(asked: Asked) -> Answer:
    """Open the modal for the client or project of the button."""
    require(asked.session, asked.member, "billing", to="set rates", now=asked.now)
    value = asked.delivery.value
    if value.get("project"):
        return _draw_form(place_at(asked, value["project"]))
    client = value.get("client")
    return _draw_form(Place(client_at(asked, client), None) if client else None)


def save_rate(asked: Asked) -> Answer:
    """Set the rate of the modal."""
    require(asked.session, asked.member, "billing", to="set rates", now=asked.now)
    chosen, who = filled(asked.delivery, "place"), filled(asked.delivery, "person")
    if not chosen and not who:
        return Answer(faults={"place": "Choose a client, a project or a person."})
    place = place_at(asked, chosen) if chosen else None
    member = person_of(asked, who) if who else None
    if place and member and place.project is None:
        return Answer(faults={"place": NoRateThere(place.client).sentence})
    currency = place.client.currency if place else asked.workspace.currency
    amount = amount_at("amount", filled(asked.delivery, "amount"), currency)
    if amount is None:
        return Answer(faults={"amount": "Write an amount, such as 95."})
    day = filled(asked.delivery, "from")
    target = _target_of(place, member)
    return _set(asked, target, amount, date.fromisoformat(day) if day else None)


def _target(asked: Asked, member: Member | None, words: str) -> tuple[RateTarget, str]:
    """Return what the rate is for, and the currency in which it is read."""
    words = _ON.sub("", words).strip() if member else words
    if not words:
        return RateTarget(member=member), asked.workspace.currency
    place = whole_place(asked, words, example=_EXAMPLE)
    if member is not None and place.project is None:
        raise NoRateThere(place.client)
    return _target_of(place, member), place.client.currency


def _target_of(place: Place | None, member: Member | None) -> RateTarget:
    if place is None or place.project is not None:
        return RateTarget(project=place.project if place else None, member=member)
    return RateTarget(client=place.client)


def _set(asked: Asked, target: RateTarget, amount: Money, valid_from: date | None) -> Answer:
    rate = set_rate(
        asked.session,
        actor=asked.member,
        target=target,
        amount=amount,
        valid_from=valid_from,
        surface=SURFACE,
        now=asked.now,
    )
    text = _told(asked, target, rate)
    note = "Hours that are recorded already keep their rate."
    blocks: list[Block] = [section(text), context(note)]
    row = target.project or target.client
    if row is not None:
        value = {"place": row.id, "from": rate.valid_from if rate.valid_from != ALWAYS else None}
        blocks.append(actions(button("Re-rate unbilled hours", Act.RERATE_SHOW, value)))
    return Answer(text=f"{text} {note}", blocks=blocks)


def _told(asked: Asked, target: RateTarget, rate: Rate) -> str:
    amount = money_words(rate.per_hour, asked.workspace.locale)
    since = "" if rate.valid_from == ALWAYS else f" from {day_in_words(rate.valid_from)} on"
    what = _target_words(asked, target)
    tail = f" for clients billed in {rate.currency}" if target.scope == "member" else ""
    return f"An hour of {what} costs {amount}{since}{tail}."


def _target_words(asked: Asked, target: RateTarget) -> str:
    if target.client is not None:
        return escape(target.client.name)
    project = escape(_project_words(asked, target.project)) if target.project else ""
    if target.member is None:
        return project
    person = person_words(target.member)
    return f"{person} on {project}" if project else person


def _project_words(asked: Asked, project: Project) -> str:
    client = asked.session.get_one(Client, (project.workspace_id, project.client_id))
    return Place(client, project).name


def _draw_form(place: Place | None) -> Answer:
    row = (place.project or place.client) if place else None
    blocks = [
        _PLACE.draw(str(row.id) if row else None, shown=place.name if place else ""),
        _PERSON.draw(),
        _AMOUNT.draw(),
        _FROM.draw(),
    ]
    return Answer(modal=modal(Form.RATE, "Set a rate", blocks, submit="Save"))


def _draw_rates(asked: Asked) -> Answer:
    today, locale = today_of(asked), asked.workspace.locale
    clients = list_clients(asked.session, workspace_id=asked.workspace.id)
    members = list_members(asked.session, workspace_id=asked.workspace.id)
    targets = [(escape(each.name), RateTarget(client=each)) for each in clients]
    targets += [(person_words(each), RateTarget(member=each)) for each in members]
    found = [
        (name, rate_words(asked.session, target, today=today, locale=locale))
        for name, target in targets
    ]
    lines = [f"*{name}* {escape(words)}" for name, words in found if words]
    if len(lines) > _SHOWN:
        lines = [*lines[:_SHOWN], f"… and {len(lines) - _SHOWN} more"]
    note = "Rates of projects are shown with their client. The most specific one counts."
    blocks: list[Block] = [
        header("Rates"),
        section("\n".join(lines) or "No client or person has a rate yet."),
        context(note),
        actions(button("Set a rate", Act.RATE_FORM)),
    ]
    spoken = "\n".join(line.replace("*", "") for line in lines) or "None yet."
    return Answer(text=f"Rates.\n{spoken}\n{note}", blocks=blocks)


ACTIONS: Mapping[str, Feature] = {Act.RATE_FORM: form_clicked}
FORMS: Mapping[str, Feature] = {Form.RATE: save_rate}
