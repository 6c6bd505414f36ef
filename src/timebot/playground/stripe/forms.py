"""Form bodies as Stripe's clients write them: `lines[0][amount]=100` becomes nested documents."""

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl

from timebot.playground.store import Document
from timebot.playground.stripe.problems import Problem

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")


def decode(text: str) -> Document:
    """Return the nested documents that a form body or query string describes.

    Lists stay documents with the keys "0", "1" and so on, because only the parameter's type can
    tell a list from a document. `name[]=a&name[]=b` counts up by itself.

    Raises:
        Problem: if a key cannot be read.
    """
    result: Document = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        _put(result, _parts(key), value)
    return result


def _parts(key: str) -> list[str]:
    match = _KEY.fullmatch(key)
    if match is None:
        message = f"Invalid parameter name: {key}"
        raise Problem(message, param=key)
    return [match[1], *_PART.findall(match[2])]


def _put(target: Document, parts: Iterable[str], value: str) -> None:
    *path, last = parts
    for part in path:
        inner = target.setdefault(_name(target, part), {})
        if not isinstance(inner, dict):
            message = f"Invalid object: {part}"
            raise Problem(message, param=part)
        target = inner
    target[_name(target, last)] = value


def _name(target: Document, part: str) -> str:
    return part or str(len(target))
