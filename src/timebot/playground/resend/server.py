"""The local Resend: a server on loopback with a durable store."""

import base64
import hashlib
import hmac
import json
from collections import deque
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from timebot.clock import Clock
from timebot.playground.deliveries import Deliveries
from timebot.playground.faults import FOREIGN_PAGE, Fault, FaultKind, Faults, hang_up
from timebot.playground.http import LocalServer
from timebot.playground.idempotency import Answer, Idempotency, KeyInUse, KeyReused
from timebot.playground.keys import kept_secret
from timebot.playground.resend.fates import Allowance
from timebot.playground.resend.letters import Letter, read_batch, read_letter
from timebot.playground.resend.mailbox import Mailbox
from timebot.playground.resend.problems import Problem
from timebot.playground.resend.rate import Rate
from timebot.playground.resend.screen import mail_api
from timebot.playground.store import Document, Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# https://resend.com/docs/dashboard/emails/idempotency-keys
_LONGEST_KEY = 256
_BODY_LIMIT = 60_000_000
_REMEMBERED = 500
_TROUBLE = Problem(500, "application_error", "An unexpected error occurred (planned by a test).")
_TOO_MANY = "Too many requests. Please wait before you ask again."
_ROUTES = Map(
    [
        Rule("/emails", methods=["POST"], endpoint="send"),
        Rule("/emails/batch", methods=["POST"], endpoint="batch"),
        Rule("/emails", methods=["GET"], endpoint="list"),
        Rule("/emails/<id>", methods=["GET"], endpoint="get"),
        Rule("/domains", methods=["GET"], endpoint="domains"),
    ]
)


@dataclass(frozen=True)
class ReceivedRequest:
    """One request, as it came and as it was answered.

    Attributes:
        method: the verb.
        path: the address.
        body: the JSON body, or None.
        idempotency_key: the key, if there was one.
        status: the HTTP status, or 0 where the connection was closed without an answer.
    """

    method: str
    path: str
    body: object
    idempotency_key: str | None
    status: int


