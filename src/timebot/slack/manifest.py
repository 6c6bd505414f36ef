"""The manifest of the Slack app, made from the code: `python -m timebot.slack.manifest` writes it.

https://docs.slack.dev/reference/app-manifest
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from timebot.slack.billing_help import billing_hint
from timebot.slack.help import usage_hint
from timebot.slack.ids import Shortcut
from timebot.slack.routes import create_routes

Manifest = dict[str, Any]

FOLDER = Path("manifests")
EXAMPLE_URL = "https://timebot.example"
"""Whoever installs timebot puts their own address here."""

SCOPES = (
    *("channels:read", "chat:write", "commands", "files:write", "groups:read", "im:write"),
    "users:read",
)
"""What the bot may do: post and repaint, take commands, send PDFs, open DMs, read profiles.

It looks at the billing channel before it writes amounts there: is it still private?
"""

_COMMAND, _BILLING = "/timer", "/billing"


def slash_commands(
    *, command: str = _COMMAND, billing_command: str = _BILLING
) -> list[dict[str, Any]]:
    """Return both commands as Slack's manifest has them, with the hints from the help tables."""
    return [
        {
            "command": command,
            "description": "Track time: timers, entries, approval",
            "usage_hint": usage_hint(),
            # Names become ids, so that nobody is guessed by name.
            "should_escape": True,
        },
        {
            "command": billing_command,
            "description": "Bill clients: rates, invoice runs, invoices",
            "usage_hint": billing_hint(),
            "should_escape": True,
        },
    ]


def shortcuts() -> list[dict[str, Any]]:
    """Return both shortcuts as Slack's manifest has them."""
    return [
        {
            "name": "Log time for this",
            "type": "message",
            "callback_id": str(Shortcut.LOG_TIME),
            "description": "Adds time for a message and keeps its link",
        },
        {
            "name": "Start timer",
            "type": "global",
            "callback_id": str(Shortcut.START_TIMER),
            "description": "Starts a timer from anywhere",
        },
    ]


def event_names() -> list[str]:
    """Return the events that timebot listens to."""
    routes = create_routes(command=_COMMAND, billing_command=_BILLING)
    return sorted({*routes.events, *routes.news})


def http_manifest(public_url: str = EXAMPLE_URL) -> Manifest:
    """Return the manifest for an app that Slack reaches over HTTP.

    Args:
        public_url: our own address, without a slash at its end.
    """
    events_url = f"{public_url}/slack/events"
    manifest = _manifest()
    for each in manifest["features"]["slash_commands"]:
        each["url"] = events_url
    manifest["oauth_config"]["redirect_urls"] = [f"{public_url}/slack/oauth_redirect"]
    settings = manifest["settings"]
    settings["event_subscriptions"]["request_url"] = events_url
    settings["interactivity"] |= {
        "request_url": events_url,
        "message_menu_options_url": events_url,
    }
    return manifest


def socket_manifest() -> Manifest:
    """Return the manifest for an app in Socket Mode, which needs no address of ours."""
    manifest = _manifest()
    manifest["settings"]["socket_mode_enabled"] = True
    return manifest


def manifest_files() -> Mapping[str, str]:
    """Return the committed files by name."""
    return {
        "http.json": _written(http_manifest()),
        "socket.json": _written(socket_manifest()),
    }


def _manifest() -> Manifest:
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "timebot",
            "description": "Time tracking, approval, invoices and charges inside Slack",
            "background_color": "#1f4b43",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "timebot", "always_online": True},
            "shortcuts": shortcuts(),
            "slash_commands": slash_commands(),
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": event_names()},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
            "token_rotation_enabled": False,
        },
    }


def _written(manifest: Manifest) -> str:
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in manifest_files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
