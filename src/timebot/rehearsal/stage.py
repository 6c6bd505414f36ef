"""The stage: a timebot on the copy, and a Slack, a Stripe and a Resend of its own on loopback.

Nothing of the firm's own settings comes here but whether something is set up, so that no key and
no address of the outside can be used.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.app import Timebot, build
from timebot.billing.credit_document import CreditDocument
from timebot.billing.document import InvoiceDocument
from timebot.billing.document_ports import Renderer
from timebot.billing.why_document import WhyDocument
from timebot.clients.models import Client
from timebot.db import Database
from timebot.playground.stripe import KnownCard, LocalStripe
from timebot.playground.world import LocalWorld
from timebot.rehearsal.copying import Copy, Tell
from timebot.settings import Settings, read_settings
from timebot.team.models import Member, Workspace

_BEHAVES_LIKE = {
    None: "4242424242424242",
    "short": "4000000000009995",
    "ended": "4000000000000069",
    "confirm": "4000002760003184",
    "refused": "4000000000000341",
}
"""The test card for how the card on file did the last time (`clients.models.CARD_TROUBLES`)."""

_SENDER = "timebot <rehearsal@timebot.example>"


@dataclass(frozen=True)
class Means:
    """What the firm works with beside Slack; that it is set up, never how.

    Attributes:
        can_charge: whether a card processor is set up.
        can_mail: whether mail is set up.
    """

    can_charge: bool
    can_mail: bool


def means_of(settings: Settings) -> Means:
    """Return what is set up."""
    return Means(
        can_charge=settings.stripe_api_key is not None,
        can_mail=settings.resend_api_key is not None,
    )


class Drawing:
    """Draws what was issued in a rehearsal with the word DRAFT across it: it must never count.

    Attributes:
        expected: how many PDFs there will be; drawing them takes longest of all.
    """

    def __init__(self, renderer: Renderer, tell: Tell) -> None:
        self._renderer = renderer
        self._tell = tell
        self._drawn = 0
        self.expected = 0

    def render(self, document: InvoiceDocument) -> bytes:
        """Return the PDF of an invoice, and tell of the progress."""
        drawn = self._renderer.render(replace(document, is_draft=True))
        self._drawn += 1
        self._tell("Playing", self._drawn, self.expected)
        return drawn

    def render_credit_note(self, document: CreditDocument) -> bytes:
        """Return the PDF of a credit note."""
        return self._renderer.render_credit_note(document)

    def render_why(self, document: WhyDocument) -> bytes:
        """Return how an invoice came to be."""
        invoice = replace(document.invoice, is_draft=True)
        return self._renderer.render_why(replace(document, invoice=invoice))


@dataclass(frozen=True)
class Stage:
    """Where the rehearsal is played."""

    local: LocalWorld
    timebot: Timebot
    drawing: Drawing


@contextmanager
def a_stage(copy: Copy, means: Means, drawing: Drawing, *, now: datetime) -> Iterator[Stage]:
    """Put a timebot into a world of its own until the block ends.

    Args:
        copy: what it works on.
        means: what of the world it is connected with.
        drawing: who draws the PDFs.
        now: the business instant at which it begins.
    """
    local = LocalWorld(copy.folder / "world")
    if now > local.clock.now():
        local.clock.move_to(now)
    timebot = build(
        _settings(local, means, copy.url),
        clock=local.clock,
        mail_pause=timedelta(),
        renderer=drawing,
    )
    try:
        _furnish(local, timebot.database)
        local.start()
        yield Stage(local, timebot, drawing)
    finally:
        local.stop()
        timebot.close()


def _settings(local: LocalWorld, means: Means, database_url: str) -> Settings:
    """Return settings that name the local world, made-up keys and nothing else."""
    given = {
        "DATABASE_URL": database_url,
        "SLACK_SIGNING_SECRET": local.slack.signing_secret,
        "SLACK_BOT_TOKEN": local.slack.bot_token,
        "SLACK_API_URL": local.slack.api_url,
    }
    if means.can_charge:
        given |= {
            "STRIPE_API_KEY": local.stripe.api_key,
            "STRIPE_WEBHOOK_SECRET": local.stripe.webhook_secret,
            "STRIPE_API_BASE": local.stripe.url,
        }
    if means.can_mail:
        given |= {
            "RESEND_API_KEY": local.resend.api_key,
            "RESEND_WEBHOOK_SECRET": local.resend.webhook_secret,
            "RESEND_API_URL": local.resend.url,
            "TIMEBOT_MAIL_FROM": _SENDER,
        }
    return read_settings(given)


def _furnish(local: LocalWorld, copy: Database) -> None:
    """Let the local world know whom the copy knows: people, channels, customers and their cards."""
    with copy.read_only() as session:
        people = {one.slack_user_id: one.name for one in session.scalars(select(Member))}
        channels = {one.billing_channel for one in session.scalars(select(Workspace))}
        local.slack.adopt(people, [channel for channel in channels if channel])
        _fill_account(local.stripe, session)


def _fill_account(stripe: LocalStripe, session: Session) -> None:
    for client in session.scalars(select(Client).where(Client.stripe_customer_id.is_not(None))):
        stripe.adopt(
            str(client.stripe_customer_id),
            name=client.name,
            email=client.emails[0] if client.emails else None,
            card=_card_of(client),
        )


def _card_of(client: Client) -> KnownCard | None:
    if client.card_id is None:
        return None
    expiry = (
        (client.card_exp_month, client.card_exp_year)
        if client.card_exp_month is not None and client.card_exp_year is not None
        else None
    )
    return KnownCard(
        id=client.card_id,
        brand=client.card_brand or "card",
        last4=client.card_last4 or "0000",
        expiry=expiry,
        behaves_like=_BEHAVES_LIKE[client.card_trouble],
    )
