"""Checks that are put together like the JSON they check; faults name the place by JSON pointer."""

import re
from collections.abc import Callable, Mapping
from typing import Any

# A check looks at a value at a place and adds what is wrong to the faults.
Check = Callable[[Any, str, list[str]], None]


def fault(faults: list[str], pointer: str, words: str) -> None:
    """Add a fault in Slack's own manner of speaking."""
    faults.append(f"[ERROR] {words} [json-pointer:{pointer or '/'}]")


def length(text: str) -> int:
    """Return the length in UTF-16 units, the strictest way in which Slack may count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def string(longest: int, *, shortest: int = 1, pattern: str | None = None) -> Check:
    """Check for text of some length, which fully matches a pattern."""

    def check(value: Any, pointer: str, faults: list[str]) -> None:  # noqa: ANN401 - unchecked JSON
        if not isinstance(value, str):
            fault(faults, pointer, "must be a string")
        elif length(value) < shortest:
            fault(faults, pointer, f"must be more than {shortest - 1} characters")
        elif length(value) > longest:
            fault(faults, pointer, f"must be less than {longest + 1} characters")
        elif pattern is not None and not re.fullmatch(pattern, value, re.DOTALL):
            fault(faults, pointer, "has an invalid format")

    return check


def one_of(*values: str) -> Check:
    """Check for one of these words."""

    def check(value: Any, pointer: str, faults: list[str]) -> None:  # noqa: ANN401 - unchecked JSON
        if value not in values:
            fault(faults, pointer, f"must be a valid enum value: {', '.join(values)}")

    return check


def boolean(value: Any, pointer: str, faults: list[str]) -> None:  # noqa: ANN401 - unchecked JSON
    """Check for true or false."""
    if not isinstance(value, bool):
        fault(faults, pointer, "must be a boolean")


def integer(least: int, most: int) -> Check:
    """Check for a whole number between two others."""

    def check(value: Any, pointer: str, faults: list[str]) -> None:  # noqa: ANN401 - unchecked JSON
        if not isinstance(value, int) or isinstance(value, bool):
            fault(faults, pointer, "must be an integer")
        elif not least <= value <= most:
            fault(faults, pointer, f"must be between {least} and {most}")

    return check


def array(item: Check, most: int, *, least: int = 1) -> Check:
    """Check for a list of some length, each of whose items passes."""

    def check(value: Any, pointer: str, faults: list[str]) -> None:  # noqa: ANN401 - unchecked JSON
        if not isinstance(value, list):
            fault(faults, pointer, "must be an array")
            return
        if len(value) > most:
            fault(faults, pointer, f"no more than {most} items allowed")
        if len(value) < least:
            fault(faults, pointer, f"at least {least} items required")
        for index, each in enumerate(value):
            item(each, f"{pointer}/{index}", faults)

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """Check for an object with just these fields."""
    known = {**required, **(optional or {})}

    def check(value: Any, pointer: str, faults: list[str]) -> None:  # noqa: ANN401 - unchecked JSON
        if not isinstance(value, dict):
            fault(faults, pointer, "must be an object")
            return
        for name in required:
            if name not in value:
                fault(faults, pointer, f"missing required field: {name}")
        for name, each in value.items():
            if name in known:
                known[name](each, f"{pointer}/{name}", faults)
            else:
                fault(faults, pointer, f"invalid additional property: {name}")

    return check


def by_type(checks: Mapping[str, Check]) -> Check:
    """Check for an object whose `type` says which of these checks it must pass."""

    def check(value: Any, pointer: str, faults: list[str]) -> None:  # noqa: ANN401 - unchecked JSON
        if not isinstance(value, dict):
            fault(faults, pointer, "must be an object")
        elif value.get("type") not in checks:
            fault(faults, f"{pointer}/type", f"unsupported type: {value.get('type')}")
        else:
            checks[value["type"]](value, pointer, faults)

    return check


def both(*checks: Check) -> Check:
    """Check for all of these; a later one is asked only when the earlier found nothing."""

    def check(value: Any, pointer: str, faults: list[str]) -> None:  # noqa: ANN401 - unchecked JSON
        before = len(faults)
        for each in checks:
            each(value, pointer, faults)
            if len(faults) > before:
                return

    return check


def any_field(*names: str) -> Check:
    """Check that an object has one of these fields at least."""

    def check(value: Any, pointer: str, faults: list[str]) -> None:  # noqa: ANN401 - unchecked JSON
        if not any(name in value for name in names):
            fault(faults, pointer, f"missing required field: {' or '.join(names)}")

    return check
