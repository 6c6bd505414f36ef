"""Reach: how a vendor answers to the key that is set, in words that all rooms share."""

from dataclasses import dataclass
from typing import Literal

State = Literal["answers", "hides", "lacks", "busy", "refuses", "silent"]


@dataclass(frozen=True)
class Reach:
    """What a vendor answered when it was asked for something harmless.

    Attributes:
        state: answers; hides (it does not show whether all is well), lacks (something that is
            needed), busy (it asks for a pause), refuses (the key), silent (no clear answer).
        names: what it answers as, or what is lacking or hidden; never a secret.
    """

    state: State
    names: tuple[str, ...] = ()
