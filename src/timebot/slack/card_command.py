"""The card link: by it a client puts a card on file; billing people pass it on."""

from collections.abc import Mapping

from timebot.billing.cards import LINK_LASTS, card_link
from timebot.clients.models import Client
from timebot.slack.answer import Answer
from timebot.slack.billing_words import whole_client
from timebot.slack.blocks import actions, context, escape, link_button, section
from timebot.slack.cards_to_ask import show_cards_to_ask
from timebot.slack.client_choices import client_at
from timebot.slack.desk import SURFACE, Asked, Feature, viewer_of
from timebot.slack.ids import Act
from timebot.slack.rate_words import card_words
from timebot.slack.words import instant_words
from timebot.team.rights import require

_NO_CARDS = (
    "Cards need Stripe, which is not set up here. Invoices go out with your bank details"
    " instead. Whoever runs timebot sets STRIPE_API_KEY and STRIPE_WEBHOOK_SECRET."
)


def card_typed(asked: Asked, text: str) -> Answer:
    """Make the link for the client that was typed; without one, list whom to ask for a card."""
    require(asked.session, asked.member, "billing", to="ask for a card", now=asked.now)
    if not asked.desk.can_charge:
        return Answer(text=_NO_CARDS)
    if not text.strip():
        return show_cards_to_ask(viewer_of(asked))
    return _linked(asked, whole_client(asked, text))


def card_clicked(asked: Asked) -> Answer:
    """Make the link for the client of a button."""
    require(asked.session, asked.member, "billing", to="ask for a card", now=asked.now)
    if not asked.desk.can_charge:
        return Answer(text=_NO_CARDS)
    return _linked(asked, client_at(asked, asked.delivery.value.get("client")))


def _linked(asked: Asked, client: Client) -> Answer:
    url = card_link(
        asked.session,
        workspace=asked.workspace,
        actor=asked.member,
        client=client,
        public_url=asked.desk.public_url,
        surface=SURFACE,
        now=asked.now,
    )
    until = instant_words(asked.now + LINK_LASTS, asked.workspace.zone)
    text = (
        f"With this link {client.name} puts a card on file at Stripe. Send it to"
        f" {client.emails[0]} in your own words."
    )
    note = (
        f"Now: {card_words(client)}. The link works until {until}; a new one ends it. Whoever has"
        " it can enter a card, so send it to the client only. I tell you when the card is there."
    )
    return Answer(
        text=f"{escape(text)}\n{url}\n{escape(note)}",
        blocks=[
            section(escape(text)),
            section(f"```{url}```"),
            context(escape(note)),
            actions(link_button("Open the form", url)),
        ],
    )


ACTIONS: Mapping[str, Feature] = {Act.CARD_LINK: card_clicked}
