"""Text objects, options and confirmation dialogs."""

from typing import Any

from timebot.playground.slack.blockkit.checks import (
    Check,
    array,
    boolean,
    by_type,
    fault,
    one_of,
    shape,
    string,
)

_TEXT_LIMIT = 3000
# https://docs.slack.dev/reference/block-kit/composition-objects/option-object
_OPTION_TEXT = 75
_OPTION_VALUE = 150
_OPTIONS = 100


def plain_text(longest: int = _TEXT_LIMIT) -> Check:
    """Check for a plain text object."""
    return by_type({"plain_text": _plain(longest)})


def any_text(longest: int = _TEXT_LIMIT) -> Check:
    """Check for a text object, plain or with markup."""
    return by_type({"plain_text": _plain(longest), "mrkdwn": _mrkdwn(longest)})


def _plain(longest: int) -> Check:
    fields = {"type": one_of("plain_text"), "text": string(longest)}
    return shape(fields, {"emoji": boolean})


def _mrkdwn(longest: int) -> Check:
    fields = {"type": one_of("mrkdwn"), "text": string(longest)}
    return shape(fields, {"verbatim": boolean})


def _option(text: Check, **more: Check) -> Check:
    return shape(
        {"text": text, "value": string(_OPTION_VALUE)},
        {"description": text, **more},
    )


OPTION = _option(plain_text(_OPTION_TEXT))
TICK_OPTION = _option(any_text(_OPTION_TEXT))
OVERFLOW_OPTION = _option(plain_text(_OPTION_TEXT), url=string(_TEXT_LIMIT))
OPTIONS = array(OPTION, _OPTIONS)
OPTION_GROUPS = array(
    shape({"label": plain_text(_OPTION_TEXT), "options": OPTIONS}),
    _OPTIONS,
)
CONFIRM = shape(
    {
        "title": plain_text(100),
        "text": any_text(300),
        "confirm": plain_text(30),
        "deny": plain_text(30),
    },
    {"style": one_of("primary", "danger")},
)
PLACEHOLDER = plain_text(150)


def initial_is_offered(element: Any, pointer: str, faults: list[str]) -> None:  # noqa: ANN401 - unchecked JSON
    """Check that what is chosen at first is among the options, letter by letter."""
    offered = list(element.get("options", []))
    for group in element.get("option_groups", []):
        offered += group["options"]
    chosen = list(element.get("initial_options", []))
    if "initial_option" in element:
        chosen.append(element["initial_option"])
    for option in chosen:
        if option not in offered:
            fault(faults, pointer, "initial option is not among the options")


def options_xor_groups(element: Any, pointer: str, faults: list[str]) -> None:  # noqa: ANN401 - unchecked JSON
    """Check that a static select has options or groups of them, and not both."""
    if ("options" in element) == ("option_groups" in element):
        fault(faults, pointer, "exactly one of options and option_groups is required")