class LocalResend:
    """One Resend account, spoken to by the real SDK.

    Set `resend.api_url = local.url` and `resend.api_key = local.api_key`. Mails to `bounced@…`
    and to any address whose name begins with "bounce" come back; see `fates` for other endings.
    All others arrive.

    Attributes:
        allowance: what the account may send: verified domains and a daily quota, if any.
        webhooks: what waits to be delivered, and the switches for duplicates, delay and order.
        rate: the limit on requests per second, which is told but not enforced by default.
        mail_api: a WSGI application with `GET /mails` and the files, for the local world's page.
    """

    def __init__(self, store: Store, clock: Clock, port: int = 0) -> None:
        """Open the account that is kept in `store`; call `start` to answer.

        Args:
            store: everything it knows; the same store gives the same account again.
            clock: business time, for every timestamp but those of signatures.
            port: 0 means any free one.
        """
        self._store = store
        self._server = LocalServer(self._app, port)
        self._api_key = kept_secret(store, "resend.api", "re_")
        self._webhook_secret = kept_secret(store, "resend.webhook", "whsec_")
        self.webhooks = Deliveries(store, "resend.webhook", self._sign)
        self.rate = Rate()
        self.allowance = Allowance()
        self._faults = Faults()
        self._idempotency = Idempotency(store, clock, "resend.idempotency")
        self._mailbox = Mailbox(store, clock, self.webhooks)
        self._requests: deque[ReceivedRequest] = deque(maxlen=_REMEMBERED)
        self.mail_api: WSGIApplication = mail_api(self._mailbox)

    @property
    def url(self) -> str:
        """The address for `resend.api_url`."""
        return self._server.url

    @property
    def api_key(self) -> str:
        """The only key it accepts."""
        return self._api_key

    @property
    def webhook_secret(self) -> str:
        """The secret that signs webhooks."""
        return self._webhook_secret

    @property
    def requests(self) -> list[ReceivedRequest]:
        """The latest requests since the start of this process, oldest first."""
        return list(self._requests)

    def start(self) -> None:
        """Answer requests and deliver webhooks from now on."""
        self._server.start()
        self.webhooks.start()

    def stop(self) -> None:
        """Stop both; the store keeps everything."""
        self.webhooks.stop()
        self._server.stop()

    def connect(self, webhook_url: str) -> None:
        """Send webhooks to this address."""
        self.webhooks.connect(webhook_url)

    def deliver_pending(self) -> int:
        """Deliver every waiting webhook now, once, and return how many were taken."""
        return self.webhooks.deliver_pending()

    def fail_next(
        self, pattern: str, kind: FaultKind, *, seconds: float = 0.0, times: int = 1
    ) -> None:
        """Let the next requests fail, such as `fail_next("POST /emails", "drop_after")`.

        Args:
            pattern: verb and path, with `*` for any text.
            kind: how they fail.
            seconds: how long `slow` takes, or what `429` says in `retry-after`.
            times: how many of them.
        """
        self._faults.plan(pattern, kind, seconds=seconds, times=times)

    def expire_idempotency_keys(self) -> None:
        """Forget every idempotency key, as Resend does after a day."""
        self._idempotency.expire()

    def deliver_delayed(self) -> int:
        """Let the mails arrive that were delayed, and return how many there were."""
        return self._mailbox.deliver_delayed()

    def mails(self) -> list[Document]:
        """Return every mail that was taken, oldest first, its attachments as bytes."""
        return [self._with_bytes(mail) for mail in self._mailbox.every()]

    def _with_bytes(self, mail: Document) -> Document:
        files = [
            self._mailbox.attachment(mail["id"], number) for number in range(len(mail["files"]))
        ]
        attachments = [
            {"filename": f.filename, "content": f.content, "content_type": f.content_type}
            for f in files
        ]
        return {**mail, "attachments": attachments}

    def _app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = _BODY_LIMIT
        fault = self._faults.take(request.method, request.path)
        passes, headers = self.rate.count()
        try:
            self._check_caller(request, passes=passes)
            answer = self._answer(request, fault)
        except Problem as problem:
            answer = Answer(problem.status, problem.body())
            headers |= problem.headers
        dropped = fault is not None and fault.kind in {"drop_before", "drop_after"}
        self._note(request, 0 if dropped else answer.status)
        if dropped:
            hang_up(environ)
        if fault is not None and fault.kind in {"page_before", "page_after"}:
            return Response(FOREIGN_PAGE, 200, content_type="text/html")(environ, start_response)
        body = json.dumps(answer.body)
        response = Response(body, answer.status, headers, content_type="application/json")
        return response(environ, start_response)

    def _check_caller(self, request: Request, *, passes: bool) -> None:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        if not given:
            raise Problem(401, "missing_api_key", "Missing API Key")
        if given != self._api_key:
            raise Problem(403, "invalid_api_key", "API key is invalid")
        if not passes:
            raise Problem(429, "rate_limit_exceeded", _TOO_MANY)

    def _answer(self, request: Request, fault: Fault | None) -> Answer:
        if fault is not None:
            _strike(fault)
        try:
            name, ids = _ROUTES.bind("").match(request.path, request.method)
        except HTTPException:
            message = "The requested endpoint does not exist."
            raise Problem(404, "not_found", message) from None
        if name in {"send", "batch"}:
            return self._send(request, fault)
        if fault is not None:
            fault.wait()
        if name == "domains":
            return Answer(200, self.allowance.domains())
        self.allowance.check_reading()
        if name == "list":
            wanted = {word: request.args.get(word) for word in ("limit", "after", "before")}
            return Answer(200, self._mailbox.page(**wanted))
        mail = self._mailbox.get(ids["id"])
        return Answer(200, {key: value for key, value in mail.items() if key != "files"})

    def _send(self, request: Request, fault: Fault | None) -> Answer:
        key = request.headers.get("Idempotency-Key")
        if key is not None and not 1 <= len(key) <= _LONGEST_KEY:
            message = f"The idempotency key must have 1 to {_LONGEST_KEY} characters."
            raise Problem(400, "invalid_idempotency_key", message)
        try:
            with self._idempotency.claim(key) if key else nullcontext():
                if fault is not None:
                    fault.wait()
                answer = self._once(request, key)
        except KeyInUse:
            message = "Another request with the same idempotency key is in progress."
            raise Problem(409, "concurrent_idempotent_requests", message) from None
        if fault is not None and fault.kind == "500_after":
            raise _TROUBLE
        return answer

    def _once(self, request: Request, key: str | None) -> Answer:
        body = _body(request)
        # Key order and white space are no part of a payload.
        fingerprint = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        with self._store.transaction():
            kept = self._recall(key, fingerprint) if key else None
            if kept is not None:
                return kept
            letters = read_batch(body) if request.path.endswith("/batch") else [read_letter(body)]
            taken = [self._take(each) for each in letters]
            answer = Answer(200, {"data": taken} if isinstance(body, list) else taken[0])
            if key:
                self._idempotency.keep(key, fingerprint, answer)
            return answer

    def _take(self, letter: Letter) -> Document:
        self.allowance.check(letter.fields["from"], self._mailbox.count_of_day())
        return {"id": self._mailbox.take(letter)["id"]}

    def _recall(self, key: str, fingerprint: str) -> Answer | None:
        try:
            return self._idempotency.recall(key, fingerprint)
        except KeyReused:
            message = "This idempotency key was used with another payload."
            raise Problem(409, "invalid_idempotent_request", message) from None

    def _sign(self, event_id: str, body: str, at: int) -> dict[str, str]:
        """Sign as Svix does: https://docs.svix.com/receiving/verifying-payloads/how-manual."""
        secret = base64.b64decode(self._webhook_secret.removeprefix("whsec_"))
        digest = hmac.new(secret, f"{event_id}.{at}.{body}".encode(), hashlib.sha256).digest()
        return {
            "svix-id": event_id,
            "svix-timestamp": str(at),
            "svix-signature": f"v1,{base64.b64encode(digest).decode()}",
        }

    def _note(self, request: Request, status: int) -> None:
        try:
            body = _body(request) if request.method == "POST" else None
        except Problem:
            body = None
        key = request.headers.get("Idempotency-Key")
        self._requests.append(ReceivedRequest(request.method, request.path, body, key, status))


def _strike(fault: Fault) -> None:
    """Raise the answer of a fault that strikes before anything is done."""
    if fault.kind == "429":
        after = str(max(int(fault.seconds), 1))
        raise Problem(429, "rate_limit_exceeded", _TOO_MANY, {"retry-after": after})
    if fault.kind in {"drop_before", "500_before", "page_before"}:
        raise _TROUBLE


def _body(request: Request) -> object:
    try:
        found: object = json.loads(request.get_data(cache=True))
    except ValueError:
        message = "The body is not valid JSON."
        raise Problem(400, "validation_error", message) from None
    return found
