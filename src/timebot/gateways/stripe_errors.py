"""What Stripe's errors mean for us: nothing happened, nobody knows, or no for good.

Source: https://docs.stripe.com/error-low-level and the error classes of the SDK.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import stripe

from timebot.billing.ports import (
    Declined,
    Missing,
    NeedsAction,
    OutcomeUnknown,
    Rejected,
    SetUpWrong,
    TryLater,
)
from timebot.db import refuse_inside_transaction
from timebot.gateways.cleaning import clean

ASKS_FOR_THE_CLIENT = frozenset(
    {"invoice_payment_intent_requires_action", "authentication_required"}
)
"""Codes of errors, and reasons of banks, that a client who is there can do away with:
https://docs.stripe.com/declines/codes"""

CONFIRM = "The bank wants the client to confirm the payment."


@contextmanager
def asking() -> Iterator[None]:
    """Ask Stripe something, with no transaction open; see `reading`."""
    refuse_inside_transaction("asking Stripe")
    with reading():
        yield


@contextmanager
def changing() -> Iterator[None]:
    """Let Stripe change something, with no transaction open; see `writing`."""
    refuse_inside_transaction("a call to Stripe")
    with writing():
        yield


@contextmanager
def reading() -> Iterator[None]:
    """Translate the errors of a call that changes nothing: it may always be made again.

    Raises:
        TryLater, Rejected: see there.
    """
    try:
        yield
    except stripe.StripeError as error:
        if is_unclear(error):
            raise TryLater(_kind(error)) from None
        raise _translated(error) from None


@contextmanager
def writing() -> Iterator[None]:
    """Translate the errors of a call that changes something.

    Raises:
        TryLater, OutcomeUnknown, Rejected: see there.
    """
    try:
        yield
    except stripe.StripeError as error:
        if is_unclear(error):
            raise OutcomeUnknown(_kind(error)) from None
        raise _translated(error) from None


def is_unclear(error: stripe.StripeError) -> bool:
    """Tell whether Stripe may have acted all the same.

    A conflict (409) says that the first call with our key is still being answered. An answer that
    the SDK cannot read, with whatever status, is of somebody in between, such as a proxy.
    """
    if isinstance(error, stripe.APIConnectionError) or type(error) is stripe.APIError:
        return True
    status = error.http_status
    return status is None or status == 409 or status >= 500


def refused_payment(error: stripe.StripeError) -> Declined | NeedsAction | None:
    """Return what a failed charge means, or None if it is no answer of a bank.

    Reports disagree whether a wish for authentication is a card error or an invalid request, so
    the code decides.
    """
    intent, reason = _intent_of(error), _field(error, "decline_code")
    if error.code in ASKS_FOR_THE_CLIENT or reason in ASKS_FOR_THE_CLIENT:
        return NeedsAction(CONFIRM, intent)
    if isinstance(error, stripe.CardError):
        code = reason or error.code or "card_declined"
        return Declined(code, clean(error.user_message), intent)
    return None


def _translated(error: stripe.StripeError) -> Exception:
    if isinstance(error, stripe.RateLimitError):
        return TryLater("Stripe was asked too often", _retry_after(error))
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        # A wrong key is everybody's trouble, not that of one invoice, so nothing is given up.
        return SetUpWrong("Stripe does not accept the API key", "stripe_key")
    if error.http_status == 404:
        return Missing(clean(error.user_message))
    return Rejected(clean(error.user_message))


def _retry_after(error: stripe.StripeError) -> timedelta | None:
    headers = {name.lower(): value for name, value in dict(error.headers or {}).items()}
    value = str(headers.get("retry-after", ""))
    return timedelta(seconds=int(value)) if value.isdecimal() else None


def _kind(error: stripe.StripeError) -> str:
    # What the network libraries say may quote the request, so only the kind is told.
    return f"no clear answer from Stripe ({type(error).__name__})"


def _intent_of(error: stripe.StripeError) -> str | None:
    body = error.json_body
    found = body.get("error", {}).get("payment_intent") if isinstance(body, dict) else None
    return str(found["id"]) if isinstance(found, dict) else None


def _field(error: stripe.StripeError, name: str) -> str | None:
    body = error.json_body
    value = body.get("error", {}).get(name) if isinstance(body, dict) else None
    return str(value) if value else None
