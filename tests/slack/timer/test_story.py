"""A day with the timer, from the first start to an approval, through signed requests."""

from tests.slack.timer.office import Office


def test_a_day_from_the_first_start_to_the_approval(office_anywhere: Office) -> None:
    office = office_anywhere
    mia, kim = office.mia, office.kim

    started = mia.command("/timer start Acme logo first sketches #ABC-12")
    office.wait(hours=2)
    switched = mia.command("/timer switch Globex fix the header")
    office.wait(minutes=30)
    stopped = mia.command("/timer stop")
    added = mia.command("/timer add 45m Acme website call with Tom")
    submitted = mia.command("/timer submit")
    office.world.settle()
    card = kim.last_message(containing="Hours of mia")
    kim.click(card, text="Approve all 3")
    office.world.settle()

    assert "Acme, Logo" in started.text
    assert "Started at 9:00" in started.text
    assert "Stopped for it" in switched.text
    assert "30 min" in stopped.text
    assert "45 min" in added.text
    assert "I asked" in submitted.text
    assert {entry.state for entry in office.entries(mia)} == {"approved"}
    settled = kim.last_message(containing="Hours of mia")
    assert settled.buttons == ["Take back the approval", "Correct an entry"]
    assert "Approved by kim" in settled.all_text
    assert "kim approved" in mia.last_message().text
