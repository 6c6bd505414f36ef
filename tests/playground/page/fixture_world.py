"""A stand-in for the local Slack's controls: canned answers, and it remembers what was posted."""

import io
import json
import threading
from copy import deepcopy
from pathlib import Path
from typing import Any

from pypdf import PdfWriter
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

import timebot.playground
from tests.playground.page.samples import CARD, HOME, HOSTILE, RICH, Json, modal
from timebot.playground.http import LocalServer

PAGE = Path(timebot.playground.__file__).parent / "page"
TYPES = {"js": "text/javascript", "css": "text/css", "html": "text/html"}
HOSTILE_SHOWN = "<img src=x onerror=\"window.hacked='yes'\">"
NOW = 1_772_442_000  # Monday 2 March 2026, 09:00 UTC
POLL_SECONDS = 1.0

URLS = Map(
    [
        Rule("/", endpoint="index"),
        Rule("/static/<name>", endpoint="static"),
        Rule("/_/state", endpoint="state"),
        Rule("/_/conversation/<key>", endpoint="conversation"),
        Rule("/_/home", endpoint="home"),
        Rule("/_/modal", endpoint="modal"),
        Rule("/_/inspector", endpoint="inspector"),
        Rule("/_/changes", endpoint="changes"),
        Rule("/_/guide", endpoint="guide"),
        Rule("/_/mail/mails", endpoint="mails"),
        Rule("/_/mail/mails/<key>/attachments/<n>", endpoint="attachment"),
        Rule("/_/charges/charges", endpoint="charges"),
        Rule("/_/<what>", endpoint="posted", methods=["POST"]),
    ]
)


def user(key: str, name: str, tz: str, color: str, **more: object) -> Json:
    """A person of the fixture workspace."""
    initials = "".join(word[0] for word in name.split()[:2])
    words = {"id": key, "name": name.split(maxsplit=1)[0].lower(), "real_name": name, "tz": tz}
    flags = {"is_bot": False, "is_restricted": False, "deleted": False}
    return words | flags | {"initials": initials, "color": color} | more


USERS = [
    user("U1", "Mia Wong", "Europe/Berlin", "0f766e"),
    user("U2", "Jonas Lind", "America/New_York", "9a3412"),
    user("U3", "Asha Rao", "Asia/Kathmandu", "6d28d9", is_restricted=True),
    user("U9", "timebot", "UTC", "1d4ed8", is_bot=True),
]


def message(ts: int, author: str, text: str, **more: object) -> Json:
    """A message with everything the page expects."""
    names = {one["id"]: one["real_name"] for one in USERS}
    words = {"ts": f"{NOW + ts}.000100", "user": author, "user_name": names[author], "text": text}
    flags: Json = {"blocks": None, "ephemeral": False, "edited": False, "files": []}
    return words | flags | {"is_app": author == "U9", "at": NOW + ts} | more


