"""Importing: clients, projects and rates from a file, planned first, then done as a whole."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.clients.budget import budget_columns, parse_budget
from timebot.clients.catalogue import list_clients, write_client, write_client_changes
from timebot.clients.client_fields import (
    CLIENT_FIELDS,
    Columns,
    changed_columns,
    read_client_fields,
    read_project_fields,
)
from timebot.clients.clients_csv import ImportFaulty, ImportPlan, read_clients_csv
from timebot.clients.import_merging import ClientSaid, Said, merge
from timebot.clients.models import Client, Project
from timebot.clients.names import name_key
from timebot.clients.projects import write_project, write_project_changes
from timebot.clients.rates import RateTarget, list_rates, write_rate
from timebot.errors import Refusal
from timebot.journal.audit import Actor
from timebot.money import Money, currency_code
from timebot.team.days import day_of
from timebot.team.models import Member, Workspace
from timebot.team.rights import require

__all__ = [
    "ImportFaulty",
    "ImportPlan",
    "ImportSteps",
    "apply_import",
    "plan_import",
    "read_clients_csv",
]


_AMOUNT = re.compile(
    r"(?P<before>[A-Za-z]{3})?[\s\u20ac$\u00a3\u00a5]*(?P<digits>\d[\d.,'\u2019\s]*?)"
    r"[\s\u20ac$\u00a3\u00a5]*(?P<after>[A-Za-z]{3})?\s*(?:/\s*h(?:our)?|per hour)?"
)


@dataclass(frozen=True)
class _Step:
    """What is done about one client or project: nothing, where nothing differs.

    Attributes:
        number: the row that speaks of it.
        existing: the row of the database, None for a new one.
        given: the fields to set, as typed.
        rate: the rate to set, or None.
        words: what that is, as a sentence; empty where nothing is done.
    """

    number: int
    existing: Client | Project | None
    given: Columns
    rate: Money | None
    words: str


@dataclass(frozen=True)
class _ClientStep(_Step):
    """What is done about a client and its projects."""

    projects: list[_Step]


@dataclass(frozen=True)
class ImportSteps:
    """What an import would do, compared with what is there.

    Attributes:
        words: one sentence for each client and project that changes, and each column left out.
        unchanged: how many clients and projects are as the file says already.
    """

    words: list[str]
    unchanged: int
    _steps: list[_ClientStep]


def plan_import(
    session: Session, *, workspace: Workspace, plan: ImportPlan, now: datetime
) -> ImportSteps:
    """Compare a file with what is there; nothing is changed.

    Clients and projects are recognised by their names. An empty cell leaves things as they are.

    Raises:
        ImportFaulty: with every fault and its row.
    """
    faults: list[str] = []
    clients = {
        name_key(name): client
        for client in list_clients(session, workspace_id=workspace.id)
        for name in (*client.aliases, client.name)
    }
    planner = _Planner(session, workspace, now, faults)
    steps = [
        step
        for said in merge(plan.rows, faults)
        if (step := planner.client(said, clients.get(said.key))) is not None
    ]
    if faults:
        raise ImportFaulty(faults)
    told = [one.words for step in steps for one in (step, *step.projects)]
    words = [f"Column {title} is not imported." for title in plan.ignored]
    words += [sentence for sentence in told if sentence]
    return ImportSteps(words, told.count(""), steps)


def apply_import(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member | None,
    plan: ImportPlan,
    now: datetime,
    surface: str = "import",
) -> ImportSteps:
    """Bring in what a file says, all of it or nothing, and return what was done.

    Args:
        session: an open transaction.
        workspace: whose clients they are.
        actor: who asks; None for the operator at the command line, who holds the database anyway.
        plan: what the file says.
        now: the present instant.
        surface: where it came from.

    Raises:
        NotAllowed: if the actor has no billing role.
        ImportFaulty: with every fault and its row.
    """
    if actor is not None:
        require(session, actor, "billing", to="import clients", now=now)
    by = Actor(actor.id if actor is not None else None, surface)
    steps = plan_import(session, workspace=workspace, plan=plan, now=now)
    for step in steps._steps:  # noqa: SLF001 - only this module plans and does
        try:
            _do(session, workspace, step, by, now)
        except Refusal as refusal:
            raise ImportFaulty([f"Row {step.number}: {refusal.sentence}"]) from refusal
    return steps


@dataclass(frozen=True)
class _Planner:
    """Compares what was said with what is there, and notes faults."""

    session: Session
    workspace: Workspace
    now: datetime
    faults: list[str]

    def client(self, said: ClientSaid, existing: Client | None) -> _ClientStep | None:
        """Plan a client with its projects; None where there were faults."""
        before = len(self.faults)
        fields: Columns = dict(said.texts(*CLIENT_FIELDS))
        currency = self.workspace.currency
        columns: Columns = {}
        with self._noting(said.number):
            currency = self._currency(said, existing)
            named = {} if existing is not None else {"name": said.name}
            columns = read_client_fields({**fields, **named, "currency": currency})
        if existing is None and "emails" not in fields:
            self.faults.append(f"Row {said.number}: {said.name} has no e-mail address.")
        rate = self._rate(said, "rate", currency)
        fields = {**fields, "name": said.name, "currency": currency}
        if existing is not None:
            rate = self._unless_set(rate, RateTarget(client=existing))
            fields = _differing(existing, fields, columns)
        projects = self._projects(said, existing, currency)
        if len(self.faults) > before:
            return None
        words = _told(f"client {said.name} in {currency}", existing, fields, rate)
        return _ClientStep(said.number, existing, fields, rate, words, projects)

    def _projects(self, said: ClientSaid, client: Client | None, currency: str) -> list[_Step]:
        known: dict[str, Project] = {}
        if client is not None:
            of_client = (
                Project.workspace_id == client.workspace_id,
                Project.client_id == client.id,
            )
            shown = select(Project).where(*of_client, Project.state != "archived")
            for project in self.session.scalars(shown):
                known |= dict.fromkeys(map(name_key, (*project.aliases, project.name)), project)
        return [
            self._project(said.name, one, known.get(one.key), currency)
            for one in said.projects.values()
        ]

    def _project(self, client: str, said: Said, existing: Project | None, currency: str) -> _Step:
        fields: Columns = dict(said.texts("billable", "external_ref"))
        columns: Columns = {}
        with self._noting(said.number):
            columns = read_project_fields(fields if existing else {**fields, "name": said.name})
        if budget := said.texts("budget"):
            fields |= budget
            with self._noting(said.cells["budget"][0]):
                columns |= budget_columns(parse_budget(budget["budget"], currency))
        rate = self._rate(said, "project_rate", currency)
        if existing is not None:
            rate = self._unless_set(rate, RateTarget(project=existing))
            fields = _differing(existing, fields, columns)
        else:
            fields["name"] = said.name
        words = _told(f"project {said.name} of {client}", existing, fields, rate)
        return _Step(said.number, existing, fields, rate, words)

    def _currency(self, said: ClientSaid, existing: Client | None) -> str:
        given = said.texts("currency").get("currency")
        if existing is None:
            return currency_code(given) if given else self.workspace.currency
        if given and currency_code(given) != existing.currency:
            self.faults.append(
                f"Row {said.cells['currency'][0]}: {existing.name} is billed in"
                f" {existing.currency}, not in {currency_code(given)}."
            )
        return existing.currency

    def _rate(self, said: Said, column: str, currency: str) -> Money | None:
        if column not in said.cells:
            return None
        number, text = said.cells[column]
        read: list[Money] = []
        with self._noting(number):
            read.append(_amount(text, currency))
        return read[0] if read else None

    def _unless_set(self, rate: Money | None, target: RateTarget) -> Money | None:
        """Return the rate unless it counts today already."""
        if rate is None:
            return None
        today = day_of(self.now, self.workspace.zone)
        begun = [one for one in list_rates(self.session, target=target) if one.valid_from <= today]
        same = [one for one in begun if one.currency == rate.currency]
        return None if same and same[-1].per_hour == rate else rate

    @contextmanager
    def _noting(self, number: int) -> Iterator[None]:
        """Note a refusal as a fault of the row and go on."""
        try:
            yield
        except Refusal as refusal:
            self.faults.extend(f"Row {number}: {line}" for line in refusal.sentence.splitlines())


def _amount(text: str, currency: str) -> Money:
    """Read a rate as spreadsheets show it, such as `95`, `95,00 \u20ac` or `EUR 95/h`.

    Raises:
        AmountUnclear: if it is none.
        _OtherCurrency: if it names another currency than the client's.
    """
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        return Money.parse(text, currency)
    for code in (match["before"], match["after"]):
        if code and code.upper() != currency:
            raise _OtherCurrency(text, currency)
    return Money.parse(match["digits"], currency)


class _OtherCurrency(Refusal):
    """A rate names another currency than its client's."""

    def __init__(self, text: str, currency: str) -> None:
        super().__init__(
            f"The rate {text} is not in {currency}, the currency of the client. Write it in"
            f" {currency}."
        )


