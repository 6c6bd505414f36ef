"""What timebot answers: a value that a feature returns and the door delivers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from timebot.errors import Refusal
from timebot.slack.blocks import Block


@dataclass(frozen=True)
class Answer:
    """An answer to one delivery.

    Attributes:
        text: the whole message in words; screen readers read nothing else.
        blocks: the same, drawn. Empty for a plain sentence.
        replace: whether it takes the place of the message that was clicked.
        modal: a view to open (or to push, from within a modal).
        instead: what is said where Slack does not open the modal any more; a sentence by default.
        next_view: a view that takes the place of the submitted one, or of the one clicked in.
        faults: sentences by block id, shown under the fields of a submitted modal.
    """

    text: str = ""
    blocks: Sequence[Block] = ()
    replace: bool = False
    modal: Block | None = None
    instead: "Answer | None" = None
    next_view: Block | None = None
    faults: Mapping[str, str] = field(default_factory=dict)


NOTHING = Answer()
"""The click needs no words: its message is repainted."""


class AtField(Refusal):
    """A refusal that belongs under one field of a modal."""

    def __init__(self, block_id: str, refusal: Refusal | str) -> None:
        sentence = refusal if isinstance(refusal, str) else refusal.sentence
        super().__init__(sentence)
        self.block_id = block_id
