"""The test world itself: a signed command goes through the real Bolt app and back."""

from pathlib import Path

from tests.worlds import a_world, utc


def test_a_command_of_a_new_person_is_answered(tmp_path: Path, database_url: str) -> None:
    with a_world(tmp_path, database_url, begins=utc(2031, 3, 3, 9)) as world:
        mia = world.add_person("mia", is_owner=True)

        answer = mia.command("/timer help")

        assert answer.text
        assert answer.ms < 3_000
