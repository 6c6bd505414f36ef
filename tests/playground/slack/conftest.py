"""A local Slack with three people, and a small Bolt app that answers its signed requests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from slack_bolt import App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient

from timebot.playground.clock import MovableClock
from timebot.playground.http import LocalServer
from timebot.playground.slack import LocalSlack, Person
from timebot.playground.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "world.db")
    yield store
    store.close()


@pytest.fixture
def clock(store: Store) -> MovableClock:
    return MovableClock(store)


@pytest.fixture
def slack(store: Store, clock: MovableClock) -> Iterator[LocalSlack]:
    slack = LocalSlack(store, clock, app_name="Tea", retry_delays=(0.01, 0.01, 0.01))
    slack.add_user("mia", real_name="Mia Berg", is_owner=True)
    slack.add_user("tom", real_name="Tom Hill", tz="America/New_York")
    slack.set_commands([{"command": "/tea", "usage_hint": "[kind]", "description": "Make tea"}])
    slack.start()
    yield slack
    slack.stop()


@pytest.fixture
def mia(slack: LocalSlack) -> Person:
    return slack.person("mia")


@pytest.fixture
def tom(slack: LocalSlack) -> Person:
    return slack.person("tom")


@pytest.fixture
def client(slack: LocalSlack) -> WebClient:
    return WebClient(slack.bot_token, base_url=slack.api_url)


@pytest.fixture
def app(slack: LocalSlack, client: WebClient) -> Iterator[App]:
    """An app without listeners; the test gives it those it needs."""
    app = App(
        client=client,
        signing_secret=slack.signing_secret,
        process_before_response=True,
        token_verification_enabled=False,
    )
    server = LocalServer(SlackRequestHandler(app, path="/slack/events"))
    server.start()
    slack.connect(f"{server.url}/slack/events")
    yield app
    server.stop()
