"""One sweep for all tests of a database: the stage is set once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Databases
from tests.proof.lives import a_nursery
from tests.proof.stage import set_the_stage
from tests.proof.sweep import Sweep


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def sweep(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sweep]:
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    folder: Path = tmp_path_factory.mktemp("proof")
    with a_nursery() as nursery:
        yield Sweep(set_the_stage(databases, folder / "stage"), nursery, folder / "cases")
