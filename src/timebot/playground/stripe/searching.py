"""Search, which is behind the truth.

"Don't use search in read-after-write flows … data is searchable in less than a minute" [the SDK's
own text]. What is younger than that is therefore not found here.

Source: https://docs.stripe.com/search#search-query-language
"""

import re
from collections.abc import Callable
from typing import Any

from timebot.playground.store import Document
from timebot.playground.stripe.account import Account, Call
from timebot.playground.stripe.ledger import public
from timebot.playground.stripe.problems import Problem

_BEHIND_SECONDS = 60
_DEFAULT_LIMIT, _HIGHEST_LIMIT = 10, 100
_CLAUSE = re.compile(
    r"""(?P<no>-)?(?P<field>\w+)(?:\[["'](?P<key>[^"']+)["']\])?\s*(?P<word>:|~|>=|<=|>|<)\s*"""
    r"""(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>\w+))"""
)
_JOINT = re.compile(r"\s+(AND|OR)\s+|\s+")
_FIELDS = {
    "invoice": frozenset("created currency customer metadata number status total".split()),
    "customer": frozenset("created email metadata name phone".split()),
}
_COMPARE: dict[str, Callable[[Any, str], bool]] = {
    ":": lambda value, wanted: str(value).lower() == wanted.lower(),
    "~": lambda value, wanted: wanted.lower() in str(value).lower(),
    ">": lambda value, wanted: value > int(wanted),
    ">=": lambda value, wanted: value >= int(wanted),
    "<": lambda value, wanted: value < int(wanted),
    "<=": lambda value, wanted: value <= int(wanted),
}


def invoices(account: Account, call: Call) -> Document:
    """Return the invoices that a query finds."""
    return _search(account, call, "invoice")


def customers(account: Account, call: Call) -> Document:
    """Return the customers that a query finds."""
    return _search(account, call, "customer")


def _search(account: Account, call: Call, kind: str) -> Document:
    limit, first = call.params.get("limit", _DEFAULT_LIMIT), int(call.params.get("page", "0"))
    if not 1 <= limit <= _HIGHEST_LIMIT:
        message = f"Invalid limit: it must be between 1 and {_HIGHEST_LIMIT}."
        raise Problem(message, code="parameter_invalid_integer", param="limit")
    clauses, joint = _read(call.params["query"], kind)
    indexed = account.ledger.now() - _BEHIND_SECONDS
    found = [
        each
        for each in account.ledger.every(kind)
        if each["created"] <= indexed and joint(_holds(clause, each) for clause in clauses)
    ]
    has_more = len(found) > first + limit
    return {
        "object": "search_result",
        "data": [public(each) for each in found[first : first + limit]],
        "has_more": has_more,
        "next_page": str(first + limit) if has_more else None,
        "url": call.path,
    }


def _read(query: str, kind: str) -> tuple[list[re.Match[str]], Callable[..., bool]]:
    clauses, joints, position = [], set(), 0
    while position < len(query):
        clause = _CLAUSE.match(query, position)
        if clause is None or clause["field"] not in _FIELDS[kind]:
            message = f"We were unable to parse your search query: {query}"
            raise Problem(message, param="query")
        clauses.append(clause)
        joint = _JOINT.match(query, clause.end())
        position = joint.end() if joint else len(query)
        if joint:
            joints.add(joint[1] or "AND")
    if not clauses or len(joints) > 1:
        # "You can't combine AND and OR", says the documentation.
        message = "A query needs clauses that are joined by AND, or by OR, but not by both."
        raise Problem(message, param="query")
    return clauses, any if joints == {"OR"} else all


def _holds(clause: re.Match[str], document: Document) -> bool:
    value = document[clause["field"]]
    if clause["key"] is not None:
        value = (value or {}).get(clause["key"])
    wanted = next(
        clause[name] or "" for name in ("double", "single", "bare") if clause[name] is not None
    )
    if clause["bare"] == "null":
        holds = value is None
    else:
        holds = value is not None and _COMPARE[clause["word"]](value, wanted)
    return holds != bool(clause["no"])
