"""Checks a request against the parameter types of the installed SDK, and gives values their type.

Two prototypes were compared (reference: request validators); this is the one that needs no
download and follows the pinned version exactly.
"""

import ast
import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation

from timebot.playground.store import Document
from timebot.playground.stripe import sdk
from timebot.playground.stripe.problems import Problem

Value = str | int | bool | Decimal | Document | list["Value"]
Raw = str | Document

_INTEGER = re.compile(r"-?\d{1,18}")
_OPTIONAL = "NotRequired"
_DICTS = ("Dict", "UntypedStripeObject")


def check(module: str, raw: Document) -> Document:
    """Return the parameters with their types, checked against the types of a request.

    Args:
        module: the SDK's module of the request, such as `invoice_create`.
        raw: the decoded form.

    Raises:
        Problem: for an unknown, missing or malformed parameter.
    """
    name = "".join(word.title() for word in module.rpartition("/")[2].split("_")) + "Params"
    return _Checker(sdk.parameter_types(module)).fields(name, raw, "")


class _Checker:
    """Walks types and values side by side."""

    def __init__(self, types: dict[str, sdk.Fields]) -> None:
        self._types = types

    def fields(self, name: str, raw: Document, where: str) -> Document:
        known = self._types[name]
        for field in raw:
            if field not in known:
                # https://docs.stripe.com/error-codes: parameter_unknown
                message = f"Received unknown parameter: {_join(where, field)}"
                raise Problem(message, code="parameter_unknown", param=_join(where, field))
        for field, annotation in known.items():
            if field not in raw and _head(annotation) != _OPTIONAL:
                message = f"Missing required param: {_join(where, field)}."
                raise Problem(message, code="parameter_missing", param=_join(where, field))
        return {
            field: self._value(_choices(known[field]), value, _join(where, field))
            for field, value in raw.items()
        }

    def _value(self, choices: Sequence[ast.expr], raw: Raw, where: str) -> Value:
        if isinstance(raw, str):
            return _scalar(choices, raw, where)
        for choice in choices:
            if isinstance(choice, ast.Subscript) and _head(choice) == "List":
                return self._list(choice, raw, where)
            if _head(choice) in _DICTS:
                return _texts(raw, where)
            if isinstance(choice, ast.Name) and choice.id in self._types:
                return self.fields(choice.id, raw, where)
        message = f"Invalid value for {where}: it has no parts."
        raise Problem(message, param=where)

    def _list(self, choice: ast.Subscript, raw: Document, where: str) -> list[Value]:
        if set(raw) != {str(number) for number in range(len(raw))}:
            message = "Invalid array"
            raise Problem(message, param=where)
        inner = _choices(choice.slice)
        return [self._value(inner, raw[str(n)], f"{where}[{n}]") for n in range(len(raw))]


def _texts(raw: Document, where: str) -> Document:
    for key, value in raw.items():
        if not isinstance(value, str):
            message = f"Invalid string: {_join(where, key)}"
            raise Problem(message, param=_join(where, key))
    return raw


def _scalar(choices: Sequence[ast.expr], raw: str, where: str) -> Value:
    literals = [value for choice in choices for value in _literals(choice)]
    if raw == "":
        if "" in literals:
            return ""
        message = (
            f"You passed an empty string for '{where}'. We assume empty values are an attempt to "
            f"unset a parameter; however '{where}' cannot be unset."
        )
        raise Problem(message, code="parameter_invalid_empty", param=where)
    named = [value for value in literals if value]
    # The SDK leaves its lists of words open for later versions; this server plays one version.
    if named and raw not in named:
        message = f"Invalid {where}: must be one of {', '.join(named)}"
        raise Problem(message, param=where)
    names = [choice.id for choice in choices if isinstance(choice, ast.Name)]
    for name in names:
        if name in _READERS:
            return _READERS[name](raw, where)
    if named:
        return raw
    message = "Invalid array" if any(_head(c) == "List" for c in choices) else "Invalid object"
    raise Problem(message, param=where)


def _choices(annotation: ast.expr) -> list[ast.expr]:
    """Return the alternatives of a type, with quotes and `NotRequired` taken off."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return _choices(ast.parse(annotation.value, mode="eval").body)
    if isinstance(annotation, ast.BinOp):
        return [*_choices(annotation.left), *_choices(annotation.right)]
    if isinstance(annotation, ast.Subscript) and _head(annotation) in {_OPTIONAL, "Union"}:
        inner = annotation.slice
        members = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        return [choice for member in members for choice in _choices(member)]
    return [annotation]


def _literals(choice: ast.expr) -> list[str]:
    if _head(choice) != "Literal" or not isinstance(choice, ast.Subscript):
        return []
    inner = choice.slice
    members = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    return [str(member.value) for member in members if isinstance(member, ast.Constant)]


def _head(annotation: ast.expr) -> str:
    if isinstance(annotation, ast.Subscript) and isinstance(annotation.value, ast.Name):
        return annotation.value.id
    return ""


def _join(where: str, field: str) -> str:
    return f"{where}[{field}]" if where else field


def _integer(raw: str, where: str) -> int:
    if _INTEGER.fullmatch(raw) is None:
        message = f"Invalid integer: {raw}"
        raise Problem(message, code="parameter_invalid_integer", param=where)
    return int(raw)


def _boolean(raw: str, where: str) -> bool:
    if raw not in {"true", "false"}:
        message = f"Invalid boolean: {raw}"
        raise Problem(message, param=where)
    return raw == "true"


def _decimal(raw: str, where: str) -> Decimal:
    try:
        return Decimal(raw)
    except InvalidOperation:
        message = f"Invalid decimal: {raw}"
        raise Problem(message, param=where) from None


def _text(raw: str, _where: str) -> str:
    return raw


_READERS: dict[str, Callable[[str, str], str | int | bool | Decimal]] = {
    "int": _integer,
    "bool": _boolean,
    "Decimal": _decimal,
    # A percentage is the only float of the API; it is read exactly all the same.
    "float": _decimal,
    "str": _text,
}