def _differing(existing: Client | Project, fields: Columns, columns: Columns) -> Columns:
    """Return the fields that would change the row; its name and currency stay."""
    changed = changed_columns(existing, columns).keys()
    budget = {"budget"} if {"budget_minutes", "budget_minor"} & changed else set()
    return {name: text for name, text in fields.items() if name in changed | budget}


def _told(what: str, existing: Client | Project | None, fields: Columns, rate: Money | None) -> str:
    """Return what is done in words; empty where nothing is."""
    at = f", {rate} per hour" if rate is not None else ""
    if existing is None:
        return f"Add {what}{at}."
    if not fields and rate is None:
        return ""
    names = [name.replace("_", " ") for name in fields]
    said = ", ".join([*names, *([f"rate {rate} from today on"] if rate is not None else [])])
    return f"Change {what}: {said}."


def _do(
    session: Session, workspace: Workspace, step: _ClientStep, by: Actor, now: datetime
) -> None:
    client = step.existing
    if not isinstance(client, Client):
        client = write_client(session, workspace, by=by, given=step.given, rate=step.rate, now=now)
    else:
        if step.given:
            write_client_changes(
                session, client, by=by, changes=step.given, now=now, has_unbilled=True
            )
        _set_rate(session, RateTarget(client=client), step, by, now)
    for one in step.projects:
        _do_project(session, workspace, client, one, by, now)


def _do_project(
    session: Session, workspace: Workspace, client: Client, step: _Step, by: Actor, now: datetime
) -> None:
    budget = step.given.get("budget")
    if isinstance(step.existing, Project):
        if step.given:
            write_project_changes(session, step.existing, by=by, changes=step.given, now=now)
        _set_rate(session, RateTarget(project=step.existing), step, by, now)
        return
    write_project(
        session,
        workspace,
        client,
        by=by,
        given={name: text for name, text in step.given.items() if name != "budget"},
        rate=step.rate,
        budget=budget if isinstance(budget, str) else None,
        now=now,
    )


def _set_rate(session: Session, target: RateTarget, step: _Step, by: Actor, now: datetime) -> None:
    if step.rate is not None:
        write_rate(session, by=by, target=target, amount=step.rate, valid_from=None, now=now)
