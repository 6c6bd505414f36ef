"""The bodies of deliveries, field by field as Slack sends them.

https://docs.slack.dev/reference/interaction-payloads
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from timebot.playground.slack.drawing import message_json
from timebot.playground.slack.surfaces import view_json
from timebot.playground.slack.world import World
from timebot.playground.store import Document

_HIDDEN_NAMES = {"dm": "directmessage", "private": "privategroup"}


def form(fields: Mapping[str, str]) -> bytes:
    """Return fields as a form body."""
    return urlencode(fields).encode()


def interaction(payload: Document) -> bytes:
    """Return an interaction payload as the form body that carries it."""
    return form({"payload": json.dumps(payload)})


def command_fields(
    world: World, user: Document, conversation: Document, command: str, text: str
) -> dict[str, str]:
    """Return the fields of a slash command; the tickets are the caller's to add.

    https://docs.slack.dev/interactivity/implementing-slash-commands
    """
    installation = world.directory.installation
    return {
        "token": installation["verification_token"],
        "team_id": installation["team_id"],
        "team_domain": installation["team_domain"],
        "channel_id": conversation["id"],
        "channel_name": shown_name(conversation),
        "user_id": user["id"],
        "user_name": user["name"],
        "command": command,
        "text": text,
        "api_app_id": installation["app_id"],
        "is_enterprise_install": "false",
    }


def base(world: World, kind: str, user: Document) -> Document:
    """Return what every interaction payload begins with."""
    installation = world.directory.installation
    return {
        "type": kind,
        "team": {"id": installation["team_id"], "domain": installation["team_domain"]},
        "user": {
            "id": user["id"],
            "username": user["name"],
            "name": user["name"],
            "team_id": user["team_id"],
        },
        "api_app_id": installation["app_id"],
        "token": installation["verification_token"],
        "enterprise": None,
        "is_enterprise_install": False,
    }


def message_place(world: World, message: Document) -> Document:
    """Return the fields that say in which message something was done.

    An ephemeral message is named, but its content is not sent along.
    """
    conversation = world.directory.find_conversation(message["channel"])
    is_ephemeral = message["ephemeral_to"] is not None
    place = {
        "container": {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": message["channel"],
            "is_ephemeral": is_ephemeral,
        },
        "channel": {"id": message["channel"], "name": shown_name(conversation or {})},
    }
    if not is_ephemeral:
        place["message"] = message_json(world, message)
    return place


def view_place(view: Document) -> Document:
    """Return the fields that say in which view something was done."""
    return {"container": {"type": "view", "view_id": view["id"]}, "view": view_json(view)}


def event(world: World, number: int, content: Document) -> bytes:
    """Return an event in its envelope: https://docs.slack.dev/apis/events-api."""
    installation = world.directory.installation
    seconds = int(world.clock.now().timestamp())
    envelope: dict[str, Any] = {
        "token": installation["verification_token"],
        "team_id": installation["team_id"],
        "api_app_id": installation["app_id"],
        "type": "event_callback",
        "event_id": f"Ev0LOCAL{number:05d}",
        "event_time": seconds,
        "event": {**content, "event_ts": f"{seconds}.{number:06d}"},
        "is_ext_shared_channel": False,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": installation["team_id"],
                "user_id": installation["bot_user_id"],
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
    }
    return json.dumps(envelope).encode()


def shown_name(conversation: Document) -> str:
    """Return a conversation's name as payloads give it; private ones are not named."""
    return str(_HIDDEN_NAMES.get(conversation.get("kind", ""), conversation.get("name", "")))
