"""Expected trouble: a refusal is a sentence for the person who asked."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class WayOut:
    """A thing the person can do next, offered beside a refusal.

    Attributes:
        label: the words on the button, such as "Stop it and start this".
        action: the name of the action behind it; the surface knows how to draw it.
        value: what the action needs, as plain text.
    """

    label: str
    action: str
    value: str = ""


class Refusal(Exception):
    """Something timebot will not do, told in one sentence to the person who asked.

    A refusal leaves the transaction, so nothing is left half done. Subclasses are named for the
    situation and keep its facts.

    Attributes:
        sentence: what happened and what to do, in plain words.
        example: one correct example of what could have been typed, or None.
        ways_out: buttons that do the likely thing.
        needs_right: whether it was refused because the person may not; such refusals are audited.
        is_stale: whether what they acted on is no longer as they were shown it; a message that was
            clicked then gives way to what is so by now.
    """

    needs_right = False
    is_stale = False

    def __init__(
        self, sentence: str, *, example: str | None = None, ways_out: Sequence[WayOut] = ()
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.example = example
        self.ways_out = tuple(ways_out)


class NotAllowed(Refusal):
    """The person lacks the right for this."""

    needs_right = True


class NotFound(Refusal):
    """Nothing of that name or number exists here."""
