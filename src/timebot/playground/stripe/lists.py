"""Lists by the page, filters and expansion.

Sources: https://docs.stripe.com/api/pagination, https://docs.stripe.com/expand
"""

import operator
from collections.abc import Callable, Iterable

from timebot.playground.store import Document
from timebot.playground.stripe.ledger import Ledger, public
from timebot.playground.stripe.problems import Problem, no_such

_DEFAULT_LIMIT = 10
_HIGHEST_LIMIT = 100
_EXPAND_DEPTH = 4
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def page(found: Iterable[Document], params: Document, url: str) -> Document:
    """Return one page of objects that come newest first.

    Raises:
        Problem: if the limit is out of range or the cursor names nothing in the list.
    """
    limit = params.get("limit", _DEFAULT_LIMIT)
    if not 1 <= limit <= _HIGHEST_LIMIT:
        message = f"Invalid limit: it must be between 1 and {_HIGHEST_LIMIT}."
        raise Problem(message, code="parameter_invalid_integer", param="limit")
    objects = list(found)
    if "ending_before" in params:
        objects = objects[: _position(objects, params["ending_before"], "ending_before")]
        shown = objects[-limit:]
    else:
        if "starting_after" in params:
            after = _position(objects, params["starting_after"], "starting_after")
            objects = objects[after + 1 :]
        shown = objects[:limit]
    has_more = len(objects) > limit
    data = [public(each) for each in shown]
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def matches(document: Document, params: Document, *names: str) -> bool:
    """Return whether an object has the wanted values, and was made in the wanted time."""
    wanted = all(document.get(name) == params[name] for name in names if name in params)
    # Invoice items call it `date`.
    made = document["created"] if "created" in document else document["date"]
    return wanted and is_in_range(made, params.get("created"))


def is_in_range(value: int, wanted: int | Document | None) -> bool:
    """Return whether a time is the wanted one, or inside a range such as `{"gte": 5}`."""
    if wanted is None:
        return True
    if isinstance(wanted, int):
        return value == wanted
    return all(_COMPARE[word](value, bound) for word, bound in wanted.items())


def expand(ledger: Ledger, body: Document, paths: Iterable[str]) -> None:
    """Replace ids by the objects they name, along paths such as `data.customer`.

    Raises:
        Problem: if a path names nothing that can be expanded.
    """
    for path in paths:
        parts = path.split(".")
        if len(parts) > _EXPAND_DEPTH:
            message = f"You cannot expand more than {_EXPAND_DEPTH} levels of a property: {path}"
            raise Problem(message)
        _expand(ledger, body, parts, path)


def _expand(ledger: Ledger, value: Document, parts: list[str], path: str) -> None:
    if not parts:
        return
    head, *rest = parts
    if head not in value:
        message = f"This property cannot be expanded ({path})."
        raise Problem(message, param="expand")
    if isinstance(value[head], str):
        found = ledger.find(value[head])
        value[head] = public(found) if found else value[head]
    elif head == "payments" and value.get("object") == "invoice":
        value[head] = _payments(ledger, value["id"])
    inner = value[head]
    for each in inner if isinstance(inner, list) else [inner]:
        if isinstance(each, dict):
            _expand(ledger, each, rest, path)


def _payments(ledger: Ledger, invoice_id: str) -> Document:
    found = [each for each in ledger.every("invoice_payment") if each["invoice"] == invoice_id]
    return page(found, {"limit": _HIGHEST_LIMIT}, "/v1/invoice_payments")


def _position(objects: list[Document], id: str, param: str) -> int:  # noqa: A002 - the word of every vendor API
    for position, each in enumerate(objects):
        if each["id"] == id:
            return position
    word = objects[0]["object"] if objects else "object"
    raise no_such(word, id, param=param)
