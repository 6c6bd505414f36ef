"""The HTTP door: Slack, the webhooks of Stripe and Resend, the client's card link, health."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from wsgiref.types import WSGIApplication

import structlog
from markupsafe import escape
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from waitress.server import create_server
from werkzeug.exceptions import HTTPException, NotFound, RequestEntityTooLarge
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from timebot.billing.cards import CardFormUnavailable
from timebot.db import Busy
from timebot.errors import Refusal

MOST_BYTES = 1_000_000
"""Slack, Stripe and Resend send far less; anything larger is refused before it is read."""

THREADS = 16

# The address of the card link is its key: it must not be kept, nor be told to the next page.
_PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
log = structlog.get_logger(__name__)


class BadSignature(Exception):
    """A webhook that does not prove where it came from."""


@dataclass(frozen=True)
class WebhookEvent:
    """A verified webhook: a hint that something changed, named by its sender.

    Attributes:
        id: the sender's id of the event.
        payload: the little that the worker needs to look the object up.
    """

    id: str
    payload: dict[str, Any]


Verify = Callable[[bytes, Mapping[str, str]], WebhookEvent]


@dataclass(frozen=True)
class Doors:
    """What lies behind the routes.

    Attributes:
        slack: Bolt's own WSGI handler, or None without Slack over HTTP.
        verify: by provider, checks a signature and returns the event; raises BadSignature.
        keep: stores an event once, by provider; the answer is given only after that.
        card_form: returns the hosted card form behind a bearer link; raises a Refusal.
        card_done: takes note that a client came back from the form.
        is_ready: whether the database is reachable and migrated.
        registry: what `/metrics` shows.
    """

    slack: WSGIApplication | None
    verify: Mapping[str, Verify]
    keep: Callable[[str, WebhookEvent], None]
    card_form: Callable[[str], str]
    card_done: Callable[[str], None]
    is_ready: Callable[[], bool]
    registry: CollectorRegistry


def create_web(doors: Doors) -> WSGIApplication:
    """Return the WSGI application of every route."""
    return _Web(doors)


def create_http_server(application: WSGIApplication, *, host: str, port: int) -> Any:  # noqa: ANN401 - waitress is untyped
    """Return a server with real threads in front of the application; `run` serves, `close` ends."""
    return create_server(
        application,
        host=host,
        port=port,
        threads=THREADS,
        max_request_body_size=MOST_BYTES,
        ident=None,
        clear_untrusted_proxy_headers=True,
    )


class _Web:
    """The routes that are not Slack's."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    @staticmethod
    @cache
    def _routes() -> Map:
        """Return the way from a path to what answers it; compiled once a process."""
        return Map(
            [
                Rule("/healthz", endpoint=_Web._health, methods=["GET"]),
                Rule("/readyz", endpoint=_Web._ready, methods=["GET"]),
                Rule("/slack/events", endpoint=_Web._slack, methods=["POST"]),
                Rule("/slack/<any(install, oauth_redirect):_page>", endpoint=_Web._slack,
                     methods=["GET"]),
                Rule("/metrics", endpoint=_Web._metrics, methods=["GET"]),
                Rule("/<any(stripe, resend):source>/webhook", endpoint=_Web._webhook,
                     methods=["POST"]),
                Rule("/card/done", endpoint=_Web._card_done, methods=["GET"]),
                Rule("/card/<token>", endpoint=_Web._card, methods=["GET"]),
            ]
        )  # fmt: skip

    def __call__(self, environ: Any, start_response: Any) -> Any:  # noqa: ANN401 - WSGI's own types
        request = Request(environ)
        request.max_content_length = MOST_BYTES
        return self._respond(request)(environ, start_response)

    def _respond(self, request: Request) -> Any:  # noqa: ANN401 - a response or an HTTP exception
        try:
            endpoint, values = self._routes().bind_to_environ(request.environ).match()
            return endpoint(self, request, **values)
        except HTTPException as error:
            return error
        except Busy:
            # Whoever sent it sends it again.
            return Response("Busy. Please try again.", status=503)
        except Exception:
            log.exception("web.failed", path=request.path.split("/")[1])
            return Response("Something went wrong. Please try again later.", status=500)

    def _health(self, _request: Request) -> Response:
        return Response("ok")

    def _ready(self, _request: Request) -> Response:
        try:
            is_ready = self._doors.is_ready()
        except Exception:
            # The edge: a database that cannot be reached is what this route is there to tell.
            log.exception("web.not_ready")
            is_ready = False
        return Response("ready") if is_ready else Response("not ready", status=503)

    def _slack(self, _request: Request, _page: str = "") -> Any:  # noqa: ANN401 - Bolt's own WSGI handler
        if self._doors.slack is None:
            raise NotFound
        return self._doors.slack

    def _metrics(self, _request: Request) -> Response:
        return Response(generate_latest(self._doors.registry), content_type=CONTENT_TYPE_LATEST)

    def _webhook(self, request: Request, source: str) -> Response:
        verify = self._doors.verify.get(source)
        if verify is None:
            raise NotFound
        if (request.content_length or 0) > MOST_BYTES:
            raise RequestEntityTooLarge
        try:
            # The signature covers the bytes as sent, so they are read before anything parses them.
            event = verify(request.get_data(cache=False), dict(request.headers))
        except BadSignature:
            return Response("The signature does not fit.", status=400)
        self._doors.keep(source, event)
        return Response("stored")

    def _card(self, _request: Request, token: str) -> Any:  # noqa: ANN401 - a redirect or a page
        try:
            address = self._doors.card_form(token)
        except CardFormUnavailable as refusal:
            return _page("Please try again later", refusal.sentence, status=503)
        except Refusal as refusal:
            return _page("This link does not work", refusal.sentence, status=404)
        response = redirect(address, code=303)
        response.headers.update(_PRIVATE)
        return response

    def _card_done(self, request: Request) -> Response:
        self._doors.card_done(request.args.get("session_id", ""))
        # Whether it is on file is for Stripe to say, which may take a moment longer.
        return _page("Thank you", "Stripe keeps your card for us. You can close this page.")


def _page(title: str, sentence: str, *, status: int = 200) -> Response:
    html = (
        "<!doctype html><html lang='en'><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width'>"
        f"<title>{escape(title)}</title><style>body{{font:18px/1.5 system-ui,sans-serif;"
        f"max-width:32rem;margin:20vh auto;padding:0 1.5rem;color:#1f2933}}</style>"
        f"<h1>{escape(title)}</h1><p>{escape(sentence)}</p></html>"
    )
    response = Response(html, status=status, content_type="text/html; charset=utf-8")
    response.headers.update(_PRIVATE)
    return response
