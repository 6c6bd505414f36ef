"""Amounts: how a sentence about an invoice writes money, the same as the cards beside it."""

from sqlalchemy.orm import Session

from timebot.billing.models import Invoice
from timebot.locales import money_words
from timebot.money import Money
from timebot.team.models import Workspace


def amount_words(session: Session, invoice: Invoice, money: Money) -> str:
    """Return an amount as the firm that wrote the invoice reads it, such as €141.31.

    The client reads their own locale, in the PDF and in mails.
    """
    return money_words(money, session.get_one(Workspace, invoice.workspace_id).locale)
