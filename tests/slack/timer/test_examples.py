"""A refusal shows its reader an example that they may type, or none."""

import pytest

from tests.builders import a_client
from tests.slack.timer.office import Office


@pytest.mark.parametrize(("who", "is_shown"), [("mia", False), ("ana", True)])
def test_how_to_add_a_project_is_shown_to_billing_people_only(
    office: Office, *, who: str, is_shown: bool
) -> None:
    with office.session() as session:
        a_client(session, office.workspace(session), name="Umbrella")

    answer = getattr(office, who).command("/timer start Umbrella")

    assert "Umbrella has no active project" in answer.text
    assert ("/billing project add Umbrella" in answer.text) is is_shown
