"""The JSON controls of the page: what a person sees, and what they do."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from timebot.playground.slack.faults import NotThere, SlackFault
from timebot.playground.slack.fields import action_on, find_element
from timebot.playground.slack.interactions import Interactions, Outcome
from timebot.playground.slack.sights import Sights
from timebot.playground.slack.trouble import BREAKABLE, KINDS, Trouble
from timebot.playground.slack.world import World
from timebot.playground.store import Document

_LONG_POLL_SECONDS = 20.0
_SHOWN_EXCHANGES = 300
Target = Callable[[], datetime | None]


class Control:
    """Answers everything below `/_/`."""

    def __init__(self, world: World, interactions: Interactions, trouble: Trouble) -> None:
        self._world = world
        self._interactions = interactions
        self._trouble = trouble
        self._jumps: dict[str, tuple[str, Target]] = {}
        self._sights = Sights(world)
        self._posts: dict[str, Callable[[Document], Outcome]] = {
            "command": self._command,
            "say": self._say,
            "click": self._click,
            "submit": self._submit,
            "close": self._close,
            "options": self._options,
            "home_opened": self._home_opened,
            "shortcut": self._shortcut,
            "trouble": self._break,
        }

    def add_jump(self, key: str, label: str, target: Target) -> None:
        """Offer a move of the clock by name; `target` tells where to, or None for nowhere."""
        self._jumps[key] = (label, target)

    def answer(self, request: Request, path: str) -> Response:
        """Answer one request; what the page asked in vain is a 404 or a refusal in words."""
        try:
            if request.method == "POST":
                return json_response(self._post(path, _body(request)))
            return json_response(self._get(path, request))
        except NotThere as missing:
            return json_response({"ok": False, "error": str(missing), "ms": 0})
        except SlackFault as fault:
            return json_response({"ok": False, "error": fault.error}, 404)
        except KeyError as missing:
            return json_response({"ok": False, "error": f"The field {missing} is missing."}, 400)

    def _get(self, path: str, request: Request) -> Document:
        name, _, channel = path.partition("/")
        user_id = request.args.get("user") or self._sights.somebody()
        match name:
            case "inspector":
                after = request.args.get("after", 0, type=int)
                return {"exchanges": self._world.inspector.exchanges(after)[-_SHOWN_EXCHANGES:]}
            case "changes":
                after = request.args.get("after", 0, type=int)
                return {"version": self._world.store.wait_for_change(after, _LONG_POLL_SECONDS)}
            case "state":
                return self._sights.state(user_id, self._clock())
            case "conversation":
                return self._sights.conversation(user_id, channel)
            case "home":
                return self._sights.home(user_id)
            case "modal":
                return self._sights.modal(user_id)
        raise SlackFault("not_found")

    def _post(self, path: str, body: Document) -> Document:
        if path == "clock":
            return self._move_clock(body)
        if path not in self._posts:
            raise SlackFault("not_found")
        outcome = self._posts[path](body)
        told: Document = {"ok": outcome.error is None and not outcome.errors, "ms": outcome.ms}
        if outcome.error is not None:
            told["error"] = outcome.error
        if outcome.errors:
            told["errors"] = outcome.errors
        if path == "options":
            told["options"] = outcome.options
        return told

    def _command(self, body: Document) -> Outcome:
        return self._interactions.command(body["user"], body["channel"], body["text"])

    def _say(self, body: Document) -> Outcome:
        return self._interactions.say(body["user"], body["channel"], body["text"])

    def _click(self, body: Document) -> Outcome:
        place = self._place(body)
        placed = find_element(place["blocks"], body["action_id"], body.get("block_id"))
        action = action_on(placed.element, body.get("action", {}))
        typed = body.get("state", {})
        hands = self._interactions
        click = hands.click_in_view if "hash" in place else hands.click_in_message
        return click(body["user"], place, placed.block_id, action, typed)

    def _submit(self, body: Document) -> Outcome:
        return self._interactions.submit(body["user"], body["view_id"], body.get("state", {}))

    def _close(self, body: Document) -> Outcome:
        return self._interactions.close(body["user"], body["view_id"])

    def _options(self, body: Document) -> Outcome:
        place = self._place(body)
        placed = find_element(place["blocks"], body["action_id"], body.get("block_id"))
        return self._interactions.options(
            body["user"], place, placed.block_id, placed.action_id, body["value"]
        )

    def _home_opened(self, body: Document) -> Outcome:
        return self._interactions.open_home(body["user"])

    def _shortcut(self, body: Document) -> Outcome:
        message = None
        if body.get("ts"):
            message = self._message(body["user"], body["channel"], body["ts"])
        return self._interactions.shortcut(body["user"], body["callback_id"], message)

    def _break(self, body: Document) -> Outcome:
        """Plan a trouble for the next call of a method, or deliver the last request again."""
        kind = body["kind"]
        if kind == "again":
            reply = self._trouble.deliver_again()
            return Outcome(reply.status, reply.error, {}, reply.ms)
        if kind not in KINDS or body["method"] not in BREAKABLE:
            words = f"There is no trouble {kind} for {body['method']}."
            raise NotThere(words)
        self._trouble.next_call(body["method"], kind)
        return Outcome()

    def _place(self, body: Document) -> Document:
        container, user_id = body["container"], body["user"]
        if container["type"] == "message":
            return self._message(user_id, container["channel"], container["ts"])
        views = self._world.surfaces.stack(user_id)
        if container["type"] == "home":
            views = [self._world.surfaces.home(user_id) or {}]
            container = {"view_id": views[0].get("id")}
        for view in views:
            if view.get("id") == container["view_id"]:
                return view
        message = "That view is not open any more."
        raise NotThere(message)

    def _message(self, user_id: str, channel: str, ts: str) -> Document:
        message = self._world.messages.find(channel, ts)
        if message is None or message["ephemeral_to"] not in (None, user_id):
            words = "That message is gone."
            raise NotThere(words)
        return message

    def _clock(self) -> Document:
        jumps = [{"key": key, "label": label} for key, (label, _) in self._jumps.items()]
        return {
            "now": self._world.clock.now().isoformat(),
            "offset_seconds": round(self._world.clock.offset.total_seconds()),
            "jumps": jumps,
        }

    def _move_clock(self, body: Document) -> Document:
        try:
            if "jump" in body:
                self._jump(body["jump"])
            else:
                self._world.clock.advance(timedelta(seconds=body["advance_seconds"]))
        except (ValueError, TypeError, OverflowError) as error:
            return {"ok": False, "error": str(error), "ms": 0}
        return {"ok": True, "now": self._world.clock.now().isoformat(), "ms": 0}

    def _jump(self, key: str) -> None:
        if key not in self._jumps:
            message = f"There is no jump {key}."
            raise NotThere(message)
        label, target = self._jumps[key]
        instant = target()
        if instant is None:
            message = f"“{label}” leads nowhere at the moment."
            raise NotThere(message)
        self._world.clock.move_to(instant)


def json_response(
    body: Any,  # noqa: ANN401 - JSON values of many kinds
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    """Return JSON as an HTTP answer."""
    content = json.dumps(body, ensure_ascii=False)
    return Response(content, status, headers, content_type="application/json; charset=utf-8")


def _body(request: Request) -> Document:
    # A page from elsewhere can post text, but not JSON, without asking us first.
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        words = "The body must be a JSON object."
        raise NotThere(words)
    for name in ("state", "action", "container"):
        if not isinstance(body.get(name, {}), dict):
            words = f"The field {name} must be an object."
            raise NotThere(words)
    return body
