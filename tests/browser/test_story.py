"""The story of the demo, by hand in a real browser: from a timer to a receipt with its PDF."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import button, message, newest, types
from tests.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_timed_hour_becomes_a_paid_invoice_with_a_pdf(page: Page, agency: World) -> None:
    priya_times_an_hour_and_hands_it_in(page)
    jonas_approves_on_the_card(page)
    two_weeks_pass(page, agency)
    sofia_releases_the_run(page)

    the_card_was_charged(page)
    the_receipt_shows_its_pdf(page)
    priya_sees_how_the_line_came_to_be_without_money(page)


def test_the_guide_takes_a_newcomer_to_person_place_and_command(page: Page) -> None:
    expect(page.locator("#person")).to_contain_text("Priya Rao")

    page.click("#guide [data-step='Become Sofia']")

    expect(page.locator("#person")).to_contain_text("Sofia Lind")
    expect(page.locator("#conversation-head h1")).to_have_text("billing")
    page.click("#guide [data-command='/timer stop']")
    expect(page.locator("#person")).to_contain_text("Priya Rao")
    expect(page.locator("#composer")).to_have_value("/timer stop")


def priya_times_an_hour_and_hands_it_in(page: Page) -> None:
    """A typed start, an hour by the clock's button, and Stop and Submit by buttons."""
    types(page, "/timer start Acme logo Sketches @8:50")
    expect(newest(page)).to_contain_text("Acme, Logo · Sketches")
    page.click("[data-jump=hour]")
    expect(page.locator("#clock")).to_contain_text("10:0")
    button(newest(page), "Stop").click()
    expect(newest(page)).to_contain_text("Stopped: 1 h 1")
    types(page, "/timer submit today")
    expect(newest(page)).to_contain_text("Handed in")


def jonas_approves_on_the_card(page: Page) -> None:
    """Another person, the card in the conversation with timebot, one click."""
    page.click("#guide [data-step='Become Jonas']")
    card = message(page, "Hours of Priya Rao")
    expect(card).not_to_contain_text("€")
    button(card, "Approve").first.click()
    expect(card).to_contain_text("Approved by Jonas Holm")


def two_weeks_pass(page: Page, agency: World) -> None:
    """The button of the clock jumps to the next run."""
    page.click("[data-jump=run]")
    expect(page.locator("#clock")).to_contain_text("2031")
    agency.timebot.worker.tick()


def sofia_releases_the_run(page: Page) -> None:
    """The digest in the billing channel; money asks before it moves."""
    page.click("#guide [data-step='Become Sofia']")
    digest = message(page, "Invoice run for 3 to 16 Mar 2031")
    expect(digest).to_contain_text("€")
    button(digest, "Release").last.click()
    page.locator("#confirm").get_by_role("button", name="Release").click()
    expect(page.locator("#confirm")).to_be_hidden()
    expect(digest).to_contain_text("INV-2031-0001: paid on 18 Mar 2031")


def the_card_was_charged(page: Page) -> None:
    """1 h 10 min are billed as 1 h 15 min: 118.75 and 19 % VAT."""
    page.click("#tab-charges")
    charge = page.locator("[data-charge]")
    expect(charge).to_have_count(1)
    expect(charge).to_have_attribute("data-status", "succeeded")
    expect(charge).to_contain_text("141.31")
    expect(charge).to_contain_text("INV-2031-0001")


def the_receipt_shows_its_pdf(page: Page) -> None:
    """The newest mail is the receipt; its PDF opens in the page."""
    page.click("#tab-mailbox")
    receipt = page.locator("[data-mail]", has_text="Receipt for invoice INV-2031-0001")
    receipt.locator("summary").first.click()
    receipt.locator(".file-card[data-file$='.pdf']").first.click()
    expect(page.locator("#viewer")).to_be_visible()
    expect(page.locator("#viewer iframe")).to_have_attribute("src", re.compile("^blob:"))
    page.locator("#viewer").get_by_role("button", name="Close").click()


def priya_sees_how_the_line_came_to_be_without_money(page: Page) -> None:
    """A member may ask why, and is shown her hours, not what they cost."""
    page.click("#person")
    page.get_by_role("menuitem", name="Priya Rao").click()
    expect(page.locator("#person")).to_contain_text("Priya Rao")
    types(page, "/timer why INV-2031-0001 1")
    expect(newest(page)).to_contain_text("Sketches")
    expect(newest(page)).not_to_contain_text("€")
