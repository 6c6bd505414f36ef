"""Names that were typed after the billing command and are unclear: buttons instead of a guess."""

from timebot.clients.lookup import NoClientsYet, PlaceMissing, PlaceUnclear, PlaceUnknown
from timebot.errors import Refusal
from timebot.slack.answer import Answer
from timebot.slack.billing_help import find_word
from timebot.slack.blocks import Block, actions, button, context, escape, section
from timebot.slack.desk import Asked
from timebot.slack.ids import Act

_MOST = 5


def draw_unclear_place(asked: Asked, text: str, refusal: Refusal) -> Answer:
    """Show why a name was not understood, an example of this command, and likely names as buttons.

    Args:
        asked: the delivery.
        text: the whole command, without its name.
        refusal: what the lookup said.
    """
    command = asked.desk.billing_command
    verb = find_word(text.split(maxsplit=1)[0]) if text.split() else None
    example = f"{command} {verb.example}" if verb else (refusal.example or command)
    blocks: list[Block] = [section(escape(refusal.sentence)), context(f"Example: `{example}`")]
    buttons = [
        button(name, Act.BILLING_DO, {"text": typed}, key=f"name{number}")
        for number, (name, typed) in enumerate(_choices(text, refusal))
    ]
    if isinstance(refusal, NoClientsYet):
        buttons = [button("Add a client", Act.CLIENT_ADD_FORM, style="primary")]
    if buttons:
        blocks.append(actions(*buttons))
    return Answer(text=f"{escape(refusal.sentence)} Example: {example}", blocks=blocks)


def _choices(text: str, refusal: Refusal) -> list[tuple[str, str]]:
    """Return the likely names, each with the command that says it; none where it cannot be put."""
    words, names = "", list[str]()
    if isinstance(refusal, PlaceUnclear):
        words, names = refusal.words, [place.name for place in refusal.candidates]
    elif isinstance(refusal, PlaceUnknown):
        words, names = refusal.words, refusal.nearest
    if not words or text.count(words) != 1:
        return []
    return [(name, text.replace(words, name)) for name in names[:_MOST]]


UNCLEAR = (PlaceUnclear, PlaceUnknown, PlaceMissing, NoClientsYet)
"""What the lookup of names says when it cannot find one place."""
