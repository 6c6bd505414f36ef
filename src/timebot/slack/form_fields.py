"""Fields of modals as a table: how each is asked for, prefilled, and read back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from timebot.slack.blocks import Block, field, option, plain, select, text_field, type_ahead
from timebot.slack.delivery import Delivery

ANNEX_CHOICES = (
    ("none", "None"),
    ("times", "The times of each entry"),
    ("full", "How each amount came to be"),
)
"""What may be chosen for the annex of invoices."""

Kind = Literal["line", "lines", "choice", "day", "time", "channel", "any_channel", "person", "find"]


@dataclass(frozen=True)
class Field:
    """One input of a modal; its name is the block id, so that faults appear under it.

    Attributes:
        name: the key of what is changed.
        label: how people call it.
        kind: which element asks for it; `channel` offers private channels of this firm only.
        hint: small text below.
        is_optional: whether it may stay empty.
        choices: value and label, for a choice.
        finds: the act whose options a type-ahead shows, for find.
    """

    name: str
    label: str
    kind: Kind = "line"
    hint: str = ""
    is_optional: bool = False
    choices: Sequence[tuple[str, str]] = ()
    finds: str = ""

    def draw(self, initial: str | None = None, *, shown: str = "") -> Block:
        """Return the input, prefilled; `shown` is the label of a prefilled type-ahead."""
        element = self._element(initial or "", shown)
        return field(self.name, self.label, element, hint=self.hint, optional=self.is_optional)

    def _element(self, initial: str, shown: str) -> Block:
        if self.kind in {"line", "lines"}:
            return text_field(initial=initial, many_lines=self.kind == "lines")
        if self.kind == "choice":
            options = {value: option(label, value) for value, label in self.choices}
            return select("value", list(options.values()), chosen=options.get(initial))
        if self.kind == "find":
            chosen = option(shown, initial) if initial else None
            return type_ahead(self.finds, chosen=chosen)
        return _picker(self.kind, initial)


def draw_fields(fields: Iterable[Field], initial: Mapping[str, str | None]) -> list[Block]:
    """Return the inputs of some fields, prefilled."""
    return [each.draw(initial.get(each.name)) for each in fields]


def read_fields(fields: Iterable[Field], delivery: Delivery) -> dict[str, object]:
    """Return what was filled in, by name; a field left empty is None.

    A modal of an older version may lack a field; that one is left out.
    """
    return {
        each.name: _stripped(delivery.state[each.name])
        for each in fields
        if each.name in delivery.state
    }


def filled(delivery: Delivery, name: str) -> str:
    """Return what was filled into one field, or an empty text."""
    return (delivery.state.get(name) or "").strip()


def _stripped(value: str | None) -> str | None:
    return (value or "").strip() or None


_PICKERS = {
    "day": ("datepicker", "initial_date", "Choose a day"),
    "time": ("timepicker", "initial_time", "Choose a time"),
    "person": ("users_select", "initial_user", "Choose a person"),
    "channel": ("conversations_select", "initial_conversation", "Choose a channel"),
    "any_channel": ("conversations_select", "initial_conversation", "Choose a channel"),
}
_OFFERED = {
    # Amounts go to people of this firm only (rules.md, Rights).
    "channel": {"include": ["private"], "exclude_external_shared_channels": True},
    "any_channel": {"include": ["public", "private"]},
}


def _picker(kind: str, initial: str) -> Block:
    element_type, initial_key, placeholder = _PICKERS[kind]
    element: Block = {
        "type": element_type,
        "action_id": "value",
        "placeholder": plain(placeholder),
    }
    if initial:
        element[initial_key] = initial
    if kind in _OFFERED:
        element["filter"] = _OFFERED[kind]
    return element
