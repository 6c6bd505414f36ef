"""Reads Stripe's own description of its API out of the installed package, without importing it.

Nobody here wrote those types, so a request that agrees with them agrees with the pinned version of
the API, and not merely with our memory of it.
"""

import ast
from functools import cache
from importlib.util import find_spec
from pathlib import Path

Fields = dict[str, ast.expr]


@cache
def _package() -> Path:
    spec = find_spec("stripe")
    if spec is None or spec.origin is None:
        message = "The package stripe is not installed."
        raise RuntimeError(message)
    return Path(spec.origin).parent


@cache
def parameter_types(module: str) -> dict[str, Fields]:
    """Return the fields of every TypedDict in a module such as `invoice_create`."""
    folder, _, name = module.rpartition("/")
    path = _package() / "params" / folder / f"_{name}_params.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name: _fields(node.body) for node in tree.body if isinstance(node, ast.ClassDef)}


@cache
def object_fields(module: str, name: str) -> Fields:
    """Return the fields of an API object.

    Args:
        module: such as `_dispute`.
        name: the class, with dots for one inside another, such as `Dispute.Evidence`.
    """
    found: ast.Module | ast.ClassDef = _tree(module)
    for part in name.split("."):
        (found,) = (n for n in found.body if isinstance(n, ast.ClassDef) and n.name == part)
    return _fields(found.body)


@cache
def nullable_fields(module: str, name: str) -> tuple[str, ...]:
    """Return the fields of an API object that may be null; the arguments are `object_fields`'."""
    return tuple(
        field
        for field, annotation in object_fields(module, name).items()
        if ast.unparse(annotation).startswith("Optional[") and field != "deleted"
    )


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse((_package() / f"{module}.py").read_text(encoding="utf-8"))


def _fields(body: list[ast.stmt]) -> Fields:
    return {
        each.target.id: each.annotation
        for each in body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    }
