"""The tour plays the whole story by itself and leaves its papers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 120


def test_the_tour_ends_well_and_leaves_its_pdfs_and_mails(tmp_path: Path) -> None:
    played = subprocess.run(
        [sys.executable, "-m", "timebot", "demo", "--tour"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)},  # noqa: TID251 - handed on
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )

    assert played.returncode == 0, played.stdout + played.stderr
    folder = Path(played.stdout.strip().splitlines()[-1].partition(" are in ")[2])
    papers = sorted(folder.glob("INV-*.pdf"))
    assert [paper.stem[-4:] for paper in papers] == ["0001", "0002", "0003"]
    assert all(paper.read_bytes().startswith(b"%PDF") for paper in papers)
    mails = [mail.read_text("utf-8") for mail in folder.glob("mail-*.txt")]
    assert len(mails) >= len(papers)
    assert any("Subject: Receipt for invoice" in mail for mail in mails)
