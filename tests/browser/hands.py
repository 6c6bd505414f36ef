"""What somebody in front of the page does and looks at."""

import re

from playwright.sync_api import Locator, Page, expect


def types(page: Page, command: str) -> None:
    """Type a command into the message field and send it."""
    composer = page.locator("#composer")
    composer.fill(command)
    composer.press("Enter")
    expect(composer).to_have_value("")


def newest(page: Page) -> Locator:
    """Return the newest message of the conversation."""
    return page.locator("#messages .message").last


def button(where: Locator, label: str) -> Locator:
    """Return the buttons whose label begins so; screen readers may be told more."""
    return where.locator("button", has_text=re.compile(f"^{re.escape(label)}"))


def message(page: Page, words: str) -> Locator:
    """Return the newest message with these words."""
    return page.locator("#messages .message", has_text=words).last


def becomes(page: Page, name: str) -> None:
    """Look through the eyes of somebody else, at their messages with timebot."""
    page.click("#person")
    page.get_by_role("menuitem", name=name).click()
    expect(page.locator("#person")).to_contain_text(name)
    reads_messages(page)


def reads_messages(page: Page) -> None:
    """Open the conversation with timebot."""
    page.locator("#conversations .rail-item").first.click()
    page.click("[data-app-tab=messages]")
    expect(page.locator("#composer")).to_be_visible()


def opens_home(page: Page) -> Locator:
    """Open timebot's Home and return it."""
    page.click("[data-app-tab=home]")
    expect(page.locator("#home")).to_be_visible()
    return page.locator("#home")


def waits_an_hour(page: Page, until: str) -> None:
    """Let an hour of business time pass; `until` is what the clock then begins with."""
    page.click("[data-jump=hour]")
    expect(page.locator("#clock")).to_contain_text(until)


def chooses(field: Locator, words: str, choice: str) -> None:
    """Type into a field that suggests, and take the suggestion."""
    field.click()
    field.fill(words)
    option = field.page.get_by_role("option", name=choice, exact=True)
    expect(option).to_be_visible()
    option.click()


def field(modal: Locator, label: str) -> Locator:
    """Return the field of a form under this label."""
    begins = re.compile(f"^\\s*{re.escape(label)}")
    return modal.locator(".block-input", has_text=begins).locator("[data-action-id]").first


def sends(page: Page) -> None:
    """Press the form's own button."""
    page.click("#modal-submit")
