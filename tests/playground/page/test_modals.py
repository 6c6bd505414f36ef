"""Modals: fields, errors, the stack and the ways out."""

import pytest
from playwright.sync_api import Page, expect

from tests.playground.page.fixture_world import FixtureWorld
from tests.playground.page.samples import modal

pytestmark = pytest.mark.browser


@pytest.fixture
def form(page: Page, world: FixtureWorld) -> Page:
    """The page with the big form open."""
    world.open("U1", modal())
    expect(page.locator("#modal")).to_be_visible()
    return page


def fill_in(form: Page) -> None:
    """Give every required field a value."""
    form.click("[data-action-id=client_value]")
    form.click("[role=option][data-value=acme]")
    form.fill("[data-action-id=project_value]", "lo")
    form.click("[role=option][data-value=logo]")
    form.fill("[data-action-id=text_value]", "Sketches\nand drafts")
    form.fill("[data-action-id=hours_value]", "1.5")


def test_a_form_sends_every_value_as_slack_names_it(form: Page, world: FixtureWorld) -> None:
    fill_in(form)
    form.click("[data-action-id=team_value]")
    form.click("[role=option][data-value=U2]")
    form.press("[data-action-id=team_value]", "Escape")
    form.check("text=No charge")
    form.fill("[data-action-id=at_value]", "09:15")

    form.click("#modal-submit")

    expect(form.locator("#modal")).to_be_hidden()
    sent = world.sent("submit")[0]
    state = {block: next(iter(values.values())) for block, values in sent["state"].items()}
    assert sent["view_id"] == "V1"
    assert state["client"]["selected_option"]["value"] == "acme"
    assert state["project"]["selected_option"]["value"] == "logo"
    assert state["text"] == {"type": "plain_text_input", "value": "Sketches\nand drafts"}
    assert state["hours"] == {"type": "number_input", "value": "1.5"}
    assert state["day"]["selected_date"] == "2026-03-02"
    assert state["at"]["selected_time"] == "09:15"
    assert state["team"]["selected_users"] == ["U2"]
    assert [option["value"] for option in state["flags"]["selected_options"]] == ["nc"]
    assert state["kind"]["selected_option"]["value"] == "b"
    assert state["mail"] == {"type": "email_text_input", "value": None}


def test_missing_fields_are_named_before_anything_is_sent(form: Page, world: FixtureWorld) -> None:
    form.click("#modal-submit")

    expect(form.locator(".wrong")).to_have_count(4)
    expect(form.locator("[data-block-id=hours] .field-error")).to_have_text("Please fill this in.")
    expect(form.locator("[data-action-id=client_value]")).to_be_focused()
    assert world.sent("submit") == []


@pytest.mark.parametrize(
    ("action_id", "typed", "words"),
    [
        ("hours_value", "1,5", "Please enter a number."),
        ("hours_value", "0", "Please enter 0.1 or more."),
        ("mail_value", "nobody", "Please enter an e-mail address."),
        ("page_value", "tickets", "Please enter an address that starts with https://."),
    ],
)
def test_a_field_filled_in_wrongly_is_explained(
    form: Page, action_id: str, typed: str, words: str
) -> None:
    fill_in(form)
    form.fill(f"[data-action-id={action_id}]", typed)

    form.click("#modal-submit")

    expect(form.locator(".wrong .field-error")).to_have_text(words)


def test_the_apps_errors_stand_under_their_fields_and_keep_what_was_typed(
    form: Page, world: FixtureWorld
) -> None:
    world.answers["submit"] = {"ok": False, "errors": {"hours": "That day is closed."}, "ms": 5}
    fill_in(form)

    form.click("#modal-submit")

    error = form.locator("[data-block-id=hours] .field-error")
    expect(error).to_have_text("That day is closed.")
    expect(form.locator("[data-action-id=hours_value]")).to_be_focused()
    expect(form.locator("[data-action-id=hours_value]")).to_have_value("1.5")
    form.fill("[data-action-id=hours_value]", "2")
    expect(error).to_be_empty()


def test_a_view_updated_by_the_app_keeps_what_was_typed(form: Page, world: FixtureWorld) -> None:
    form.fill("[data-action-id=text_value]", "Half a sent")
    changed = modal(title="Add time, again") | {"hash": "2.b"}
    world.open("U1", changed)

    expect(form.locator("#modal-title")).to_have_text("Add time, again")

    expect(form.locator("[data-action-id=text_value]")).to_have_value("Half a sent")
    expect(form.locator("[data-action-id=text_value]")).to_be_focused()


def test_escape_closes_an_open_list_first_and_then_the_modal(
    form: Page, world: FixtureWorld
) -> None:
    form.click("[data-action-id=client_value]")
    expect(form.locator("[role=option][data-value=acme]")).to_be_visible()

    form.keyboard.press("Escape")
    expect(form.locator("[role=option][data-value=acme]")).to_be_hidden()
    expect(form.locator("#modal")).to_be_visible()
    form.keyboard.press("Escape")

    expect(form.locator("#modal")).to_be_hidden()
    assert world.sent("close") == [{"user": "U1", "view_id": "V1"}]


def test_closing_the_upper_view_shows_the_lower_one(page: Page, world: FixtureWorld) -> None:
    world.open("U1", modal(), modal("V2", "Second view"))
    expect(page.locator("#modal-title")).to_have_text("Second view")

    page.click("#modal-close")

    expect(page.locator("#modal-title")).to_have_text("Add time")
    assert world.sent("close") == [{"user": "U1", "view_id": "V2"}]


def test_an_external_select_asks_only_after_enough_letters(form: Page, world: FixtureWorld) -> None:
    field = form.locator("[data-action-id=project_value]")
    field.press_sequentially("w")
    expect(form.locator(".menu-note:visible")).to_have_text("Type one more letter to search")

    field.press_sequentially("eb")
    expect(form.locator("[role=option][data-value=web]")).to_be_visible()

    assert {sent["value"] for sent in world.sent("options")} <= {"we", "web"}
    assert world.sent("options")[-1]["container"] == {"type": "view", "view_id": "V1"}


def test_another_persons_modal_is_not_shown(page: Page, world: FixtureWorld) -> None:
    world.open("U2", modal())
    expect(page.locator("#modal")).to_be_hidden()

    page.click("#person")
    page.click("[data-person=U2]")

    expect(page.locator("#modal")).to_be_visible()


def test_what_the_server_remembers_is_still_there_after_a_reload(
    page: Page, world: FixtureWorld
) -> None:
    typed = {"text": {"text_value": {"type": "plain_text_input", "value": "Half a sent"}}}
    world.open("U1", modal() | {"state": {"values": typed}})

    expect(page.locator("[data-action-id=text_value]")).to_have_value("Half a sent")
