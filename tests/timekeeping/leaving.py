"""Robin leaves, with hours that were not handed in."""

from datetime import datetime

from sqlalchemy import delete

from tests.builders import a_member
from tests.timekeeping.firm import Firm, at
from timebot.journal.models import OutboxMessage
from timebot.journal.posted import list_posted, note_posted
from timebot.team.models import Member
from timebot.timekeeping.leavers import PURPOSE, get_left, see_off
from timebot.timekeeping.models import Submission, TimeEntry
from timebot.timekeeping.submission import submit

NOW = at(20)


def a_draft(firm: Firm, hour: int = 9, day: int = 0) -> TimeEntry:
    firm.start(at(hour, day=day))
    return firm.stop(at(hour + 1, day=day))


def leaves(firm: Firm, when: datetime = NOW) -> None:
    firm.robin.deactivated_at = when
    firm.session.flush()


def becomes_a_guest(firm: Firm) -> None:
    firm.robin.kind, firm.robin.role = "guest", "none"
    firm.session.flush()


def sees_off(firm: Firm, now: datetime = NOW) -> TimeEntry | None:
    return see_off(firm.session, member=firm.robin, now=now, surface="slack")


def hands_in(firm: Firm, actor: Member) -> Submission:
    left = get_left(firm.session, workspace=firm.workspace, member_id=firm.robin.id)
    return submit(
        firm.session,
        workspace=firm.workspace,
        member=firm.robin,
        actor=actor,
        start=left.days.start,
        end=left.days.end,
        now=NOW,
        surface="slack",
    )


def asked(firm: Firm) -> list[str]:
    cards = [one for one in firm.outbox("slack.card") if one["purpose"] == PURPOSE]
    return sorted(one["recipient"] for one in cards)


def delivered(firm: Firm, when: datetime) -> None:
    """Let every message about Robin's hours arrive."""
    key = {"workspace_id": firm.workspace.id, "purpose": PURPOSE, "subject_id": firm.robin.id}
    for copy in list_posted(firm.session, **key):  # type: ignore[arg-type]  # named as they are
        note_posted(
            firm.session,
            **key,  # type: ignore[arg-type]  # named as they are
            recipient=copy.recipient,
            channel="D1",
            ts="1.1",
            now=when,
        )
    firm.session.execute(delete(OutboxMessage))


def an_owner(firm: Firm) -> Member:
    return a_member(firm.session, firm.workspace, name="Ola", role="owner", profile_at=at(9))
