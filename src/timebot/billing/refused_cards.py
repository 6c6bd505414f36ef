"""Refused cards: what a bank's no means in plain words, and what may help.

Sources: https://docs.stripe.com/declines/codes and, for what another try is good for,
https://docs.stripe.com/declines/card#retrying-issuer-declines
"""

from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from timebot.billing.models import Invoice
from timebot.billing.payment_models import Payment
from timebot.clients.models import CARD_TROUBLES, Client

_SHORT = {
    "insufficient_funds": "there is not enough money on it",
    "card_velocity_exceeded": "its limit is used up",
    "withdrawal_count_limit_exceeded": "its limit is used up",
}
_WRONG, _BLOCKED = "its details are not right", "the bank has blocked it"
_FORBIDDEN, _UNFIT = "the client has forbidden such charges", "it does not take such payments"
_ENDED = {
    "expired_card": "it has expired",
    "invalid_account": "its account was closed or changed",
    "new_account_information_available": "its account was closed or changed",
    **dict.fromkeys(("incorrect_number", "incorrect_cvc", "invalid_cvc"), _WRONG),
    **dict.fromkeys(("invalid_expiry_month", "invalid_expiry_year", "invalid_number"), _WRONG),
    # Whether it was lost or stolen is nothing that Stripe wants passed on.
    **dict.fromkeys(("lost_card", "stolen_card", "pickup_card", "restricted_card"), _BLOCKED),
    **dict.fromkeys(("fraudulent", "do_not_try_again"), _BLOCKED),
    **dict.fromkeys(("revocation_of_authorization", "stop_payment_order"), _FORBIDDEN),
    "revocation_of_all_authorizations": _FORBIDDEN,
    **dict.fromkeys(("card_not_supported", "currency_not_supported"), _UNFIT),
}
_LATER = dict.fromkeys(
    ("processing_error", "issuer_not_available", "try_again_later", "reenter_transaction"),
    "the bank could not be reached",
)
_ADVICE = {
    "short": "Trying the card again in a few days may work. On the payment page the client can"
    " pay with another one.",
    "ended": "Trying this card again will not help. Ask the client for another one, or send the"
    " pay link.",
    "confirm": "Send the pay link: the client confirms on the payment page. If the card were tried"
    " again, the bank would ask again.",
    "later": "Try the card again in a few minutes.",
    "refused": "The client can ask their bank why. Try the card again after that, or send the pay"
    " link.",
    "no_card": "Ask the client for a card, or send the pay link.",
    "impossible": "Look at the invoice at Stripe, or mark it paid once the money came another way.",
}


@dataclass(frozen=True)
class CardTrouble:
    """Why an attempt at a card brought no money.

    Attributes:
        kind: short (of money), ended (this card never pays), confirm (the client must), later (the
            bank was not reached), refused (no reason given), no_card, or impossible (no bank said
            so).
        words: what happened, such as `card declined: it has expired`.
    """

    kind: str
    words: str

    @property
    def advice(self) -> str:
        """What billing people can do now, in a sentence or two."""
        return _ADVICE[self.kind]


def trouble_of(payment: Payment) -> CardTrouble:
    """Return why an attempt was refused."""
    code = payment.decline_code or ""
    if payment.state == "needs_action":
        return CardTrouble("confirm", "the client has to confirm the payment with their bank")
    if code == "no_card":
        return CardTrouble("no_card", "not charged, there is no card on file")
    if code in {"rejected", "totals_differ", "invoice_closed"}:
        why = (payment.message or "").rstrip(".")
        return CardTrouble("impossible", f"not charged: {why}" if why else "not charged")
    for kind, reasons in (("short", _SHORT), ("ended", _ENDED), ("later", _LATER)):
        if code in reasons:
            return CardTrouble(kind, f"card declined: {reasons[code]}")
    return CardTrouble("refused", "card declined: the bank gave no reason")


def note_trouble(session: Session, invoice: Invoice, kind: str | None) -> bool:
    """Remember how the card on file did, if it is still the one; return whether that is news.

    Args:
        session: the transaction.
        invoice: what it was charged for.
        kind: see `CardTrouble`; None because it paid. What says nothing of the card is ignored.
    """
    if kind is not None and kind not in CARD_TROUBLES:
        return False
    changed = session.execute(
        update(Client)
        .where(
            Client.workspace_id == invoice.workspace_id,
            Client.id == invoice.client_id,
            Client.card_id == invoice.stripe_card_id,
            Client.card_trouble.is_distinct_from(kind),
        )
        .values(card_trouble=kind)
        .returning(Client.id)
    )
    return changed.first() is not None
