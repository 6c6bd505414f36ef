"""A member's and an approver's day, by hand in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import (
    becomes,
    button,
    chooses,
    field,
    message,
    newest,
    opens_home,
    reads_messages,
    sends,
    types,
    waits_an_hour,
)
from tests.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_day_of_a_member_and_an_approver(page: Page, agency: World) -> None:
    priya_starts_now_and_says_later_what_it_was(page)
    priya_starts_a_timer_by_the_shortcut(page)
    priya_trims_time_that_two_entries_share(page)
    priya_is_told_in_the_form_what_is_wrong(page)
    priya_hands_the_day_in(page)
    jonas_approves_with_an_exception(page)
    priya_sees_the_reason_and_mends_the_entry(page)
    jonas_finds_it_in_his_home(page)
    priya_sees_that_nothing_waits(page)

    assert agency.local.slack.faults() == []


def priya_starts_now_and_says_later_what_it_was(page: Page) -> None:
    """One click on Home in the morning; an hour later the project, found by typing."""
    home = opens_home(page)
    button(home, "Start now").click()
    expect(home).to_contain_text("Running since 9:00")
    waits_an_hour(page, "10:00")
    button(home, "Stop").click()
    expect(home).to_contain_text("What was it for?")
    chooses(home.get_by_role("combobox"), "logo", "Acme, Logo")
    expect(home).not_to_contain_text("What was it for?")
    expect(home).to_contain_text("#1 Acme, Logo")


def priya_starts_a_timer_by_the_shortcut(page: Page) -> None:
    """Slack's shortcut opens the form; the timer is stopped by its message's button."""
    reads_messages(page)
    page.click("#shortcuts")
    page.get_by_role("menuitem", name="Start timer").click()
    modal = page.locator("#modal")
    chooses(modal.get_by_role("combobox").first, "ac", "Acme, Logo")
    field(modal, "Text").fill("Sketches")
    sends(page)
    expect(modal).to_be_hidden()
    expect(newest(page)).to_contain_text("#2 Acme, Logo · Sketches")
    waits_an_hour(page, "11:00")
    button(newest(page), "Stop").click()
    expect(newest(page)).to_contain_text("Stopped: 1 h")


def priya_trims_time_that_two_entries_share(page: Page) -> None:
    """Twenty to ten until ten counts already; one click trims what was there before."""
    types(page, "/timer add 9:40-10:00 Acme logo Phone call")
    expect(newest(page)).to_contain_text("both count 20 min")
    button(newest(page), "End #1 at 9:40").click()
    expect(newest(page)).not_to_contain_text("both count")


def priya_is_told_in_the_form_what_is_wrong(page: Page) -> None:
    """The fault is under its field, what was typed is kept, and it is put right there."""
    types(page, "/timer edit 3")
    modal = page.locator("#modal")
    expect(modal).to_be_visible()
    field(modal, "Text").fill("Phone call about the colours")
    ended = field(modal, "To")
    ended.fill("09:30")
    sends(page)
    wrong = modal.locator(".block-input.wrong")
    expect(wrong).to_contain_text("has not come yet")
    expect(wrong.locator("[data-action-id]")).to_have_value("09:30")
    expect(field(modal, "Text")).to_have_value("Phone call about the colours")
    ended.fill("10:00")
    sends(page)
    expect(modal).to_be_hidden()
    expect(newest(page)).to_contain_text("Phone call about the colours")


def priya_hands_the_day_in(page: Page) -> None:
    home = opens_home(page)
    expect(home).to_contain_text("3 entries not submitted yet")
    button(home, "Submit").click()
    expect(home).to_contain_text("approval")
    expect(button(home, "Submit")).to_have_count(0)


def jonas_approves_with_an_exception(page: Page) -> None:
    """Two entries are approved and one goes back with a reason, in one form."""
    becomes(page, "Jonas Holm")
    card = message(page, "Hours of Priya Rao")
    button(card, "Approve with exceptions").click()
    modal = page.locator("#modal")
    modal.locator(".choice", has_text="Phone call").click()
    field(modal, "Why are the unticked ones rejected").fill("Was this not part of the sketches?")
    sends(page)
    expect(modal).to_contain_text("reject 1 entry")
    sends(page)
    expect(modal).to_be_hidden()
    expect(message(page, "Approved by Jonas Holm")).to_be_visible()


def priya_sees_the_reason_and_mends_the_entry(page: Page) -> None:
    """Home shows what came back and why; its button opens the entry."""
    becomes(page, "Priya Rao")
    home = opens_home(page)
    expect(home).to_contain_text("Was this not part of the sketches?")
    button(home, "Edit").click()
    modal = page.locator("#modal")
    field(modal, "Text").fill("Call with the client")
    sends(page)
    expect(modal).to_be_hidden()
    button(home, "Submit").click()
    expect(button(home, "Submit")).to_have_count(0)


def jonas_finds_it_in_his_home(page: Page) -> None:
    """Home brings the card anew; both copies show that it is settled."""
    becomes(page, "Jonas Holm")
    home = opens_home(page)
    expect(home).to_contain_text("Priya Rao")
    button(home, "Show").first.click()
    reads_messages(page)
    copies = page.locator("#messages .message", has_text="Hours of Priya Rao: 20 min")
    expect(copies).to_have_count(2)
    button(copies.last, "Approve").first.click()
    for copy in (copies.first, copies.last):
        expect(copy).to_contain_text("Approved by Jonas Holm")


def priya_sees_that_nothing_waits(page: Page) -> None:
    becomes(page, "Priya Rao")
    home = opens_home(page)
    expect(home).not_to_contain_text("Was this not part of the sketches?")
    expect(home).to_contain_text("approved")
