"""A small agency behind the demo's page, and Priya in front of it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.worlds import World, a_world, utc
from timebot.demo.cards import visit
from timebot.serving import working

MONDAY_NINE = utc(2031, 3, 3, 8)
"""Nine o'clock in Berlin, on a Monday that lies ahead of the real clock."""

CARD = "4242424242424242"
_LINK = re.compile(r"https?://\S+/card/[\w-]+")

SETTINGS = (
    "seller_name Studio North",
    "seller_address Harbour Street 12 | Hamburg",
    "seller_email billing@north.example",
    "seller_bank IBAN DE00 0000 0000 0000 0000 00",
    "currency EUR",
    "zone Europe/Berlin",
    "anchor_on 2031-03-03",
    "tax VAT 19%",
    "rounding 15 up day",
    "billing_channel #billing",
)
COMMANDS = (
    "/billing role @jonas approver",
    "/billing role @sofia billing",
    "/billing client add Acme accounts@acme.example 95 EUR",
    "/billing project add Acme Logo",
)


@pytest.fixture
def agency(tmp_path: Path, either_database_url: str) -> Iterator[World]:
    """Mia owns the firm, Jonas approves, Sofia bills, Priya works; Acme has a card on file."""
    with a_world(tmp_path, either_database_url, begins=MONDAY_NINE) as world:
        _people(world)
        _set_up(world)
        with working(world.timebot):
            yield world


@pytest.fixture
def page(agency: World, context: BrowserContext) -> Iterator[Page]:
    """The page as a newcomer meets it; an error in its scripts fails the test."""
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(agency.local.slack.url)
    page.wait_for_selector("body.ready")
    yield page
    page.close()
    assert faults == []


def _people(world: World) -> None:
    for handle, name in (("mia", "Mia Berg"), ("jonas", "Jonas Holm"), ("sofia", "Sofia Lind")):
        world.add_person(handle, real_name=name, tz="Europe/Berlin", is_owner=handle == "mia")
    world.add_person("priya", real_name="Priya Rao", tz="Europe/Berlin")
    ids = [world.person(handle).id for handle in ("mia", "sofia")]
    world.local.slack.add_channel("billing", private=True, members=ids, bot_is_member=True)


def _set_up(world: World) -> None:
    """Let Mia set the firm up by commands, and Acme put its card on file through its link."""
    mia = world.person("mia")
    mia.command(f"/billing settings {'; '.join(SETTINGS)}")
    for command in COMMANDS:
        mia.command(command)
    link = _LINK.search(mia.command("/billing card Acme").all_text)
    assert link is not None
    visit(link.group())
    world.local.stripe.put_card_on_file(str(world.local.stripe.customers()[-1]["id"]), CARD)
    world.person("priya").command("/timer help")
    world.settle()
