from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from timebot.gateways.resend_gateway import ResendMailer
from timebot.gateways.stripe_gateway import StripeProcessor
from timebot.playground.clock import MovableClock
from timebot.playground.resend import LocalResend
from timebot.playground.store import Store
from timebot.playground.stripe import LocalStripe


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "world.db")
    yield opened
    opened.close()


@pytest.fixture
def stripe(store: Store) -> Iterator[LocalStripe]:
    server = LocalStripe(store, MovableClock(store))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def processor(stripe: LocalStripe) -> StripeProcessor:
    return StripeProcessor(
        stripe.api_key, webhook_secret=stripe.webhook_secret, api_base=stripe.url
    )


@pytest.fixture
def resend(store: Store) -> Iterator[LocalResend]:
    server = LocalResend(store, MovableClock(store))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def mailer(resend: LocalResend) -> ResendMailer:
    return ResendMailer(
        resend.api_key,
        resend.url,
        "Billing <billing@north.example>",
        webhook_secret=resend.webhook_secret,
        pause=timedelta(),
    )
