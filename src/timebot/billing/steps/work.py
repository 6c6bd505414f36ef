"""What a step works with, and what it hands back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from timebot.billing.credit_models import CreditNote
from timebot.billing.document_ports import LetterWriter, Renderer
from timebot.billing.models import Invoice
from timebot.billing.payment_models import Mail, Payment
from timebot.billing.ports import CardProcessor, Mailer
from timebot.billing.steps.keys import NaturalKeys
from timebot.clients.models import Client
from timebot.db import Database

Effect = Callable[[Session, Invoice], None]
"""What becomes of the locked invoice once the outside has answered; it must bear repetition."""


@dataclass(frozen=True)
class Outside:
    """What the steps reach beyond the database.

    Attributes:
        mailer, processor: None where none is set up.
    """

    database: Database
    renderer: Renderer
    letters: LetterWriter
    mailer: Mailer | None
    processor: CardProcessor | None


@dataclass(frozen=True)
class Work:
    """An invoice whose next step was claimed, as it was then.

    Attributes:
        step: which step.
        fence: lets the result count only while the claim is ours.
        attempts: how often the step was begun; more than 1 after a crash or a failure.
        payment: the attempt to charge that is open, if any.
        mail: the mail that waits, if the step is about one.
        credit_note: the credit note, if the step is about one.
        locale: how the firm writes amounts.
    """

    step: str
    invoice: Invoice
    client: Client
    keys: NaturalKeys
    fence: int
    attempts: int
    payment: Payment | None
    mail: Mail | None
    credit_note: CreditNote | None
    locale: str
    now: datetime


def nothing(_session: Session, _invoice: Invoice) -> None:
    """Change nothing: what the step was for has happened already."""
