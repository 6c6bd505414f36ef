"""The rules of the house that no other tool checks."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
MOST_LINES = 400
NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "common", "core", "services", "misc"}

# Written so that they do not match themselves.
ADDRESS_OF_A_MACHINE_OR_INDEX = re.compile(
    r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+|opt/(?!homebrew)\w+|workspace)/"
    r"|--(?:extra-)?index[-]url[ =]+\S|--find[-]links[ =]+\S"
    r"|pypi\.org/[s]imple|files\.python[h]osted\.org|/[s]imple/?(?=[\s\"']|$)"
)


def files_of_the_project() -> list[Path]:
    """List what git tracks or would track."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(  # noqa: S603 - a fixed command
        command, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [path for line in listed.stdout.splitlines() if (path := ROOT / line).is_file()]


def code() -> list[Path]:
    """List the files that people write as code."""
    return [
        path
        for path in files_of_the_project()
        if path.suffix in {".py", ".js", ".css", ".html"}
        and path.relative_to(ROOT).parts[0] in {"src", "tests", "scripts"}
    ]


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in code()}

    too_long = {str(path): lines for path, lines in lengths.items() if lines > MOST_LINES}

    assert too_long == {}


def test_every_file_and_folder_has_a_name_that_says_what_it_does() -> None:
    vague = [
        str(path)
        for path in code()
        if NAMES_THAT_SAY_NOTHING & {*path.relative_to(ROOT).parts, path.stem}
    ]

    assert vague == []


def test_no_file_names_a_machine_or_a_package_index() -> None:
    found = []
    for path in files_of_the_project():
        if path.suffix in {".png", ".woff2", ".pdf"}:
            continue
        found += [
            f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
            for number, line in enumerate(path.read_text().splitlines(), start=1)
            if ADDRESS_OF_A_MACHINE_OR_INDEX.search(line)
        ]

    assert found == []


def test_every_locked_package_has_a_hash() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        entries = re.split(r"\n(?=[a-z])", lock.read_text())
        packages = [entry for entry in entries if re.match(r"[a-z0-9._-]+==", entry)]

        assert packages, f"{lock.name} locks nothing"
        assert [entry for entry in packages if "--hash=sha256:" not in entry] == []


def test_the_lock_for_running_is_part_of_the_lock_for_development() -> None:
    def versions(name: str) -> set[str]:
        text = (ROOT / "requirements" / name).read_text()
        return set(re.findall(r"^[a-z0-9._-]+==[^\s\\;]+", text, re.MULTILINE))

    missing = versions("run.txt") - versions("dev.txt")

    assert missing == set()
