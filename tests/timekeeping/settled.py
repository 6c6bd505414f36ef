"""Robin's hours, submitted and approved by Kim, for tests of what happens to them then."""

from datetime import datetime, timedelta

from tests.timekeeping.firm import Firm, at
from timebot.timekeeping.approval import approve
from timebot.timekeeping.models import Submission, TimeEntry
from timebot.timekeeping.submission import submit


def submitted(firm: Firm, entry: TimeEntry, *, now: datetime | None = None) -> Submission:
    """Let Robin hand in the drafts of the entry's day."""
    return submit(
        firm.session,
        workspace=firm.workspace,
        member=firm.robin,
        start=entry.worked_on,
        end=entry.worked_on + timedelta(days=1),
        now=now or at(19),
        surface="slack",
    )


def approved(firm: Firm, entry: TimeEntry, *, now: datetime | None = None) -> Submission:
    """Let Robin hand in the entry's day, and Kim approve it."""
    submission = submitted(firm, entry, now=now)
    approve(
        firm.session,
        workspace=firm.workspace,
        approver=firm.kim,
        submission_id=submission.id,
        entry_ids=None,
        digest=None,
        now=now or at(19),
        surface="slack",
    )
    return submission
