"""Projects as text and as modals: list, add, show, edit, and their states."""

import re
from collections.abc import Mapping

from timebot.billing.budgets import budget_uses
from timebot.billing.open_work import open_work_of
from timebot.clients.models import PROJECT_STATES, Client, Project
from timebot.clients.places import Place, all_places
from timebot.clients.projects import ProjectHasOpenTime, add_project, set_project_state
from timebot.errors import Refusal, WayOut
from timebot.slack.answer import Answer
from timebot.slack.billing_words import cleaned, take_amount, take_client, whole_place
from timebot.slack.blocks import Block, actions, button, escape, header, option, section, select
from timebot.slack.client_choices import place_at
from timebot.slack.client_command import project_facts
from timebot.slack.desk import SURFACE, Asked, Feature
from timebot.slack.ids import Act, pack
from timebot.slack.project_form import draw_add_form, draw_edit_form
from timebot.slack.rate_words import budget_words
from timebot.slack.words import counted
from timebot.team.rights import require

_EXAMPLE = "/billing project add Acme Website 110 budget 40h"
_BUDGET = re.compile(r"^(?P<before>.*?)\s+budget\s+(?P<budget>\S+(?:\s\S+){0,2})$", re.IGNORECASE)
_WORDS_OF_STATE = {
    "activate": "active",
    "active": "active",
    "pause": "paused",
    "paused": "paused",
    "complete": "completed",
    "completed": "completed",
    "archive": "archived",
    "archived": "archived",
}
_MEANING = {
    "active": "takes new time",
    "paused": "takes no new time; what is recorded is still billed",
    "completed": "takes no new time; what is recorded is still billed",
    "archived": "is hidden from the lists",
}
_SHOWN = 60


class ProjectNameMissing(Refusal):
    """A client was named, but no project."""

    def __init__(self, client: Client) -> None:
        super().__init__(
            f"What shall the project of {client.name} be called? Nothing was changed.",
            example=_EXAMPLE,
        )


class NotAProject(Refusal):
    """A client was named where a project is needed."""

    def __init__(self, place: Place) -> None:
        super().__init__(
            f"{place.name} is a client. Please name one of its projects.",
            example="/billing project Acme Website",
        )


def project_typed(asked: Asked, text: str) -> Answer:
    """Decide what stands after `project`."""
    word, _, rest = text.strip().partition(" ")
    verb, rest = word.casefold(), cleaned(rest)
    if verb == "add":
        return _add(asked, rest) if rest else draw_add_form(asked)
    require(asked.session, asked.member, "billing", to="see projects", now=asked.now)
    if verb == "edit" and rest:
        return draw_edit_form(asked, _project(asked, rest))
    if verb in _WORDS_OF_STATE and rest:
        return _moved(asked, _project(asked, rest), _WORDS_OF_STATE[verb])
    if verb in {"", "list", "all"}:
        return _draw_projects(asked)
    return draw_project(asked, _project(asked, rest if verb == "show" else cleaned(text)))


def set_state(asked: Asked) -> Answer:
    """Change the state of a project by the menu beside it."""
    place = place_at(asked, asked.delivery.value.get("project") or _placed(asked))
    state = (asked.delivery.chosen or "").partition(":")[2]
    return _moved(asked, place, state)


def draw_project(asked: Asked, place: Place, *, said: str = "") -> Answer:
    """Show one project with its state, rate and budget."""
    project = _of(place)
    lines = _lines(asked, place)
    value = {"project": project.id}
    states = [
        option(state.capitalize(), f"{project.id}:{state}", description=_MEANING[state])
        for state in PROJECT_STATES
    ]
    menu = select(Act.PROJECT_STATE, states, chosen=states[PROJECT_STATES.index(project.state)])
    blocks: list[Block] = [section(escape(said))] if said else []
    blocks += [
        header(place.name),
        section(escape("\n".join(lines))),
        actions(
            menu,
            button("Edit", Act.PROJECT_EDIT_FORM, value),
            button("Set a rate", Act.RATE_FORM, value),
            button("Approvers", Act.ROUTE_FORM, {"place": project.id}),
            button("Show client", Act.CLIENT_SHOW, {"client": place.client.id}),
        ),
    ]
    return Answer(text=escape("\n".join([said, f"{place.name}.", *lines]).strip()), blocks=blocks)