class FixtureWorld:
    """Answers the page; `posts` holds what the page sent, `answers` what it gets back."""

    server: LocalServer

    def __init__(self) -> None:
        self.moves = True
        self.changed = threading.Condition()
        self.version = 1
        self.now = NOW
        self.posts: list[tuple[str, Json]] = []
        self.answers: dict[str, Json] = {}
        self.stacks: dict[str, list[Json]] = {}
        self.exchanges: list[Json] = []
        self.mails: list[Json] = []
        self.charges: list[Json] = []
        self.customers: list[Json] = []
        self.guide: Json | None = None
        self.homes: dict[str, Json] = {"U1": {"id": "H1", "type": "home", "blocks": deepcopy(HOME)}}
        pdf = [
            {"name": "INV-2026-0001.pdf", "url": "/_/mail/mails/m1/attachments/0", "size": 18_432}
        ]
        self.messages: dict[str, list[Json]] = {
            "C1": [
                message(-90_000, "U2", "Morning. The *logo* is with <@U1>, see `brief.txt` :wave:"),
                message(-89_950, "U2", "> quoted\nand ~gone~ _soft_"),
                message(-3600, "U1", HOSTILE.replace("&", "&amp;")),
                message(-3000, "U9", "Week so far", blocks=deepcopy(RICH)),
            ],
            "C2": [],
            "D1": [
                message(-500, "U9", "Hours to approve", blocks=deepcopy(CARD)),
                message(-400, "U9", "Your invoice", files=pdf),
                message(-300, "U9", "Only for you: *9 h* this week.", ephemeral=True),
            ],
            "D2": [message(-200, "U9", "Hello Jonas")],
            "D3": [message(-100, "U2", "Lunch?")],
        }

    def change(self) -> None:
        """Tell the waiting page that something changed."""
        with self.changed:
            self.version += 1
            self.changed.notify_all()

    def say(self, channel: str, *messages: Json) -> None:
        """Put messages into a conversation."""
        self.messages[channel].extend(messages)
        self.change()

    def open(self, user_id: str, *views: Json) -> None:
        """Show these views to somebody, the last on top."""
        self.stacks[user_id] = list(views)
        self.change()

    def sent(self, what: str) -> list[Json]:
        """What the page posted to one route."""
        return [body for kind, body in self.posts if kind == what]

    def __call__(self, environ: Any, start_response: Any) -> Any:  # noqa: ANN401 - WSGI
        """Answer one request."""
        request = Request(environ)
        try:
            endpoint, values = URLS.bind_to_environ(environ).match()
            response = getattr(self, f"on_{endpoint}")(request, **values)
        except HTTPException as error:
            response = error.get_response()
        return response(environ, start_response)

    def on_index(self, _: Request) -> Response:
        return Response(PAGE.joinpath("index.html").read_bytes(), mimetype="text/html")

    def on_static(self, _: Request, name: str) -> Response:
        path = PAGE / "static" / name
        if not path.is_file():
            raise NotFound
        return Response(path.read_bytes(), mimetype=TYPES[name.rsplit(".", maxsplit=1)[-1]])

    def on_state(self, request: Request) -> Response:
        key = request.args.get("user", "U1")
        me = next(one for one in USERS if one["id"] == key)
        commands = [
            {"command": "/timer", "usage_hint": "start Acme logo", "description": "Track time"},
            {"command": "/billing", "usage_hint": "preview", "description": "Invoices and cards"},
        ]
        shortcuts = [
            {"type": "shortcut", "callback_id": "start_timer", "name": "Start a timer"},
            {"type": "message_action", "callback_id": "log_message", "name": "Log time for this"},
        ]
        jumps = [{"key": "next_run", "label": "To the next run"}]
        return answer(
            {
                "team": {"id": "T1", "name": "Northlight Studio"},
                "me": me,
                "users": USERS,
                "conversations": self.conversations(key),
                "commands": commands,
                "shortcuts": shortcuts,
                "clock": {"now": self.now, "offset_seconds": 0, "jumps": jumps},
                "app": {"name": "timebot", "request_url": "", "connected": True, "user_id": "U9"},
                "version": self.version,
            }
        )

    def conversations(self, key: str) -> list[Json]:
        """The channels everybody sees, and one's own direct messages."""
        own = {"U1": [("D1", "U9"), ("D3", "U2")], "U2": [("D2", "U9"), ("D3", "U1")]}.get(key, [])
        rooms: list[tuple[str, str, str, str | None]] = [
            ("C1", "channel", "general", None),
            ("C2", "private", "billing", None),
        ]
        rooms += [(room, "dm", room, other) for room, other in own]
        return [
            {
                "id": room,
                "kind": kind,
                "name": name,
                "members": [key, other] if other else ["U1", "U2", "U3"],
                "with_user": key if other else None,
                "last_ts": self.messages[room][-1]["ts"] if self.messages[room] else None,
            }
            for room, kind, name, other in rooms
        ]

    def on_conversation(self, _: Request, key: str) -> Response:
        return answer({"messages": self.messages[key]})

    def on_home(self, request: Request) -> Response:
        return answer({"view": self.homes.get(request.args["user"])})

    def on_modal(self, request: Request) -> Response:
        return answer({"stack": self.stacks.get(request.args["user"], [])})

    def on_inspector(self, request: Request) -> Response:
        after = int(request.args["after"])
        return answer({"exchanges": [one for one in self.exchanges if one["n"] > after]})

    def on_changes(self, request: Request) -> Response:
        after = int(request.args["after"])
        with self.changed:
            self.changed.wait_for(lambda: self.version != after, timeout=POLL_SECONDS)
        return answer({"version": self.version})

    def on_guide(self, _: Request) -> Response:
        if self.guide is None:
            raise NotFound
        return answer(self.guide)

    def on_mails(self, _: Request) -> Response:
        return answer({"mails": self.mails})

    def on_attachment(self, _: Request, key: str, n: str) -> Response:
        del key, n
        writer = PdfWriter()
        writer.add_blank_page(width=595, height=842)
        data = io.BytesIO()
        writer.write(data)
        return Response(data.getvalue(), mimetype="application/pdf")

    def on_charges(self, _: Request) -> Response:
        return answer({"charges": self.charges, "customers": self.customers})

    def on_posted(self, request: Request, what: str) -> Response:
        body = request.get_json()
        self.posts.append((what, body))
        if what == "options":
            words = [("Logo", "logo"), ("Website", "web")]
            found = [name for name in words if body["value"].lower() in name[0].lower()]
            texts = [{"text": {"type": "plain_text", "text": a}, "value": b} for a, b in found]
            return answer({"options": texts})
        if what == "clock" and not self.moves:
            return answer({"ok": False, "error": "“To the next run” leads nowhere.", "ms": 0})
        if what == "clock":
            self.now += body.get("advance_seconds", 14 * 86_400)
            self.change()
            return answer({"now": self.now})
        if what == "shortcut":
            self.open(body["user"], modal())
        if what == "close":
            self.stacks[body["user"]].pop()
        if what == "command":
            self.say(
                body["channel"], message(60, "U9", f"You typed {body['text']}", ephemeral=True)
            )
        given = self.answers.get(what, {"ok": True, "ms": 12})
        if what == "submit" and given["ok"]:
            self.stacks[body["user"]].pop()
        self.change()
        return answer(given)


def answer(value: Json) -> Response:
    """A JSON answer."""
    return Response(json.dumps(value), mimetype="application/json")
