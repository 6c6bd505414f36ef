"""The tour plays the whole story by itself and leaves its papers."""

from pathlib import Path

import pytest

from timebot.demo.tour import tour

pytestmark = pytest.mark.slow


def test_the_tour_ends_well_and_leaves_its_pdfs_and_mails(tmp_path: Path) -> None:
    assert tour(tmp_path) == 0

    papers = sorted(paper.name for paper in tmp_path.glob("*.pdf"))
    assert [name[:3] + name[-9:] for name in papers] == [
        "INV-0001.pdf",
        "INV-0002.pdf",
        "INV-0003.pdf",
    ]
    assert all(paper.read_bytes().startswith(b"%PDF") for paper in tmp_path.glob("*.pdf"))
    subjects = [mail.read_text("utf-8").splitlines()[1] for mail in tmp_path.glob("mail-*.txt")]
    assert len(subjects) >= len(papers)
    assert any(subject.startswith("Subject: Receipt for invoice") for subject in subjects)
