"""Output: tables for a terminal, JSON for programs."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from timebot.money import Money

WIDE = 200
"""How wide a table may be where nobody looks: nothing is folded in a pipe."""


def print_json(value: object) -> None:
    """Print a value for programs."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_table(
    head: Sequence[str], rows: Iterable[Sequence[str]], *, total: Sequence[str] | None = None
) -> None:
    """Print a table: the first column to the left, figures to the right.

    Args:
        head: names of the columns; those that begin with `<` stand to the left.
        rows: what is in them; never read as markup.
        total: a last row, set apart.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, name in enumerate(head):
        is_left = place == 0 or name.startswith("<")
        table.add_column(name.lstrip("<"), justify="left" if is_left else "right", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    if total is not None:
        table.add_section()
        table.add_row(*(Text(cell, "bold") for cell in total))
    print_wide(table)


def print_wide(table: Table) -> None:
    """Print a table as wide as the terminal, or as wide as it needs where there is none."""
    Console(width=None if sys.stdout.isatty() else WIDE).print(table)


def hours(seconds: int) -> str:
    """Return seconds as hours and minutes, such as `12:05`; whole minutes, rounded down."""
    minutes = seconds // 60
    return f"{minutes // 60}:{minutes % 60:02}"


def money_json(money: Money) -> dict[str, Any]:
    """Return an amount for programs: minor units, the currency, and how it reads."""
    return {"minor": money.minor, "currency": money.currency, "text": str(money)}


def amounts(sums: Sequence[Money]) -> str:
    """Return amounts of several currencies as one cell."""
    return "\n".join(map(str, sums)) or "-"
