"""Cards to ask for: who needs one before the next run, each with the link to send."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from timebot.billing.cards_to_ask import CARD, CardToAsk, list_cards_to_ask, list_id
from timebot.billing.run_schedule import coming_run
from timebot.clients.models import Client
from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, actions, button, context, cut, escape, section
from timebot.slack.desk import Asked, Card, Drawn, Viewer
from timebot.slack.ids import Act
from timebot.slack.invoice_words import sees_money, without_money
from timebot.slack.rate_words import card_words
from timebot.slack.words import counted, instant_words

_SHOWN = 40
_SPOKEN = 3_500
_REFUSED = {
    "short": "had too little money on it the last time",
    "ended": "was refused the last time and will not work again",
    "confirm": "did not pay the last time, because the client has to confirm with the bank",
    "refused": "was refused the last time; the bank gave no reason",
}


def cards_to_ask_card(viewer: Viewer, which: str) -> Drawn | None:
    """Draw in the week before a run which clients to ask for a card; after it nothing."""
    run = coming_run(viewer.session, workspace=viewer.workspace, now=viewer.now)
    if run is None or list_id(viewer.workspace, run.period.start) != UUID(which):
        return None
    if not sees_money(viewer):
        return without_money("this list")
    found = list_cards_to_ask(viewer.session, workspace=viewer.workspace, run=run, now=viewer.now)
    if found:
        return _draw(viewer, found, run.due_at)
    opens = instant_words(run.due_at, viewer.workspace.zone)
    text = (
        f"The next run opens {opens}. Every client with time to bill who is charged by card has"
        " one that works."
    )
    return Drawn(text=text, blocks=[section(text)])


def show_cards_to_ask(viewer: Viewer) -> Answer:
    """Show which clients to ask for a card before the next run."""
    run = coming_run(viewer.session, workspace=viewer.workspace, now=viewer.now)
    found = list_cards_to_ask(viewer.session, workspace=viewer.workspace, run=run, now=viewer.now)
    if not found:
        text = (
            "Nobody needs to be asked for a card: whoever has time to bill and is charged by card"
            " has a card that works. Name a client to get its link."
        )
        command = viewer.desk.billing_command
        return Answer(text=f"{text} Example: {command} card Acme")
    drawn = _draw(viewer, found, run.due_at if run else None)
    return Answer(text=drawn.text, blocks=drawn.blocks)


def count_words(asked: Asked) -> str:
    """Return how many clients need a card before the next run; empty if none does."""
    if not asked.desk.can_charge:
        return ""
    run = coming_run(asked.session, workspace=asked.workspace, now=asked.now)
    found = list_cards_to_ask(asked.session, workspace=asked.workspace, run=run, now=asked.now)
    return _needs(len(found)) if found else ""


def _draw(viewer: Viewer, found: Sequence[CardToAsk], due_at: datetime | None) -> Drawn:
    opens = f"The next run opens {instant_words(due_at, viewer.workspace.zone)}. " if due_at else ""
    title = f"{opens}{_needs(len(found))}"
    advice = "Card link gives you the link to send to the client."
    shown = found[:_SHOWN]
    blocks: list[Block] = [section(f"*{escape(title)}*"), context(advice)]
    blocks += [_row(one) for one in shown]
    spoken = [title, advice, *(f"{one.client.name}: {_why(one)}." for one in shown), "Card link"]
    if len(found) > len(shown):
        more = counted(len(found) - len(shown), "more client")
        rest = f"… and {more}. They are listed here once these have a card."
        again = button("Look again", Act.BILLING_DO, {"text": "card"}, key="card")
        blocks += [context(rest), actions(again)]
        spoken += [rest]
    return Drawn(text=cut(escape("\n".join(spoken)), _SPOKEN), blocks=blocks)


def _row(one: CardToAsk) -> Block:
    name = one.client.name
    link = button(
        "Card link",
        Act.CARD_LINK,
        {"client": one.client.id},
        key=one.client.id.hex,
        says=f"Card link for {name}",
    )
    return section(f"*{escape(name)}*\n{escape(_why(one))}", accessory=link)


def _why(one: CardToAsk) -> str:
    card = _card(one.client)
    if one.reason == "missing":
        return "no card on file"
    if one.reason == "expiring":
        month = f"{one.client.card_exp_month:02}/{one.client.card_exp_year}"
        return f"{card} is valid to {month} only"
    return f"{card} {_REFUSED[one.client.card_trouble or 'refused']}"


def _card(client: Client) -> str:
    return card_words(client).partition(",")[0]


def _needs(count: int) -> str:
    needs = "needs" if count == 1 else "need"
    return f"{counted(count, 'client')} with time to bill {needs} a card, or another one."


CARDS: Mapping[str, Card] = {CARD: cards_to_ask_card}
