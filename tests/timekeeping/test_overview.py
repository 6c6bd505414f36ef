from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.builders import a_member, an_entry
from tests.timekeeping.firm import Firm, a_firm, an_approver, at
from tests.timekeeping.test_approval import handed_in, say_yes
from tests.timekeeping.test_submission import a_route
from timebot.timekeeping.overview import (
    recent,
    show_entry,
    show_submission,
    today,
    waiting_for,
    week,
)


def test_today_shows_what_began_today_and_what_runs(firm: Firm) -> None:
    an_entry(firm.session, firm.robin, firm.logo, started_at=at(9, day=-1))
    an_entry(firm.session, firm.robin, firm.logo, started_at=at(7), hours=1.5)
    running = firm.start(at(9)).entry

    shown = today(firm.session, member=firm.robin, now=at(10))

    assert (shown.today.day, shown.today.seconds) == (date(2026, 3, 2), 9_000)
    assert [one.project for one in shown.today.entries] == ["Logo", "Logo"]
    assert shown.running is not None
    assert (shown.running.entry, shown.running.client, shown.running.seconds) == (
        running,
        "Acme",
        3_600,
    )
    assert (shown.drafts, shown.zone) == (2, "Europe/Berlin")


def test_a_timer_of_yesterday_still_runs_today(firm: Firm) -> None:
    firm.start(at(23, day=-1))

    shown = today(firm.session, member=firm.robin, now=at(1))

    assert shown.running is not None
    assert (shown.running.seconds, shown.today.seconds) == (7_200, 0)


def test_deleted_entries_and_those_of_others_are_not_shown(firm: Firm) -> None:
    an_entry(firm.session, firm.robin, firm.logo, started_at=at(9), deleted_at=at(10))
    an_entry(firm.session, firm.kim, firm.logo, started_at=at(9))

    assert today(firm.session, member=firm.robin, now=at(12)).today.entries == []


def test_an_entry_without_a_project_has_no_names(firm: Firm) -> None:
    entry = an_entry(firm.session, firm.robin, None)

    shown = show_entry(firm.session, entry=entry, now=at(12))

    assert (shown.client, shown.project) == (None, None)


def test_a_week_has_seven_days_from_monday_on(firm: Firm) -> None:
    an_entry(firm.session, firm.robin, firm.logo, started_at=at(9))
    an_entry(firm.session, firm.robin, firm.logo, started_at=at(9, day=6), hours=2)
    an_entry(firm.session, firm.robin, firm.logo, started_at=at(9, day=-1))

    shown = week(firm.session, member=firm.robin, now=at(12, day=2))

    assert [one.day.day for one in shown.days] == [2, 3, 4, 5, 6, 7, 8]
    assert [one.seconds for one in shown.days] == [3_600, 0, 0, 0, 0, 0, 7_200]
    assert shown.seconds == 10_800


def test_last_week_is_the_one_before(firm: Firm) -> None:
    an_entry(firm.session, firm.robin, firm.logo, started_at=at(9, day=-1))

    shown = week(firm.session, member=firm.robin, now=at(12), last=True)

    assert (shown.days[0].day, shown.seconds) == (date(2026, 2, 23), 3_600)


def test_recent_work_is_each_piece_once_newest_first(firm: Firm) -> None:
    for hour, text in ((7, "Call"), (8, "Logo"), (9, "Call")):
        an_entry(firm.session, firm.robin, firm.logo, started_at=at(hour), text=text)

    shown = recent(firm.session, member=firm.robin, limit=5)

    assert [one.entry.text for one in shown] == ["Call", "Logo"]
    assert len(recent(firm.session, member=firm.robin, limit=1)) == 1


def test_a_submission_is_shown_by_day_and_project(firm: Firm) -> None:
    an_entry(firm.session, firm.robin, firm.site, started_at=at(7))
    submission, entries = handed_in(firm, 2)

    shown = show_submission(firm.session, submission=submission)

    assert [(one.project, len(one.entries), one.seconds) for one in shown.groups] == [
        ("Logo", 2, 7_200),
        ("Site", 1, 3_600),
    ]
    assert (shown.author, shown.seconds, shown.digest) == (
        firm.robin,
        10_800,
        submission.digest,
    )
    say_yes(firm, submission, entry_ids=[entries[0].id])
    settled = show_submission(firm.session, submission=submission).settled
    assert [one.entry for one in settled] == [entries[0]]


def test_what_waits_is_shown_to_those_who_may_settle_it(firm: Firm) -> None:
    submission, _ = handed_in(firm)

    shown = waiting_for(firm.session, workspace=firm.workspace, approver=firm.kim, now=at(18))

    assert [one.submission for one in shown] == [submission]


def test_nothing_waits_for_the_author_for_members_or_for_other_approvers(firm: Firm) -> None:
    lea = an_approver(firm.session, firm.workspace, "Lea")
    a_route(firm, lea, project=firm.logo)
    handed_in(firm)
    firm.robin.role = "approver"
    nobody = a_member(firm.session, firm.workspace)

    for member in (firm.robin, firm.kim, nobody):
        assert (
            waiting_for(firm.session, workspace=firm.workspace, approver=member, now=at(18)) == []
        )


def test_a_firm_of_one_sees_its_own_hours_waiting(session: Session) -> None:
    firm = a_firm(session, self_approval=True)
    firm.robin.role = "owner"
    handed_in(firm)

    assert len(waiting_for(session, workspace=firm.workspace, approver=firm.robin, now=at(18))) == 1


@pytest.mark.breaks_invariants
@pytest.mark.parametrize("state", ["approved", "applied"])
def test_what_is_settled_does_not_wait(firm: Firm, state: str) -> None:
    an_entry(firm.session, firm.robin, firm.logo, state=state)

    assert waiting_for(firm.session, workspace=firm.workspace, approver=firm.kim, now=at(18)) == []
