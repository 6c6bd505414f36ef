"""Interactive elements: buttons, selects, pickers and input fields."""

from typing import Any

from timebot.playground.slack.blockkit.checks import (
    Check,
    any_field,
    array,
    boolean,
    both,
    fault,
    integer,
    one_of,
    shape,
    string,
)
from timebot.playground.slack.blockkit.texts import (
    CONFIRM,
    OPTION,
    OPTION_GROUPS,
    OPTIONS,
    OVERFLOW_OPTION,
    PLACEHOLDER,
    TICK_OPTION,
    initial_is_offered,
    options_xor_groups,
    plain_text,
)

_ID = string(255)
_WORD = string(255)
_URL = string(3000)
_DATE = string(10, pattern=r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_TIME = string(5, pattern=r"([01]\d|2[0-3]):[0-5]\d")
_NUMBER = string(40, pattern=r"-?\d+(\.\d+)?")
_MANY = 100


def _element(kind: str, required: dict[str, Check], optional: dict[str, Check]) -> Check:
    return shape({"type": one_of(kind), **required}, {"action_id": _ID, **optional})


def _select(kind: str, required: dict[str, Check], optional: dict[str, Check]) -> Check:
    """A select of one, or (`multi_…`) of many."""
    common = {"placeholder": PLACEHOLDER, "confirm": CONFIRM, "focus_on_load": boolean}
    if kind.startswith("multi_"):
        common["max_selected_items"] = integer(1, _MANY)
    return _element(kind, required, {**common, **optional})


def _static(kind: str, initial: dict[str, Check]) -> Check:
    lists = {"options": OPTIONS, "option_groups": OPTION_GROUPS}
    select = _select(kind, {}, {**lists, **initial})
    return both(select, options_xor_groups, initial_is_offered)


def _ticks(kind: str, most: int, initial: dict[str, Check]) -> Check:
    options = {"options": array(TICK_OPTION, most)}
    common = {"confirm": CONFIRM, "focus_on_load": boolean}
    return both(_element(kind, options, {**common, **initial}), initial_is_offered)


def _input(kind: str, required: dict[str, Check], optional: dict[str, Check]) -> Check:
    common: dict[str, Check] = {
        "placeholder": PLACEHOLDER,
        "focus_on_load": boolean,
        "dispatch_action_config": _DISPATCH,
    }
    return _element(kind, required, {**common, **optional})


def _range(low: str, high: str) -> Check:
    def check(value: Any, pointer: str, faults: list[str]) -> None:  # noqa: ANN401 - unchecked JSON
        if low in value and high in value and float(value[low]) > float(value[high]):
            fault(faults, pointer, f"{low} must not be greater than {high}")

    return check


_DISPATCH = shape(
    {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 2)}
)
_FILTER = both(
    shape(
        {},
        {
            "include": array(one_of("im", "mpim", "private", "public"), 4),
            "exclude_external_shared_channels": boolean,
            "exclude_bot_users": boolean,
        },
    ),
    any_field("include", "exclude_external_shared_channels", "exclude_bot_users"),
)
_CONVERSATIONS: dict[str, Check] = {
    "default_to_current_conversation": boolean,
    "response_url_enabled": boolean,
    "filter": _FILTER,
}
_MANY_CONVERSATIONS = {k: v for k, v in _CONVERSATIONS.items() if k != "response_url_enabled"}
_EXTERNAL: dict[str, Check] = {"min_query_length": integer(0, 3000)}

IMAGE: Check = both(
    shape(
        {"type": one_of("image"), "alt_text": string(2000)},
        {"image_url": _URL, "slack_file": shape({}, {"id": _WORD, "url": _URL})},
    ),
    any_field("image_url", "slack_file"),
)

BUTTON: Check = _element(
    "button",
    {"text": plain_text(75)},
    {
        "value": string(2000),
        "url": _URL,
        "style": one_of("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
    },
)

OVERFLOW: Check = _element("overflow", {"options": array(OVERFLOW_OPTION, 5)}, {"confirm": CONFIRM})

# These go into sections, actions and inputs.
# https://docs.slack.dev/reference/block-kit/block-elements
CHOICES: dict[str, Check] = {
    "static_select": _static("static_select", {"initial_option": OPTION}),
    "multi_static_select": _static(
        "multi_static_select", {"initial_options": array(OPTION, _MANY)}
    ),
    "external_select": _select("external_select", {}, {**_EXTERNAL, "initial_option": OPTION}),
    "multi_external_select": _select(
        "multi_external_select", {}, {**_EXTERNAL, "initial_options": array(OPTION, _MANY)}
    ),
    "users_select": _select("users_select", {}, {"initial_user": _WORD}),
    "multi_users_select": _select("multi_users_select", {}, {"initial_users": array(_WORD, _MANY)}),
    "conversations_select": _select(
        "conversations_select", {}, {**_CONVERSATIONS, "initial_conversation": _WORD}
    ),
    "multi_conversations_select": _select(
        "multi_conversations_select",
        {},
        {**_MANY_CONVERSATIONS, "initial_conversations": array(_WORD, _MANY)},
    ),
    "channels_select": _select(
        "channels_select", {}, {"initial_channel": _WORD, "response_url_enabled": boolean}
    ),
    "multi_channels_select": _select(
        "multi_channels_select", {}, {"initial_channels": array(_WORD, _MANY)}
    ),
    "datepicker": _select("datepicker", {}, {"initial_date": _DATE}),
    "timepicker": _select("timepicker", {}, {"initial_time": _TIME, "timezone": _WORD}),
    "checkboxes": _ticks("checkboxes", 10, {"initial_options": array(TICK_OPTION, 10)}),
    "radio_buttons": _ticks("radio_buttons", 10, {"initial_option": TICK_OPTION}),
}

# These stand in input blocks only.
TYPED: dict[str, Check] = {
    "plain_text_input": both(
        _input(
            "plain_text_input",
            {},
            {
                "multiline": boolean,
                "initial_value": string(3000, shortest=0),
                "min_length": integer(0, 3000),
                "max_length": integer(1, 3000),
            },
        ),
        _range("min_length", "max_length"),
    ),
    "number_input": both(
        _input(
            "number_input",
            {"is_decimal_allowed": boolean},
            {"initial_value": _NUMBER, "min_value": _NUMBER, "max_value": _NUMBER},
        ),
        _range("min_value", "max_value"),
    ),
    "email_text_input": _input("email_text_input", {}, {"initial_value": string(3000)}),
    "url_text_input": _input("url_text_input", {}, {"initial_value": string(3000)}),
}
