"""A night in which the clocks change, and a flight, as they are told in Slack."""

from tests.slack.timer.office import Office
from tests.worlds import utc
from timebot.slack.time_words import DASH


def test_the_short_night_and_a_flight_are_told_with_day_and_zone(office: Office) -> None:
    slack = office.world.local.slack
    # Half past eleven in Berlin, on the eve of the night whose third hour is left out.
    office.world.move_to(utc(2031, 3, 29, 22, 30))
    office.mia.open_home()
    office.mia.command("/timer start Acme logo night shift")
    office.world.move_to(utc(2031, 3, 30, 2, 0))

    stopped = office.mia.command("/timer stop")
    office.mia.command("/timer start Acme website on the plane")
    slack.change_user(office.mia.id, tz="America/New_York")
    office.wait(hours=2)
    landed = office.mia.command("/timer stop")

    assert "Stopped: 3 h 30 min" in stopped.text
    night = f"(23:30 on Sat 29 Mar 2031 {DASH} 4:00 on 30 Mar 2031, Europe/Berlin)."
    assert night in stopped.text
    # Four in the morning in Berlin is ten in the evening in New York; the entry keeps its zone.
    assert f"Stopped: 2 h (4:00{DASH}6:00 on Sun 30 Mar 2031, Europe/Berlin)." in landed.text
    office.world.settle()
    assert office.mia.home is not None
    assert f"4:00{DASH}6:00 (Europe/Berlin)" in office.mia.home.all_text
    assert "Days are counted in America/New_York." in office.mia.home.all_text


def test_in_the_long_night_an_end_that_reads_earlier_is_the_second_one(office: Office) -> None:
    # Berlin shows two to three twice: half past two the first time is half past midnight in UTC.
    office.world.move_to(utc(2031, 10, 26, 6, 0))
    office.mia.command("/timer add 2:30-5:00 Acme logo night shift")
    office.mia.command("/timer edit 1")
    office.mia.fill("ended", "02:10")

    office.mia.submit()
    office.world.settle()

    (entry,) = office.entries(office.mia)
    assert (entry.started_at, entry.ended_at) == (
        utc(2031, 10, 26, 0, 30),
        utc(2031, 10, 26, 1, 10),
    )
