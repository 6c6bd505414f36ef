"""Block Kit: what is drawn, and what a click or choice tells the app."""

import pytest
from playwright.sync_api import Page, expect

from tests.playground.page.fixture_world import HOSTILE_SHOWN, FixtureWorld

pytestmark = pytest.mark.browser


@pytest.fixture
def card(page: Page) -> Page:
    """The conversation with the app, where a card with buttons waits."""
    page.click("[data-conversation=D1]")
    expect(page.locator("[data-action-id=approve_all]")).to_be_visible()
    return page


def test_a_click_names_message_block_value_and_state(card: Page, world: FixtureWorld) -> None:
    card.click("[data-action-id=approve_all]")

    expect(card.locator("[data-action-id=approve_all].busy")).to_have_count(0)
    sent = world.sent("click")[0]
    assert sent["container"] == {
        "type": "message",
        "channel": "D1",
        "ts": world.messages["D1"][0]["ts"],
        "ephemeral": False,
    }
    assert (sent["block_id"], sent["action_id"]) == ("decide", "approve_all")
    assert sent["action"]["value"] == "submission-1"
    assert sent["state"] == {}


def test_a_button_that_asks_first_sends_nothing_when_denied(
    card: Page, world: FixtureWorld
) -> None:
    card.click("[data-action-id=reject]")
    expect(card.locator("#confirm")).to_contain_text("Reject these hours?")

    card.click("#confirm >> text=Keep them")

    expect(card.locator("#confirm")).to_be_hidden()
    assert world.sent("click") == []


def test_a_button_that_asks_first_is_sent_when_confirmed(card: Page, world: FixtureWorld) -> None:
    card.click("[data-action-id=reject]")
    with card.expect_response("**/_/click"):
        card.click("#confirm-yes")

    assert [sent["action_id"] for sent in world.sent("click")] == ["reject"]


def test_the_overflow_menu_sends_the_chosen_option(card: Page, world: FixtureWorld) -> None:
    card.click("[data-action-id=more]")
    with card.expect_response("**/_/click"):
        card.click("[data-value=ask]")

    assert world.sent("click")[0]["action"]["selected_option"]["value"] == "ask"


def test_a_message_changed_by_the_app_is_drawn_anew(card: Page, world: FixtureWorld) -> None:
    approved = {"type": "mrkdwn", "text": "Approved by <@U2>"}
    world.messages["D1"][0]["blocks"] = [
        {"type": "context", "block_id": "done", "elements": [approved]}
    ]
    world.change()

    expect(card.locator(".message").first).to_contain_text("Approved by @Jonas Lind")
    expect(card.locator("[data-action-id=approve_all]")).to_have_count(0)


def test_plain_text_keeps_its_marks_as_typed(card: Page) -> None:
    expect(card.locator(".fields")).to_contain_text("Plain *field* stays as typed")


def test_an_instant_is_said_in_the_readers_zone(card: Page) -> None:
    expect(card.locator(".context time")).to_have_text("2 Mar 2026 at 09:00")

    card.click("#person")
    card.click("[data-person=U2]")
    card.click("[data-conversation=C1]")

    expect(card.locator("#clock")).to_contain_text("04:00")


def test_a_table_has_a_head_and_shows_hostile_cells_as_text(page: Page) -> None:
    table = page.locator("table")

    expect(table.locator("thead th").first).to_have_text("Client")
    expect(table.locator("tbody tr")).to_have_count(2)
    expect(table).to_contain_text(HOSTILE_SHOWN)


def test_a_picture_that_is_missing_leaves_its_words(page: Page) -> None:
    expect(page.locator(".block-image")).to_contain_text("Logo")
    expect(page.locator(".block-image img")).to_have_count(0)


def test_a_block_nobody_knows_is_named(page: Page) -> None:
    expect(page.locator(".unknown")).to_contain_text("hologram")


def test_rich_text_has_its_lists_and_quotes(page: Page) -> None:
    rich = page.locator(".block-rich_text")

    expect(rich.locator("ol > li")).to_have_count(3)
    expect(rich.locator("blockquote")).to_contain_text("A quote of two")
    expect(rich.locator("pre")).to_have_text("total = 6.5 * 95")


@pytest.mark.parametrize(
    ("action_id", "key", "value"),
    [("client", "selected_option", "birch"), ("member", "selected_user", "U2")],
)
def test_a_select_on_home_is_used_with_the_keyboard(
    page: Page, world: FixtureWorld, action_id: str, key: str, value: str
) -> None:
    page.click("[data-conversation=D1]")
    page.click("[data-app-tab=home]")

    field = page.locator(f"[data-action-id={action_id}]")
    field.focus()
    field.press("ArrowDown")
    expect(page.locator(f"[role=option][data-value={value}]")).to_be_visible()
    field.press("ArrowDown")
    with page.expect_response("**/_/click"):
        field.press("Enter")

    chosen = world.sent("click")[0]["action"][key]
    assert (chosen if isinstance(chosen, str) else chosen["value"]) == value


def test_a_date_on_home_is_sent_with_the_state_of_its_neighbours(
    page: Page, world: FixtureWorld
) -> None:
    page.click("[data-conversation=D1]")
    page.click("[data-app-tab=home]")
    with page.expect_response("**/_/click"):
        page.fill("[data-action-id=day]", "2026-03-05")

    sent = world.sent("click")[0]
    assert sent["container"] == {"type": "home"}
    assert sent["action"]["selected_date"] == "2026-03-05"
    assert sent["state"]["picks"]["client"] == {"type": "static_select", "selected_option": None}
