"""What Slack reports by itself: people who change or leave, and timebot being removed."""

from datetime import timedelta

from sqlalchemy import select

from tests.slack.timer.office import Office
from timebot.team.models import Member, SlackInstallation


def test_a_new_zone_counts_from_the_next_command_on(office: Office) -> None:
    office.world.local.slack.change_user(office.mia.id, tz="America/New_York")
    office.world.settle()

    answer = office.mia.command("/timer today")

    assert "Mon 3 Mar 2031" in answer.text
    assert "America/New_York" in answer.all_text


def test_a_changed_profile_makes_nobody_known(office: Office) -> None:
    stranger = office.world.add_person("zoe", is_owner=True)

    office.world.local.slack.change_user(stranger.id, real_name="Zoe Z")
    office.world.settle()

    with office.session() as session:
        found = session.scalars(select(Member).where(Member.slack_user_id == stranger.id))
        assert found.one_or_none() is None


def test_a_removed_app_is_noted_and_says_nothing_more(office: Office) -> None:
    with office.session() as session:
        workspace = office.workspace(session)
        session.add(SlackInstallation(workspace_id=workspace.id, installed_at=office.now()))

    office.world.local.slack.uninstall()
    office.world.settle()

    with office.session() as session:
        installation = session.scalars(select(SlackInstallation)).one()
        assert installation.revoked_at is not None
        assert office.now() - installation.revoked_at < timedelta(minutes=1)
