"""What people may try to do to time of a locked period, each through its use case."""

from datetime import date, timedelta
from typing import Any

from tests.builders import an_entry
from tests.timekeeping.firm import Firm, at
from timebot.timekeeping.editing import EntryChanges, delete_entry, edit_entry
from timebot.timekeeping.limits import Span
from timebot.timekeeping.manual import add_entry
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.restoring import restore_entry
from timebot.timekeeping.splitting import split_entry
from timebot.timekeeping.timer import start_timer
from timebot.timekeeping.trimming import trim_earlier, trim_later
from timebot.timekeeping.undo import undo_last

ANCHOR = date(2026, 3, 2)
"""The first day of the period in which everything happens; it ends before Monday the 16th."""

LOCKED = at(9, day=28)
"""Monday, 30 March: two weeks after the period's end, when it locks."""

OPEN_DAY = date(2026, 3, 30)


def an_old(firm: Firm, **columns: object) -> TimeEntry:
    given: dict[str, Any] = {"started_at": at(9)} | columns
    return an_entry(firm.session, firm.robin, firm.logo, hours=3, **given)


def a_recent(firm: Firm) -> TimeEntry:
    return an_entry(
        firm.session, firm.robin, firm.logo, started_at=LOCKED - timedelta(hours=3), hours=1
    )


def change(firm: Firm, entry: TimeEntry, **what: object) -> None:
    edit_entry(
        firm.session,
        actor=firm.robin,
        entry=entry,
        changes=EntryChanges(**what),  # type: ignore[arg-type]  # named as they are
        now=LOCKED,
        surface="slack",
    )


def edit_text(firm: Firm) -> None:
    change(firm, an_old(firm), text="Call")


def edit_into_the_period(firm: Firm) -> None:
    change(firm, a_recent(firm), worked_on=ANCHOR)


def edit_out_of_the_period(firm: Firm) -> None:
    change(firm, an_old(firm), worked_on=OPEN_DAY - timedelta(days=1))


def delete(firm: Firm) -> None:
    delete_entry(firm.session, actor=firm.robin, entry=an_old(firm), now=LOCKED, surface="slack")


def split(firm: Firm) -> None:
    split_entry(
        firm.session, actor=firm.robin, entry=an_old(firm), at=at(10), now=LOCKED, surface="slack"
    )


def add(firm: Firm) -> None:
    add_entry(
        firm.session,
        workspace=firm.workspace,
        member=firm.robin,
        project=firm.logo,
        span=Span(at(9), at(10)),
        text="",
        now=LOCKED,
        surface="slack",
    )


def start_then(firm: Firm) -> None:
    start_timer(
        firm.session,
        workspace=firm.workspace,
        member=firm.robin,
        project=firm.logo,
        text="",
        started_at=at(9),
        long_is_meant=True,
        now=LOCKED,
        surface="slack",
    )


def trim_an_earlier(firm: Firm) -> None:
    earlier, later = an_old(firm), an_old(firm, started_at=at(10))
    trim_earlier(
        firm.session,
        actor=firm.robin,
        earlier_id=earlier.id,
        later_id=later.id,
        end=at(10),
        now=LOCKED,
        surface="slack",
    )


def trim_a_later(firm: Firm) -> None:
    earlier, later = an_old(firm), an_old(firm, started_at=at(10))
    trim_later(
        firm.session,
        actor=firm.robin,
        earlier_id=earlier.id,
        later_id=later.id,
        start=at(12),
        now=LOCKED,
        surface="slack",
    )


def restore(firm: Firm) -> None:
    entry = an_old(firm, deleted_at=at(9, day=20))
    restore_entry(firm.session, member=firm.robin, entry_id=entry.id, now=LOCKED, surface="slack")


def undo(firm: Firm) -> None:
    entry = an_old(firm)
    before_it_locked = LOCKED - timedelta(hours=9, minutes=5)
    edit_entry(
        firm.session,
        actor=firm.robin,
        entry=entry,
        changes=EntryChanges(text="Call"),
        now=before_it_locked,
        surface="slack",
    )
    undo_last(
        firm.session,
        member=firm.robin,
        now=before_it_locked + timedelta(minutes=10),
        surface="slack",
    )
