"""Merging: the rows of an import that speak of one client become one, and may not disagree."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from timebot.clients.clients_csv import ImportRow
from timebot.clients.names import name_key

PROJECT_COLUMNS = frozenset("project project_rate budget billable external_ref".split())


@dataclass
class Said:
    """What the file says about a client or project.

    Attributes:
        name: its name as written first.
        number: the row that named it first.
        cells: what is said, by column, with the row that said it.
    """

    name: str
    number: int
    cells: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The name as compared."""
        return name_key(self.name)

    def take(self, number: int, cells: dict[str, str], faults: list[str]) -> None:
        """Take what another row says; where it says something else, a fault is noted."""
        for column, text in cells.items():
            row, before = self.cells.setdefault(column, (number, text))
            if name_key(before) != name_key(text):
                what = column.replace("_", " ")
                faults.append(
                    f"Row {number}: {self.name} has {what} {text}, but {before} in row {row}."
                )

    def texts(self, *columns: str) -> dict[str, str]:
        """Return what is said in the columns."""
        return {name: self.cells[name][1] for name in columns if name in self.cells}


@dataclass
class ClientSaid(Said):
    """What the file says about a client and its projects, which are kept by their keys."""

    projects: dict[str, Said] = field(default_factory=dict)


def merge(rows: Iterable[ImportRow], faults: list[str]) -> list[ClientSaid]:
    """Return the clients of the file in its order; faults are noted."""
    clients: dict[str, ClientSaid] = {}
    for row in rows:
        name = row.cells["client"]
        client = clients.setdefault(name_key(name), ClientSaid(name, row.number))
        own = {column: text for column, text in row.cells.items() if column not in PROJECT_COLUMNS}
        client.take(row.number, {**own, "client": client.name}, faults)
        _take_project(client, row, faults)
    return list(clients.values())


def _take_project(client: ClientSaid, row: ImportRow, faults: list[str]) -> None:
    cells = {column: text for column, text in row.cells.items() if column in PROJECT_COLUMNS}
    name = cells.pop("project", None)
    if name is not None:
        project = client.projects.setdefault(name_key(name), Said(name, row.number))
        project.take(row.number, cells, faults)
    elif cells:
        what = " and ".join(column.replace("_", " ") for column in sorted(cells))
        faults.append(f"Row {row.number}: it has a {what}, but names no project.")
