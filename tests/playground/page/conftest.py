"""A Chromium on the page, over canned answers; every fault of the page fails its test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.playground.page.fixture_world import FixtureWorld
from timebot.playground.http import LocalServer

ARGUMENTS = [
    "--no-sandbox",
    "--headless=new",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 10_000


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One Chromium for all tests of a run."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile; closed before the server goes, so that no request is left hanging."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def world() -> Iterator[FixtureWorld]:
    """The canned world, before anybody looks at it."""
    world = FixtureWorld()
    world.server = LocalServer(world)
    world.server.start()
    yield world
    world.server.stop()


@pytest.fixture
def page(world: FixtureWorld, context: BrowserContext) -> Iterator[Page]:
    """The page, opened as Mia in the first channel; an error in its scripts fails the test."""
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{world.server.url}/?user=U1")
    page.wait_for_selector("body.ready")
    yield page
    assert page.evaluate("window.hacked") is None
    page.close()
    assert faults == []
