"""auth.test, team.info and users.*: who everybody is."""

from timebot.playground.slack.arguments import Arguments, one_page
from timebot.playground.slack.directory import SLACKBOT
from timebot.playground.slack.drawing import user_json
from timebot.playground.slack.faults import SlackFault
from timebot.playground.slack.world import World
from timebot.playground.store import Document

_ALL_AT_ONCE = 1000


def auth_test(world: World, _: Arguments) -> Document:
    """https://docs.slack.dev/reference/methods/auth.test."""
    installation = world.directory.installation
    return {
        "url": f"{world.url}/",
        "team": installation["team_name"],
        "user": installation["app_name"],
        "team_id": installation["team_id"],
        "user_id": installation["bot_user_id"],
        "bot_id": installation["bot_id"],
        "is_enterprise_install": False,
    }


def team_info(world: World, _: Arguments) -> Document:
    """https://docs.slack.dev/reference/methods/team.info."""
    installation = world.directory.installation
    return {
        "team": {
            "id": installation["team_id"],
            "name": installation["team_name"],
            "domain": installation["team_domain"],
        }
    }


def users_info(world: World, arguments: Arguments) -> Document:
    """https://docs.slack.dev/reference/methods/users.info."""
    user_id = arguments.required("user", "user_not_found")
    if user_id == world.directory.bot_user_id:
        return {"user": _app_user(world)}
    if user_id == SLACKBOT:
        return {"user": _slackbot(world)}
    user = world.directory.get_user(user_id)
    return {"user": user_json(world, user, include_locale=arguments.flag("include_locale"))}


def users_list(world: World, arguments: Arguments) -> Document:
    """https://docs.slack.dev/reference/methods/users.list."""
    own = [u for u in world.directory.users() if u["team_id"] == world.directory.team_id]
    locale = arguments.flag("include_locale")
    drawn = [user_json(world, user, include_locale=locale) for user in own]
    return one_page(
        "members", [_slackbot(world), _app_user(world), *drawn], arguments, _ALL_AT_ONCE
    )


def apps_connections_open(world: World, _: Arguments) -> Document:
    """https://docs.slack.dev/reference/methods/apps.connections.open; nobody listens there.

    The local Slack delivers over HTTP only, and refuses unless it was told to play along.
    """
    if world.directory.installation.get("app_token") is None:
        raise SlackFault("socket_mode_not_enabled")
    return {"url": "wss://127.0.0.1/link/?ticket=local"}


def _app_user(world: World) -> Document:
    installation = world.directory.installation
    return {
        "id": installation["bot_user_id"],
        "team_id": installation["team_id"],
        "name": installation["app_name"].lower(),
        "real_name": installation["app_name"],
        "deleted": False,
        "is_bot": True,
        "is_app_user": False,
        "profile": {"real_name": installation["app_name"], "bot_id": installation["bot_id"]},
    }


def _slackbot(world: World) -> Document:
    # Slackbot is the trap of every user list: it is no person, yet `is_bot` is false.
    return {
        "id": SLACKBOT,
        "team_id": world.directory.team_id,
        "name": "slackbot",
        "real_name": "Slackbot",
        "deleted": False,
        "is_bot": False,
        "is_app_user": False,
        "profile": {"real_name": "Slackbot"},
    }


METHODS = {
    "apps.connections.open": apps_connections_open,
    "auth.test": auth_test,
    "team.info": team_info,
    "users.info": users_info,
    "users.list": users_list,
}
