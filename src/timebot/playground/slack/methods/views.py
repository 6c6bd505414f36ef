"""views.*: modals and Home."""

from typing import Any

from timebot.playground.slack.arguments import Arguments
from timebot.playground.slack.blockkit import view_faults
from timebot.playground.slack.faults import SlackFault
from timebot.playground.slack.surfaces import view_json
from timebot.playground.slack.world import World
from timebot.playground.store import Document


def views_open(world: World, arguments: Arguments) -> Document:
    """https://docs.slack.dev/reference/methods/views.open."""
    view = _view(arguments, "modal")
    user_id = world.tickets.exchange_trigger(arguments.required("trigger_id"))
    return {"view": view_json(world.surfaces.open_modal(user_id, view))}


def views_push(world: World, arguments: Arguments) -> Document:
    """https://docs.slack.dev/reference/methods/views.push."""
    view = _view(arguments, "modal")
    user_id = world.tickets.exchange_trigger(arguments.required("trigger_id"))
    return {"view": view_json(world.surfaces.push_modal(user_id, view))}


def views_update(world: World, arguments: Arguments) -> Document:
    """https://docs.slack.dev/reference/methods/views.update."""
    view = _view(arguments, None)
    view_id = arguments.text("view_id")
    if view_id is None:
        known = world.surfaces.find_external(arguments.required("external_id"))
        if known is None:
            raise SlackFault("not_found")
        view_id = known["id"]
    return {"view": view_json(world.surfaces.update(view_id, view, arguments.text("hash")))}


def views_publish(world: World, arguments: Arguments) -> Document:
    """https://docs.slack.dev/reference/methods/views.publish."""
    view = _view(arguments, "home")
    user = world.directory.get_user(arguments.required("user_id"))
    if user["deleted"] or user["is_bot"] or user["team_id"] != world.directory.team_id:
        raise SlackFault("not_enabled")
    published = world.surfaces.publish_home(user["id"], view, arguments.text("hash"))
    return {"view": view_json(published)}


def _view(arguments: Arguments, kind: str | None) -> Document:
    view: Any = arguments.json("view", "invalid_arguments")
    faults = view_faults(view)
    if not faults and kind is not None and view["type"] != kind:
        faults = [f"[ERROR] must be of type {kind} [json-pointer:/view/type]"]
    if faults:
        error = "view_too_large" if "view_too_large" in faults[0] else "invalid_arguments"
        raise SlackFault(error, faults)
    checked: Document = view
    return checked


METHODS = {
    "views.open": views_open,
    "views.publish": views_publish,
    "views.push": views_push,
    "views.update": views_update,
}
