"""Who approves what: routes of the firm, a client or a project, shown and set."""

from collections.abc import Mapping, Sequence

from timebot.slack.answer import Answer, AtField
from timebot.slack.billing_words import person_of, person_words, whole_place
from timebot.slack.blocks import (
    Block,
    actions,
    button,
    context,
    escape,
    field,
    header,
    modal,
    plain,
    section,
    shortened,
)
from timebot.slack.client_choices import place_at
from timebot.slack.desk import SURFACE, Asked, Feature
from timebot.slack.form_fields import filled
from timebot.slack.ids import Act, Form
from timebot.slack.words import listed
from timebot.team.members import list_members
from timebot.team.models import Member
from timebot.team.rights import RoleNotPossible, may, require
from timebot.timekeeping.routing import (
    MOST_APPROVERS,
    NotAnApprover,
    Route,
    Scope,
    SubstituteAlone,
    SubstituteAlsoApproves,
    TooManyApprovers,
    find_effective_route,
    find_route,
    list_routes,
    set_route,
)

PEOPLE, SUBSTITUTE = "people", "substitute"
_MOST_SHOWN = 40
_MOST_NAMED = 12


def approvers_typed(asked: Asked, text: str) -> Answer:
    """Show who approves: everything, or what counts for the client or project that was typed."""
    require(asked.session, asked.member, "billing", to="see who approves hours", now=asked.now)
    if not text.strip():
        return _draw_all(asked)
    place = whole_place(asked, text, example="/billing approvers Acme Website")
    return _draw_one(asked, Scope(place.client, place.project))


def open_route(asked: Asked) -> Answer:
    """Open the modal that sets the route of the button."""
    require(asked.session, asked.member, "billing", to="say who approves hours", now=asked.now)
    scope = _scope_of(asked)
    route = find_route(asked.session, workspace=asked.workspace, scope=scope)
    view = modal(
        Form.ROUTE,
        "Who approves",
        [section(f"*{escape(_name(scope))}*: its hours go to these people."), *_inputs(route)],
        submit="Save",
        close="Cancel",
        kept={"place": scope.project_id or scope.client_id},
    )
    return Answer(modal=view)


def save_route(asked: Asked) -> Answer:
    """Set the route of the modal; a fault is told under its field."""
    scope = _scope_of(asked)
    people = [one for one in filled(asked.delivery, PEOPLE).split(",") if one]
    stand_in = filled(asked.delivery, SUBSTITUTE)
    try:
        set_route(
            asked.session,
            workspace=asked.workspace,
            actor=asked.member,
            scope=scope,
            approvers=[person_of(asked, one) for one in people],
            substitute=person_of(asked, stand_in) if stand_in else None,
            surface=SURFACE,
            now=asked.now,
        )
    except (SubstituteAlsoApproves, SubstituteAlone) as refusal:
        raise AtField(SUBSTITUTE, refusal) from None
    except (NotAnApprover, RoleNotPossible, TooManyApprovers) as refusal:
        raise AtField(PEOPLE, _with_example(refusal)) from None
    return _draw_one(asked, scope)


def _draw_all(asked: Asked) -> Answer:
    routes = list_routes(asked.session, workspace=asked.workspace)
    firm = Scope()
    rest = [route for route in routes if route.scope != firm]
    blocks: list[Block] = [header("Who approves hours")]
    blocks.append(_row(asked, firm, next((one for one in routes if one.scope == firm), None)))
    blocks += [_row(asked, route.scope, route) for route in rest[:_MOST_SHOWN]]
    if len(rest) > _MOST_SHOWN:
        blocks.append(context(f"… and {len(rest) - _MOST_SHOWN} more; name a client to see it."))
    command = asked.desk.billing_command
    blocks.append(
        context(
            "The most specific one counts: project, then client, then the firm."
            f" Set others with `{command} approvers Acme` or `{command} approvers Acme Website`."
        )
    )
    blocks = shortened(blocks)
    return Answer(text=_spoken(blocks), blocks=blocks)


