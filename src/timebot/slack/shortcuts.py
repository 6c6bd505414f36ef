"""Shortcuts: time for a message from its menu, and a timer from anywhere in Slack."""

import textwrap
from collections.abc import Mapping

from timebot.slack.answer import Answer
from timebot.slack.blocks import cut
from timebot.slack.delivery import Delivery
from timebot.slack.desk import Asked, Feature
from timebot.slack.entry_opening import open_add_from_message, open_start
from timebot.slack.ids import Shortcut
from timebot.team.rights import require
from timebot.timekeeping.tickets import Ticket, parse_ticket
from timebot.timekeeping.wording import clean_text

_PROPOSED = 120
"""How many characters of a message are proposed as the description."""


def log_time(asked: Asked) -> Answer:
    """Open the form that adds time, with the message's first words and its link."""
    require(asked.session, asked.member, "member", to="track time", now=asked.now)
    words = clean_text(str(asked.delivery.message.get("text") or ""))
    return open_add_from_message(
        asked,
        text=_first_words(words),
        ticket=_ticket_in(words),
        permalink=permalink_of(asked.delivery),
    )


def start_timer(asked: Asked) -> Answer:
    """Open the form that starts a timer."""
    require(asked.session, asked.member, "member", to="track time", now=asked.now)
    return open_start(asked)


def permalink_of(delivery: Delivery) -> str:
    """Return the address of the message that a shortcut was used on; empty if it is not known."""
    message = delivery.message
    ts, thread_ts = str(message.get("ts") or ""), str(message.get("thread_ts") or "")
    if not (delivery.team_name and delivery.channel_id and ts):
        return ""
    place = f"archives/{delivery.channel_id}/p{ts.replace('.', '')}"
    address = f"https://{delivery.team_name}.slack.com/{place}"
    if thread_ts and thread_ts != ts:
        # A reply is found only through its thread.
        address += f"?thread_ts={thread_ts}&cid={delivery.channel_id}"
    return address


def _first_words(text: str) -> str:
    shortened = textwrap.shorten(text, _PROPOSED, placeholder="…")
    return shortened if len(shortened) > 1 else cut(text, _PROPOSED)


def _ticket_in(text: str) -> Ticket | None:
    """Return the first ticket of a message: a link, or a key such as #ABC-123, no bare number."""
    found = (parse_ticket(word) for word in text.split())
    return next((one for one in found if one and (one.url or "-" in one.ref)), None)


SHORTCUTS: Mapping[str, Feature] = {
    Shortcut.LOG_TIME: log_time,
    Shortcut.START_TIMER: start_timer,
}
"""What each shortcut does."""
