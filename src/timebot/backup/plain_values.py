"""Turns the values of columns into plain JSON and back; it reads alike from both databases."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, DateTime, LargeBinary, Uuid
from sqlalchemy.types import JSON, TypeEngine

Plain = str | int | None
Convert = Callable[[Any], Any]


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def _document(value: Any) -> str:  # noqa: ANN401 - JSON values of many kinds
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _bytes(value: bytes) -> str:
    return b64encode(value).decode()


# SQLite keeps all but bytes as text and numbers in just the form that is written here.
_BOTH_WAYS: tuple[tuple[type[TypeEngine[Any]], Convert, Convert], ...] = (
    (Uuid, str, UUID),
    (DateTime, _instant, datetime.fromisoformat),
    (Date, date.isoformat, date.fromisoformat),
    (Boolean, int, bool),
    (JSON, _document, json.loads),
    (LargeBinary, _bytes, b64decode),
)


def writer_for(kind: TypeEngine[Any]) -> Convert:
    """Return what turns a value of a column of this type into plain JSON; None stays None."""
    return _unless_none(
        next((out for type_, out, _ in _BOTH_WAYS if isinstance(kind, type_)), _as_is)
    )


def reader_for(kind: TypeEngine[Any]) -> Convert:
    """Return what turns plain JSON back into a value for a column of this type."""
    return _unless_none(
        next((into for type_, _, into in _BOTH_WAYS if isinstance(kind, type_)), _as_is)
    )


def _as_is(value: Any) -> Any:  # noqa: ANN401 - text and numbers
    return value


def _unless_none(convert: Convert) -> Convert:
    return lambda value: None if value is None else convert(value)