def _draw_one(asked: Asked, scope: Scope) -> Answer:
    own = find_route(asked.session, workspace=asked.workspace, scope=scope)
    blocks = [_row(asked, scope, own)]
    if own is None and scope != Scope():
        wider = find_effective_route(asked.session, workspace=asked.workspace, scope=scope)
        if wider is not None:
            blocks.append(context(f"So {escape(_name(wider.scope))} counts: {_people(wider)}."))
    show = button("Show all", Act.BILLING_DO, {"text": "approvers"}, key="approvers")
    blocks.append(actions(show))
    return Answer(text=_spoken(blocks), blocks=blocks)


def _row(asked: Asked, scope: Scope, route: Route | None) -> Block:
    key = str(scope.project_id or scope.client_id or "firm")
    change = button(
        "Change" if route else "Set",
        Act.ROUTE_FORM,
        {"place": scope.project_id or scope.client_id},
        key=key,
        says=f"Say who approves {_name(scope)}",
    )
    words = _people(route) if route else _nobody_named(asked, scope)
    lost = f"\n{escape(_lost(route))}" if route and route.lost else ""
    return section(f"*{escape(_name(scope))}*: {words}{lost}", accessory=change)


def _people(route: Route) -> str:
    named = listed([person_words(one) for one in route.approvers], most=_MOST_NAMED)
    if route.substitute is None:
        return named
    return f"{named}; {person_words(route.substitute)} stands in"


def _nobody_named(asked: Asked, scope: Scope) -> str:
    if scope != Scope():
        return "nobody in particular"
    everybody = list_members(asked.session, workspace_id=asked.workspace.id, at_least="approver")
    who = listed([person_words(one) for one in everybody], most=_MOST_NAMED)
    return f"everybody who may, but never the author: {who or 'nobody yet'}"


def _lost(route: Route) -> str:
    who = listed([one.name for one in route.lost])
    verb = "is no approver" if len(route.lost) == 1 else "are no approvers"
    owners = " The owners are asked instead." if route.is_vacant else ""
    return f"{who} {verb} any more: vacant.{owners} Choose somebody else, or give the role again."


def _name(scope: Scope) -> str:
    if scope.client is None:
        return "The whole firm"
    return f"{scope.client.name}, {scope.project.name}" if scope.project else scope.client.name


def _inputs(route: Route | None) -> list[Block]:
    stand_in = route.substitute if route else None
    people: Block = {
        "type": "multi_users_select",
        "action_id": "value",
        "placeholder": plain("Everybody with the role"),
        "max_selected_items": MOST_APPROVERS,
    }
    # Somebody who approves no more is left out, so that saving mends the route.
    chosen = _ids(route.approvers if route else ())
    if chosen:
        people["initial_users"] = chosen
    substitute: Block = {
        "type": "users_select",
        "action_id": "value",
        "placeholder": plain("Nobody"),
    }
    if stand_in and may(stand_in, "approver"):
        substitute["initial_user"] = stand_in.slack_user_id
    return [
        field(
            PEOPLE,
            "Approvers",
            people,
            optional=True,
            hint="Empty to ask whoever approves in general.",
        ),
        field(
            SUBSTITUTE,
            "Substitute",
            substitute,
            optional=True,
            hint="Asked where an approver is away, has left, or is the author. May always settle.",
        ),
    ]


def _ids(members: Sequence[Member]) -> list[str]:
    return [one.slack_user_id for one in members if may(one, "approver")]


def _scope_of(asked: Asked) -> Scope:
    place_id = asked.delivery.value.get("place")
    if not place_id:
        return Scope()
    place = place_at(asked, place_id)
    return Scope(place.client, place.project)


def _with_example(refusal: NotAnApprover | RoleNotPossible | TooManyApprovers) -> str:
    return refusal.sentence + (f" Example: {refusal.example}" if refusal.example else "")


def _spoken(blocks: Sequence[Block]) -> str:
    texts = [
        text["text"]
        for block in blocks
        for text in (block.get("text"), *(block.get("elements") or ()))
        if text and isinstance(text.get("text"), str)
    ]
    return "\n".join(texts).replace("*", "").replace("`", "")


ACTIONS: Mapping[str, Feature] = {Act.ROUTE_FORM: open_route}
FORMS: Mapping[str, Feature] = {Form.ROUTE: save_route}
