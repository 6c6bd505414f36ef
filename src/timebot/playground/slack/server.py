"""The server: Web API, response URLs, uploads and files; the page and its controls beside them."""

import json
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from timebot.playground.slack.answers import use_response_url
from timebot.playground.slack.arguments import Arguments
from timebot.playground.slack.control import Control, json_response
from timebot.playground.slack.disturbances import (
    RESPONSE_URL,
    UPLOAD,
    Disturbances,
)
from timebot.playground.slack.faults import SlackFault
from timebot.playground.slack.inspector import Exchange
from timebot.playground.slack.methods import METHODS
from timebot.playground.slack.page import page_file
from timebot.playground.slack.scopes import check_scope
from timebot.playground.slack.uploads import mime_type
from timebot.playground.slack.world import World
from timebot.playground.store import Document

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# The other names of loopback are let in, other hosts are not: a foreign page must not reach us.
_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_WORN_OUT = {"expired_url", "used_url"}


class SlackServer:
    """The WSGI application of the local Slack."""

    def __init__(self, world: World, control: Control, disturbances: Disturbances) -> None:
        self._world = world
        self._disturbances = disturbances
        self._mounts: dict[str, WSGIApplication] = {}
        self._doors: dict[str, Callable[[Request, str], Response]] = {
            "api": self._api,
            "respond": self._respond,
            "upload": self._upload,
            "files": self._file,
            "_": control.answer,
        }

    def mount(self, prefix: str, app: "WSGIApplication") -> None:
        """Hand all requests below a path to another application."""
        self._mounts[f"/{prefix.strip('/')}"] = app

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> "Iterable[bytes]":
        """Answer one request."""
        for prefix, app in self._mounts.items():
            path = environ["PATH_INFO"]
            if path == prefix or path.startswith(f"{prefix}/"):
                environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
                environ["PATH_INFO"] = path[len(prefix) :]
                return app(environ, start_response)
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.host.rpartition(":")[0] not in _HOSTS:
            return Response("Only for this machine.\n", status=403)
        first, _, rest = request.path.strip("/").partition("/")
        door = self._doors.get(first)
        return door(request, rest) if door else page_file(request.path)

    def _api(self, request: Request, method: str) -> Response:
        began = time.monotonic()
        values = _values(request)

        def call() -> tuple[int, Document]:
            return self._call(method, _token(request, values), values)

        status, body, headers = self._disturbed(request, method, call)
        headers |= self._scopes_header()
        self._record("web_api", method, status, began, values, body)
        return json_response(body, status or 200, headers)

    def _scopes_header(self) -> dict[str, str]:
        """Name the token's scopes as Slack does with every answer of the Web API."""
        given = self._world.directory.installation.get("scopes")
        return {} if given is None else {"x-oauth-scopes": ",".join(given)}

    def _disturbed(
        self, request: Request, name: str, act: Callable[[], tuple[int, Document]]
    ) -> tuple[int, Document, dict[str, str]]:
        """Do what was asked, unless something else was planned; 0 stands for a cut connection."""
        met = self._disturbances.take(name)
        if met is None:
            return *act(), {}
        met.wait()
        if met.is_only_slow:
            return *act(), {}
        if met.after_effect:
            act()
        if met.status is None:
            _hang_up(request)
        return met.status or 0, met.body, met.headers

    def _call(
        self, method: str, token: str | None, values: Document | None
    ) -> tuple[int, Document]:
        try:
            _check_call(self._world, method, token, values)
            arguments = Arguments(values or {})
            return 200, {"ok": True, **METHODS[method](self._world, arguments)}
        except SlackFault as fault:
            return 200, _refusal(fault)

    def _respond(self, request: Request, key: str) -> Response:
        began = time.monotonic()
        answer = _values(request)

        def use() -> tuple[int, Document]:
            try:
                use_response_url(self._world, key, answer)
            except SlackFault as fault:
                return (404 if fault.error in _WORN_OUT else 400), _refusal(fault)
            return 200, {"ok": True}

        status, body, headers = self._disturbed(request, RESPONSE_URL, use)
        title = "answer" if body.get("ok") else str(body.get("error"))
        self._record("response_url", title, status, began, answer, body)
        if body.get("ok"):
            return Response("ok", content_type="text/html")
        return json_response(body, status or 200, headers)

    def _upload(self, request: Request, file_id: str) -> Response:
        began = time.monotonic()
        content = request.get_data()

        def receive() -> tuple[int, Document]:
            try:
                self._world.uploads.receive(file_id, content)
            except SlackFault as fault:
                return 400, _refusal(fault)
            return 200, {"ok": True}

        status, body, headers = self._disturbed(request, UPLOAD, receive)
        self._record("upload", file_id, status, began, f"{len(content)} bytes", body)
        words = f"OK - {len(content)}" if body.get("ok") else str(body.get("error"))
        return Response(words, status or 200, headers)

    def _file(self, _: Request, path: str) -> Response:
        file_id, __, name = path.partition("/")
        try:
            content = self._world.uploads.content(file_id)
        except SlackFault:
            return Response("Not found.\n", status=404)
        return Response(content, content_type=mime_type(name))

    def _record(
        self,
        kind: str,
        title: str,
        status: int,
        began: float,
        request: Any,  # noqa: ANN401 - JSON values of many kinds
        response: Any,  # noqa: ANN401 - JSON values of many kinds
    ) -> None:
        is_fault = isinstance(response, dict) and not response.get("ok", True)
        self._world.inspector.record(
            Exchange(
                direction="to_slack",
                kind=kind,
                title=title,
                status=status,
                ms=round((time.monotonic() - began) * 1000),
                request=request,
                response=response,
                fault=_fault_words(title, response) if is_fault else None,
            )
        )


def _hang_up(request: Request) -> None:
    """Cut the connection, so that the caller never learns what became of its call."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)


def _values(request: Request) -> Any:  # noqa: ANN401 - JSON values of many kinds
    """Return the arguments of a request, from its query and its form or JSON body."""
    if request.mimetype == "application/json":
        try:
            body = json.loads(request.get_data() or b"{}")
        except ValueError:
            return None
        return {**request.args, **body} if isinstance(body, dict) else None
    return {**request.args, **request.form}


def _token(request: Request, values: Document | None) -> str | None:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer ")
    return (values or {}).get("token")


def _check_call(world: World, method: str, token: str | None, values: Document | None) -> None:
    installation = world.directory.installation
    if method not in METHODS:
        raise SlackFault("unknown_method")
    if values is None:
        raise SlackFault("json_not_object")
    if not token:
        raise SlackFault("not_authed")
    if token != _token_for(method, installation):
        raise SlackFault("invalid_auth")
    if installation["token_fault"]:
        raise SlackFault(installation["token_fault"])
    check_scope(method, installation)


def _token_for(method: str, installation: Document) -> str:
    """Return the token that a method takes: the app's to ask for a socket, else the bot's."""
    is_socket = method == "apps.connections.open" and installation.get("app_token")
    return str(installation["app_token" if is_socket else "bot_token"])


def _refusal(fault: SlackFault) -> Document:
    body: Document = {"ok": False, "error": fault.error}
    if fault.messages:
        body["errors"] = fault.messages
        body["response_metadata"] = {"messages": fault.messages}
    return body


def _fault_words(title: str, body: Document) -> str:
    details = "; ".join(body.get("errors", []))
    return f"{title}: {body.get('error')}" + (f" ({details})" if details else "")
