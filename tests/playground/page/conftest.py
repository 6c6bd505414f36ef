"""A Chromium on the page, over canned answers; every fault of the page fails its test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.playground.page.fixture_world import FixtureWorld
from timebot.playground.http import LocalServer


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
