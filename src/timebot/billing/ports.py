"""What billing needs from the outside, in its own words; the gateways supply it.

Expected outcomes of the world are values. A port raises `OutcomeUnknown` where the other side may
or may not have acted, and `TryLater` where it surely did not.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from timebot.billing.document_ports import Letter
from timebot.money import Money

_AFTER_A_WRONG_SET_UP = timedelta(hours=1)


class TryLater(Exception):
    """The other side surely did nothing; the same call may be made again.

    Attributes:
        after: how long it asked us to wait, or None.
    """

    def __init__(self, reason: str, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after


class SetUpWrong(TryLater):
    """Whoever runs timebot must mend its set-up there; until then it is everybody's trouble.

    Attributes:
        trouble: stripe_key, mail_key, mail_domain or mail_quota.
    """

    def __init__(self, reason: str, trouble: str) -> None:
        super().__init__(reason, _AFTER_A_WRONG_SET_UP)
        self.trouble = trouble


class MayNotLook(TryLater):
    """The key lets us send, and not look at what was sent."""


class OutcomeUnknown(Exception):
    """The answer got lost: the other side may have acted, so it must be asked, not told again."""


class Forged(Exception):
    """A webhook that does not prove where it came from."""


class Rejected(Exception):
    """The other side understood and said no for good; a person must look.

    Attributes:
        reason: its own words, free of secrets and of personal data.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Missing(Rejected):
    """The other side does not have what was asked for (any more)."""


class MadeAndDeleted(Missing):
    """What was made under a key before was deleted since; the key can bring only that one back."""


@dataclass(frozen=True)
class Envelope:
    """A mail as it is handed to the provider.

    Attributes:
        attachments: file name to bytes.
        tag: comes back with every webhook about this mail; letters, digits, `_` and `-` only.
    """

    to: str
    cc: Sequence[str]
    reply_to: str | None
    letter: Letter
    attachments: Mapping[str, bytes]
    tag: str


class Mailer(Protocol):
    """Sends mail."""

    def send(self, envelope: Envelope, *, key: str) -> str:
        """Hand over a mail and return the provider's id; the same key is sent once within 24 h.

        Raises:
            TryLater, OutcomeUnknown, Rejected: see there.
        """
        ...

    def find_sent(self, *, to: str, subject: str, known: Collection[str]) -> str | None:
        """Return the provider's id of a mail that was sent and is not among the known ones.

        A person may have asked for the same mail again, so mails on record do not count.
        """
        ...

    def delivery_state(self, provider_id: str) -> str:
        """Return sent, delivered or bounced."""
        ...


@dataclass(frozen=True)
class Card:
    """What may be shown of a card on file.

    Attributes:
        id: the processor's id.
        brand, last4: such as visa and 4242.
    """

    id: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int


@dataclass(frozen=True)
class ChargeLine:
    """A line of the processor's invoice: one per project and tax rate.

    Attributes:
        tax: what this line adds to the tax; the parts of a rate sum up to the invoice's tax.
    """

    key: str
    description: str
    amount: Money
    tax: Money
    tax_name: str
    tax_ppm: int


@dataclass(frozen=True)
class ProcessorInvoice:
    """The processor's invoice as it stands now.

    Attributes:
        status: draft, open, paid, void or uncollectible.
        total, amount_due, amount_paid: as the processor counts; compared with ours.
        line_keys: which of our lines it holds.
        pay_url: its hosted page, once finalized.
        workspace_key, invoice_key: ours, as it was made with; None where it is not ours.
        attempts: how often a bank was asked for its money, while it is open; a bank that only
            wants to see the client was not asked yet.
        trouble: what became of the last attempt while it is open, or None.
        payment_intent: of the payment that was made, once paid.
    """

    id: str
    status: str
    total: Money
    amount_due: Money
    amount_paid: Money
    line_keys: frozenset[str]
    pay_url: str | None
    workspace_key: str | None = None
    invoice_key: str | None = None
    attempts: int = 0
    trouble: "Declined | NeedsAction | Processing | None" = None
    payment_intent: str | None = None


@dataclass(frozen=True)
class ListedInvoice:
    """The processor's invoice as its list shows it.

    Attributes:
        status: draft, open, paid, void or uncollectible.
        number: as printed on it; ours, or one that somebody gave it there.
        workspace_key, invoice_key: ours, as it was made with.
    """

    id: str
    status: str
    number: str | None
    total: Money
    workspace_key: str | None
    invoice_key: str | None


@dataclass(frozen=True)
class Paid:
    """The card was charged."""

    payment_intent: str | None


@dataclass(frozen=True)
class Processing:
    """The bank has not answered yet."""


