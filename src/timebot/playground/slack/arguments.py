"""The arguments of a Web API call, as they come by query, form or JSON."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any

from timebot.playground.slack.faults import SlackFault
from timebot.playground.store import Document

_TRUE = (True, "true", "1", 1)


class Arguments:
    """Arguments by name; those that are None or empty text count as absent."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) not in (None, "")

    def text(self, name: str) -> str | None:
        """Return an argument as text, or None."""
        return str(self._values[name]) if name in self else None

    def required(self, name: str, error: str = "invalid_arguments") -> str:
        """Return an argument as text.

        Raises:
            SlackFault: with `error` if it is absent.
        """
        value = self.text(name)
        if value is None:
            raise SlackFault(error, [f"[ERROR] missing required field: {name}"])
        return value

    def flag(self, name: str) -> bool:
        """Return an argument as yes or no."""
        return self._values.get(name) in _TRUE

    def number(self, name: str, default: int) -> int:
        """Return an argument as a whole number.

        Raises:
            SlackFault: `invalid_arguments`.
        """
        try:
            return int(self.text(name) or default)
        except ValueError:
            raise SlackFault("invalid_arguments", [f"[ERROR] must be a number: {name}"]) from None

    def json(self, name: str, error: str) -> Any:  # noqa: ANN401 - JSON values of many kinds
        """Return an argument that is JSON, or text that holds JSON; None if it is absent.

        Raises:
            SlackFault: with `error` if it is not JSON.
        """
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise SlackFault(error, [f"[ERROR] not valid JSON: {name}"]) from None


def one_page(
    name: str, items: Sequence[Document | str], arguments: Arguments, default_limit: int
) -> Document:
    """Return one page of a list under `name`, with the cursor of the next one.

    https://docs.slack.dev/apis/web-api/pagination

    Raises:
        SlackFault: `invalid_cursor` or `invalid_limit`.
    """
    limit = arguments.number("limit", default_limit)
    if not 0 < limit <= 1000:
        raise SlackFault("invalid_limit")
    start = _position(arguments.text("cursor"))
    end = start + limit
    cursor = base64.b64encode(b"next:%d" % end).decode() if end < len(items) else ""
    return {name: list(items[start:end]), "response_metadata": {"next_cursor": cursor}}


def _position(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        return int(base64.b64decode(cursor).decode().removeprefix("next:"))
    except (binascii.Error, ValueError):
        raise SlackFault("invalid_cursor") from None