def _add(asked: Asked, text: str) -> Answer:
    with_budget = _BUDGET.match(text)
    budget = with_budget["budget"] if with_budget else None
    client, rest = take_client(asked, with_budget["before"] if with_budget else text)
    typed = take_amount(rest)
    name = (typed.before if typed else rest).strip(' "')
    if typed and not name:
        # A project may be called 2027: what is the only word is its name.
        typed, name = None, rest
    if not name:
        raise ProjectNameMissing(client)
    project = add_project(
        asked.session,
        workspace=asked.workspace,
        actor=asked.member,
        client=client,
        name=name,
        rate=typed.money(client.currency) if typed else None,
        budget=budget,
        surface=SURFACE,
        now=asked.now,
    )
    place = Place(client, project)
    return draw_project(asked, place, said=f"{place.name} was added and takes time from now on.")


def _moved(asked: Asked, place: Place, state: str) -> Answer:
    project = _of(place)
    open_work = open_work_of(asked.session, workspace_id=asked.workspace.id, project_id=project.id)
    try:
        changed = set_project_state(
            asked.session,
            actor=asked.member,
            project=project,
            state=state,
            has_open_time=open_work.has_running or open_work.has_unbilled,
            surface=SURFACE,
            now=asked.now,
        )
    except ProjectHasOpenTime as refusal:
        complete = pack({"text": f"project complete {place.name}"})
        refusal.ways_out = (WayOut("Set it to completed", Act.BILLING_DO, complete),)
        raise
    now = "is now" if changed else "was already"
    text = f"{place.name} {now} {project.state}: it {_MEANING[project.state]}."
    if project.state == "archived":
        return Answer(text=escape(text), replace=True)
    return draw_project(asked, place, said=text)


def _draw_projects(asked: Asked) -> Answer:
    places = all_places(asked.session, workspace_id=asked.workspace.id)
    add = button("Add a project", Act.PROJECT_ADD_FORM)
    by_client: dict[str, list[str]] = {}
    found = [place for place in places if place.project is not None]
    for place in found[:_SHOWN]:
        facts = ", ".join(project_facts(asked, _of(place)))
        by_client.setdefault(place.client.name, []).append(f"{_of(place).name} ({facts})")
    title = counted(len(found), "project")
    lines = [f"*{escape(name)}*: {escape(', '.join(all_))}" for name, all_ in by_client.items()]
    if len(found) > _SHOWN:
        lines.append(f"… and {len(found) - _SHOWN} more; show a client to see all of its projects.")
    blocks: list[Block] = [header(title)]
    blocks += [section("\n".join(lines[at : at + 5])) for at in range(0, len(lines), 5)]
    spoken = "\n".join(line.replace("*", "") for line in lines)
    return Answer(text=f"{title}.\n{spoken}".strip(), blocks=[*blocks, actions(add)])


def _lines(asked: Asked, place: Place) -> list[str]:
    project = _of(place)
    use = budget_uses(asked.session, workspace=asked.workspace, project_ids=[project.id])
    budget = budget_words(
        project,
        use.get(project.id),
        currency=place.client.currency,
        locale=asked.workspace.locale,
    )
    lines = [f"{project.state.capitalize()}: it {_MEANING[project.state]}."]
    facts = [*project_facts(asked, project)[1:], budget]
    lines += [each[:1].upper() + each[1:] for each in facts if each]
    if project.aliases:
        lines.append(f"Also called {', '.join(project.aliases)}")
    return lines


def _project(asked: Asked, words: str) -> Place:
    place = whole_place(asked, words, example="/billing project Acme Website")
    _of(place)
    return place


def _of(place: Place) -> Project:
    if place.project is None:
        raise NotAProject(place)
    return place.project


def _placed(asked: Asked) -> str:
    return (asked.delivery.chosen or "").partition(":")[0]


ACTIONS: Mapping[str, Feature] = {Act.PROJECT_STATE: set_state}
