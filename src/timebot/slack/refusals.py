"""How a refusal and an unexpected fault are shown to the person."""

import secrets

from timebot.errors import Refusal, WayOut
from timebot.slack.again import again_button
from timebot.slack.answer import Answer
from timebot.slack.billing_help import find_word
from timebot.slack.blocks import Block, actions, button, code, context, escape, section
from timebot.slack.delivery import Delivery
from timebot.slack.ids import Act
from timebot.team.models import Member
from timebot.team.rights import may

_ACTS = frozenset(Act)
# Letters and digits that are not mistaken for each other when read aloud.
_REFERENCE_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def draw_refusal(refusal: Refusal, delivery: Delivery, reader: Member | None = None) -> Answer:
    """Show what timebot will not do: the reason, one correct example, a button that helps.

    Args:
        refusal: what was refused.
        delivery: what was wanted.
        reader: who sees it; an example that only others may type is left out. None if not known.
    """
    example = refusal.example if reader is None or _may_type(reader, refusal.example) else None
    if delivery.inputs:
        words = refusal.sentence + (f" Example: {example}" if example else "")
        return Answer(faults={_field(refusal, delivery): words})
    text = escape(refusal.sentence)
    blocks: list[Block] = [section(text)]
    if example:
        text += f" Example: {code(example)}"
        blocks.append(context(f"Example: {code(example)}"))
    buttons = buttons_of(refusal)
    if buttons:
        blocks.append(actions(*buttons))
    return Answer(text=text, blocks=blocks)


def buttons_of(refusal: Refusal) -> list[Block]:
    """Return the buttons of what the person can do next."""
    return [_button(way, key) for key, way in enumerate(refusal.ways_out) if way.action in _ACTS]


def draw_apology(reference: str, delivery: Delivery) -> Answer:
    """Say that something went wrong on our side, with a number that is also in the log."""
    sentence = (
        "Something went wrong on my side and nothing was changed. Please try again. "
        f"If it happens again, tell your administrator the number {reference}."
    )
    if delivery.inputs:
        return Answer(faults={delivery.inputs[0]: sentence})
    return Answer(text=sentence)


def draw_too_late(delivery: Delivery) -> Answer:
    """Say that a form did not open; a new click brings the fresh trigger that opening needs."""
    sentence = "Slack did not let me open the form in time. Nothing was changed. Please try again."
    again = again_button(delivery, "Open the form")
    return Answer(text=sentence, blocks=[section(sentence), actions(again)] if again else [])


def new_reference() -> str:
    """Return a short number to find a fault by."""
    return "".join(secrets.choice(_REFERENCE_SIGNS) for _ in range(6))


def _may_type(reader: Member, example: str | None) -> bool:
    """Tell whether somebody may do what an example shows; most of billing is not for everybody."""
    command, _, words = (example or "").partition(" ")
    verb = find_word(words.partition(" ")[0]) if command == "/billing" else None
    return verb is None or may(reader, verb.role)


def _button(way: WayOut, key: int) -> Block:
    block = button(way.label, Act(way.action), key=f"way{key}")
    # The value is the business's own; it comes back to it unread. Slack takes no empty one.
    return {**block, "value": way.value} if way.value else block


def _field(refusal: Refusal, delivery: Delivery) -> str:
    block_id: str | None = getattr(refusal, "block_id", None)
    return block_id if block_id in delivery.inputs else delivery.inputs[0]
