"""A setting: one thing about a workspace that a person sets, and how it is read and told."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from timebot.team import typed_values as read
from timebot.team.models import Workspace

Columns = dict[str, object]
Shape = Literal["word", "words", "text"]


@dataclass(frozen=True)
class Setting:
    """One thing that a person sets.

    Attributes:
        name: its key in a mapping of changes; most are columns.
        label: how people call it.
        typed: the words that begin it in a text, the first one in examples.
        example: a value as typed.
        read: turns what was given into columns; raises a Refusal.
        columns: the columns it sets.
        show: tells a workspace's value in words.
        shape: whether its typed value is one word, words up to a comma, or the rest of the line.
        is_optional: whether it can be emptied with `none`.
    """

    name: str
    label: str
    typed: tuple[str, ...]
    example: str
    read: Callable[[object], Columns]
    columns: tuple[str, ...]
    show: Callable[[Workspace], str]
    shape: Shape = "word"
    is_optional: bool = False

    def values(self, given: object) -> Columns:
        """Return the columns for what was given, or empty ones where it may be emptied.

        Raises:
            Refusal: if it cannot be used.
        """
        if self.is_optional and read.is_nothing(given):
            return dict.fromkeys(self.columns)
        return self.read(given)


def of_column(
    column: str,
    typed: str,
    example: str,
    reader: Callable[..., object],
    *,
    label: str | None = None,
    shape: Shape = "word",
    is_optional: bool = False,
    show: Callable[[object], str] = str,
) -> Setting:
    """Describe a setting of one column.

    Args:
        column: the column, which is also its name.
        typed: the words that begin it in a text, separated by commas.
        example: a value as typed.
        reader: reads the value; it is told the label as `what`, save for zone and currency.
        label: how people call it, where that is not the first of the typed words.
        shape: see `Setting`.
        is_optional: see `Setting`.
        show: tells a value in words.
    """
    words = tuple(typed.split(", "))
    called = label or words[0]
    takes_label = reader not in (read.read_zone, read.read_currency)
    reading = partial(reader, what=called) if takes_label else reader

    def shown(workspace: Workspace) -> str:
        value = getattr(workspace, column)
        return "none" if value is None else show(value)

    return Setting(
        column,
        called,
        words,
        example,
        lambda given: {column: reading(given)},
        (column,),
        shown,
        shape,
        is_optional,
    )
