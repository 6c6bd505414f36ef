"""Every refusal says what to do next: in its sentence, by an example, or by a button."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "timebot"

ADVICE = re.compile(
    r"(?:^|[.,;:]\s+|\band |\bor |\bso )(?:please |then |now )?"
    r"(?:add|ask|cancel|credit|check|choose|close|correct|edit|give|install|invite|lift|look|make|mark|mend"
    r"|move|name|open|pick|press|record|release|remove|reopen|restore|run|say|set|shorten|start|stop"
    r"|submit|take|tell|trim|try|type|untick|use|void|wait|withdraw|write)\b"
    r"|\byou can\b|\bask\b|\bmust be\b|\bcan be\b|: timebot |\bto settle\b|\bneeds\b"
    r"|\bdecide\b",
    re.IGNORECASE,
)
"""An order, or what is possible instead."""


@dataclass(frozen=True)
class Raised:
    """A refusal as the code makes it.

    Attributes:
        where: file, line and class.
        sentence: its words; what is filled in is left out.
        offers: whether an example or a button goes with it.
    """

    where: str
    sentence: str
    offers: bool


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE), ast.parse(path.read_text("utf-8"))


def classes_of_refusals() -> dict[str, tuple[Path, ast.ClassDef]]:
    """Return every class below Refusal, by name."""
    found = {
        node.name: (path, node)
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }

    def is_refusal(name: str) -> bool:
        if name == "Refusal":
            return True
        _, node = found.get(name, (None, None))
        return node is not None and any(is_refusal(ast.unparse(base)) for base in node.bases)

    return {name: each for name, each in found.items() if name != "Refusal" and is_refusal(name)}


def words_in(node: ast.AST) -> str:
    """Return all text in an expression, in order."""
    return "".join(
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    )


def call_as_raised(where: str, call: ast.Call, function: ast.AST) -> Raised:
    given = {keyword.arg for keyword in call.keywords}
    offers = bool(given & {"example", "ways_out"})
    # A sentence that is put together before stands in the function that does it.
    text = words_in(call) if any(isinstance(one, ast.Name) for one in call.args) else ""
    return Raised(where, words_in(call) + (text and words_in(function)), offers)


def raised_by_classes() -> Iterator[Raised]:
    for name, (path, node) in classes_of_refusals().items():
        for function in node.body:
            if isinstance(function, ast.FunctionDef) and function.name == "__init__":
                for call in calls_to_super(function):
                    yield call_as_raised(f"{path}:{node.lineno} {name}", call, function)


def raised_bare() -> Iterator[Raised]:
    """Yield the refusals that are raised with a sentence of their own."""
    bare = {"Refusal"} | {
        name
        for name, (_, node) in classes_of_refusals().items()
        if not any(isinstance(each, ast.FunctionDef) for each in node.body)
    }
    for path, tree in trees():
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                    name = ast.unparse(node.exc.func)
                    if name in bare and words_in(node.exc):
                        where = f"{path}:{node.lineno} {name}"
                        yield call_as_raised(where, node.exc, function)


def calls_to_super(function: ast.FunctionDef) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "super().__init__":
            yield node


NOTHING_TO_DO: Mapping[str, str] = {
    "PartUnclear": "is told what to write by the code that reads the part",
    "AtField": "repeats the sentence of another refusal under its field",
    "FieldsRefused": "lists the sentences of other refusals",
    "ImportFaulty": "lists the sentences of other refusals",
    "SettingsFaulty": "lists the sentences of other refusals",
    "NoOwner": "says who becomes the owner, and by what",
    "LogoUnusable": "ends with what to use instead",
}
"""Refusals whose own words say nothing of what to do, each with its reason."""


def test_every_refusal_says_what_to_do_next() -> None:
    lacking = [
        f"{one.where}: {one.sentence}"
        for one in (*raised_by_classes(), *raised_bare())
        if not one.offers
        and not ADVICE.search(one.sentence)
        and one.where.rpartition(" ")[2] not in NOTHING_TO_DO
    ]

    assert lacking == []


@pytest.mark.parametrize("name", sorted(NOTHING_TO_DO))
def test_every_exception_is_still_needed(name: str) -> None:
    assert name in classes_of_refusals()
