"""The account that every handler works on."""

from dataclasses import dataclass

from timebot.playground.store import Document
from timebot.playground.stripe.declines import BankAnswers
from timebot.playground.stripe.events import Events
from timebot.playground.stripe.ledger import Ledger


@dataclass(frozen=True)
class Account:
    """One Stripe account: what it knows and whom it tells.

    Attributes:
        ledger: its objects.
        events: what happened.
        answers: what banks are going to answer.
    """

    ledger: Ledger
    events: Events
    answers: BankAnswers


@dataclass(frozen=True)
class Call:
    """One API request, checked and typed.

    Attributes:
        params: the parameters.
        ids: the ids in the address, by name.
        path: the address, which lists repeat.
    """

    params: Document
    ids: Document
    path: str

    @property
    def id(self) -> str:
        """The id in the address."""
        return str(self.ids["id"])
