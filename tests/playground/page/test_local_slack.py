"""The page on the true local Slack with a small app: both sides mean the same by every name."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from slack_bolt import Ack, App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient

from tests.playground.page.samples import Json, marked, modal, option, plain
from timebot.playground.clock import MovableClock
from timebot.playground.http import LocalServer
from timebot.playground.slack import LocalSlack
from timebot.playground.store import Store

pytestmark = pytest.mark.browser


def brew(number: int) -> Json:
    """One section with a button that another section has, too."""
    return {
        "type": "section",
        "block_id": f"cup{number}",
        "text": marked(f"Cup {number}"),
        "accessory": {
            "type": "button",
            "action_id": "drink",
            "text": plain(f"Drink {number}"),
            "value": str(number),
        },
    }


def tea_app(app: App) -> None:
    """Give the app a command with a form, two like buttons, an external select and a Home."""

    @app.command("/tea")
    def tea(ack: Ack, body: Json, client: WebClient) -> None:
        if body["text"] == "form":
            view = modal(title="Order tea") | {"callback_id": "order"}
            client.views_open(
                trigger_id=body["trigger_id"],
                view={key: view[key] for key in view if key not in ("id", "hash")},
            )
            ack()
        else:
            ack(f"*{body['text']}* for <@{body['user_id']}>")

    @app.view("order")
    def order(ack: Ack, body: Json, view: Json, client: WebClient) -> None:
        values = view["state"]["values"]
        if values["hours"]["hours_value"]["value"] == "2":
            ack(response_action="errors", errors={"hours": "Two is too long."})
            return
        client.chat_postMessage(
            channel=body["user"]["id"], text="Choose a cup", blocks=[brew(1), brew(2)]
        )
        ack()

    @app.action("drink")
    def drink(ack: Ack, body: Json, client: WebClient) -> None:
        action = body["actions"][0]
        client.chat_update(
            channel=body["channel"]["id"],
            ts=body["message"]["ts"],
            text=f"Drank {action['value']} of {action['block_id']}",
            blocks=[],
        )
        ack()

    @app.options("project_value")
    def projects(ack: Ack) -> None:
        ack(options=[option("Logo", "logo")])

    @app.event("app_home_opened")
    def opened(event: Json, client: WebClient) -> None:
        blocks = [{"type": "section", "text": marked("*Kettle* is on")}]
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})


@pytest.fixture
def slack(tmp_path: Path) -> Iterator[LocalSlack]:
    """A local Slack with two people and the tea app."""
    store = Store(tmp_path / "world.db")
    slack = LocalSlack(store, MovableClock(store), team_name="Northlight", app_name="Tea")
    slack.add_user("mia", real_name="Mia Berg")
    slack.add_user("tom", real_name="Tom Hill", tz="America/New_York")
    slack.add_channel("general", members=[slack.person("mia").id, slack.person("tom").id])
    slack.set_commands([{"command": "/tea", "usage_hint": "form", "description": "Make tea"}])
    app = App(
        client=WebClient(slack.bot_token, base_url=slack.api_url),
        signing_secret=slack.signing_secret,
        process_before_response=True,
        token_verification_enabled=False,
    )
    tea_app(app)
    server = LocalServer(SlackRequestHandler(app, path="/slack/events"))
    server.start()
    slack.start()
    slack.connect(f"{server.url}/slack/events", events=["app_home_opened"])
    yield slack
    slack.stop()
    server.stop()
    store.close()


@pytest.fixture
def page(slack: LocalSlack, context: BrowserContext) -> Iterator[Page]:
    """The page as a newcomer opens it, naming nobody."""
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(slack.url)
    page.wait_for_selector("body.ready")
    yield page
    page.close()
    assert faults == []


def say(page: Page, text: str) -> None:
    """Type something and send it."""
    page.fill("#composer", text)
    page.press("#composer", "Enter")


def test_a_newcomer_is_the_first_person(page: Page) -> None:
    expect(page.locator("#person")).to_contain_text("Mia Berg")
    expect(page.locator("#conversation-head")).to_contain_text("general")


def test_a_command_is_answered_and_seen_in_the_inspector(page: Page) -> None:
    say(page, "/tea green")

    expect(page.locator(".message.ephemeral")).to_contain_text("green for @Mia Berg")
    expect(page.locator(".exchange").first).to_contain_text("/tea green")


def test_a_message_of_a_person_is_shown_to_the_others(page: Page) -> None:
    say(page, "Who wants <tea> & cake, @tom?")
    expect(page.locator("#messages")).to_contain_text("Who wants <tea> & cake, @Tom Hill?")

    page.click("#person")
    page.get_by_role("menuitem", name="Tom Hill").click()

    expect(page.locator("#messages")).to_contain_text("Who wants <tea> & cake, @Tom Hill?")


def test_a_form_goes_round_to_the_button_that_was_meant(page: Page) -> None:
    say(page, "/tea form")
    expect(page.locator("#modal-title")).to_have_text("Order tea")
    page.click("[data-action-id=client_value]")
    page.click("[role=option][data-value=acme]")
    page.fill("[data-action-id=project_value]", "lo")
    page.click("[role=option][data-value=logo]")
    page.fill("[data-action-id=text_value]", "hot")
    page.fill("[data-action-id=hours_value]", "2")
    page.click("#modal-submit")
    expect(page.locator("[data-block-id=hours] .field-error")).to_have_text("Two is too long.")

    page.fill("[data-action-id=hours_value]", "1.5")
    page.click("#modal-submit")
    expect(page.locator("#modal")).to_be_hidden()
    page.locator("#conversations .rail-item", has_text="Tea").click()
    page.click("[data-app-tab=messages]")
    page.click("text=Drink 2")

    expect(page.locator("#messages")).to_contain_text("Drank 2 of cup2")


def test_home_is_published_when_it_is_opened(page: Page) -> None:
    page.locator("#conversations .rail-item", has_text="Tea").click()
    page.click("[data-app-tab=home]")

    expect(page.locator("#home")).to_contain_text("Kettle is on")


def test_the_business_clock_is_moved(page: Page) -> None:
    before = page.locator("#clock").get_attribute("title")
    page.click("[data-jump=day]")

    expect(page.locator("#notices")).to_contain_text("It is now")
    assert page.locator("#clock").get_attribute("title") != before
