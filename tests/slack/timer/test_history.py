"""The history of an entry, in a modal."""

from tests.slack.timer.office import Office


def an_edited_entry(office: Office) -> None:
    office.mia.command("/timer start Acme logo sketches")
    office.wait(hours=2)
    office.mia.command("/timer stop")
    office.mia.command("/timer edit 1")
    office.mia.fill("text", "*call* <!channel>")
    office.mia.fill("began", "9:30")
    office.mia.submit()


def test_the_menu_shows_who_did_what_before_and_after(office: Office) -> None:
    an_edited_entry(office)
    office.mia.command("/timer undo")

    office.mia.click(
        office.mia.command("/timer today"), action_id="entry.menu:1", selected="History"
    )

    assert office.mia.modal is not None
    words = office.mia.modal.all_text
    assert "mia*, 3 Mar 2031, 11:00: took back a change." in words
    assert "Text: \u2060*call\u2060* &lt;!channel&gt; instead of sketches" in words
    assert "From: 9:30 instead of 9:00" in words
    assert "To: 11:00 instead of still running" in words
    assert "started the timer" in words


def test_the_entrys_modal_leads_to_it(office: Office) -> None:
    an_edited_entry(office)

    office.mia.click(office.mia.command("/timer edit 1"), text="History")

    assert office.mia.modal is not None
    assert "changed it" in office.mia.modal.all_text


def test_a_long_history_has_a_way_to_its_older_part(office: Office) -> None:
    office.mia.command("/timer start Acme logo sketches")
    office.mia.command("/timer stop")
    for _ in range(22):
        office.mia.command("/timer delete 1")
        office.mia.click(office.mia.last_message(), text="Delete #1")
        office.mia.command("/timer undo")
    opened = office.mia.command("/timer edit 1")

    office.mia.click(opened, text="History")
    assert office.mia.modal is not None
    assert "6 older steps" in office.mia.modal.all_text
    office.mia.click(office.mia.modal, text="Older")

    assert "started the timer" in office.mia.modal.all_text