@dataclass(frozen=True)
class Declined:
    """The card was refused.

    Attributes:
        code: the network's word, such as insufficient_funds.
        message: what may be shown to the billing people.
    """

    code: str
    message: str
    payment_intent: str | None


@dataclass(frozen=True)
class NeedsAction:
    """The client must confirm the payment with their bank; the pay link lets them."""

    message: str
    payment_intent: str | None


@dataclass(frozen=True)
class Refund:
    """Money on its way back to a card.

    Attributes:
        state: pending, done or failed.
        credit_key: the credit note it was made for, None where it is not ours.
    """

    id: str
    state: str
    amount: Money
    payment_intent: str | None
    credit_key: str | None


@dataclass(frozen=True)
class Dispute:
    """A client's objection at their bank.

    Attributes:
        state: needs_answer, with_bank, won or lost.
        is_inquiry: whether the bank only asks, and has taken no money yet.
        amount: what the client wants back.
        answer_by: until when evidence counts, None where it is not said.
        page: where people answer.
    """

    id: str
    state: str
    is_inquiry: bool
    amount: Money
    payment_intent: str | None
    answer_by: datetime | None
    page: str


class CardProcessor(Protocol):
    """Keeps cards and charges them. Every call may raise TryLater, OutcomeUnknown or Rejected."""

    def find_customer(self, *, workspace_key: str, client_key: str, email: str) -> str | None:
        """Return the id of the customer made for a client with this address, or None."""
        ...

    def create_customer(
        self, *, workspace_key: str, client_key: str, name: str, email: str, key: str
    ) -> str:
        """Create the customer of a client and return its id."""
        ...

    def card_form_url(
        self, *, customer: str, currency: str, done_url: str, cancel_url: str, client_key: str
    ) -> str:
        """Return the hosted page on which a client puts a card on file."""
        ...

    def card_from_form(self, session_id: str) -> tuple[str, str, Card] | None:
        """Return (client key, customer, card) of a completed form, or None if it is not."""
        ...

    def make_default(self, *, customer: str, card_id: str) -> None:
        """Make a card the one that is charged."""
        ...

    def find_card(self, customer: str) -> Card | None:
        """Return the card that would be charged, or None.

        Raises:
            Missing: if the customer was deleted.
        """
        ...

    def find_invoice(
        self, *, customer: str, workspace_key: str, invoice_key: str
    ) -> ProcessorInvoice | None:
        """Look for the invoice made for ours, by its metadata; an open one before others."""
        ...

    def get_invoice(self, invoice_id: str) -> ProcessorInvoice:
        """Return an invoice as it stands now."""
        ...

    def list_invoices(self, *, workspace_key: str, since: datetime) -> list[ListedInvoice]:
        """List every invoice made for the workspace since then, drafts among them."""
        ...

    def create_invoice(
        self,
        *,
        customer: str,
        card_id: str | None,
        currency: str,
        number: str,
        invoice_key: str,
        workspace_key: str,
        days_until_due: int,
        client_key: str,
        key: str,
    ) -> str:
        """Create an empty draft: charged to the card if one is given, else paid by link.

        Raises:
            MadeAndDeleted: if the key made one before, and somebody deleted it.
        """
        ...

    def add_lines(self, invoice_id: str, lines: Sequence[ChargeLine], *, key: str) -> None:
        """Add lines to a draft."""
        ...

    def delete_draft(self, invoice_id: str) -> None:
        """Delete a draft that nothing was charged for."""
        ...

    def finalize(self, invoice_id: str, *, key: str) -> ProcessorInvoice:
        """Make a draft payable; it cannot change after that."""
        ...

    def pay(self, invoice_id: str, *, card_id: str, key: str) -> Paid | Declined | NeedsAction:
        """Charge the card, with the client away."""
        ...

    def void(self, invoice_id: str, *, key: str) -> None:
        """Cancel an open invoice."""
        ...

    def note_paid_outside(self, invoice_id: str, *, key: str) -> None:
        """Close an open invoice because its money came another way."""
        ...

    def lower(self, invoice_id: str, *, amount: Money, key: str) -> None:
        """Let an open invoice ask for so much less, because of a credit note or a payment."""
        ...

    def find_refund(self, payment_intent: str, *, credit_key: str) -> Refund | None:
        """Look for the refund made for a credit note of ours; the newest, failed ones last."""
        ...

    def refund(self, payment_intent: str, *, amount: Money, credit_key: str, key: str) -> Refund:
        """Send money back to the card it came from."""
        ...

    def get_refund(self, refund_id: str) -> Refund:
        """Return a refund as it stands now."""
        ...

    def find_invoice_of(self, payment_intent: str) -> str | None:
        """Return the id of the invoice that a payment was for, or None if it was for none."""
        ...

    def get_dispute(self, dispute_id: str) -> Dispute:
        """Return a dispute as it stands now."""
        ...
