"""Beside the conversation: the clock, the inspector, the mailbox and the charges."""

import pytest
from playwright.sync_api import Page, expect

from tests.playground.page.fixture_world import NOW, FixtureWorld

pytestmark = pytest.mark.browser


def exchange(n: int, title: str, status: int = 200, ms: int = 12) -> dict[str, object]:
    return {
        "n": n,
        "at": NOW,
        "direction": "to_app",
        "kind": "command",
        "title": title,
        "status": status,
        "ms": ms,
        "request": {"text": title, "payload": '{"inner": "<b>value</b>"}'},
        "response": {"ok": True},
    }


def test_the_clock_shows_the_day_and_time_of_the_persons_zone(page: Page) -> None:
    expect(page.locator("#clock")).to_contain_text("Mon 2 Mar 2026")
    expect(page.locator("#clock strong")).to_have_text("10:00")


@pytest.mark.parametrize(
    ("jump", "body", "shown"),
    [
        ("hour", {"advance_seconds": 3600}, "11:00"),
        ("day", {"advance_seconds": 86_400}, "Tue 3 Mar"),
        ("next_run", {"jump": "next_run"}, "Mon 16 Mar"),
    ],
)
def test_the_clock_is_moved_by_its_buttons(
    page: Page, world: FixtureWorld, jump: str, body: dict[str, object], shown: str
) -> None:
    page.click(f"[data-jump={jump}]")

    expect(page.locator("#clock")).to_contain_text(shown)
    assert world.sent("clock") == [body]


def test_a_clock_that_cannot_be_moved_says_why(page: Page, world: FixtureWorld) -> None:
    world.moves = False

    page.click("[data-jump=next_run]")

    expect(page.locator("#notices")).to_contain_text("leads nowhere")
    expect(page.locator("#clock strong")).to_have_text("10:00")


def test_the_next_call_of_a_method_is_broken_from_the_inspector(
    page: Page, world: FixtureWorld
) -> None:
    page.click("[data-tab=inspector]")
    page.click(".breaker summary")
    page.get_by_label("What", exact=True).select_option("chat.update")
    page.get_by_label("How", exact=True).select_option("cut_after")
    page.click("#break-call")

    expect(page.locator("#notices")).to_contain_text("The next repaint of a message arrives")
    assert world.sent("trouble") == [{"method": "chat.update", "kind": "cut_after"}]


def test_the_last_request_is_delivered_again_or_it_is_said_why_not(
    page: Page, world: FixtureWorld
) -> None:
    world.answers["trouble"] = {"ok": False, "error": "Nothing was delivered to the app yet."}
    page.click("[data-tab=inspector]")
    page.click(".breaker summary")

    page.click("#deliver-again")

    expect(page.locator("#notices")).to_contain_text("Nothing was delivered")
    assert world.sent("trouble") == [{"kind": "again"}]


def test_the_inspector_shows_the_newest_first_and_opens_it(page: Page, world: FixtureWorld) -> None:
    world.exchanges += [exchange(1, "/timer start"), exchange(2, "/timer stop", 500, 3100)]
    world.change()

    first = page.locator(".exchange").first
    expect(first).to_contain_text("/timer stop")
    expect(first.locator(".status.bad")).to_have_text("500")
    expect(first).to_contain_text("3100 ms")
    first.locator("summary").first.click()

    expect(first.locator(".json").first).to_contain_text("<b>value</b>")
    world.exchanges.append(exchange(3, "/timer status"))
    world.change()
    expect(page.locator(".exchange")).to_have_count(3)
    expect(page.locator(".exchange").nth(1)).to_have_attribute("open", "")


def test_a_mail_is_drawn_where_its_scripts_cannot_run(page: Page, world: FixtureWorld) -> None:
    html = "<h2>Invoice</h2><script>top.hacked = 'yes'</script>"
    pdf = {"n": 0, "filename": "INV-1.pdf", "size": 18_432, "content_type": "application/pdf"}
    world.mails.append(
        {
            "id": "m1",
            "at": "2026-03-02 09:00:00.000000+00",
            "from": "billing@studio.example",
            "to": ["office@acme.example"],
            "cc": [],
            "subject": "Invoice <1>",
            "text": "Hello",
            "html": html,
            "attachments": [pdf],
            "state": "delivered",
        }
    )
    world.change()
    page.click("[data-tab=mailbox]")

    page.locator("[data-mail=m1] summary").first.click()

    mail = page.locator("[data-mail=m1]")
    expect(mail).to_contain_text("Invoice <1>")
    expect(mail).to_contain_text("Mon 2 Mar 2026, 10:00")
    expect(mail.frame_locator("iframe").locator("h2")).to_have_text("Invoice")
    mail.locator(".file-card").click()
    expect(page.locator("#viewer iframe")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()


def test_a_new_mail_is_counted_on_its_tab(page: Page, world: FixtureWorld) -> None:
    world.mails.append({"id": "m1", "at": NOW, "from": "a", "to": ["b"], "subject": "s"})
    world.change()

    expect(page.locator("[data-tab=mailbox] .count")).to_have_text("1")
    page.click("[data-tab=mailbox]")
    expect(page.locator("[data-tab=mailbox] .count")).to_have_count(0)


def test_a_declined_charge_says_so_in_words(page: Page, world: FixtureWorld) -> None:
    world.charges.append(
        {
            "id": "ch_1",
            "at": NOW,
            "amount": 99_000,
            "currency": "usd",
            "amount_text": "$990.00",
            "customer_name": "Birch & Co",
            "description": "INV-2026-0002",
            "status": "failed",
            "decline_code": "insufficient_funds",
            "card": "visa 9995",
            "invoice_number": "INV-2026-0002",
        }
    )
    world.customers.append({"id": "cus_1", "name": "Cedar Ltd", "card": None})
    world.change()
    page.click("[data-tab=charges]")

    charge = page.locator("[data-charge=ch_1]")
    expect(charge).to_contain_text("$990.00")
    expect(charge).to_contain_text("Declined: not enough money on the card.")
    expect(charge).to_contain_text("Visa ending in 9995")
    expect(page.locator(".customers")).to_contain_text("no card")


def test_the_panel_can_be_put_away(page: Page) -> None:
    page.click("#toggle-panel")

    expect(page.locator("#panel")).to_be_hidden()
    expect(page.locator("#toggle-panel")).to_have_attribute("aria-expanded", "false")
