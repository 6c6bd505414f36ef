"""What Slack delivers, read into one value: commands, clicks, submissions, options, events."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Literal

from timebot.slack.ids import unpack

Payload = dict[str, Any]
Kind = Literal["command", "click", "submission", "closed", "options", "shortcut", "event"]


@dataclass(frozen=True)
class Delivery:
    """One delivery, read but not trusted.

    Attributes:
        kind: what it is.
        key: names the delivery for ever; the same one again has the same key.
        team_id, user_id: the workspace it was sent from and the person who acted.
        user_team_id: the person's own workspace; another one in shared channels.
        name: the command, the action before its colon, the modal's callback id, or the event.
        tag: what stands behind the colon of an action, which tells several of one name apart.
        text: what was typed after a command, or into a type-ahead field.
        value, packed: what the button or the modal carried, read and as it came.
        chosen: the value of the selected option, date, time or person.
        state: the fields of a modal, by block id.
        inputs: the block ids of the modal's inputs, under which a fault can be shown, in order.
        view_id, is_home: the modal (or Home) of submissions and of clicks in it.
        view_hash: names what the modal showed at a click.
        message_ts, channel_id: the message that was clicked, or the place of a command.
        is_ephemeral: whether the clicked message is one that only this person sees.
    """

    kind: Kind
    key: str
    team_id: str
    user_id: str
    name: str
    user_team_id: str = ""
    team_name: str = ""
    tag: str = ""
    text: str = ""
    value: dict[str, str] = field(default_factory=dict)
    packed: str = ""
    chosen: str | None = None
    state: dict[str, str | None] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    trigger_id: str = ""
    response_url: str = ""
    channel_id: str = ""
    message_ts: str = ""
    is_ephemeral: bool = False
    message: Payload = field(default_factory=dict)
    view_id: str = ""
    view_hash: str = ""
    is_home: bool = False
    raw: Payload = field(default_factory=dict)


def read_command(body: Payload) -> Delivery:
    """Read a slash command."""
    return Delivery(
        kind="command",
        key=_key("command", body, body.get("trigger_id")),
        team_id=body.get("team_id", ""),
        team_name=body.get("team_domain", ""),
        user_id=body.get("user_id", ""),
        name=body.get("command", ""),
        text=body.get("text") or "",
        trigger_id=body.get("trigger_id", ""),
        response_url=body.get("response_url", ""),
        channel_id=body.get("channel_id", ""),
    )


def read_click(body: Payload) -> Delivery:
    """Read a click on a button or a choice in a select, in a message, a modal or Home."""
    action = body["actions"][0]
    view = body.get("view") or {}
    container = body.get("container") or {}
    kept = unpack(view.get("private_metadata"))
    name, _, tag = str(action.get("action_id", "")).partition(":")
    return Delivery(
        kind="click",
        key=_key("click", body, body.get("trigger_id"), action.get("action_ts")),
        **_who(body),
        name=name,
        tag=tag,
        value=unpack(action.get("value")) or kept,
        packed=action.get("value") or "",
        chosen=_choice(action),
        state=_state(view or body),
        trigger_id=body.get("trigger_id", ""),
        # A click in a modal has no address of its own; the modal remembers where it came from.
        response_url=body.get("response_url") or kept.get("response_url", ""),
        channel_id=(body.get("channel") or {}).get("id", ""),
        message_ts=container.get("message_ts", ""),
        is_ephemeral=bool(container.get("is_ephemeral")),
        message=body.get("message") or {},
        view_id=view.get("id", ""),
        view_hash=view.get("hash") or "",
        is_home=view.get("type") == "home",
    )


def read_submission(body: Payload) -> Delivery:
    """Read a submitted or closed modal."""
    view = body["view"]
    kept = unpack(view.get("private_metadata"))
    closed = body.get("type") == "view_closed"
    return Delivery(
        kind="closed" if closed else "submission",
        key=_key("submission", body, view.get("id"), body.get("trigger_id") or view.get("hash")),
        **_who(body),
        name=view.get("callback_id", ""),
        value=kept,
        state=_state(view),
        inputs=tuple(
            str(block.get("block_id", ""))
            for block in view.get("blocks") or ()
            if block.get("type") == "input"
        ),
        trigger_id=body.get("trigger_id", ""),
        response_url=kept.get("response_url", ""),
        view_id=view.get("id", ""),
    )


def read_options(body: Payload) -> Delivery:
    """Read what was typed into a type-ahead field."""
    view = body.get("view") or {}
    return Delivery(
        kind="options",
        key="",
        **_who(body),
        name=str(body.get("action_id", "")).split(":")[0],
        text=body.get("value") or "",
        value=unpack(view.get("private_metadata")),
    )


def read_shortcut(body: Payload) -> Delivery:
    """Read a global or a message shortcut."""
    return Delivery(
        kind="shortcut",
        key=_key("shortcut", body, body.get("trigger_id")),
        **_who(body),
        name=body.get("callback_id", ""),
        trigger_id=body.get("trigger_id", ""),
        response_url=body.get("response_url", ""),
        channel_id=(body.get("channel") or {}).get("id", ""),
        message=body.get("message") or {},
    )


def read_event(body: Payload) -> Delivery:
    """Read an event."""
    event = body.get("event") or {}
    user = event.get("user")
    return Delivery(
        kind="event",
        key=_key("event", body, body.get("event_id")),
        team_id=body.get("team_id", ""),
        user_id=user.get("id", "") if isinstance(user, dict) else (user or ""),
        name=event.get("type", ""),
        raw=event,
    )


def readable(value: Any) -> Any:  # noqa: ANN401 - JSON values of many kinds
    """Return a payload without what no database stores: NUL and halves of surrogate pairs."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "ignore").decode()
    if isinstance(value, list):
        return [readable(item) for item in value]
    if isinstance(value, dict):
        return {key: readable(item) for key, item in value.items()}
    return value


def _key(kind: Kind, body: Payload, *names: object) -> str:
    """Return what names the delivery; its content where Slack names it nowhere."""
    if any(names):
        return ":".join([kind, *(str(name or "") for name in names)])
    content = json.dumps(body, sort_keys=True, default=str).encode()
    return f"{kind}:{hashlib.sha256(content).hexdigest()}"


def _who(body: Payload) -> Payload:
    team, user = body.get("team") or {}, body.get("user") or {}
    team_id = team.get("id") or user.get("team_id", "")
    return {
        "team_id": team_id,
        "team_name": team.get("domain", ""),
        "user_id": user.get("id", ""),
        "user_team_id": user.get("team_id", "") or team_id,
    }


def _state(holder: Payload) -> dict[str, str | None]:
    values = (holder.get("state") or {}).get("values") or {}
    return {
        block_id: _choice(next(iter(elements.values()), {}))
        for block_id, elements in values.items()
    }


def _choice(element: Payload) -> str | None:
    """Return what an element holds, as text; several choices are joined by commas."""
    kind = element.get("type", "")
    if kind.startswith("multi_") or kind == "checkboxes":
        several = element.get("selected_options") or element.get("selected_users") or []
        return ",".join(item if isinstance(item, str) else item["value"] for item in several)
    for key in ("selected_option", "selected_date", "selected_time", "selected_user",
                "selected_conversation", "selected_channel"):  # fmt: skip
        if key in element:
            chosen = element[key]
            return _text(chosen["value"] if isinstance(chosen, dict) else chosen)
    return _text(element.get("value")) if kind != "button" else None


def _text(value: object) -> str | None:
    return None if value is None else str(value)
