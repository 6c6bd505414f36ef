"""The local Stripe held against the SDK's own lists: addresses, parameters, codes, events."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import stripe
from werkzeug.routing import Rule

from timebot.playground.stripe import declines
from timebot.playground.stripe.routes import ROUTES, Route

from .calls import Calls

SDK = Path(stripe.__file__).parent
OURS = Path(declines.__file__).parent
OBJECTS = {"billing_portal.session", "checkout.session"}
# The first is our own honesty; the SDK's list is of v1 objects' errors and lacks the other.
NOT_LISTED = {"local_stripe_not_played", "idempotency_key_in_use"}


@cache
def services() -> tuple[tuple[str, str, str], ...]:
    """Return verb, address and type of parameters of every call that the SDK can make."""
    return tuple(
        call
        for path in SDK.rglob("*_service.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        for call in call_of(node)
    )


def call_of(function: ast.FunctionDef) -> Iterator[tuple[str, str, str]]:
    texts = [
        each.value
        for each in ast.walk(function)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
    paths = [text for text in texts if text.startswith("/v1/")]
    verbs = [text for text in texts if text in {"get", "post", "delete"}]
    found = re.search(r"'(\w+Params)'|\"(\w+Params)\"|\b(\w+Params)\b", ast.unparse(function.args))
    if paths and verbs and found:
        yield verbs[0].upper(), re.sub(r"\{\w+\}", "<>", paths[0]), found.group(0).strip("'\"")


def played() -> list[Rule]:
    return list(ROUTES.iter_rules())


def verb_of(rule: Rule) -> str:
    (verb,) = (rule.methods or set()) - {"HEAD"}
    return verb


@pytest.mark.parametrize("rule", played(), ids=lambda rule: f"{verb_of(rule)} {rule.rule}")
def test_an_address_takes_the_parameters_that_the_sdk_sends_to_it(rule: Rule) -> None:
    route = rule.endpoint
    assert isinstance(route, Route)
    address = re.sub(r"<\w+>", "<>", rule.rule)
    verb = verb_of(rule)
    words = route.parameters.rpartition("/")[2].split("_")

    expected = {params for method, path, params in services() if (method, path) == (verb, address)}

    assert expected == {"".join(word.title() for word in words) + "Params"}


def test_every_error_code_is_one_that_the_sdk_lists() -> None:
    listed = (SDK / "_payment_intent.py").read_text(encoding="utf-8")
    used = {
        code
        for path in OURS.rglob("*.py")
        for code in re.findall(r'\bcode="(\w+)"', path.read_text(encoding="utf-8"))
    }

    assert {code for code in used if f'"{code}"' not in listed} <= NOT_LISTED
    assert {each.code for each in declines.DECLINES.values()} <= set(re.findall(r'"(\w+)"', listed))


def test_every_event_is_one_that_the_sdk_lists() -> None:
    listed = (SDK / "_event.py").read_text(encoding="utf-8")
    told = {
        event
        for path in OURS.rglob("*.py")
        for event in re.findall(r'"([a-z_]+(?:\.[a-z_]+)+)"', path.read_text(encoding="utf-8"))
        if event not in OBJECTS and not event.startswith("stripe.") and ".html" not in event
    }

    assert {event for event in told if f'"{event}"' not in listed} == set()


def test_an_error_leads_to_its_documentation(calls: Calls) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        calls.client.v1.customers.retrieve("cus_none")

    error = refused.value.error
    assert error is not None
    assert (error.type, error.code, error.param) == (
        "invalid_request_error",
        "resource_missing",
        "id",
    )
    assert error.doc_url == "https://stripe.com/docs/error-codes/resource-missing"
