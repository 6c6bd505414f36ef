"""One way to write a value as JSON, so that equal values have equal digests."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

Json = dict[str, "Json"] | list["Json"] | str | int | bool | None
"""What a Document column takes; floats are left out, because they do not survive unchanged."""


def as_json(value: object) -> Json:
    """Return the value as plain JSON: ids and dates become text, tuples and sets become lists.

    Raises:
        TypeError: if it is or holds something else, such as a float.
    """
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((as_json(item) for item in value), key=str)
    message = f"{type(value).__name__} has no place in JSON"
    raise TypeError(message)


def as_facts(facts: Mapping[str, object]) -> dict[str, Json]:
    """Return the facts as plain JSON under text keys, as `as_json` does."""
    return {key: as_json(item) for key, item in facts.items()}


def digest(value: object) -> str:
    """Return the SHA-256 of the value's canonical JSON, in hexadecimal."""
    text = json.dumps(as_json(value), ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()
