"""What Slack reports by itself: Home was opened, a person changed or left, timebot was removed."""

from collections.abc import Mapping

from timebot.journal.notices import publish_home
from timebot.journal.posted import HOME_PURPOSE, note_wanted
from timebot.slack.answer import NOTHING, Answer
from timebot.slack.desk import SURFACE, Asked, Feature, News, Reported
from timebot.slack.speaker import read_profile
from timebot.team.members import find_member, meet_member
from timebot.team.models import SlackInstallation
from timebot.team.own_settings import welcome_home
from timebot.team.rights import may
from timebot.timekeeping.escalation import hand_over
from timebot.timekeeping.leavers import see_off


def home_opened(asked: Asked) -> Answer:
    """Draw Home for the person who has opened it."""
    if asked.delivery.raw.get("tab", "home") == "home":
        welcome_home(asked.member, now=asked.now)
        # From now on it stands: what others change is to reach it, too.
        note_wanted(
            asked.session,
            workspace_id=asked.workspace.id,
            purpose=HOME_PURPOSE,
            subject_id=asked.member.id,
            recipient=asked.member.slack_user_id,
        )
        publish_home(
            asked.session,
            workspace_id=asked.workspace.id,
            member_id=asked.member.id,
            now=asked.now,
        )
    return NOTHING


def person_changed(reported: Reported) -> None:
    """Bring a known person up to date; of who has left, the timer stops and others are asked."""
    user = reported.delivery.raw.get("user") or {}
    member = find_member(
        reported.session,
        workspace_id=reported.workspace.id,
        slack_user_id=str(user.get("id", "")),
    )
    if member is None:
        # Somebody who never used timebot is not made known by a change of their profile.
        return
    approved = may(member, "approver")
    meet_member(
        reported.session,
        workspace=reported.workspace,
        slack_user_id=member.slack_user_id,
        profile=read_profile(user, reported.workspace.slack_team_id),
        owner_hint=reported.desk.owner_hint,
        now=reported.now,
    )
    if approved:
        hand_over(reported.session, workspace=reported.workspace, member=member, now=reported.now)
    see_off(reported.session, member=member, now=reported.now, surface=SURFACE)


def removed(reported: Reported) -> None:
    """Note that timebot may no longer speak there, until it is installed again."""
    tokens = reported.delivery.raw.get("tokens")
    if tokens is not None and not tokens.get("bot"):
        # Only a person's token was revoked; timebot speaks with its own.
        return
    installation = reported.session.get(SlackInstallation, reported.workspace.id)
    if installation is not None and installation.revoked_at is None:
        installation.revoked_at = reported.now


EVENTS: Mapping[str, Feature] = {"app_home_opened": home_opened}
"""Events that a person causes by using timebot."""

NEWS: Mapping[str, News] = {
    "user_change": person_changed,
    "app_uninstalled": removed,
    "tokens_revoked": removed,
}
"""Events that Slack reports without anybody using timebot."""
