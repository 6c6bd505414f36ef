"""The fields of clients and projects that a person sets: how each is read and told."""

from collections.abc import Callable, Mapping
from functools import partial

from timebot.clients.models import LINE_GROUPINGS, Client, Project
from timebot.clients.names import clean_name, name_key
from timebot.errors import Refusal
from timebot.team import typed_values as read
from timebot.team.models import ANNEX_DETAILS
from timebot.team.rounding_rule import RoundingRule, parse_rounding

Columns = dict[str, object]
Reader = Callable[[object], object]

NO_ROUNDING: Columns = dict.fromkeys(
    ("rounding_increment", "rounding_mode", "rounding_minimum", "rounding_scope")
)


class FieldsRefused(Refusal):
    """One or more fields cannot be as asked; nothing was changed.

    Attributes:
        faults: one sentence for each, by the field's name.
    """

    def __init__(self, faults: Mapping[str, str]) -> None:
        self.faults = dict(faults)
        super().__init__("\n".join(self.faults.values()))


def _aliases(given: object) -> list[str]:
    parts = given.replace(";", ",").split(",") if isinstance(given, str) else given
    if not isinstance(parts, list | tuple):
        raise read.ValueUnusable("Other names are a list such as Acme Inc, ACM.")
    names = [clean_name(str(part), what="client") for part in parts if str(part).strip()]
    return list({name_key(name): name for name in names}.values())


def _line(what: str, most: int = 200) -> Reader:
    return partial(read.read_line, what=what, most=most)


def _choice(what: str, *choices: str) -> Reader:
    return partial(read.read_choice, what=what, choices=choices)


def _annex_detail(given: object) -> str | None:
    """Return a detail of the client's own; nothing (or `inherit`) means the firm's.

    Here `none` is a choice: no annex, whatever the firm's is.
    """
    if given is None or str(given).strip().casefold() in {"", "inherit"}:
        return None
    return read.read_choice(given, what="annex", choices=ANNEX_DETAILS)


_CLIENT_READERS: dict[str, Reader] = {
    "name": lambda given: clean_name(str(given), what="client"),
    "aliases": _aliases,
    "emails": partial(read.read_emails, what="e-mail"),
    "currency": read.read_currency,
    "locale": partial(read.read_locale, what="locale"),
    "address": partial(read.read_lines, what="address"),
    "tax_id": _line("tax id"),
    "tax_ppm": partial(read.read_percent, what="tax rate"),
    "tax_note": _line("tax note", 500),
    "purchase_order": _line("purchase order"),
    "invoice_series": partial(read.read_series, what="invoice series"),
    "terms_days": partial(read.read_count, what="payment terms", least=0, most=365, unit="day"),
    "collection": _choice("collection", "charge", "send"),
    "is_retainer": partial(read.read_yes, what="retainer"),
    "line_grouping": _choice("line grouping", *LINE_GROUPINGS),
    "annex_detail": _annex_detail,
    "uplift_ceiling_percent": partial(
        read.read_count, what="ceiling for rounding", least=0, most=1000
    ),
}
_PROJECT_READERS: dict[str, Reader] = {
    "name": lambda given: clean_name(str(given), what="project"),
    "aliases": _aliases,
    "billable": _choice("kind", "billable", "no_charge", "internal"),
    "external_ref": _line("reference"),
}
_EMPTY: dict[str, object] = {
    "aliases": [], "address": None, "tax_id": None, "tax_ppm": None, "tax_note": None,
    "purchase_order": None, "invoice_series": None, "terms_days": None,
    "uplift_ceiling_percent": None, "external_ref": None,
}  # fmt: skip

CLIENT_FIELDS = (*_CLIENT_READERS, "rounding")
"""What a person may set about a client."""

PROJECT_FIELDS = (*_PROJECT_READERS, "rounding")
"""What a person may set about a project, besides its budget and state."""


def read_client_fields(changes: Mapping[str, object]) -> Columns:
    """Return the columns of a client for what was given, typed or native.

    Raises:
        FieldsRefused: with every fault.
    """
    return _read(changes, _CLIENT_READERS)


def read_project_fields(changes: Mapping[str, object]) -> Columns:
    """Return the columns of a project for what was given, typed or native.

    Raises:
        FieldsRefused: with every fault.
    """
    return _read(changes, _PROJECT_READERS)


def changed_columns(row: Client | Project, columns: Columns) -> Columns:
    """Return the columns that differ from the row's."""
    return {name: value for name, value in columns.items() if getattr(row, name) != value}


def _read(changes: Mapping[str, object], readers: Mapping[str, Reader]) -> Columns:
    faults: dict[str, str] = {}
    columns: Columns = {}
    for name, given in changes.items():
        try:
            columns |= _columns(name, given, readers)
        except Refusal as refusal:
            faults[name] = refusal.sentence
    if faults:
        raise FieldsRefused(faults)
    if "name" in columns:
        columns["name_key"] = name_key(str(columns["name"]))
    return columns


def _columns(name: str, given: object, readers: Mapping[str, Reader]) -> Columns:
    if name == "rounding":
        return _rounding(given)
    if name not in readers:
        raise read.ValueUnusable(f"There is no field {name} to change.")
    if name in _EMPTY and (read.is_nothing(given) or given == []):
        return {name: _EMPTY[name]}
    return {name: readers[name](given)}


def _rounding(given: object) -> Columns:
    """Return a rule of one's own; nothing (or `inherit`) means the rule of the level above."""
    if given is None or (isinstance(given, str) and given.strip().casefold() in {"", "inherit"}):
        return dict(NO_ROUNDING)
    rule = given if isinstance(given, RoundingRule) else parse_rounding(str(given))
    return dict(rule.columns)
