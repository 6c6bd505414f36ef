from datetime import UTC, date, datetime, timedelta

import pytest

from tests.timekeeping.firm import Firm, at
from timebot.money import Money
from timebot.timekeeping.forgotten import attend_to
from timebot.timekeeping.limits import EndsBeforeStart, LongTime, TimeInFuture
from timebot.timekeeping.stopping import StoppedMeanwhile
from timebot.timekeeping.timer import (
    NoTimerRunning,
    TimerNotRunning,
    stop_as_wished,
    stop_timer_of_leaver,
)
from timebot.timekeeping.wishes import read_stop_wish


def test_a_stop_closes_the_timer_with_its_exact_times_and_its_rate(firm: Firm) -> None:
    firm.start(at(9))

    entry = firm.stop(at(10, 1) + timedelta(microseconds=7))

    assert (entry.state, entry.ended_at) == ("draft", at(10, 1) + timedelta(microseconds=7))
    assert (entry.rate, entry.rate_source) == (
        Money(9_500, "EUR"),
        "client rate since 1 Jan 2026",
    )
    assert entry.next_nag_at is None


def test_a_stop_can_give_a_new_text(firm: Firm) -> None:
    firm.start(at(9))

    assert firm.stop(at(10), text="Final sketches").text == "Final sketches"


def test_a_stop_without_a_timer_is_refused(firm: Firm) -> None:
    with pytest.raises(NoTimerRunning):
        firm.stop(at(9))


def test_a_second_stop_is_refused_and_changes_nothing(firm: Firm) -> None:
    firm.start(at(9))
    entry = firm.stop(at(10))

    with pytest.raises(NoTimerRunning):
        firm.stop(at(11))

    assert entry.ended_at == at(10)


def test_a_button_for_a_stopped_timer_leaves_the_running_one_alone(firm: Firm) -> None:
    old = firm.start(at(9)).entry
    new = firm.start(at(10), firm.site).entry

    with pytest.raises(TimerNotRunning):
        firm.stop(at(11), entry_id=old.id)

    assert new.ended_at is None


def test_a_stop_after_more_than_24_hours_is_asked_back_with_likely_ends(firm: Firm) -> None:
    entry = firm.start(at(15)).entry

    with pytest.raises(LongTime) as asked:
        firm.stop(at(9, day=3))

    labels = [way.label for way in asked.value.ways_out]
    assert labels == ["Stop at 18:00 on 2 Mar 2026", "Stop at the time I said"]
    wish = read_stop_wish(asked.value.ways_out[0].value)
    stop_as_wished(firm.session, member=firm.robin, wish=wish, now=at(9, day=3), surface="slack")
    assert (entry.ended_at, entry.is_confirmed) == (at(18), True)


def test_a_timer_can_be_stopped_at_an_earlier_time(firm: Firm) -> None:
    firm.start(at(9))

    assert firm.stop(at(18), ended_at=at(17, 30)).ended_at == at(17, 30)


def test_an_end_before_the_start_is_refused(firm: Firm) -> None:
    firm.start(at(9))

    with pytest.raises(EndsBeforeStart):
        firm.stop(at(18), ended_at=at(9))


def test_an_end_in_the_future_is_refused(firm: Firm) -> None:
    firm.start(at(9))

    with pytest.raises(TimeInFuture):
        firm.stop(at(10), ended_at=at(10, 1))


def test_the_timer_of_somebody_who_left_stops_at_that_instant_unconfirmed(firm: Firm) -> None:
    entry = firm.start(at(9)).entry
    firm.robin.deactivated_at = at(10)
    firm.session.flush()

    stop_timer_of_leaver(firm.session, member=firm.robin, now=at(10, 3), surface="worker")

    assert (entry.ended_at, entry.is_confirmed, entry.state) == (at(10), False, "draft")


def test_who_comes_to_stop_a_timer_that_was_stopped_is_asked_when_it_ended(firm: Firm) -> None:
    entry = firm.start(at(14)).entry
    attend_to(firm.session, entry=entry, now=at(4, day=1))

    with pytest.raises(StoppedMeanwhile) as refused:
        firm.stop(at(9, day=1))

    assert "I took 18:00 on 2 Mar 2026 as the end of #1" in refused.value.sentence
    assert [way.action for way in refused.value.ways_out] == ["end.form", "end.runs_on"]


def test_somebody_who_left_without_a_timer_leaves_nothing(firm: Firm) -> None:
    assert stop_timer_of_leaver(firm.session, member=firm.kim, now=at(9), surface="worker") is None


def test_a_stop_in_the_repeated_hour_counts_the_hours_that_passed(firm: Firm) -> None:
    # On 25 October 2026 Berlin's clocks go from 3:00 back to 2:00, at 1:00 UTC.
    firm.start(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))

    entry = firm.stop(datetime(2026, 10, 25, 1, 30, tzinfo=UTC))

    assert entry.seconds(now=at(9)) == 3_600
    assert entry.worked_on == date(2026, 10, 25)


def test_a_timer_across_midnight_and_the_months_end_belongs_to_the_day_it_began(
    firm: Firm,
) -> None:
    firm.start(datetime(2026, 3, 31, 21, 50, tzinfo=UTC))

    entry = firm.stop(datetime(2026, 3, 31, 22, 20, tzinfo=UTC))

    assert (entry.worked_on, entry.seconds(now=at(9))) == (date(2026, 3, 31), 1_800)
