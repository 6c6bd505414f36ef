"""The page's files: small, plain, and nothing fetched from elsewhere."""

import re
from pathlib import Path

import pytest

import timebot.playground

PAGE = Path(timebot.playground.__file__).parent / "page"
FILES = [PAGE / "index.html", *(PAGE / "static").iterdir()]
OWN_NAMES = (
    "http://www.w3.org/",
    "http://localhost:",
    "http://127.0.0.1:",
    "https://docs.slack.dev/",
)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_is_short_enough_to_read(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) < 400


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nothing_is_fetched_from_elsewhere(file: Path) -> None:
    found = re.findall(r"https?://\w[\w.:*/-]+", file.read_text(encoding="utf-8"))

    assert [address for address in found if not address.startswith(OWN_NAMES)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_text_never_becomes_markup(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)
