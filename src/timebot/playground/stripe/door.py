"""The door of the API: keys, faults, idempotency, then the handler."""

import hashlib
import json
from collections import deque
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from timebot.playground.faults import FOREIGN_PAGE, Fault, Faults, hang_up
from timebot.playground.idempotency import Answer, Idempotency, KeyInUse, KeyReused
from timebot.playground.store import Document
from timebot.playground.stripe import automation, forms, parameters
from timebot.playground.stripe.account import Account, Call
from timebot.playground.stripe.ledger import API_VERSION, Cause, new_id, public
from timebot.playground.stripe.lists import expand
from timebot.playground.stripe.problems import Problem
from timebot.playground.stripe.routes import ROUTES, Route

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# https://docs.stripe.com/api/idempotent_requests
_LONGEST_KEY = 255
_BODY_LIMIT = 5_000_000
_REMEMBERED = 2_000
_TROUBLE = Answer(
    500,
    {"error": {"type": "api_error", "message": "An unknown error occurred (planned by a test)."}},
)
_REFUSED = {
    "429": Problem("Too many requests hit the API too quickly.", status=429, code="rate_limit"),
    # https://docs.stripe.com/error-codes: lock_timeout
    "lock_timeout": Problem(
        "This object cannot be accessed right now because another API request or Stripe process "
        "is currently accessing it.",
        status=429,
        code="lock_timeout",
    ),
}


