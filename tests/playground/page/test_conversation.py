"""Reading and writing: people, conversations, messages and slash commands."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.playground.page.fixture_world import HOSTILE_SHOWN, FixtureWorld, message

pytestmark = pytest.mark.browser


def test_a_message_shows_its_styles_and_mentions(page: Page) -> None:
    first = page.locator(".message").first

    expect(first.locator("strong", has_text="logo")).to_be_visible()
    expect(first.locator(".mention")).to_have_text("@Mia Wong")
    expect(first.locator("code")).to_have_text("brief.txt")


def test_hostile_text_is_shown_and_not_run(page: Page) -> None:
    expect(page.locator("#messages")).to_contain_text(HOSTILE_SHOWN)
    assert page.locator("#messages img[src='x']").count() == 0
    assert page.locator("#messages script").count() == 0


def test_a_link_to_a_script_is_only_text(page: Page) -> None:
    expect(page.locator("#messages")).to_contain_text("a trap")
    assert page.locator("#messages a", has_text="a trap").count() == 0


def test_a_typed_command_is_sent_and_its_private_answer_marked(
    page: Page, world: FixtureWorld
) -> None:
    page.fill("#composer", "/timer start Acme logo")
    page.press("#composer", "Enter")

    answer = page.locator(".message.ephemeral")
    expect(answer).to_contain_text("You typed /timer start Acme logo")
    expect(answer).to_contain_text("Only visible to you")
    assert world.sent("command") == [
        {"user": "U1", "channel": "C1", "text": "/timer start Acme logo"}
    ]
    expect(page.locator("#composer")).to_have_value("")


def test_a_slash_offers_the_commands_with_their_hints(page: Page) -> None:
    page.locator("#composer").press_sequentially("/")
    expect(page.locator(".suggestion")).to_have_count(2)
    expect(page.locator(".suggestion").first).to_contain_text("start Acme logo")

    page.press("#composer", "ArrowDown")
    page.press("#composer", "Enter")

    expect(page.locator("#composer")).to_have_value("/billing ")
    expect(page.locator("#composer-hint")).to_contain_text("preview")


def test_an_unknown_command_is_not_sent_and_stays_in_the_field(
    page: Page, world: FixtureWorld
) -> None:
    page.fill("#composer", "/tymer stop")
    page.press("#composer", "Enter")

    expect(page.locator("#notices")).to_contain_text("/tymer is not a command here")
    expect(page.locator("#composer")).to_have_value("/tymer stop")
    assert world.posts == []


def test_a_command_the_app_did_not_answer_says_so_and_can_be_sent_again(
    page: Page, world: FixtureWorld
) -> None:
    world.answers["command"] = {"ok": False, "error": "operation_timeout", "ms": 3000}

    page.fill("#composer", "/timer stop")
    page.click("#send")

    expect(page.locator("#notices")).to_contain_text("did not answer within 3 seconds")
    expect(page.locator("#composer")).to_have_value("/timer stop")


def test_a_plain_message_is_escaped_and_names_people_by_id(page: Page, world: FixtureWorld) -> None:
    page.fill("#composer", "ask @jonas about <b> & more")
    with page.expect_response("**/_/say"):
        page.click("#send")

    expect(page.locator("#composer")).to_have_value("")
    assert [sent["text"] for sent in world.sent("say")] == ["ask <@U2> about &lt;b&gt; &amp; more"]


def test_a_person_is_suggested_after_an_at_sign(page: Page) -> None:
    page.locator("#composer").press_sequentially("/billing role @jo")
    page.press("#composer", "Tab")

    expect(page.locator("#composer")).to_have_value("/billing role @jonas ")


def test_a_new_message_elsewhere_marks_the_conversation_until_it_is_read(
    page: Page, world: FixtureWorld
) -> None:
    billing = page.locator("[data-conversation=C2]")
    world.say("C2", message(30, "U2", "The run is ready"))
    expect(billing.locator(".dot")).to_be_visible()

    billing.click()

    expect(page.locator("#messages")).to_contain_text("The run is ready")
    expect(page.locator(".new-line")).to_be_visible()
    page.click("[data-conversation=C1]")
    expect(billing.locator(".dot")).to_have_count(0)


def test_another_person_sees_their_own_conversation_with_the_app(page: Page) -> None:
    page.click("[data-conversation=D1]")
    page.click("#person")
    page.click("[data-person=U2]")

    expect(page.locator("#messages")).to_contain_text("Hello Jonas")
    expect(page.locator("#person")).to_contain_text("New York")
    expect(page).to_have_url(re.compile("user=U2"))


def test_the_address_remembers_the_person_and_the_place(page: Page) -> None:
    page.click("[data-conversation=C2]")
    expect(page.locator("#conversation-head")).to_contain_text("billing")

    page.reload()

    expect(page.locator("#conversation-head")).to_contain_text("billing")
    expect(page.locator("#person")).to_contain_text("Mia Wong")


def test_opening_home_tells_the_app_and_shows_the_view(page: Page, world: FixtureWorld) -> None:
    page.click("[data-conversation=D1]")
    with page.expect_response("**/_/home_opened"):
        page.click("[data-app-tab=home]")

    expect(page.locator("#home")).to_contain_text("Good morning, Mia")
    assert world.sent("home_opened") == [{"user": "U1"}]


def test_the_first_steps_put_a_command_into_the_composer(page: Page, world: FixtureWorld) -> None:
    world.guide = {
        "title": "What to try first",
        "steps": [{"text": "Start a timer", "command": "/timer start Acme"}, {"text": "Look on"}],
    }
    page.reload()

    page.click("[data-command='/timer start Acme']")

    expect(page.locator("#composer")).to_have_value("/timer start Acme")
    page.click("#tab-inspector")
    expect(page.locator("#guide")).to_be_hidden()


def test_a_shortcut_on_a_message_names_that_message(page: Page, world: FixtureWorld) -> None:
    row = page.locator(".message").first
    row.hover()
    row.locator(".message-menu").click()
    page.click("[data-value=log_message]")

    expect(page.locator("#modal")).to_be_visible()
    assert world.sent("shortcut") == [
        {
            "user": "U1",
            "callback_id": "log_message",
            "channel": "C1",
            "ts": row.get_attribute("data-ts"),
        }
    ]


def test_the_page_fits_a_narrow_window(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 780})

    wider = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.click("#toggle-rail")
    page.click("[data-conversation=C2]")

    assert not wider
    expect(page.locator("#conversation-head")).to_contain_text("billing")
    expect(page.locator("body.rail-open")).to_have_count(0)


def test_what_has_not_changed_is_not_drawn_anew(page: Page, world: FixtureWorld) -> None:
    places = ["[data-conversation=C2]", "#conversation-head h1", ".message", "[data-tab=mailbox]"]
    for place in places:
        page.locator(place).first.evaluate("node => { node.dataset.kept = 'yes' }")

    world.say("C1", message(30, "U2", "One more"))

    expect(page.locator("#messages")).to_contain_text("One more")
    for place in places:
        expect(page.locator(place).first).to_have_attribute("data-kept", "yes")