class _TakenBack(Exception):
    """A rule refused the request after it had begun: its effects go, its answer stays."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


@dataclass(frozen=True)
class AskedRequest:
    """One request, as it came and as it was answered.

    Attributes:
        method: the verb.
        path: the address.
        params: the parameters, as typed as the SDK's, or as raw text where they were refused.
        idempotency_key: the key, if there was one.
        status: the HTTP status, or 0 where the connection was closed without an answer.
    """

    method: str
    path: str
    params: Document
    idempotency_key: str | None
    status: int


class Door:
    """The WSGI application of the API."""

    def __init__(
        self, account: Account, api_key: str, faults: Faults, idempotency: Idempotency
    ) -> None:
        self._account = account
        self._api_key = api_key
        self._faults = faults
        self._idempotency = idempotency
        self.restricted_key: str | None = None
        self.unwritable: frozenset[str] = frozenset()
        self.forbidden: frozenset[str] = frozenset()
        self.requests: deque[AskedRequest] = deque(maxlen=_REMEMBERED)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request, or hang up when that is planned."""
        request = Request(environ)
        request.max_content_length = _BODY_LIMIT
        fault = self._faults.take(request.method, request.path)
        answer, headers = self._answer(request, fault)
        dropped = fault is not None and fault.kind in {"drop_before", "drop_after"}
        self._note(request, 0 if dropped else answer.status)
        if dropped:
            hang_up(environ)
        if fault is not None and fault.kind in {"page_before", "page_after"}:
            return Response(FOREIGN_PAGE, 200, content_type="text/html")(environ, start_response)
        body = json.dumps(answer.body, default=str)
        response = Response(body, answer.status, headers, content_type="application/json")
        return response(environ, start_response)

    def _answer(self, request: Request, fault: Fault | None) -> tuple[Answer, dict[str, str]]:
        headers = {"Request-Id": new_id("req"), "Stripe-Version": API_VERSION}
        try:
            self._check_caller(request)
            early = _early(fault)
            if early is not None:
                return early, headers
            answer, replayed = self._carry_out(request, fault, headers["Request-Id"])
        except Problem as problem:
            return Answer(problem.status, problem.body()), headers
        if replayed:
            headers["Idempotent-Replayed"] = "true"
        if request.headers.get("Idempotency-Key"):
            headers["Idempotency-Key"] = request.headers["Idempotency-Key"]
        return answer, headers

    def _check_caller(self, request: Request) -> None:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not given:
            message = "You did not provide an API key."
            raise Problem(message, status=401)
        if given not in {self._api_key, self.restricted_key}:
            message = f"Invalid API Key provided: {given[:8]}***"
            raise Problem(message, status=401)
        resource = request.path.removeprefix("/v1/").partition("/")[0]
        is_write = request.method != "GET" and given == self.restricted_key
        if resource in self.forbidden or (is_write and resource in self.unwritable):
            # https://docs.stripe.com/keys#limit-access
            message = f"The provided key does not have the permissions for {resource}."
            raise Problem(message, status=403)
        version = request.headers.get("Stripe-Version", API_VERSION)
        if version != API_VERSION:
            message = f"The local Stripe plays the API version {API_VERSION}, not {version}."
            raise Problem(message)

    def _carry_out(
        self, request: Request, fault: Fault | None, request_id: str
    ) -> tuple[Answer, bool]:
        # Only POST takes keys: https://docs.stripe.com/api/idempotent_requests
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        if key is not None and len(key) > _LONGEST_KEY:
            message = f"An idempotency key has at most {_LONGEST_KEY} characters."
            raise Problem(message, type="idempotency_error")
        try:
            with self._idempotency.claim(key) if key else nullcontext():
                if fault is not None:
                    fault.wait()
                return self._once(request, fault, key, request_id)
        except KeyInUse:
            message = f"There is another request in progress using the idempotency key {key}."
            raise Problem(
                message, status=409, type="idempotency_error", code="idempotency_key_in_use"
            ) from None

    def _once(
        self, request: Request, fault: Fault | None, key: str | None, request_id: str
    ) -> tuple[Answer, bool]:
        store = self._account.ledger.store
        fingerprint = _fingerprint(request)
        with store.transaction():
            automation.run_due(self._account)
        with store.transaction():
            kept = self._recall(key, fingerprint) if key else None
        if kept is not None:
            return kept, True
        # "We save results only after the execution of an endpoint begins": what is refused here
        # leaves no trace, what a rule refuses further on does.
        route, call, wanted = _read(request)
        try:
            with store.transaction():
                self._account.events.cause = Cause(request_id, key)
                answer = self._handle(route, call, wanted, fault)
                self._keep(key, fingerprint, answer)
        except _TakenBack as taken_back:
            answer = taken_back.answer
            self._keep(key, fingerprint, answer)
        return answer, False

    def _keep(self, key: str | None, fingerprint: str, answer: Answer) -> None:
        if key:
            self._idempotency.keep(key, fingerprint, answer)

    def _recall(self, key: str, fingerprint: str) -> Answer | None:
        try:
            return self._idempotency.recall(key, fingerprint)
        except KeyReused:
            message = (
                "Keys for idempotent requests can only be used with the same parameters they were "
                f"first used with. Try using a key other than '{key}'."
            )
            raise Problem(message, type="idempotency_error") from None

    def _handle(self, route: Route, call: Call, wanted: list[str], fault: Fault | None) -> Answer:
        if fault is not None and fault.kind == "500_kept":
            return _TROUBLE
        try:
            # Through JSON and back, so that an expanded copy never leads into the original.
            body = json.loads(json.dumps(public(route.handler(self._account, call)), default=str))
        except Problem as problem:
            answer = Answer(problem.status, problem.body())
            if not problem.keeps_effects:
                raise _TakenBack(answer) from None
            return answer
        expand(self._account.ledger, body, wanted)
        return _TROUBLE if fault is not None and fault.kind == "500_after" else Answer(200, body)

    def _note(self, request: Request, status: int) -> None:
        try:
            _, call, wanted = _read(request)
            params = {**call.params, "expand": wanted} if wanted else call.params
        except Problem:
            params = {"raw": _text(request)}
        key = request.headers.get("Idempotency-Key")
        self.requests.append(AskedRequest(request.method, request.path, params, key, status))


def _early(fault: Fault | None) -> Answer | None:
    """Return the answer of a fault that strikes before anything is done."""
    if fault is None:
        return None
    if fault.kind in _REFUSED:
        refused = _REFUSED[fault.kind]
        return Answer(refused.status, refused.body())
    return _TROUBLE if fault.kind in {"drop_before", "500_before", "page_before"} else None


def _find(request: Request) -> tuple[Route, Document]:
    try:
        route, ids = ROUTES.bind("").match(request.path, request.method)
    except HTTPException:
        message = f"Unrecognized request URL ({request.method}: {request.path})."
        raise Problem(message, status=404) from None
    return route, dict(ids)


def _read(request: Request) -> tuple[Route, Call, list[str]]:
    """Return what is asked for, its parameters, and what is to be expanded."""
    route, ids = _find(request)
    params = parameters.check(route.parameters, forms.decode(_text(request)))
    wanted: list[str] = params.pop("expand", [])
    return route, Call(params=params, ids=ids, path=request.path), wanted


def _text(request: Request) -> str:
    if request.method == "POST":
        return request.get_data(cache=True, as_text=True)
    return request.query_string.decode()


def _fingerprint(request: Request) -> str:
    text = f"{request.method} {request.path}\n{_text(request)}"
    return hashlib.sha256(text.encode()).hexdigest()
